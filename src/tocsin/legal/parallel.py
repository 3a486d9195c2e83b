"""Two clocks side by side for an author nobody knows: the press action dies while a judge is asked for a name."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from tocsin.base.errors import InputError
from tocsin.legal.calendar import calendar_of
from tocsin.legal.clock import run
from tocsin.legal.packs import Law
from tocsin.legal.values import Case, Clock, RuleKind

IDENTITY_RULES = (
    "fr.cpce.donnees_de_compte_l34_1",
    "fr.cpce.donnees_techniques_l34_1",
)
IDENTITY_WEEKS = 6  # what asking a judge for an identity takes, at the least to be planned; a habit, not a rule


class Parallel(msgspec.Struct, frozen=True, kw_only=True):
    """The action against the author beside the search for who it is.

    action: the clock of the ground. identity: until when a host keeps what names the author.
    ask_by: last working day to ask a judge for the identity and still have it before the action's safe day.
    ask_in_time: False where that day is past: only the other track is left. complaint_by: day by which a signed
    complaint as civil party against X must be filed, which stops the press clock without a name.
    """

    action: Clock
    identity: tuple[Clock, ...]
    ask_by: date
    ask_in_time: bool
    complaint_by: date


def parallel(law: Law, case: Case, today: date, *, identity_weeks: int = IDENTITY_WEEKS) -> Parallel:
    """Return both tracks of a case whose author is unknown, on `today`.

    A request under article 145 is never counted as interrupting the press term: no authority was found.
    identity_weeks: weeks to plan for an identity, >= 1. Raises what `run` raises, and InputError for a rule that is not
    of press.
    """
    if identity_weeks < 1:
        raise ValueError(f"identity_weeks={identity_weeks} is not at least 1")
    rule = law.rule(case.ground)
    if rule.kind is not RuleKind.PRESS:
        raise InputError("{rule} is no press rule: only a press action dies while a name is sought.", rule=rule.id)
    action = run(law, case)
    names = [name for name in IDENTITY_RULES if any(start in case.events for start in law.rules[name].starts)]
    bare = msgspec.structs.replace(case, acts=(), republications=())
    identity = tuple(run(law, msgspec.structs.replace(bare, ground=name)) for name in names)
    safe = action.term.safe_day
    ask_by = calendar_of(action.place, good_friday=action.good_friday).last_working(
        safe - timedelta(weeks=identity_weeks)
    )
    return Parallel(action=action, identity=identity, ask_by=ask_by, ask_in_time=today <= ask_by, complaint_by=safe)

"""Where a dossier stands on the ladder of proof, and which step of the graduated response comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tocsin.flows.evidence.dossiers import DossierPage
from tocsin.flows.i18n import N_, Translator
from tocsin.legal.graduated import Circumstances, Nature, Risk, Step, advise, situation_of
from tocsin.legal.ladder import Proof, level_of, load_ladder
from tocsin.legal.letters.kinds import load_kinds
from tocsin.store.dossiers.rows import LetterRow, LetterState, TickState
from tocsin.store.evidence.rows import CaptureRow, CaptureState

_RISKS = {
    Risk.LOW: N_("Low Streisand effect: acting makes the words little louder."),
    Risk.MEDIUM: N_("Middling Streisand effect: weigh each step before it."),
    Risk.HIGH: N_("High Streisand effect: acting may make the words better known than they are."),
    Risk.VERY_HIGH: N_("Very high Streisand effect: a lawyer’s letter would be the news."),
}
_IN_VAULT = (CaptureState.RECORDED, CaptureState.AWAITING_STAMP, CaptureState.SEALED)
_SENT = (LetterState.SENT, LetterState.ANSWERED)


class RungLine(msgspec.Struct, frozen=True, kw_only=True):
    """A rung of the ladder. state: got, here or want. advice: why to climb to it, "" where nothing calls for it."""

    number: int
    name: str
    proves: str
    state: str
    advice: str = ""


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """The rungs; level: the highest that a capture stands on (0 for none), at_level: how many stand there, of all."""

    rungs: tuple[RungLine, ...]
    level: int
    at_level: int
    all: int


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step. state: met or missing. is_next: the first that is not done. note: what holds it, "" for nothing."""

    name: str
    state: str
    is_next: bool = False
    note: str = ""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """The steps of the situation that the chosen grounds lead to, and what to weigh."""

    situation: str
    steps: tuple[StepLine, ...]
    risk: str
    warnings: tuple[str, ...]


def ladder_of(page: DossierPage, t: Translator, advice: Sequence[str] = ()) -> Ladder:
    """Return the ladder with the rung that the captures have reached. advice: why an officer is worth its cost."""
    levels = [_level(one, page) for one in page.captures if one.state in _IN_VAULT and one.erased_at is None]
    level = max(levels, default=0)
    rungs = []
    for rung in load_ladder().levels:
        state = "here" if rung.number == level else "got" if rung.number < level else "want"
        wanted = advice[0] if advice and rung.number == 4 and level < 4 else ""
        proves = rung.proves[0].say(t.language)
        rungs.append(
            RungLine(number=rung.number, name=rung.name.say(t.language), proves=proves, state=state, advice=wanted)
        )
    return Ladder(rungs=tuple(rungs), level=level, at_level=levels.count(level) if level else 0, all=len(levels))


def response_of(page: DossierPage, t: Translator, now: datetime, readers: int | None = None) -> Response | None:
    """Return the steps of the situation of a dossier, None before a ground is chosen. readers: who saw it so far."""
    if not page.grounds:
        return None
    ladder = ladder_of(page, t)
    days = [(row.last_on - now.date()).days for row in page.clocks if row.last_on and row.ended_at is None]
    around = Circumstances(
        readers=readers,
        days_left=min((left for left in days if left >= 0), default=None),
        proof=ladder.level or None,
        may_vanish=True,
        contested=any(tick.state is TickState.DOUBTFUL for row in page.grounds for tick in row.ticks),
    )
    advice = advise(situation_of(page.grounds[0].ground), around)
    done = [_is_done(step, page.captures, page.letters) for step in advice.steps]
    first = done.index(False) if False in done else -1
    steps = tuple(
        StepLine(
            name=step.says.say(t.language),
            state="met" if done[place] else "missing",
            is_next=place == first,
            note=t.text(N_("a second person gives a reason first")) if step.id in advice.held else "",
        )
        for place, step in enumerate(advice.steps)
    )
    return Response(
        situation=advice.situation.name.say(t.language),
        steps=steps,
        risk=t.text(_RISKS[advice.risk]),
        warnings=tuple(said.say(t.language) for said in advice.warnings),
    )


def officer_reasons(page: DossierPage, t: Translator, now: datetime) -> tuple[str, ...]:
    """Return why the report of an officer is worth its cost now; () where nothing calls for it."""
    if not page.grounds:
        return ()
    around = Circumstances(proof=ladder_of(page, t).level or None, may_vanish=True)
    return tuple(said.say(t.language) for said in advise(situation_of(page.grounds[0].ground), around).constat)


def _level(one: CaptureRow, page: DossierPage) -> int:
    stamps = page.tokens.get(one.index, ()) if one.index is not None else ()
    proof = Proof(
        by_robot=one.is_robot,
        logged=one.index is not None,
        authorities=tuple(stamp.token.authority for stamp in stamps),
        qualified=tuple(stamp.token.authority for stamp in stamps if stamp.token.qualified),
    )
    return level_of(proof).level.number


def _is_done(step: Step, captures: Sequence[CaptureRow], letters: Sequence[LetterRow]) -> bool:
    """Whether the dossier itself shows that a step was taken; what happens elsewhere it cannot know."""
    if step.nature is Nature.CAPTURE:
        return any(one.state in _IN_VAULT for one in captures)
    if step.remedy is None:
        return False
    kinds = {kind.kind.value for kind in load_kinds().values() if step.remedy.id in kind.remedies}
    return any(letter.state in _SENT and letter.kind in kinds for letter in letters)

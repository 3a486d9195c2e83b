"""A dossier as its page shows it: ladder, captures, grounds, deadlines, letters, custody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.errors import NotFoundError
from tocsin.base.person import Person
from tocsin.flows.capture_means import capture_means
from tocsin.flows.dossiers.clock_card import ClockCard, clock_card
from tocsin.flows.dossiers.lines import CaptureLine, CustodyLine, capture_lines, custody_lines, who_said
from tocsin.flows.dossiers.response import Ladder, Response, ladder_of, officer_reasons, response_of
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import DossierPage, read_dossier
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.law.dossier_clocks import sheet_of
from tocsin.flows.moments import Reader
from tocsin.flows.stream import people_names
from tocsin.legal.grounds import load_grounds, standing
from tocsin.legal.grounds.values import Ground, Trust
from tocsin.legal.letters.kinds import load_kinds
from tocsin.legal.letters.values import LetterKind
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Effect, RuleKind
from tocsin.store.dossiers.rows import DossierRow, DossierState, GroundRow, LetterRow, LetterState, TickState
from tocsin.store.evidence.rows import CaptureRow, CaptureState

_SHOWN_CUSTODY = 30
_TICKS = {
    TickState.MET: N_("looks met"),
    TickState.DOUBTFUL: N_("to be discussed"),
    TickState.MISSING: N_("missing"),
}
_OPEN = N_("not looked at yet")
_TRUSTS = {
    Trust.PARTLY: N_("A part of this ground could not be verified: have counsel confirm it."),
    Trust.UNVERIFIED: N_("This ground could not be verified: have counsel confirm it."),
    Trust.STALE: N_("This ground was last read long ago: have it read again."),
}
_LETTER_STATES = {
    LetterState.DRAFT: N_("draft"),
    LetterState.APPROVED: N_("agreed to by a second person"),
    LetterState.SENT: N_("sent"),
    LetterState.ANSWERED: N_("answered"),
}


class ElementLine(msgspec.Struct, frozen=True, kw_only=True):
    """An element of a ground, and what a person ticked: met, doubtful, missing, "" for nothing yet; note: why."""

    id: str
    name: str
    state: str
    state_said: str
    note: str
    shows: str = ""
    hint: str = ""


class GroundCard(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen ground. doubt: why it is not to be relied on as it stands, "" where it may."""

    id: str
    name: str
    article: str
    who: str
    doubt: str
    elements: tuple[ElementLine, ...]


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of a dossier: what it is, and how far it has come."""

    number: int
    name: str
    said: str


class DossierView(msgspec.Struct, frozen=True, kw_only=True):
    """All of the page, in the words of the reader. lacks: why captures that wait cannot be made here."""

    row: DossierRow
    opened_by: str
    counsel: str
    is_closed: bool
    captures: tuple[CaptureLine, ...]
    grounds: tuple[GroundCard, ...]
    warnings: tuple[str, ...]
    law_read: date | None
    clocks: tuple[ClockCard, ...]
    stops_nothing: str
    letters: tuple[LetterLine, ...]
    custody: tuple[CustodyLine, ...]
    ladder: Ladder
    response: Response | None
    lacks: str = ""

    @property
    def more_warnings(self) -> int:
        """How many warnings stand folded below the first two."""
        return max(0, len(self.warnings) - 2)


def dossier_view(
    engine: Engine, brand: Brand, number: str, by: Person, *, reader: Reader, now: datetime
) -> DossierView:
    """Return a dossier of a brand for a reader, whose look is noted. Raises NotFoundError, for another brand's too."""
    page = read_dossier(engine, brand.slug, number, by.mark, now)
    t, names = reader.t, people_names(engine, brand.slug)
    chosen = [(row, load_grounds().ground(row.ground)) for row in page.grounds]
    return DossierView(
        row=page.dossier,
        opened_by=who_said(page.dossier.by, names, t),
        counsel=names.get(page.dossier.counsel, ""),
        is_closed=page.dossier.state is DossierState.CLOSED,
        captures=capture_lines(engine, page.captures, reader, ties=len(page.captures) <= 50),
        grounds=tuple(ground_card(row, ground, t, now.date()) for row, ground in chosen),
        warnings=_warnings([ground for _row, ground in chosen], t),
        law_read=min((ground.last_checked for _row, ground in chosen), default=None),
        clocks=clock_cards(page, reader, now),
        stops_nothing=_stops_nothing(page, t),
        letters=tuple(_letter(row, names, t) for row in page.letters),
        custody=custody_lines(page.custody[-_SHOWN_CUSTODY:], names, t),
        ladder=ladder_of(page, t, officer_reasons(page, t, now)),
        response=response_of(page, t, now),
        lacks=_lacks(engine, page.captures, t),
    )


def _lacks(engine: Engine, captures: Sequence[CaptureRow], t: Translator) -> str:
    """Return why pages cannot be captured on this machine, while a capture waits; "" otherwise."""
    if not any(one.state is CaptureState.QUEUED for one in captures):
        return ""
    means = capture_means(engine.settings)
    return t.text(means.template, **means.params) if means.lack is not None else ""


def clock_cards(page: DossierPage, reader: Reader, now: datetime) -> tuple[ClockCard, ...]:
    """Return the deadlines that run, the nearest safe day first, those that are over last."""
    cards = [clock_card(sheet_of(row), reader, now) for row in page.clocks if row.ended_at is None]
    return tuple(sorted(cards, key=lambda card: (card.is_over, card.at)))


def ground_card(row: GroundRow, ground: Ground, t: Translator, today: date) -> GroundCard:
    """Return a ground with what people ticked of it."""
    ticked = {tick.element: tick for tick in row.ticks}
    lines = []
    for element in ground.elements:
        tick = ticked.get(element.id)
        state, said = (tick.state.value, _TICKS[tick.state]) if tick else ("", _OPEN)
        lines.append(
            ElementLine(
                id=element.id,
                name=element.ask.say(t.language),
                state=state,
                state_said=t.text(said),
                note=tick.note if tick else "",
                shows=element.shows.say(t.language),
                hint=element.hint.say(t.language) if element.hint else "",
            )
        )
    stands = standing(ground, today)
    doubt = _TRUSTS.get(stands.trust)
    note = stands.note.say(t.language) if stands.note else ""
    return GroundCard(
        id=ground.id,
        name=ground.name.say(t.language),
        article=ground.article.say(t.language),
        who=ground.who.say(t.language),
        doubt=f"{t.text(doubt)} {note}".strip() if doubt else "",
        elements=tuple(lines),
    )


def _warnings(chosen: Sequence[Ground], t: Translator) -> tuple[str, ...]:
    """Return the traps of the chosen grounds, each once, those that several of them share first."""
    said = {trap.id: trap.says.say(t.language) for ground in chosen for trap in ground.traps}
    shared = Counter(trap.id for ground in chosen for trap in ground.traps)
    return tuple(said[name] for name in sorted(said, key=lambda name: -shared[name]))


def _stops_nothing(page: DossierPage, t: Translator) -> str:
    """Return the acts that people believe to stop a press deadline, where one runs."""
    for row in page.clocks:
        try:
            rule = load_packs().rule(row.rule)
        except NotFoundError:
            continue
        if rule.kind is RuleKind.PRESS and row.ended_at is None:
            kinds = [act.kind for act in rule.acts if act.effect is Effect.NOTHING]
            names = [
                load_packs().words.acts[kind].name.say(t.language) for kind in kinds if kind in load_packs().words.acts
            ]
            return ", ".join(names)
    return ""


def _letter(row: LetterRow, names: Mapping[int, str], t: Translator) -> LetterLine:
    state = t.text(_LETTER_STATES[row.state])
    said = t.text(N_("{state}, by {name}"), state=state, name=who_said(row.by, names, t))
    return LetterLine(number=row.id, name=row.subject or letter_name(row.kind, t), said=said)


def letter_name(kind: str, t: Translator) -> str:
    """Return what a kind of letter is called; its code where it is not known any more."""
    try:
        return load_kinds()[LetterKind(kind)].title.by(t.language)
    except (ValueError, KeyError):
        return kind

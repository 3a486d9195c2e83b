"""The grounds of a dossier: those that a mention may come near to, those that a person chose, element by element."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.errors import InputError, NotFoundError
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import note
from tocsin.flows.evidence.request import open_one
from tocsin.legal.grounds import Ground, load_grounds
from tocsin.legal.qualify import Candidate, facts_of, qualify
from tocsin.store.dossiers.rows import GroundRow, Tick, TickState
from tocsin.store.rows import MentionRow

_LONGEST_NOTE = 2_000


class GroundSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen ground with what the packs say of it and what people ticked. ticks: by id of the element.

    open: ids of elements that nobody ticked; missing, doubtful: of those ticked so.
    """

    row: GroundRow
    ground: Ground
    ticks: dict[str, Tick]

    @property
    def open(self) -> tuple[str, ...]:
        """The elements that nobody ticked yet."""
        return tuple(element.id for element in self.ground.elements if element.id not in self.ticks)

    @property
    def missing(self) -> tuple[str, ...]:
        """The elements that are missing."""
        return self._ticked(TickState.MISSING)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The elements that are doubtful."""
        return self._ticked(TickState.DOUBTFUL)

    @property
    def is_ready(self) -> bool:
        """Whether every element was ticked as met. It says nothing of what a judge decides."""
        return not (self.open or self.missing or self.doubtful)

    def _ticked(self, state: TickState) -> tuple[str, ...]:
        return tuple(
            one.id for one in self.ground.elements if one.id in self.ticks and self.ticks[one.id].state is state
        )


def candidates(engine: Engine, brand: str, mention: int, **known: object) -> tuple[Candidate, ...]:
    """Return the grounds that the words of a mention may come near to, nearest first.

    known: fields of `legal.qualify.Facts` that people know better. Raises NotFoundError, for another brand's too.
    """
    row = engine.store.mention(mention)
    if row.brand != brand:
        raise NotFoundError("There is no mention {row}.", row=mention)
    return qualify(facts_of(row.mention, (engine.store.brand(brand).name,), **known))


def story_candidates(
    engine: Engine, brand: str, story: str, limit: int = 50
) -> list[tuple[MentionRow, tuple[Candidate, ...]]]:
    """Return the mentions of a story that come near to a ground, the most severe first, with the near grounds alone."""
    name = engine.store.brand(brand).name
    rows = [row for row in engine.store.story_mentions(story, limit) if row.brand == brand]
    rows.sort(key=lambda row: (-row.verdict.severity.score, row.row))
    found = ((row, qualify(facts_of(row.mention, (name,)))) for row in rows)
    near = ((row, tuple(one for one in listed if one.near)) for row, listed in found)
    return [(row, listed) for row, listed in near if listed]


def choose_ground(engine: Engine, number: str, ground: str, by: str, now: datetime) -> None:
    """Choose a ground for an open dossier. Raises NotFoundError for one that no pack knows."""
    open_one(engine, "", number)
    load_grounds().ground(ground)
    engine.store.dossiers.choose(number, ground, by, now)
    note(engine, number, f"ground={ground}", by, now)


def drop_ground(engine: Engine, number: str, ground: str, by: str, now: datetime) -> None:
    """Drop a chosen ground; its ticks stay, had it to be taken up again. Raises NotFoundError."""
    open_one(engine, "", number)
    engine.store.dossiers.drop(number, ground, now)
    note(engine, number, f"dropped={ground}", by, now)


def tick_element(engine: Engine, number: str, ground: str, tick: Tick) -> None:
    """Say whether an element of a chosen ground is met, and why. Raises NotFoundError, InputError for a long note."""
    open_one(engine, "", number)
    load_grounds().ground(ground).element(tick.element)
    if len(tick.note) > _LONGEST_NOTE:
        raise InputError(
            "A note has at most {most} letters; this one has {length}.", most=_LONGEST_NOTE, length=len(tick.note)
        )
    engine.store.dossiers.tick(number, ground, msgspec.structs.replace(tick, note=tick.note.strip()))


def ground_sheets(engine: Engine, number: str) -> tuple[GroundSheet, ...]:
    """Return the chosen grounds of a dossier with their elements, the first chosen first."""
    known = load_grounds()
    return tuple(
        GroundSheet(row=row, ground=known.ground(row.ground), ticks={tick.element: tick for tick in row.ticks})
        for row in engine.store.dossiers.grounds(number)
    )

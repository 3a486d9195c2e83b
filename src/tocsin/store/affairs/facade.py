"""Affairs: what is going on, as people read it. Reached as `store.affairs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.base.alert import Alert
from tocsin.base.seam import LIVE
from tocsin.base.story import Story
from tocsin.store.affairs import alike, inbox, levels, moves, reads, rearrange
from tocsin.store.affairs.rows import (
    AlertFilter,
    Copy,
    Move,
    PostLine,
    Shares,
    StoryFilter,
    StoryLine,
    ToldApart,
    Trail,
    Voices,
)
from tocsin.store.affairs.times import times
from tocsin.store.close import Lent, lent_stories
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly


@speaks_plainly
class Affairs:
    """Levels, stories and alerts of a brand in a world; every reading is bounded. Methods raise as those of `Store`."""

    def __init__(self, db: Database, world: str = LIVE) -> None:
        self._db = db
        self._world = world

    def of(self, world: str) -> Affairs:
        """Return the same of another world: of a replay or a drill."""
        return Affairs(self._db, world)

    # Levels

    def tones(self, brand: str, since: int, until: int, *, days: bool = False) -> dict[int, tuple[int, int]]:
        """Return (posts, negative) of each minute, or local day, that begins at or after `since` and before `until`."""
        return levels.tones_of(self._db, brand, self._world, (since, until), days=days)

    def voices(self, brand: str, since: int, relay_reach: int) -> Voices:
        """Return who spoke since a minute; relay_reach: followers that make a relay."""
        return levels.voices(self._db, brand, self._world, since, relay_reach)

    def memory(self, brand: str, *versions: str) -> bytes | None:
        """Return what a fold of one of these versions remembers of the brand, None before the first close."""
        return levels.memory(self._db, brand, self._world, versions)

    # Stories

    def stories(self, brand: str, wanted: StoryFilter) -> list[StoryLine]:
        """Return the stories of two posts or more that fit."""
        return reads.find_stories(self._db, brand, self._world, wanted)

    def moved_since(self, brand: str, at: datetime, limit: int) -> list[StoryLine]:
        """Return the largest stories among those that moved since an instant."""
        return reads.moved_since(self._db, brand, self._world, at, limit)

    def story(self, brand: str, name: str) -> StoryLine:
        """Return a story of the brand by its id."""
        return reads.story_line(self._db, brand, self._world, name)

    def titles(self, names: Sequence[str]) -> dict[str, str]:
        """Return the titles that people gave, by id of the story."""
        return reads.titles(self._db, names)

    def own_titles(self, brand: str, names: Sequence[str]) -> dict[str, str]:
        """Return what stories are called, by id, those put into others too."""
        return reads.own_titles(self._db, brand, self._world, names)

    def hours(self, numbers: Sequence[int], since: int, until: int) -> dict[int, dict[int, int]]:
        """Return the posts of stories an hour, by the store's number."""
        return reads.hours(self._db, numbers, since, until)

    def first_lines(self, number: int, limit: int) -> list[PostLine]:
        """Return the earliest posts of a story."""
        return reads.first_lines(self._db, number, limit)

    def last_lines(self, number: int, limit: int) -> list[PostLine]:
        """Return the newest posts of a story, newest first."""
        return reads.last_lines(self._db, number, limit)

    def trail(self, number: int, limit: int) -> list[Trail]:
        """Return what tells how a story spread: of its earliest posts, and of half as many newest."""
        return reads.trail(self._db, number, limit)

    def times(self, number: int, until: int, limit: int) -> list[int]:
        """Return when the posts of a story of the minutes up to `until` were written, in ms, the first so many."""
        return times(self._db, number, until, limit)

    def loud_lines(self, number: int, limit: int) -> list[PostLine]:
        """Return the posts of a story whose authors most people follow."""
        return reads.loud_lines(self._db, number, limit)

    def lines(self, rows: Sequence[int]) -> list[PostLine]:
        """Return posts by the rows of their mentions."""
        return reads.lines_of(self._db, rows)

    def lines_in(self, number: int, rows: Sequence[int]) -> list[PostLine]:
        """Return those of these posts that a story holds, newest first."""
        return reads.lines_in(self._db, number, rows)

    def window(self, brand: str, first: int, last: int, limit: int) -> list[PostLine]:
        """Return the most severe posts of a brand from one minute to another, both included."""
        return reads.window_lines(self._db, brand, self._world, (first, last), limit)

    def shares(self, number: int) -> Shares:
        """Return how the posts of a story fall."""
        return reads.shares(self._db, number)

    def denials(self, number: int) -> int:
        """Return how many posts of a story deny something."""
        return reads.denials(self._db, number)

    def copies(self, number: int, limit: int) -> list[Copy]:
        """Return the texts that most posts of a story repeat."""
        return reads.copies(self._db, number, limit)

    # Stories put together or apart

    def move(self, source: StoryLine, target: StoryLine | None, rows: Sequence[int] | None, who: rearrange.Who) -> Move:
        """Put posts of a story into another, or a new one; rows: None for all."""
        return rearrange.move(self._db, source, target, rows, who)

    def move_back(self, brand: str, number: int, who: rearrange.Who) -> Move:
        """Undo a move."""
        return rearrange.move_back(self._db, brand, number, who)

    def moves(self, brand: str, name: str, limit: int = 20) -> list[Move]:
        """Return the newest moves out of and into a story, newest first."""
        return moves.moves_of(self._db, self._db.names.brand(brand), name, limit)

    def successors(self, brand: str, names: Sequence[str]) -> dict[str, str]:
        """Return the ids of the stories in which all posts of these are now; those that stand are left out."""
        return moves.successors(self._db, self._db.names.brand(brand), names)

    def members(self, brand: str, name: str) -> set[str]:
        """Return the ids of a story and of all that were put into it."""
        return moves.members(self._db, self._db.names.brand(brand), name)

    def put_apart(self, brand: str, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of these pairs of stories that a person put apart."""
        return moves.put_apart(self._db, self._db.names.brand(brand), pairs)

    def told_apart(self, brand: str) -> list[ToldApart]:
        """Return the texts of which people said to which story they belong."""
        return moves.told_apart(self._db, self._db.names.brand(brand), self._world)

    def lent(self, brand: str, since: datetime, limit: int) -> Lent:
        """Return the stories of back-fills with a post since an instant, the newest, which may go on in this world."""
        return lent_stories(self._db, self._world, brand, since, limit)

    def lookalikes(self, line: StoryLine, since: datetime) -> list[StoryLine]:
        """Return the stories that seem to be one with this."""
        return alike.lookalikes(self._db, line, since)

    def earlier(self, line: StoryLine, since: datetime) -> tuple[Story, list[tuple[StoryLine, Story]]]:
        """Return a story whole, and the largest of those that were over before it began, whole too."""
        return alike.whole_story(self._db, line), alike.earlier_stories(self._db, line, since)

    # Alerts

    def alerts(self, brand: str, wanted: AlertFilter) -> list[Alert]:
        """Return the alerts that fit, newest first."""
        return inbox.find_alerts(self._db, brand, self._world, wanted)

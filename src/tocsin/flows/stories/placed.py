"""Which story each mention of a close belongs to: by what people said, by grouping, and by what has become one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.seam import LIVE, BrandMinute, world_of
from tocsin.base.story import Story
from tocsin.base.time import minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.stories.told import Belongings
from tocsin.store.affairs.rearrange import Joined
from tocsin.store.close import ClosedRange, Lent
from tocsin.story.group import Grouper

ACTIVE_STORY = timedelta(days=7)
_MOST_LENT = 5_000
_MOST_JOINED = 20_000  # posts of the later story: what one transaction may move while others wait
_LATE = timedelta(days=2)  # an affair larger than one that began so long before is not its continuation


class Placing:
    """The stories of a brand on a timeline while minutes are closed, and what of them must be stored.

    Stories of back-fills are lent to `live`: one that a live post comes into goes on there. Two that have become one
    are put together at the end of the minute in which that was seen, whatever the stretch that is closed at once,
    unless a person put them apart.
    """

    def __init__(self, engine: Engine, brand: Brand, timeline: str, first: datetime, *, lends: bool) -> None:
        """first: the beginning of the first minute to be closed. lends: whether stories of back-fills may go on."""
        store, since = engine.store, first - ACTIVE_STORY
        self._affairs = store.affairs.of(world_of(timeline))
        self._brand = brand.slug
        own = store.active_stories(timeline, brand.slug, since)
        self._lent = self._affairs.lent(brand.slug, since, _MOST_LENT) if lends and timeline == LIVE else Lent()
        self._origins = dict(self._lent.back_fills)
        self._generations = dict(self._lent.generations)
        self.rows = {story.id: story for story in [*own, *self._lent.stories]}
        self._grouper = Grouper(brand, timeline, self.rows.values())
        self._told = Belongings(self._affairs.told_apart(brand.slug))
        self._begin()

    def _begin(self) -> None:
        self._assigned: list[tuple[int, str]] = []
        self._elsewhere: list[tuple[int, str]] = []
        self._touched: set[str] = set()
        self._gone: dict[str, Story] = {}  # put into others in this stretch, as they stood
        self.joined: list[Joined] = []

    def place(self, minute: BrandMinute) -> BrandMinute:
        """Return a minute with the story of each of its mentions."""
        told = {
            mention.row: story
            for mention in minute.mentions
            if self._told and (story := self._told.story_of(mention)) is not None
        }
        rest = [mention for mention in minute.mentions if mention.row not in told]
        placed = dict(zip((mention.row for mention in rest), self._grouper.place(rest), strict=True)) if rest else {}
        self._assigned += placed.items()
        self._elsewhere += told.items()
        if pairs := self._grouper.converged():
            self._note_changes()
            self._join(pairs, minute_start(minute.minute + 1))
        return msgspec.structs.replace(minute, stories=[(told | placed)[one.row] for one in minute.mentions])

    def stored(self, closed: ClosedRange) -> ClosedRange:
        """Return what is closed with what must be stored of its stories."""
        self._note_changes()
        used = {story for _, story in self._assigned} | {
            name for one in self.joined for name in (one.earlier, one.later)
        }
        adopted = {name: self._origins[name] for name in sorted(used) if name in self._origins}
        # A story of a back-fill that only fell silent stays where it is: whoever reads it sees that by its last post.
        kept = sorted(name for name in self._touched if name in adopted or name not in self._origins)
        return msgspec.structs.replace(
            closed,
            assignments=self._assigned,
            stories=[self._gone.get(name) or self.rows[name] for name in kept],
            told=self._elsewhere,
            adopted=adopted,
            lent={name: self._generations[name] for name in sorted(set(adopted.values()))},
            joined=self.joined,
        )

    def go_on(self, closed: ClosedRange) -> bool:
        """Begin the next stretch once one was stored; False when the stories must be read anew."""
        for name, back_fill in closed.adopted.items():
            self._origins.pop(name, None)
            self._generations[back_fill] = closed.lent[back_fill] + 1
        self._begin()
        return not closed.told

    def led(self, story: str, at: datetime) -> str:
        """Return where the posts of a story are at an instant: itself, or the one into which it was put by then."""
        story = self._affairs.successors(self._brand, [story]).get(story, story)
        for one in self.joined:
            if story == one.later and one.at < at:
                story = one.earlier
        return story

    def titles(self) -> dict[str, str]:
        """Return the titles of the stories that are alive, and of those put into others in this stretch, by id."""
        self._note_changes()
        return {name: story.title for name, story in (self.rows | self._gone).items()}

    def _note_changes(self) -> None:
        for story in self._grouper.changed():
            self.rows[story.id] = story
            self._touched.add(story.id)

    def _join(self, pairs: Sequence[tuple[str, str]], at: datetime) -> None:
        wanted = [pair for pair in pairs if self._may_join(pair)]
        apart = self._affairs.put_apart(self._brand, wanted)
        for pair in wanted:
            if pair in apart or not all(name in self.rows for name in pair):
                continue
            stays = self._grouper.merge(*pair)
            (later,) = (name for name in pair if name != stays.id)
            self._gone[later] = self.rows.pop(later)
            self.rows[stays.id] = stays
            self._touched.add(stays.id)
            self.joined.append(Joined(stays.id, later, at))

    def _may_join(self, pair: tuple[str, str]) -> bool:
        """Say whether both stand, neither would bear a wrong beginning, and one transaction may move that much.

        A large affair put into a small old story would be told as begun days before, by a post that is none of it. Such
        a pair is offered to people instead, as looking alike.
        """
        if not all(name in self.rows for name in pair):
            return False
        first, second = sorted((self.rows[name] for name in pair), key=lambda row: (row.first_at, row.id))
        is_late = second.first_at - first.first_at >= _LATE and second.posts > first.posts
        return second.posts <= _MOST_JOINED and not is_late

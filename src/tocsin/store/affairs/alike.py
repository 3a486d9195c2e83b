"""Stories that speak of one thing: those that may be one with a story, and an earlier affair that it resembles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.base.seam import world_of
from tocsin.base.story import Story
from tocsin.base.time import to_ms
from tocsin.store.affairs.moves import put_apart
from tocsin.store.affairs.reads import earlier_lines, find_stories
from tocsin.store.affairs.rows import StoryFilter, StoryLine
from tocsin.store.database import Database, marks
from tocsin.store.map import STORY_COLUMNS, story_of
from tocsin.story.merge import have_converged

_COMPARED = 24
_EARLIER = 1_000  # of the largest stories there are, so many are looked at
_FEWEST_POSTS = 3
_DECODED = 200


def lookalikes(db: Database, line: StoryLine, since: datetime) -> list[StoryLine]:
    """Return the stories that speak of the same thing, of the 24 largest that moved since; none a person put apart.

    Back-fills and the live part of a world are one past: the stories of each are looked at.
    """
    found = find_stories(
        db, line.brand, world_of(line.timeline), StoryFilter(since=since, largest_first=True, limit=_COMPARED)
    )
    others = [other for other in found if other.id != line.id]
    whole = _whole(db, [line.number, *(other.number for other in others)], line)
    if line.number not in whole:
        return []
    alike = [other for other in others if have_converged(whole[line.number], whole[other.number])]
    apart = put_apart(db, db.names.brand(line.brand), [(line.id, other.id) for other in alike])
    return [other for other in alike if (line.id, other.id) not in apart]


def whole_story(db: Database, line: StoryLine) -> Story:
    """Return the whole row of a story, with the words that grouping reads."""
    return _whole(db, [line.number], line)[line.number]


def earlier_stories(db: Database, line: StoryLine, since: datetime) -> list[tuple[StoryLine, Story]]:
    """Return the largest stories of the world that were over before this one began, with all that grouping reads.

    Bounded: the thousand largest are looked at in an index, at most 200 are read whole. since: of their last post.
    """
    found = earlier_lines(db, line, to_ms(since), (_EARLIER, _FEWEST_POSTS))[:_DECODED]
    whole = _whole(db, [other.number for other in found], line)
    return [(other, whole[other.number]) for other in found if other.number in whole]


def _whole(db: Database, numbers: Sequence[int], place: StoryLine) -> dict[int, Story]:
    if not numbers:
        return {}
    sql = f"select id, {', '.join(STORY_COLUMNS)} from store_story where id in ({marks(len(numbers))})"
    return {row[0]: story_of(row[1:], place.brand, place.timeline) for row in db.rows(sql, list(numbers))}

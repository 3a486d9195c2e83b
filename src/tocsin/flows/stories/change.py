"""What people change in stories: their titles, and which posts they hold; each can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.base.errors import InputError
from tocsin.flows.correct import Hand
from tocsin.flows.engine import Engine
from tocsin.store.affairs.rearrange import Who
from tocsin.store.affairs.rows import Move, PostLine, StoryFilter, StoryLine
from tocsin.store.rows import AuditEntry, LabelRow

_LONGEST_TITLE = 120
_OFFERED = 60


def rename_story(engine: Engine, name: str, title: str, hand: Hand) -> StoryLine:
    """Give a story a title of one's own, "" for the one its posts give. Raises NotFoundError, InputError."""
    line = engine.store.affairs.story(hand.brand, name)
    written = " ".join(title.split())
    if len(written) > _LONGEST_TITLE:
        raise InputError(
            "A title has at most {most} letters; this one has {length}.", most=_LONGEST_TITLE, length=len(written)
        )
    engine.store.add_label(
        LabelRow(subject_kind="story", subject=line.id, label="title", by=hand.person.mark, at=hand.at, note=written)
    )
    engine.store.note_audit(
        AuditEntry(at=hand.at, by=hand.person.mark, action="story.rename", subject=line.id, text=written)
    )
    return engine.store.affairs.story(hand.brand, name)


def merge_stories(engine: Engine, source: str, target: str, hand: Hand) -> Move:
    """Put all of one story into another. Raises NotFoundError, InputError, ConflictError."""
    affairs = engine.store.affairs
    moved = affairs.move(affairs.story(hand.brand, source), affairs.story(hand.brand, target), None, _who(hand))
    return _noted(engine, "story.merge", moved, hand)


def split_story(engine: Engine, source: str, rows: Sequence[int], target: str, hand: Hand) -> Move:
    """Put some posts of a story into another, or into a new one (target ""). Raises NotFoundError, InputError."""
    affairs = engine.store.affairs
    other = affairs.story(hand.brand, target) if target else None
    moved = affairs.move(affairs.story(hand.brand, source), other, rows, _who(hand))
    return _noted(engine, "story.split", moved, hand)


def undo_move(engine: Engine, number: int, hand: Hand) -> Move:
    """Put moved posts back where they were. Raises NotFoundError, ConflictError."""
    return _noted(engine, "story.undo", engine.store.affairs.move_back(hand.brand, number, _who(hand)), hand)


def offered_posts(engine: Engine, line: StoryLine) -> list[PostLine]:
    """Return the posts to choose from when a story is split: the newest, and the first, one line each."""
    affairs = engine.store.affairs
    found = {
        post.row: post for post in [*affairs.last_lines(line.number, _OFFERED), *affairs.first_lines(line.number, 20)]
    }
    return sorted(found.values(), key=lambda post: (-post.minute, -post.row))


def chosen_posts(engine: Engine, line: StoryLine, rows: Sequence[int]) -> list[PostLine]:
    """Return the posts of the story that were ticked, for the preview; those of other stories are left out."""
    return engine.store.affairs.lines_in(line.number, rows)


def mergeable(engine: Engine, line: StoryLine, words: str, since: datetime) -> list[StoryLine]:
    """Return other stories to choose from: those that look like one with it first, then those that moved since."""
    affairs = engine.store.affairs
    alike = [] if words else affairs.lookalikes(line, since)
    wanted = StoryFilter(since=since, words=tuple(words.split()[:6]), limit=30)
    found = {other.id: other for other in [*alike, *affairs.stories(line.brand, wanted)]}
    return [other for other in found.values() if other.id != line.id]


def _noted(engine: Engine, action: str, moved: Move, hand: Hand) -> Move:
    subject = f"{moved.source}>{moved.target}"
    engine.store.note_audit(
        AuditEntry(at=hand.at, by=hand.person.mark, action=action, subject=subject, text=str(moved.posts))
    )
    return moved


def _who(hand: Hand) -> Who:
    return Who(hand.person.mark, hand.at)

"""The earlier story that one resembles: what it was, how large it grew, how long it took."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tocsin.flows.engine import Engine
from tocsin.store.affairs.rows import StoryLine
from tocsin.story.resemble import resembles

_PAST = timedelta(days=400)


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A story of the past. likeness: 0..1."""

    line: StoryLine
    likeness: float

    @property
    def lasted_s(self) -> float:
        """How long it took from its first post to its last, in seconds."""
        return (self.line.last_at - self.line.first_at).total_seconds()


def earlier_story(engine: Engine, line: StoryLine) -> Earlier | None:
    """Return the story of the last 400 days, over before this one began, that it resembles most; None for none."""
    whole, found = engine.store.affairs.earlier(line, line.first_at - _PAST)
    lines = {other.id: other for other, _ in found}
    best = resembles(whole, [row for _, row in found])
    return None if best is None else Earlier(line=lines[best[0]], likeness=best[1])

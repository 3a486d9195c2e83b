"""The demonstration behind the pages: earlier days as a back-fill, the last hours live at a speed of one's choice.

It runs in a folder of its own, so that nothing of it touches a real installation and nobody is told. The pages go by
the clock of the play; when the play is over, that clock is the real one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Source, Upsert
from tocsin.collect.scenario import Played, Scenario, play_labelled
from tocsin.flows.close import close_timeline
from tocsin.flows.demo import start_demo
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Place, ingest_page

PAST = "backfill:demo"
CAST = (("alice", "Alice", None), ("bruno", "Bruno", Role.MANAGER), ("chloe", "Chloé", Role.AGENT))


class DemoClock:
    """The time of the play: `speed` times the real one, until both are the same.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> clock = DemoClock(noon - timedelta(hours=1), noon, speed=61)
    >>> clock.at(noon + timedelta(seconds=30)) - noon
    datetime.timedelta(days=-1, seconds=84630)
    >>> clock.at(noon + timedelta(seconds=90)) - noon
    datetime.timedelta(seconds=90)
    """

    def __init__(self, start: datetime, real: datetime, speed: float) -> None:
        self._start, self._real, self.speed = start, real, speed

    def at(self, real: datetime) -> datetime:
        """Return the time of the play at a real instant; it never passes the real one."""
        return min(real, self._start + (real - self._real) * self.speed)

    def set_speed(self, real: datetime, speed: float) -> None:
        """Go on from here at another speed; 0 stands still."""
        self._start, self._real, self.speed = self.at(real), real, speed


class LiveDemo:
    """The play: what was not shown yet, in the order in which it is seen. posts: all of it, what came before too."""

    def __init__(self, engine: Engine, posts: Sequence[Played], earlier: Sequence[Played] = ()) -> None:
        self.engine = engine
        self.posts = (*earlier, *posts)
        self._posts = sorted(posts, key=lambda played: (played.post.seen_at, played.post.key))
        self._next = 0

    @property
    def is_over(self) -> bool:
        """Whether all was shown."""
        return self._next >= len(self._posts)

    def step(self, now: datetime) -> int:
        """Store what is seen by `now`, close the minutes before it, and return how many posts that was."""
        first = self._next
        while self._next < len(self._posts) and self._posts[self._next].post.seen_at <= now:
            self._next += 1
        _bring(self.engine, self._posts[first : self._next], LIVE, now)
        for row in self.engine.store.sources():
            self.engine.store.heartbeat(row.source.name, LIVE, now)
            self.engine.store.note_good(row.source.name, now, now + timedelta(minutes=2))
        close_timeline(self.engine, LIVE, minute_of(now) - 1, now)
        return self._next - first


def open_demo(settings: Settings, scenario: Scenario, now: datetime) -> Engine:
    """Return an engine on a fresh demo folder, with the scenario's brands, watches and sources, and Alice's house."""
    engine = start_demo(settings, scenario, PAST)
    slug = next(iter(scenario.brands.values())).slug
    for name in scenario.sources:
        engine.store.save_source(Source(name=name, adapter="demo", options={}), slug)
    for key, name, role in CAST:
        person = Person(id=0, email=f"{key}@example.org", name=name, language=settings.language, is_owner=role is None)
        added = engine.store.people.add(person, now)
        if role is not None:
            engine.store.people.set_roles(added.id, {slug: role})
    return engine


def load_demo(
    engine: Engine, scenario: Scenario, end: datetime, live: timedelta, *, seed: int, scale: float
) -> LiveDemo:
    """Store all that was seen before the last `live` as a back-fill, and return the play of the rest.

    The story goes on in the live part: what the back-fill taught about the usual level is where the live begins.
    """
    posts = play_labelled(scenario, seed=seed, end=end, scale=scale)
    begin = end - live
    past = [played for played in posts if played.post.seen_at < begin]
    _bring(engine, past, PAST, begin)
    close_timeline(engine, PAST, minute_of(begin), begin)
    demo = LiveDemo(engine, [played for played in posts if played.post.seen_at >= begin], past)
    demo.step(begin)
    return demo


def _bring(engine: Engine, posts: Sequence[Played], timeline: str, now: datetime) -> None:
    by_source: dict[str, list[Upsert]] = defaultdict(list)
    for played in posts:
        by_source[played.source].append(Upsert(post=played.post))
    for source, items in sorted(by_source.items()):
        ingest_page(engine, Place(source, timeline), Page(items=items, next_cursor=""), now)

"""All that the page of a story shows, each part bounded whatever the size of the story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.brand import Brand
from tocsin.base.errors import NotFoundError
from tocsin.base.story import StoryState
from tocsin.base.surge import Surge
from tocsin.base.time import MINUTE_MS, minute_of, minute_start
from tocsin.flows.engine import Engine
from tocsin.flows.level import LevelPoint, expectation
from tocsin.flows.stories.earlier import Earlier, earlier_story
from tocsin.flows.stories.glance import level_of, state_of
from tocsin.flows.stories.spread import StorySpread, story_spread
from tocsin.report.media import medium_of
from tocsin.report.values import Medium
from tocsin.spread.media import Media
from tocsin.spread.values import SpreadPost, Step
from tocsin.store.affairs.rows import AlertFilter, Copy, PostLine, Shares, StoryLine

_READ = 300  # of the first posts, and as many of the loudest, from which the map and what to read first are chosen
_TOP = 5
_COPIES = 4
_MOST_MOVES = 40
_TOLD_JOIN = 12  # posts that the engine put together, from which the timeline tells of it
_DAY_MIN = 1440
_LONGEST_CURVE_H = 24 * 14
_LIKE_DAYS = timedelta(days=7)
_UNVERIFIED = ("defamation", "disinformation", "impersonation", "leak", "rumour")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline. code: first, relay, local_press, national_press, alert, step, title, joined,
    moved_in, moved_out.

    words: what fills the sentence of the code; row: of the mention behind it, 0 for none. move: to be taken back here.
    """

    at: datetime
    code: str
    words: tuple[str, ...] = ()
    row: int = 0
    move: int = 0


class MediumShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many posts a medium holds, and their share of those read."""

    medium: Medium
    posts: int
    share: float


class StoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A story with all that is known of it. level: the loudest of its alerts that nobody settled, else calm.

    state: as it moves now. fragments: joins of a few posts, by the engine. earlier: the story of the past that it
    resembles most, None for none.
    contested: posts in which the first reading found a denial. posts: those read, oldest first.
    """

    line: StoryLine
    level: str
    state: StoryState
    contested: int
    alerts: tuple[Alert, ...]
    surge: Surge | None
    first: PostLine | None
    top: tuple[PostLine, ...]
    copies: tuple[Copy, ...]
    spread: StorySpread
    media: tuple[MediumShare, ...]
    shares: Shares
    facts: tuple[Fact, ...]
    posts: tuple[PostLine, ...]
    points: tuple[LevelPoint, ...]
    lookalikes: tuple[StoryLine, ...]
    fragments: tuple[Fact, ...]
    earlier: Earlier | None

    @property
    def negative_p(self) -> float:
        """The share of negative posts."""
        return self.line.negative / self.line.posts if self.line.posts else 0.0

    @property
    def is_unverified(self) -> bool:
        """Whether it asserts what nobody has verified: never said of complaints or praise."""
        return self.line.kind in _UNVERIFIED

    @property
    def repeated(self) -> int:
        """How many posts repeat another."""
        return self.line.copies

    @property
    def open_alert(self) -> Alert | None:
        """The newest alert of it that is not settled, or None."""
        return next((alert for alert in self.alerts if alert.state in _UNSETTLED), None)

    @property
    def relay(self) -> Fact | None:
        """The first relay of weight, or None."""
        return next((fact for fact in self.facts if fact.code == "relay"), None)

    @property
    def press(self) -> Fact | None:
        """The first article, or None."""
        return next((fact for fact in self.facts if fact.code in ("local_press", "national_press")), None)


_UNSETTLED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


def story_page(engine: Engine, brand: Brand, name: str, now: datetime) -> StoryPage:
    """Return a story of the brand. Raises NotFoundError, and names the story all of it was put into if there is one."""
    affairs = engine.store.affairs
    line = affairs.story(brand.slug, name)
    if line.posts == 0:
        raise NotFoundError("There is no story {id!r}. Take its id from the list of stories.", id=name)
    alerts = affairs.alerts(brand.slug, AlertFilter(stories=(line.id,), limit=20))
    first, loud = affairs.first_lines(line.number, _READ), affairs.loud_lines(line.number, _READ)
    newest = affairs.last_lines(line.number, _READ // 4)
    read = {post.row: post for post in [*first, *loud, *newest]}
    posts = sorted(read.values(), key=lambda post: (post.minute, post.row))
    spread = story_spread(engine, line)
    shares = affairs.shares(line.number)
    surges = [alert.subject for alert in alerts if alert.cause == "surge"]
    facts = _facts(engine, line, milestones(spread.reached), alerts)
    joined = [fact for fact in facts if fact.code == "joined"]
    # Fragments of a few posts that the engine put together tell nothing of what happened.
    fragments = [fact for fact in joined if int(fact.words[0]) < max(_TOLD_JOIN, line.posts // 10)]
    return StoryPage(
        line=line,
        level=level_of(alerts, now),
        state=state_of(line, now),
        contested=affairs.denials(line.number) if line.kind in _UNVERIFIED else 0,
        alerts=tuple(alerts),
        surge=engine.store.surge(surges[0]) if surges else None,
        first=next(iter(spread.traces), posts[0] if posts else None),
        top=tuple(top_posts(posts)),
        copies=tuple(affairs.copies(line.number, _COPIES)),
        spread=spread,
        media=tuple(_media(shares, posts, spread.media)),
        shares=shares,
        facts=tuple(fact for fact in facts if fact not in fragments),
        fragments=tuple(fragments),
        posts=tuple(posts),
        points=_points(engine, brand, line, now),
        lookalikes=tuple(affairs.lookalikes(line, now - _LIKE_DAYS)[:3]),
        earlier=earlier_story(engine, line),
    )


def moved_to(engine: Engine, brand: Brand, name: str) -> str:
    """Return the id of the story into which all of this one was put, "" if it stands."""
    return engine.store.affairs.successors(brand.slug, [name]).get(name, "")


def top_posts(posts: Sequence[PostLine]) -> list[PostLine]:
    """Return the five posts to read first: the gravest, then those most people may have read; one of each text."""
    ordered = sorted(posts, key=lambda post: (-post.severity, -(post.followers or 0), post.minute, post.row))
    chosen: dict[int, PostLine] = {}
    for post in ordered:
        chosen.setdefault(post.exact, post)
        if len(chosen) == _TOP:
            break
    return list(chosen.values())


def _media(shares: Shares, posts: Sequence[PostLine], media: Media) -> list[MediumShare]:
    counts: Counter[Medium] = Counter()
    for (platform, kind), number in shares.places.items():
        counts[medium_of(platform, kind, None)] += number
    # Only an address tells the national press; those read are all the articles of all but the largest stories.
    national = sum(medium_of(post.platform, post.kind, post.url, media) is Medium.NATIONAL_PRESS for post in posts)
    counts[Medium.NATIONAL_PRESS] += min(national, counts[Medium.LOCAL_PRESS])
    counts[Medium.LOCAL_PRESS] -= counts[Medium.NATIONAL_PRESS]
    whole = max(1, shares.read)
    return [
        MediumShare(medium=medium, posts=counts[medium], share=counts[medium] / whole)
        for medium in Medium
        if counts[medium] > 0
    ]


def _facts(engine: Engine, line: StoryLine, reached: Sequence[Fact], alerts: Sequence[Alert]) -> list[Fact]:
    facts = list(reached)
    for alert in alerts:
        facts.append(Fact(at=alert.at, code="alert", words=(alert.level, alert.id)))
        facts += [
            Fact(at=step.at, code="step", words=(step.state.value, step.by, step.note))
            for step in engine.store.alert_log(alert.id)
        ]
    for label in engine.store.labels(subject_kind="story", subject=line.id, limit=50):
        if label.label == "title":
            facts.append(Fact(at=label.at, code="title", words=(label.note, label.by)))
    return sorted([*facts, *_moved(engine, line)], key=lambda fact: fact.at)


def _moved(engine: Engine, line: StoryLine) -> list[Fact]:
    """What was put into the story and out of it. A move that was taken back is not told: it changed nothing."""
    moves = engine.store.affairs.moves(line.brand, line.id, _MOST_MOVES)
    others = {move.source for move in moves} | {move.target for move in moves}
    titles = engine.store.affairs.own_titles(line.brand, sorted(others - {line.id}))
    facts = []
    for move in moves:
        if move.undone:
            continue
        is_out = move.source == line.id
        code = "moved_out" if is_out else "joined" if move.by_engine else "moved_in"
        other = titles.get(move.target if is_out else move.source, "")
        undo = 0 if move.correction else move.id  # what was said of a mention is taken back there
        facts.append(Fact(at=move.at, code=code, words=(str(move.posts), move.by, other), move=undo))
    return facts


def milestones(reached: Mapping[Step, SpreadPost]) -> list[Fact]:
    """Return the first post, the first relay of weight, and the entries into the press, as facts."""
    return [
        Fact(
            at=minute_start(post.at_ms // MINUTE_MS),
            code=step.value,
            words=(post.name or post.handle, str(post.followers or 0)),
            row=post.row,
        )
        for step, post in reached.items()
    ]


def _points(engine: Engine, brand: Brand, line: StoryLine, now: datetime) -> tuple[LevelPoint, ...]:
    """Posts of the story an hour, from just before its first to just after its last, at most two weeks."""
    last = min(minute_of(now), minute_of(line.last_at) + 6 * 60) // 60 * 60 + 60
    first = max(minute_of(line.first_at) // 60 * 60 - 60, last - _LONGEST_CURVE_H * 60)
    counts = engine.store.affairs.hours([line.number], first, last)[line.number]
    usual = expectation(engine, brand)
    points = []
    for start in range(first, last, 60):
        band = usual.band(start + 59) if usual else None
        points.append(
            LevelPoint(
                minute=start + 60,
                seen=counts.get(start, 0),
                low=band.low if band else None,
                high=band.high if band else None,
            )
        )
    return tuple(points)


def words_of(shares: Mapping[str, int], most: int = 3) -> list[tuple[str, float]]:
    """Return the largest shares of a count, as (name, share of the whole)."""
    whole = max(1, sum(shares.values()))
    return [(name, number / whole) for name, number in Counter(shares).most_common(most)]

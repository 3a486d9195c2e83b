"""How a story spread: read from the store and told by the room, who carried it and which accounts came together."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.flows.engine import Engine
from tocsin.flows.media import media_in_force
from tocsin.report.media import is_press, medium_of
from tocsin.report.values import Medium
from tocsin.spread.amplify import rank_amplifiers
from tocsin.spread.cascade import build_cascade
from tocsin.spread.media import Media, press_of
from tocsin.spread.origin import find_origin
from tocsin.spread.percolate import percolate
from tocsin.spread.together.story import find_rings
from tocsin.spread.values import (
    MOST_POSTS,
    Amplifier,
    Cascade,
    Gap,
    Missing,
    Origin,
    Press,
    Ring,
    SpreadPost,
    Step,
)
from tocsin.store.affairs.rows import PostLine, StoryLine, Trail

PUBLIC_REACH = 1_000  # followers from which an account is public enough to be named on a shared screen
_CARRIERS = 8
_RINGS = 3
_RING_POSTS = 8


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """An account that carried a story. reach: followers, None if not known. brought: posts that come from its own.

    without_p: share of the posts read that stand below its own, 0..1.
    """

    name: str
    medium: Medium
    reach: int | None
    brought: int
    without_p: float


class SmallVoices(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts of small audience that carried a story, together: how many, and what they brought."""

    accounts: int = 0
    brought: int = 0


class ShownRing(msgspec.Struct, frozen=True, kw_only=True):
    """A ring with its first posts, as the page lists them."""

    ring: Ring
    posts: tuple[PostLine, ...]

    @property
    def more(self) -> int:
        """How many posts of it are not listed."""
        return len(self.ring.rows) - len(self.posts)


class StorySpread(msgspec.Struct, frozen=True, kw_only=True):
    """How a story spread. read: posts it is told from. causes: by row, the row of the post that one comes from.

    media: the titles of the press in force. carriers: those that brought most, of carriers_known. traces: the
    earliest, oldest first.
    """

    read: int
    media: Media
    causes: dict[int, int]
    reached: dict[Step, SpreadPost]
    origin: Origin
    traces: tuple[PostLine, ...]
    carriers: tuple[Carrier, ...]
    carriers_known: int
    small_voices: SmallVoices
    rings: tuple[ShownRing, ...]


class _Told(msgspec.Struct, frozen=True):
    """What the room tells of the posts of a story; it changes only when the story or the titles of the press do."""

    read: int
    cascade: Cascade
    origin: Origin
    ranked: tuple[Amplifier, ...]
    reached: dict[Step, SpreadPost]
    rings: tuple[Ring, ...]


def story_spread(engine: Engine, line: StoryLine) -> StorySpread:
    """Return how a story spread, told from at most 3,000 of its posts: two thirds its earliest, one its newest."""
    affairs = engine.store.affairs
    media = media_in_force(engine)
    # A page and its two charts are asked for one after the other: the posts are read once.
    told = engine.kept(
        ("spread", line, frozenset(media.items())),
        lambda: _tell(affairs.trail(line.number, MOST_POSTS), media),
    )
    origin = _with_sources(engine, told.origin, told.read, line)
    carriers, small = carriers_of(told.ranked, media)
    wanted = [trace.row for trace in origin.traces] + [row for ring in told.rings for row in ring.rows[:_RING_POSTS]]
    lines = {post.row: post for post in affairs.lines(sorted(set(wanted)))}
    return StorySpread(
        read=told.read,
        media=media,
        causes={row: edge.parent for row, edge in told.cascade.edges.items()},
        reached=told.reached,
        origin=origin,
        traces=tuple(lines[trace.row] for trace in origin.traces if trace.row in lines),
        carriers=tuple(carriers[:_CARRIERS]),
        carriers_known=len(carriers),
        small_voices=small,
        rings=tuple(
            ShownRing(ring=ring, posts=tuple(lines[row] for row in ring.rows[:_RING_POSTS] if row in lines))
            for ring in told.rings
        ),
    )


def _tell(trail: Sequence[Trail], media: Media) -> _Told:
    cascade = build_cascade(spread_post(one, media) for one in trail)
    return _Told(
        read=len(trail),
        cascade=cascade,
        origin=find_origin(cascade),
        ranked=tuple(rank_amplifiers(cascade)),
        reached=percolate(cascade),
        rings=tuple(find_rings(cascade)[:_RINGS]),
    )


def spread_post(one: Trail, media: Media) -> SpreadPost:
    """Return a post as the room reads it, with the scope of its press."""
    press = None
    if is_press(medium_of(one.platform, one.kind, one.url, media)):
        press = press_of(one.url, media) or Press.LOCAL
    given = {name: getattr(one, name) for name in _COMMON}
    return SpreadPost(**given, press=press)


_COMMON = tuple(name for name in SpreadPost.__struct_fields__ if name in Trail.__struct_fields__)


def carriers_of(ranked: Sequence[Amplifier], media: Media | None = None) -> tuple[list[Carrier], SmallVoices]:
    """Return the accounts that carried a story, those that brought most first, and the small ones among them in a sum.

    Small: followed by fewer than a thousand people, and no press: they stand for nobody but themselves.
    """
    known = [one for one in ranked if one.post.press is not None or (one.post.followers or 0) >= PUBLIC_REACH]
    named = {one.post.author for one in known}
    small = [one for one in ranked if one.post.author not in named]
    carriers = [
        Carrier(
            name=one.post.name or one.post.handle,
            medium=medium_of(one.post.platform, one.post.kind, one.post.url, media),
            reach=one.post.followers,
            brought=one.direct,
            without_p=one.without_p,
        )
        for one in known
    ]
    return carriers, SmallVoices(accounts=len(small), brought=sum(one.direct for one in small))


def _with_sources(engine: Engine, origin: Origin, read: int, line: StoryLine) -> Origin:
    """Add what only the store knows: posts beyond those read, and sources that cannot be read now."""
    more = []
    if line.posts > read:
        more.append(Missing(gap=Gap.CAPPED, words=(str(read), str(line.posts))))
    silent = [row.source.name for row in engine.store.sources() if row.enabled and (row.stopped or row.failures)]
    if silent:
        more.append(Missing(gap=Gap.SOURCE_SILENT, words=(", ".join(silent[:3]),)))
    return msgspec.structs.replace(origin, missing=(*origin.missing, *more))

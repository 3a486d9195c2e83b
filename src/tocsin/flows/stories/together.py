"""The same accounts pushing several stories of one brand, within thirty days; never an accusation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.brand import Brand
from tocsin.flows.engine import Engine
from tocsin.flows.media import media_in_force
from tocsin.flows.stories.spread import ShownRing, spread_post
from tocsin.spread.together.story import find_rings_among
from tocsin.spread.values import Ring, SpreadPost
from tocsin.store.affairs.rows import StoryLine

DAYS = 30
_STORIES = 12  # the largest that moved
_POSTS = 800  # of each: its earliest and its newest
_RINGS = 10
_SHOWN_POSTS = 8


class RingAcross(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that came together on several stories: their ring, and the stories, those of most of its posts first."""

    shown: ShownRing
    stories: tuple[tuple[StoryLine, int], ...]


class Across(msgspec.Struct, frozen=True, kw_only=True):
    """The rings across stories, least likely first. stories, posts: how many were read, at most 12 and 800 of each."""

    rings: tuple[RingAcross, ...]
    stories: int
    posts: int


def rings_across(engine: Engine, brand: Brand, now: datetime) -> Across:
    """Return the accounts that came together on two stories or more of the brand in the last thirty days."""
    affairs = engine.store.affairs
    media = media_in_force(engine)
    since = now - timedelta(days=DAYS)
    lines = [line for line in affairs.moved_since(brand.slug, since, _STORIES) if line.posts > 1]
    of_row: dict[int, StoryLine] = {}
    posts: list[SpreadPost] = []
    for line in lines:
        for one in affairs.trail(line.number, _POSTS):
            if one.at_ms >= since.timestamp() * 1000:
                of_row[one.row] = line
                posts.append(spread_post(one, media))
    posts.sort(key=lambda post: (post.at_ms, post.row))
    found = []
    for ring in find_rings_among(posts):
        stories = _stories(ring, of_row)
        if len(stories) > 1:
            found.append((ring, stories))
    found = found[:_RINGS]
    wanted = {row for ring, _ in found for row in ring.rows[:_SHOWN_POSTS]}
    shown = {post.row: post for post in affairs.lines(sorted(wanted))}
    return Across(
        rings=tuple(
            RingAcross(
                shown=ShownRing(ring=ring, posts=tuple(shown[row] for row in ring.rows[:_SHOWN_POSTS] if row in shown)),
                stories=stories,
            )
            for ring, stories in found
        ),
        stories=len(lines),
        posts=len(posts),
    )


def _stories(ring: Ring, of_row: dict[int, StoryLine]) -> tuple[tuple[StoryLine, int], ...]:
    numbers = Counter(of_row[row].number for row in ring.rows)
    lines: dict[int, StoryLine] = {of_row[row].number: of_row[row] for row in ring.rows}
    ordered: Sequence[int] = sorted(numbers, key=lambda number: (-numbers[number], number))
    return tuple((lines[number], numbers[number]) for number in ordered)

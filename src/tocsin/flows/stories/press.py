"""When a story entered the press: its first local and its first national article."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from tocsin.base.brand import Brand
from tocsin.flows.engine import Engine
from tocsin.flows.media import media_in_force
from tocsin.flows.stories.spread import spread_post
from tocsin.spread.percolate import first_articles
from tocsin.spread.values import MOST_POSTS, SpreadPost, Step


class FirstPress(NamedTuple):
    """When the local (or specialised) and the national press first wrote of a story; None where it has not."""

    local_at: datetime | None
    national_at: datetime | None


def first_press(engine: Engine, brand: Brand, story: str) -> FirstPress:
    """Return when the press first wrote of a story of the brand, by when its articles were written.

    Told from at most 3,000 of its posts, as its page is. Raises NotFoundError if the brand has no such story.
    """
    affairs = engine.store.affairs
    line = affairs.story(brand.slug, story)
    media = media_in_force(engine)
    found = first_articles(spread_post(one, media) for one in affairs.trail(line.number, MOST_POSTS))
    return FirstPress(_written_at(found.get(Step.LOCAL_PRESS)), _written_at(found.get(Step.NATIONAL_PRESS)))


def _written_at(post: SpreadPost | None) -> datetime | None:
    return None if post is None else datetime.fromtimestamp(post.at_ms / 1000, UTC)

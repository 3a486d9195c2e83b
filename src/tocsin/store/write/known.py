"""Which posts are stored already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tocsin.base.post import Post
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import stored_id

Key = tuple[str, str]


class Stored(NamedTuple):
    """A post that is there already."""

    id: int
    title: str
    text: str
    rest: str


def post_key(post: Post) -> Key:
    """Return the identity of a post as it is stored."""
    return (post.platform, stored_id(post.native_id))


def find_posts(db: Database, world: int, keys: Iterable[Key]) -> dict[Key, Stored]:
    """Return those of the posts that are stored in a world, by (platform, native_id)."""
    by_platform: dict[str, list[str]] = {}
    for platform, native_id in keys:
        by_platform.setdefault(platform, []).append(native_id)
    found: dict[Key, Stored] = {}
    for platform, native_ids in by_platform.items():
        for chunk in bulk.chunks(native_ids):
            rows = db.rows(
                "select native_id, id, title, text, rest from store_post"
                f" where world_id = %s and platform = %s and native_id in ({marks(len(chunk))})",
                [world, platform, *chunk],
            )
            found.update({(platform, row[0]): Stored(*row[1:]) for row in rows})
    return found

"""Which posts are stored already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tocsin.store import bulk
from tocsin.store.database import Database, marks


class Stored(NamedTuple):
    """A post that is there already."""

    id: int
    title: str
    text: str
    rest: str


def find_posts(db: Database, world: int, keys: Iterable[bytes]) -> dict[bytes, Stored]:
    """Return those of the posts that are stored in a world, by their `map.post_key`."""
    found: dict[bytes, Stored] = {}
    for chunk in bulk.chunks(list(keys)):
        rows = db.rows(
            f"select key, id, title, text, rest from store_post where world_id = %s and key in ({marks(len(chunk))})",
            [world, *chunk],
        )
        found.update({bytes(row[0]): Stored(*row[1:]) for row in rows})
    return found

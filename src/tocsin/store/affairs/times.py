"""When the posts of a story were written, and nothing else of them."""

from __future__ import annotations

from tocsin.store.database import Database


def times(db: Database, number: int, until: int, limit: int) -> list[int]:
    """Return when the posts of a story were written (ms since 1970), earliest first.

    until: the last minute whose posts count, by the clock of the story's timeline. limit: at most so many, the first.
    """
    rows = db.rows(
        "select p.created_ms from (select m.post_id from store_mention m where m.story_id = %s and m.minute <= %s"
        " order by m.minute, m.id limit %s) n join store_post p on p.id = n.post_id",
        [number, until, limit],
    )
    return sorted(int(at_ms) for (at_ms,) in rows)

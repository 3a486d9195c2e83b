"""What has just arrived, for the pages that are open."""

from __future__ import annotations

from typing import NamedTuple

from tocsin.base.seam import LIVE
from tocsin.store.database import Database


class Arrival(NamedTuple):
    """New mentions of one brand: how many posts, and the row of the newest."""

    brand: str
    count: int
    newest: int


def last_mention(db: Database) -> int:
    """Return the row of the newest mention, 0 if there is none."""
    return int(db.value("select max(id) from store_mention") or 0)


def arrivals(db: Database, after: int, limit: int) -> list[Arrival]:
    """Return what came after a row on the live timeline, by brand; at most `limit` mentions are looked at."""
    rows = db.rows(
        "select b.slug, count(*), max(m.id) from"
        " (select id, brand_id, lead, timeline_id from store_mention where id > %s order by id limit %s) m"
        " join store_brand b on b.id = m.brand_id join store_timeline t on t.id = m.timeline_id"
        " where m.lead and t.name = %s group by b.slug order by max(m.id)",
        [after, limit, LIVE],
    )
    return [Arrival(str(slug), int(count), int(newest)) for slug, count, newest in rows]

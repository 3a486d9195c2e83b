"""How much is said, how and by whom: read from the kept counts and the newest mentions alone."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.base.kind import Tone
from tocsin.base.seam import LIVE
from tocsin.store.affairs.rows import Voices
from tocsin.store.close import fold_record, newest_backfill_state
from tocsin.store.database import Database, marks
from tocsin.store.write.counts import DAY, MINUTE

_MOST_VOICES = 4_000


def world_timelines(db: Database, world: str) -> list[int]:
    """Return the numbers of the timelines that share a world, its own first."""
    number = db.names.find_timeline(world)
    rows = db.rows("select id from store_timeline where world_id = %s order by id desc", [number])
    return [] if number is None else [number, *(row for (row,) in rows)]


def tones_of(
    db: Database, brand: str, world: str, span: tuple[int, int], *, days: bool = False
) -> dict[int, tuple[int, int]]:
    """Return (posts, negative posts) of each minute, or local day, from the first of `span` and before its last."""
    timelines = world_timelines(db, world)
    if not timelines:
        return {}
    found: dict[int, tuple[int, int]] = {}
    for start, tone, posts in db.rows(
        "select start, tone, sum(posts) from store_count where brand_id = %s and watch = 0 and span = %s"
        f" and start >= %s and start < %s and timeline_id in ({marks(len(timelines))}) group by start, tone",
        [db.names.brand(brand), DAY if days else MINUTE, *span, *timelines],
    ):
        whole, negative = found.get(start, (0, 0))
        found[start] = (whole + int(posts), negative + (int(posts) if tone == Tone.NEGATIVE.value else 0))
    return found


def voices(db: Database, brand: str, world: str, since_minute: int, relay_reach: int) -> Voices:
    """Return who spoke since a minute, read from the newest 4,000 posts at most; relay_reach: followers of a relay."""
    row = db.row(
        "select count(*), count(distinct p.author_id),"
        " count(distinct case when a.followers >= %s then p.author_id end) from ("
        "select m.post_id as post from store_mention m where m.lead and m.brand_id = %s and m.world_id = %s"
        " and m.minute >= %s order by m.minute desc, m.id desc limit %s) n"
        " join store_post p on p.id = n.post left join store_author a on a.id = p.author_id",
        [relay_reach, db.names.brand(brand), db.names.find_timeline(world), since_minute, _MOST_VOICES],
    )
    posts, authors, relays = row or (0, 0, 0)
    return Voices(authors=authors, relays=relays, is_capped=posts >= _MOST_VOICES)


def memory(db: Database, brand: str, world: str, versions: Sequence[str]) -> bytes | None:
    """Return the state a fold of one of these versions left on a world, or on its furthest back-fill; None for none."""
    record = fold_record(db, world, brand)
    if record.state is not None and record.version in versions:
        return record.state
    if world != LIVE:
        return None
    found = (newest_backfill_state(db, brand, version) for version in versions)
    return next((state for state in found if state is not None), None)

"""What grouping, counting and judging need of a mention, read from its row: in one place, for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.base.ids import stable_int
from tocsin.base.kind import Tone
from tocsin.base.seam import LIVE
from tocsin.base.story import MentionDigest
from tocsin.base.time import from_ms
from tocsin.store.database import Database, Row
from tocsin.store.map import unpack_bands

# fmt: off
_SELECT = (
    "select m.id, m.minute, p.platform, p.native_id, p.created_ms, p.seen_ms, p.text, p.title, m.language, m.tone,"
    " m.severity, m.kinds, s.name, a.platform, a.handle, a.followers, m.own, m.exact, m.bands, m.terms, w.body,"
    " m.timeline_id, y.name from store_mention m join store_post p on p.id = m.post_id"
    " join store_watch w on w.id = m.watch_id left join store_author a on a.id = p.author_id"
    " left join store_source s on s.id = m.source left join store_story y on y.id = m.story_id"
)
# fmt: on


class _Danger(msgspec.Struct):
    danger_severity: int = 80


_danger = msgspec.json.Decoder(_Danger)


def digests(db: Database, brand: str, where: str, params: Sequence[object]) -> list[tuple[MentionDigest, str]]:
    """Return the mentions `m` of a brand that fit, each with the id of its story, "" for none.

    where: begins with `where`. A post counts when it was seen on `live`, and when it was written on all others.
    """
    live = db.names.find_timeline(LIVE)
    return [(_digest(row, brand, live=row[21] == live), row[22] or "") for row in db.rows(f"{_SELECT} {where}", params)]


def _digest(row: Row, brand: str, *, live: bool) -> MentionDigest:
    return MentionDigest(
        row=row[0],
        brand=brand,
        minute=row[1],
        platform=row[2],
        native_id=row[3],
        at=from_ms(row[5] if live else row[4]),
        text=row[6],
        title=row[7],
        language=row[8],
        negative=row[9] == Tone.NEGATIVE.value,
        severity=row[10],
        danger=row[10] >= _danger.decode(row[20]).danger_severity,
        kinds=tuple(row[11].split()),
        source=row[12] or "",
        author=0 if row[14] is None else stable_int(row[13], row[14]),
        reach=row[15] or 0,
        own=bool(row[16]),
        exact=row[17],
        bands=unpack_bands(row[18]),
        terms=tuple(row[19].split()),
    )

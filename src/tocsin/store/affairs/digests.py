"""What grouping, counting and judging need of a mention, read from its row: in one place, for whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from tocsin.base.ids import stable_int
from tocsin.base.kind import Tone
from tocsin.base.seam import LIVE
from tocsin.base.story import MentionDigest
from tocsin.base.time import MINUTE_MS, from_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row, marks
from tocsin.store.map import post_key, stored_id, unpack_bands

# fmt: off
_SELECT = (
    "select m.id, m.minute, p.platform, p.native_id, p.created_ms, p.seen_ms, p.text, p.title, m.language, m.tone,"
    " m.severity, m.kinds, s.name, a.platform, a.handle, a.followers, m.own, m.exact, m.bands, m.terms, w.body,"
    " m.timeline_id, y.name, p.rest from store_mention m join store_post p on p.id = m.post_id"
    " join store_watch w on w.id = m.watch_id left join store_author a on a.id = p.author_id"
    " left join store_source s on s.id = m.source left join store_story y on y.id = m.story_id"
)
# fmt: on


class _Danger(msgspec.Struct):
    danger_severity: int = 80


class _Answers(msgspec.Struct):
    """The posts that a post shares or answers, the nearest first."""

    shared_id: str | None = None
    parent_id: str | None = None
    root_id: str | None = None


_danger = msgspec.json.Decoder(_Danger)
_answers = msgspec.json.Decoder(_Answers)


class _Heard(NamedTuple):
    """A mention as it was read: its story, "" for none, and the posts that it shares or answers, the nearest first."""

    digest: MentionDigest
    story: str
    answered: tuple[str, ...]


def digests(db: Database, brand: str, where: str, params: Sequence[object]) -> list[tuple[MentionDigest, str]]:
    """Return the mentions `m` of a brand that fit, each with the id of its story, "" for none.

    where: begins with `where`. A post counts when it was seen on `live`, and when it was written on all others.
    """
    return [(one.digest, one.story) for one in _read(db, brand, where, params)]


def waiting_digests(
    db: Database, brand: str, world: str, where: str, params: Sequence[object]
) -> list[tuple[MentionDigest, str]]:
    """Return the same for mentions about to be grouped, with the story of the post that each shares or answers.

    One look into the index of posts for all of them. The nearest post that has a story counts.
    """
    heard = _read(db, brand, where, params)
    keys = {post_key(one.digest.platform, native_id): "" for one in heard for native_id in one.answered}
    for chunk in bulk.chunks(list(keys)):
        for key, story in db.rows(
            "select p.key, y.name from store_post p join store_mention m on m.post_id = p.id and m.brand_id = %s"
            " and m.lead join store_story y on y.id = m.story_id"
            f" where p.world_id = %s and p.key in ({marks(len(chunk))})",
            [db.names.brand(brand), db.names.find_timeline(world), *chunk],
        ):
            keys[bytes(key)] = story
    return [(_answering(one, keys), one.story) for one in heard]


def _answering(one: _Heard, stories: Mapping[bytes, str]) -> MentionDigest:
    known = (stories[post_key(one.digest.platform, native_id)] for native_id in one.answered)
    story = next((name for name in known if name), "")
    return msgspec.structs.replace(one.digest, answers_story=story) if story else one.digest


def _read(db: Database, brand: str, where: str, params: Sequence[object]) -> list[_Heard]:
    live = db.names.find_timeline(LIVE)
    return [_heard(row, brand, live=row[21] == live) for row in db.rows(f"{_SELECT} {where}", params)]


def _heard(row: Row, brand: str, *, live: bool) -> _Heard:
    rest = _answers.decode(row[23])
    answered = tuple(native_id for native_id in (rest.shared_id, rest.parent_id, rest.root_id) if native_id)
    digest = MentionDigest(
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
        answers=stored_id(answered[0]) if answered else "",
        written=row[4] // MINUTE_MS if live else None,
    )
    return _Heard(digest, row[22] or "", answered)

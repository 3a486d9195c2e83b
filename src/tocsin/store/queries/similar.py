"""Around a mention: its copies, its author, its conversation. Each look is bounded, whatever the size of the store."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.mention import CopyKeys
from tocsin.base.time import from_ms
from tocsin.screen.correct import is_similar
from tocsin.screen.query import parse_query
from tocsin.store.database import Database, marks
from tocsin.store.map import post_key, unpack_bands
from tocsin.store.queries.mentions import mentions_of
from tocsin.store.queries.search import search
from tocsin.store.rows import MentionRow

MOST = 200  # copies that are found; then it is "200+"
SIMILAR_DAYS = 30
_OF_STORY = 1_500
_TERMS = 4
_AUTHOR_POSTS = 200
_AFTER = 1_500  # mentions looked at for answers
_AFTER_MIN = 3 * 1440


class AuthorCard(msgspec.Struct, frozen=True, kw_only=True):
    """What we know of an account for a brand. mentions: at most 200; tones: of these. first_at: first seen by us."""

    mentions: int
    tones: dict[str, int]
    first_at: datetime | None


def similar(db: Database, row: MentionRow) -> list[int]:
    """Return the other mentions of the brand with nearly the same words, newest first, at most `MOST`.

    Looked for within 30 days on either side, in the same story and among the posts that hold the same rare words.
    """
    keys = row.verdict.keys
    place = db.row("select world_id, story_id, minute from store_mention where id = %s", [row.row])
    if place is None:
        return []
    world, story, minute = place
    candidates: set[int] = set()
    if story is not None:
        sql = "select id from store_mention where story_id = %s order by minute desc limit %s"
        candidates.update(found for (found,) in db.rows(sql, [story, _OF_STORY]))
    terms = sorted(keys.terms, key=lambda term: (-len(term), term))[:_TERMS]
    if terms:
        query = parse_query(" ".join(f'"{term}"' for term in terms))
        world_name = db.names.name_of("timeline", world)
        candidates.update(found.row for found in search(db, row.brand, query, world=world_name, limit=MOST))
    candidates.discard(row.row)
    if not candidates:
        return []
    rows = db.rows(
        f"select id, minute, lead, exact, bands from store_mention where id in ({marks(len(candidates))})",
        sorted(candidates),
    )
    same = [
        (at, number)
        for number, at, lead, exact, bands in rows
        if lead
        and abs(at - minute) <= SIMILAR_DAYS * 1440
        and is_similar(keys, CopyKeys(exact=exact, bands=unpack_bands(bands)))
    ]
    return [number for _, number in sorted(same, reverse=True)][:MOST]


def author_card(db: Database, row: MentionRow) -> AuthorCard | None:
    """Return what we know of the author of a mention, None when it has none."""
    place = db.row(
        "select p.author_id, m.brand_id, m.world_id from store_mention m join store_post p on p.id = m.post_id"
        " where m.id = %s",
        [row.row],
    )
    if place is None or place[0] is None:
        return None
    rows = db.rows(
        "select m.tone from"
        " (select id from store_post where author_id = %s and world_id = %s order by id desc limit %s) p"
        " join store_mention m on m.post_id = p.id where m.lead and m.brand_id = %s",
        [place[0], place[2], _AUTHOR_POSTS, place[1]],
    )
    first = db.value("select seen_ms from store_post where author_id = %s order by id limit 1", [place[0]])
    tones: dict[str, int] = {}
    for (tone,) in rows:
        tones[tone] = tones.get(tone, 0) + 1
    return AuthorCard(mentions=len(rows), tones=tones, first_at=None if first is None else from_ms(first))


def conversation(db: Database, row: MentionRow, limit: int = 20) -> list[MentionRow]:
    """Return the mentions of the brand that the post answers, quotes or shares, and those that do so to it, by time."""
    post = row.post
    ids = [one for one in dict.fromkeys((post.parent_id, post.root_id, post.shared_id)) if one]
    place = db.row("select brand_id, world_id, minute from store_mention where id = %s", [row.row])
    if place is None:
        return []
    brand, world, minute = place
    found: list[int] = []
    for native in ids:
        found.extend(
            number
            for (number,) in db.rows(
                "select m.id from store_post p join store_mention m on m.post_id = p.id where p.world_id = %s"
                " and p.key = %s and m.lead and m.brand_id = %s",
                [world, post_key(post.platform, native), brand],
            )
        )
    root = post.root_id or post.native_id
    like = "%" + root.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    answers = db.rows(
        "select x.id from (select m.id, m.post_id from store_mention m where m.lead and m.brand_id = %s"
        " and m.world_id = %s and m.minute >= %s and m.minute < %s order by m.minute, m.id limit %s) x"
        " join store_post p on p.id = x.post_id where p.rest like %s escape '\\' limit %s",
        [brand, world, minute, minute + _AFTER_MIN, _AFTER, like, limit * 2],
    )
    near = mentions_of(db, [number for (number,) in answers])
    found.extend(
        one.row
        for one in near
        if {post.native_id, post.root_id or post.native_id} & {one.post.parent_id, one.post.root_id, one.post.shared_id}
    )
    rows = [number for number in dict.fromkeys(found) if number != row.row]
    return sorted(mentions_of(db, rows[:limit]), key=lambda one: (one.post.created_at, one.row))

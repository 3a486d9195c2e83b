"""Take in what a stage made of a slice of a source: one transaction, idempotent, exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, compress
from typing import Any, NamedTuple

from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.base.seam import Deletion, Partial, Screened, Slice, world_of
from tocsin.base.tally import tally
from tocsin.base.time import to_ms
from tocsin.collect.adapter import Reject
from tocsin.store import bulk
from tocsin.store.collecting.aside import keep_aside
from tocsin.store.collecting.rows import Aside
from tocsin.store.database import Database, marks
from tocsin.store.map import AUTHOR_COLUMNS, clean, reading_columns, stored_id
from tocsin.store.rows import CommitResult
from tocsin.store.write import ring
from tocsin.store.write.columns import (
    author_columns,
    author_numbers,
    clean_all,
    minutes,
    post_columns,
    post_keys,
    rest_jsons,
)
from tocsin.store.write.counts import CountKey, KindKey, add_counts
from tocsin.store.write.index import Documents, add_documents
from tocsin.store.write.known import Stored, find_posts
from tocsin.store.write.remove import delete_sightings
from tocsin.store.write.revise import Changed, revise
from tocsin.store.write.tombstone import author_tombstone, post_tombstone

Key = bytes  # `map.post_key`


class Arrival(NamedTuple):
    """A mention on its way in, with the identity of its post and the numbers of its brand and watch."""

    mention: Mention
    key: Key
    brand: int
    watch: int


class Taking(NamedTuple):
    """A slice on its way in: the numbers it is stored under, its posts by key, and each (post, watch) once."""

    timeline_name: str
    timeline: int
    world: int
    source: int
    now_ms: int
    posts: dict[Key, Post]
    arrivals: Sequence[Arrival]


def commit(
    db: Database,
    part: Slice,
    screened: Screened,
    *,
    seen: Sequence[Post] | int,
    rejects: Sequence[Reject],
    deletions: Sequence[Deletion],
    aside: Aside | None = None,
    now: datetime,
) -> CommitResult:
    """Write a slice if the cursor of its source still stands at `from_cursor`; return what changed."""
    taking = _prepare(db, part, screened.mentions, () if isinstance(seen, int) else seen, now)
    posts = taking.posts
    with db.transaction():
        db.one_writer(f"world {taking.world}")
        if not _move_cursor(db, taking, part, screened):
            return CommitResult(accepted=False)
        barred = _barred(db, taking, posts)
        stored = find_posts(db, taking.world, posts)
        ids, new_posts = _insert_posts(db, taking, stored, barred)
        again = {key: post for key, post in posts.items() if key in stored and key not in barred}
        _sight(db, taking, again, stored)
        changed = _changed(again, stored, taking.arrivals)
        # Before new mentions are written: the index must be told the old words of what it holds.
        revise(db, taking.now_ms, changed)
        written = _write_mentions(db, taking, screened, ids, known_posts=bool(stored))
        gone = delete_sightings(db, taking.world, taking.source, deletions, taking.now_ms)
        ring.keep_unmatched(db, taking.source, screened.unmatched, taking.now_ms)
        ring.keep_rejects(db, taking.source, taking.timeline, rejects, taking.now_ms)
        if aside is not None:
            keep_aside(db, taking.source, aside, sorted(ids.values()), taking.now_ms)
    return CommitResult(
        accepted=True,
        new_posts=new_posts,
        new_mentions=written,
        revised=len(changed),
        known=len(screened.mentions) - written,
        refused=len(barred),
        deleted=gone,
    )


def _prepare(db: Database, part: Slice, mentions: Sequence[Mention], seen: Sequence[Post], now: datetime) -> Taking:
    """Read or make all names before the transaction, so that none is remembered that is then undone."""
    names = db.names
    for version in sorted({mention.verdict.version for mention in mentions}):
        names.reading(version)
    watches = {
        pair: (names.brand(pair[0]), names.watch(*pair))
        for pair in sorted({(mention.brand, mention.watch) for mention in mentions})
    }
    # One post caught by many watches is one object, whose key is made once.
    distinct = {id(post): post for post in chain(seen, [mention.post for mention in mentions])}
    keys = dict(zip(distinct, post_keys(list(distinct.values())), strict=True))
    posts = {keys[number]: post for number, post in distinct.items()}
    arrivals: dict[tuple[Key, int], Arrival] = {}
    for mention in mentions:
        brand, watch = watches[(mention.brand, mention.watch)]
        key = keys[id(mention.post)]
        arrivals.setdefault((key, watch), Arrival(mention, key, brand, watch))
    timeline, world = names.timeline(part.timeline), names.timeline(world_of(part.timeline))
    source = names.source(part.source, create=True)
    return Taking(part.timeline, timeline, world, source, to_ms(now), posts, list(arrivals.values()))


def _move_cursor(db: Database, taking: Taking, part: Slice, screened: Screened) -> bool:
    """Compare and swap; the first slice of a source on a timeline finds no row, and makes it."""
    if part.from_cursor == "":
        db.run(
            "insert into store_cursor (source_id, timeline_id, cursor, posts, unmatched, unreadable, rules_version,"
            " stage_version) values (%s, %s, '', 0, 0, 0, '', '') on conflict (source_id, timeline_id) do nothing",
            [taking.source, taking.timeline],
        )
    moved = db.run(
        "update store_cursor set cursor = %s, posts = posts + %s, unmatched = unmatched + %s,"
        " unreadable = unreadable + %s, rules_version = %s, stage_version = %s"
        " where source_id = %s and timeline_id = %s and cursor = %s",
        [
            part.to_cursor,
            part.posts,
            screened.unmatched_posts,
            len(screened.unreadable),
            part.rules_version,
            part.stage_version,
            taking.source,
            taking.timeline,
            part.from_cursor,
        ],
    )
    return moved == 1


def _barred(db: Database, taking: Taking, posts: Mapping[Key, Post]) -> set[Key]:
    """The posts that a tombstone of their own or of their author keeps out."""
    if not posts or db.value("select 1 from store_tombstone limit 1") is None:
        return set()
    digests: dict[str, list[Key]] = {}
    for key, post in posts.items():
        name = (post.platform, stored_id(post.native_id))
        digests.setdefault(post_tombstone(db, taking.world, name), []).append(key)
        if post.author is not None:
            for platform in (post.author.platform, ""):  # erased there, or everywhere
                digests.setdefault(author_tombstone(db, platform, post.author.handle), []).append(key)
    barred: set[Key] = set()
    for chunk in bulk.chunks(list(digests)):
        sql = f"select digest from store_tombstone where digest in ({marks(len(chunk))})"
        for (digest,) in db.rows(sql, list(chunk)):
            barred.update(digests[digest])
    return barred


def _insert_posts(
    db: Database, taking: Taking, stored: Mapping[Key, Stored], barred: set[Key]
) -> tuple[dict[Key, int], int]:
    """Write the posts that are not stored yet; return the number of every post let in, and how many are new."""
    ids = {key: row.id for key, row in stored.items() if key not in barred}
    fresh = {
        arrival.key: arrival.mention.post
        for arrival in taking.arrivals
        if arrival.key not in ids and arrival.key not in barred
    }
    if not fresh:
        return ids, 0
    posts = list(fresh.values())
    authors = {(author.platform, author.handle): author for post in posts if (author := post.author)}
    named = author_numbers(authors)
    if authors:
        bulk.fill_in(db, "store_author", author_columns(list(authors.values()), named), AUTHOR_COLUMNS[:3])
    numbers = bulk.reserve(db, "store_post", len(posts))
    ids.update(zip(fresh, numbers, strict=True))
    columns = post_columns(posts, named)
    bulk.insert_columns(
        db, "store_post", {"id": numbers, "world_id": [taking.world] * len(posts), "key": list(fresh), **columns}
    )
    sources = [taking.source] * len(posts)
    sightings = {"post_id": numbers, "source_id": sources, "seen_ms": columns["seen_ms"]}
    bulk.insert_columns(db, "store_sighting", sightings)
    return ids, len(posts)


def _sight(db: Database, taking: Taking, again: Mapping[Key, Post], stored: Mapping[Key, Stored]) -> None:
    """Note that known posts were seen through this source too, and what is shown under them now."""
    sightings = sorted((stored[key].id, taking.source, to_ms(post.seen_at)) for key, post in again.items())
    bulk.insert_new(db, "store_sighting", ("post_id", "source_id", "seen_ms"), sightings)
    rests = zip(again, rest_jsons(again.values()), strict=True)
    fresh = [(rest, stored[key].id) for key, rest in rests if rest != stored[key].rest]
    bulk.update(db, "update store_post set rest = %s where id = %s", sorted(fresh, key=lambda row: row[1]))


def _write_mentions(
    db: Database, taking: Taking, screened: Screened, ids: Mapping[Key, int], *, known_posts: bool
) -> int:
    """Write the mentions that are new, count them, index the lead ones; return how many there were."""
    fresh, leads = _new_mentions(db, taking.arrivals, ids, known_posts=known_posts)
    if not fresh:
        return 0
    mentions = [arrival.mention for arrival in fresh]
    posts = [mention.post for mention in mentions]
    at = minutes(posts, taking.timeline_name)
    numbers = bulk.reserve(db, "store_mention", len(fresh))
    versions = {name: db.names.reading(name) for name in {mention.verdict.version for mention in mentions}}
    count = len(fresh)
    columns: dict[str, Sequence[Any]] = {
        "id": numbers,
        "timeline_id": [taking.timeline] * count,
        "world_id": [taking.world] * count,
        "brand_id": [one.brand for one in fresh],
        "watch_id": [one.watch for one in fresh],
        "post_id": [ids[one.key] for one in fresh],
        "source": [taking.source] * count,
        "minute": at,
        "lead": leads,
        "pending": leads,
        "version_id": [versions[mention.verdict.version] for mention in mentions],
        **reading_columns(mentions),
    }
    bulk.insert_columns(db, "store_mention", columns)
    add_documents(db, _documents(columns, posts))
    kinds: Counter[KindKey] = Counter()
    for brand, minute, lead, names in zip(columns["brand_id"], at, leads, columns["kinds"], strict=True):
        if lead:
            for kind in names.split():
                kinds[(brand, minute, kind)] += 1
    add_counts(db, taking.timeline, _count(db, taking, screened, fresh, leads), kinds)
    return len(fresh)


def _documents(columns: Mapping[str, Sequence[Any]], posts: Sequence[Post]) -> Documents:
    """The documents of the lead mentions among the columns of mentions."""
    documents = Documents(
        row=columns["id"],
        title=clean_all([post.title for post in posts]),
        text=clean_all([post.text for post in posts]),
        world=columns["world_id"],
        brand=columns["brand_id"],
        language=columns["language"],
        tone=columns["tone"],
        kinds=columns["kinds"],
        platform=[post.platform for post in posts],
        author=clean_all([author.handle if (author := post.author) else "" for post in posts]),
    )
    if all(columns["lead"]):
        return documents
    return Documents._make(list(compress(column, columns["lead"])) for column in documents)


def _new_mentions(
    db: Database, arrivals: Sequence[Arrival], ids: Mapping[Key, int], *, known_posts: bool
) -> tuple[list[Arrival], list[bool]]:
    """The mentions that are not stored and not kept out, and whether each is the first of its brand."""
    wanted = [arrival for arrival in arrivals if arrival.key in ids]
    known: set[tuple[int, int]] = set()
    led: set[tuple[int, int]] = set()
    for chunk in bulk.chunks(sorted({ids[arrival.key] for arrival in wanted})) if known_posts else ():
        sql = f"select post_id, watch_id, brand_id from store_mention where post_id in ({marks(len(chunk))})"
        for post_id, watch_id, brand_id in db.rows(sql, list(chunk)):
            known.add((post_id, watch_id))
            led.add((post_id, brand_id))
    fresh: list[Arrival] = []
    leads: list[bool] = []
    for arrival in wanted:
        post_id = ids[arrival.key]
        if (post_id, arrival.watch) in known:
            continue
        fresh.append(arrival)
        leads.append((post_id, arrival.brand) not in led)
        led.add((post_id, arrival.brand))
    return fresh, leads


def _count(
    db: Database, taking: Taking, screened: Screened, fresh: Sequence[Arrival], leads: Sequence[bool]
) -> dict[CountKey, int]:
    """The partials of the stage when all its mentions are new; counted again when some are not."""
    pairs = {(arrival.key, arrival.brand) for arrival in fresh}
    if len(fresh) == len(screened.mentions) and sum(leads) == len(pairs):
        return _numbered(db, screened.partials)
    watches = [part for part in tally((arrival.mention for arrival in fresh), taking.timeline_name) if part.watch]
    led = (arrival.mention for arrival, lead in zip(fresh, leads, strict=True) if lead)
    brands = [part for part in tally(led, taking.timeline_name) if not part.watch]
    return _numbered(db, [*watches, *brands])


def _numbered(db: Database, partials: Iterable[Partial]) -> Counter[CountKey]:
    counts: Counter[CountKey] = Counter()
    numbers: dict[tuple[str, str], tuple[int, int]] = {}
    for part in partials:
        pair = (part.brand, part.watch)
        if pair not in numbers:
            watch = db.names.watch(*pair) if part.watch else 0
            numbers[pair] = (db.names.brand(part.brand), watch)
        counts[(*numbers[pair], part.minute, part.platform, part.language, part.tone)] += part.posts
    return counts


def _changed(again: Mapping[Key, Post], stored: Mapping[Key, Stored], arrivals: Sequence[Arrival]) -> list[Changed]:
    """The known posts whose words are not what is stored, each with what was read in it now."""
    changed: dict[Key, Changed] = {}
    for key, post in again.items():
        row = stored[key]
        if (row.title, row.text) != (clean(post.title), clean(post.text)):
            changed[key] = Changed(row.id, post, [])
    for arrival in arrivals:
        if arrival.key in changed:
            changed[arrival.key].mentions.append(arrival.mention)
    return list(changed.values())

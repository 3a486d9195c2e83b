"""Take posts out whole: words, mentions, counts, index and the titles that quote them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tocsin.base.seam import Deletion
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import post_key, stored_id
from tocsin.store.write.counts import CountKey, KindKey, add_counts, add_story_counts
from tocsin.store.write.index import remove_documents, stored_documents
from tocsin.store.write.known import find_posts
from tocsin.store.write.tombstone import bury, post_tombstone

_CHUNK = 500


def delete_sightings(db: Database, world: int, source: int, deletions: Sequence[Deletion], now_ms: int) -> int:
    """Take away what a source says is gone; return how many posts lost their last sighting and went."""
    wanted = {post_key(one.platform, one.native_id): one for one in deletions}
    names = {key: (one.platform, stored_id(one.native_id)) for key, one in wanted.items()}
    for platform, native_id in names.values():
        db.run("delete from store_unmatched where native_id = %s and platform = %s", [native_id, platform])
    stored = find_posts(db, world, wanted)
    ids = {row.id: key for key, row in stored.items()}
    bulk.update(
        db,
        "delete from store_sighting where post_id = %s and source_id = %s",
        [(post_id, source) for post_id in sorted(ids)],
    )
    gone: list[int] = []
    for chunk in bulk.chunks(sorted(ids)):
        held = db.rows(
            f"select distinct post_id from store_sighting where post_id in ({marks(len(chunk))})", list(chunk)
        )
        gone.extend(sorted(set(chunk) - {post_id for (post_id,) in held}))
    for post_id in gone:
        bury(db, [post_tombstone(db, world, names[ids[post_id]])], wanted[ids[post_id]].reason[:200], now_ms)
    remove_posts(db, gone)
    return len(gone)


def remove_posts(db: Database, ids: Sequence[int]) -> None:
    """Remove posts with all that hangs on them, and correct the counts."""
    for chunk in bulk.chunks(ids, _CHUNK):
        _remove(db, list(chunk))


def _remove(db: Database, ids: list[int]) -> None:
    among = f"in ({marks(len(ids))})"
    remove_documents(db, stored_documents(db, f"m.post_id {among}", ids))
    _uncount(db, among, ids)
    _unquote(db, among, ids)
    mentions = [row for (row,) in db.rows(f"select id from store_mention where post_id {among}", ids)]
    for chunk in bulk.chunks([str(row) for row in mentions]):
        sql = f"delete from store_label where subject_kind = 'mention' and subject in ({marks(len(chunk))})"
        db.run(sql, list(chunk))
    for chunk in bulk.chunks(mentions):
        for table in ("original", "corrected", "workstate", "presence"):
            db.run(f"delete from store_{table} where mention in ({marks(len(chunk))})", list(chunk))
    authors = [row for (row,) in db.rows(f"select distinct author_id from store_post where id {among}", ids) if row]
    for table in ("store_mention", "store_revision", "store_sighting"):
        db.run(f"delete from {table} where post_id {among}", ids)
    db.run(f"delete from store_sourcecheck where post {among}", ids)
    db.run(f"delete from store_post where id {among}", ids)
    for chunk in bulk.chunks(authors):
        db.run(
            f"delete from store_author where id in ({marks(len(chunk))})"
            " and not exists (select 1 from store_post p where p.author_id = store_author.id)",
            list(chunk),
        )


def _uncount(db: Database, among: str, ids: list[int]) -> None:
    rows = db.rows(
        "select m.timeline_id, m.brand_id, m.watch_id, m.minute, m.lead, p.platform, m.language, m.tone, m.kinds,"
        f" m.story_id, m.own from store_mention m join store_post p on p.id = m.post_id where m.post_id {among}",
        ids,
    )
    counts: dict[int, Counter[CountKey]] = {}
    kinds: dict[int, Counter[KindKey]] = {}
    stories: dict[int, Counter[tuple[int, int]]] = {}
    lost: Counter[int] = Counter()  # of the figures of a story, which leave out what the brand says itself
    negative: Counter[int] = Counter()
    for timeline, brand, watch, minute, lead, platform, language, tone, names, story, own in rows:
        count, kind = counts.setdefault(timeline, Counter()), kinds.setdefault(timeline, Counter())
        count[(brand, watch, minute, platform, language, tone)] -= 1
        if not lead:
            continue
        count[(brand, 0, minute, platform, language, tone)] -= 1
        for name in names.split():
            kind[(brand, minute, name)] -= 1
        if story is not None:
            stories.setdefault(brand, Counter())[(story, minute)] -= 1
            if not own:
                lost[story] += 1
                negative[story] += tone == "negative"
    for timeline in sorted(counts):
        add_counts(db, timeline, counts[timeline], kinds[timeline])
    for brand, minutes in sorted(stories.items()):
        add_story_counts(db, brand, [(story, minute, number) for (story, minute), number in minutes.items()])
    bulk.update(
        db,
        "update store_story set posts = posts - %s, negative = negative - %s where id = %s",
        [(number, negative[story], story) for story, number in sorted(lost.items())],
    )


def _unquote(db: Database, among: str, ids: list[int]) -> None:
    """Story and alert titles are lines of posts; one that stands in a post that goes, goes with it."""
    stories = db.rows(
        "select distinct s.id, s.title, s.keywords, s.name from store_story s join store_mention m on m.story_id = s.id"
        f" where m.post_id {among}",
        ids,
    )
    texts = [f"{title}\n{text}" for title, text in db.rows(f"select title, text from store_post where id {among}", ids)]
    for story, title, _, name in stories:
        if _quotes(title, texts):
            db.run("update store_story set title = '' where id = %s", [story])
            db.run("update store_alert set title = '' where story = %s", [name])
    rows = db.rows(f"select id from store_mention where post_id {among}", ids)
    for chunk in bulk.chunks([str(row) for (row,) in rows]):
        db.run(
            f"update store_alert set title = '' where cause = 'danger' and subject in ({marks(len(chunk))})",
            list(chunk),
        )


def _quotes(title: str, texts: Sequence[str]) -> bool:
    """Whether the title is a line of one of the texts, whole or cut (an ellipsis at either end is no word)."""
    line = " ".join(title.split()).strip(" .…«»\"'")
    return bool(line) and any(line in " ".join(text.split()) for text in texts)

"""What the pages of watches ask: posts to try a query on, days of a watch, those switched off (`store.watching`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tocsin.base.brand import Watch
from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.base.kind import Tone
from tocsin.base.post import Audience, Post
from tocsin.base.seam import LIVE
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.errors import speaks_plainly
from tocsin.store.map import AUTHOR_COLUMNS, POST_COLUMNS, author_of, post_of, to_json
from tocsin.store.queries.setup import refuse_former
from tocsin.store.write.counts import DAY

_POSTS = ", ".join(f"p.{column}" for column in POST_COLUMNS)
_AUTHORS = ", ".join(f"a.{column}" for column in AUTHOR_COLUMNS)


class SeenPost(NamedTuple):
    """A post to try a query on, and the source it came through. language: as it was read, "" when nobody read it."""

    post: Post
    source: str
    language: str = ""


class KeptWatch(NamedTuple):
    """A watch under its number. version: rises with every change. is_on: False when it was switched off."""

    number: int
    version: int
    is_on: bool
    watch: Watch


class WatchDay(NamedTuple):
    """The posts of a watch on a day of its brand. start: its first minute since 1970, UTC."""

    start: int
    posts: int
    negative: int


@speaks_plainly
class Watching:
    """Methods raise as those of `Store` do; they read roll-ups and the ends of indexes, never all mentions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def watches(self, brand: str) -> list[KeptWatch]:
        """Return all watches of a brand, those switched off included, by name."""
        rows = self._db.rows(
            "select w.id, w.version, w.deleted, w.body from store_watch w join store_brand b on b.id = w.brand_id"
            " where b.slug = %s order by w.name",
            [brand],
        )
        return [_kept(row) for row in rows]

    def watch(self, brand: str, number: int) -> KeptWatch:
        """Return a watch of a brand by its number, switched off or not. Raises NotFoundError."""
        row = self._db.row(
            "select w.id, w.version, w.deleted, w.body from store_watch w join store_brand b on b.id = w.brand_id"
            " where b.slug = %s and w.id = %s",
            [brand, number],
        )
        if row is None:
            raise NotFoundError("There is no watch number {number} of {brand!r}.", number=number, brand=brand)
        return _kept(row)

    def days(self, brand: str, since: int, until: int, world: str = LIVE) -> dict[int, list[WatchDay]]:
        """Return the days of each watch, by its number, that begin from minute `since` and before `until`, in order."""
        place = self._db.names.brand(brand)
        watches = [row for (row,) in self._db.rows("select id from store_watch where brand_id = %s", [place])]
        number = self._db.names.find_timeline(world)
        timelines = [
            row
            for (row,) in self._db.rows("select id from store_timeline where id = %s or world_id = %s", [number] * 2)
        ]
        if not watches or not timelines:
            return {}
        # The watches are named one by one, so that the index leads to their days and not through all minutes.
        rows = self._db.rows(
            "select watch, start, sum(posts), sum(case when tone = %s then posts else 0 end) from store_count"
            f" where brand_id = %s and watch in ({marks(len(watches))}) and span = %s and start >= %s and start < %s"
            f" and timeline_id in ({marks(len(timelines))}) group by watch, start order by watch, start",
            [Tone.NEGATIVE.value, place, *watches, DAY, since, until, *timelines],
        )
        found: dict[int, list[WatchDay]] = defaultdict(list)
        for watch, start, posts, negative in rows:
            found[watch].append(WatchDay(start, int(posts), int(negative)))
        return dict(found)

    def last_minute(self, brand: str, watch: int, world: str = LIVE) -> int | None:
        """Return the minute of the last mention of a watch, 0 for the brand's own posts; None when there is none."""
        number = self._db.names.find_timeline(world)
        found = self._db.value(
            "select c.start from store_count c join store_timeline t on t.id = c.timeline_id where c.brand_id = %s"
            " and c.watch = %s and c.span = 1 and (t.id = %s or t.world_id = %s) order by c.start desc limit 1",
            [self._db.names.brand(brand), watch, number, number],
        )
        return None if found is None else int(found)

    def minutes(self, brand: str, watch: int, since: int, until: int, world: str = LIVE) -> list[tuple[int, int]]:
        """Return (minute, posts) of a watch, 0 for the brand's own, where there are some; oldest first."""
        number = self._db.names.find_timeline(world)
        rows = self._db.rows(
            "select c.start, sum(c.posts) from store_count c join store_timeline t on t.id = c.timeline_id"
            " where c.brand_id = %s and c.watch = %s and c.span = 1 and c.start >= %s and c.start < %s"
            " and (t.id = %s or t.world_id = %s) group by c.start order by c.start",
            [self._db.names.brand(brand), watch, since, until, number, number],
        )
        return [(minute, int(posts)) for minute, posts in rows]

    def story_titles(self, names: Sequence[str]) -> dict[str, str]:
        """Return the titles of stories by their ids; those that are gone are left out."""
        found: dict[str, str] = {}
        for chunk in bulk.chunks(list(dict.fromkeys(names))):
            sql = f"select name, title from store_story where name in ({marks(len(chunk))}) order by id"
            found |= {name: title for name, title in self._db.rows(sql, list(chunk)) if title}
        return found

    def switch_on(self, brand: str, number: int) -> Watch:
        """Use a watch again that was switched off; return it. Raises NotFoundError."""
        kept = self.watch(brand, number)
        self._db.run("update store_watch set deleted = %s where id = %s", [False, number])
        return kept.watch

    def rename(self, brand: str, number: int, name: str, subjects: tuple[str, str]) -> Watch:
        """Give a watch another name; return it. What it caught, and what was said of it, stays with it.

        subjects: under which people's labels of the watch stand, before and after. Raises NotFoundError, and
        ConflictError for a name that another watch bears or bore.
        """
        place = self._db.names.brand(brand)
        with self._db.transaction():
            self._db.one_writer(f"watches of {place}")
            kept = self.watch(brand, number)
            if self._db.value("select 1 from store_watch where brand_id = %s and name = %s", [place, name]) is not None:
                raise ConflictError("There is already a watch named {name!r}; give this one another name.", name=name)
            refuse_former(self._db, brand, name, own=number)
            changed = msgspec.structs.replace(kept.watch, name=name)
            body, version = to_json(changed), kept.version + 1
            sql = "update store_watch set name = %s, version = %s, body = %s where id = %s"
            self._db.run(sql, [name, version, body, number])
            bulk.insert(self._db, "store_watchversion", ("watch_id", "version", "body"), [(number, version, body)])
            sql = "update store_label set subject = %s where subject_kind = 'watch' and subject = %s"
            self._db.run(sql, [subjects[1], subjects[0]])
        self._db.names.forget()
        return changed

    def posts(self, brands: Sequence[str], limit: int, world: str = LIVE) -> list[SeenPost]:
        """Return the newest posts of these brands and of those that no watch wanted, at most `limit` of each.

        What was written to a few people only is shown to the brand it was kept for, never from the ring, which
        belongs to nobody.
        """
        known = {seen.post.key: seen for seen in self._unwanted(limit)}
        place = self._db.names.find_timeline(world)
        for brand in brands:
            known |= {seen.post.key: seen for seen in self._of_brand(self._db.names.brand(brand), place, limit)}
        return list(known.values())

    def _unwanted(self, limit: int) -> list[SeenPost]:
        rows = self._db.rows("select body, source_id from store_unmatched order by id desc limit %s", [limit])
        decode = msgspec.json.Decoder(Post).decode
        seen = (SeenPost(decode(body), self._db.names.name_of("source", source)) for body, source in rows)
        return [one for one in seen if one.post.audience in (Audience.PUBLIC, Audience.UNLISTED)]

    def _of_brand(self, brand: int, world: int | None, limit: int) -> list[SeenPost]:
        read = {
            post: (source, language)
            for post, source, language in self._db.rows(
                "select m.post_id, m.source, m.language from store_mention m where m.lead and m.brand_id = %s"
                " and m.world_id = %s order by m.minute desc, m.id desc limit %s",
                [brand, world, limit],
            )
        }
        found: list[SeenPost] = []
        author = 1 + len(AUTHOR_COLUMNS)
        for chunk in bulk.chunks(list(read)):
            for row in self._db.rows(
                f"select p.id, {_AUTHORS}, {_POSTS} from store_post p left join store_author a on a.id = p.author_id"
                f" where p.id in ({marks(len(chunk))})",
                list(chunk),
            ):
                post = post_of(row[author:], author_of(row[1:author]))
                source, language = read[row[0]]
                found.append(SeenPost(post, self._db.names.name_of("source", source), language))
        return found


def _kept(row: tuple[int, int, bool, str]) -> KeptWatch:
    return KeptWatch(row[0], row[1], not row[2], msgspec.json.decode(row[3], type=Watch))

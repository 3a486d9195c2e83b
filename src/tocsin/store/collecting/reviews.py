"""A stored post gets the identity under which its platform's own interface knows it."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.base.post import Post, PostKind
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.map import AUTHOR_COLUMNS, POST_COLUMNS, author_id, author_of, clean, post_key, post_of, stored_id
from tocsin.store.write.known import find_posts

_AUTHORS = ", ".join(f"a.{column}" for column in AUTHOR_COLUMNS)
_POSTS = ", ".join(f"p.{column}" for column in POST_COLUMNS)


def reviews_by(db: Database, world: str, posts: Sequence[Post], names: Sequence[str]) -> tuple[list[Post], list[Post]]:
    """Return which of the reviews are not stored, and the stored ones of those who signed by one of the names.

    posts: of one platform.
    """
    number = db.names.find_timeline(world)
    if not posts or number is None:
        return list(posts), []
    platform = posts[0].platform
    keys = [post_key(post.platform, post.native_id) for post in posts]
    known = find_posts(db, number, keys)
    fresh = [post for post, key in zip(posts, keys, strict=True) if key not in known]
    if not fresh:
        return [], []
    wanted = sorted({clean(name) for name in names if name})
    authors = {author_id(platform, name) for name in wanted}
    for chunk in bulk.chunks(wanted):
        sql = f"select id from store_author where platform = %s and name in ({marks(len(chunk))})"
        authors.update(row for (row,) in db.rows(sql, [platform, *chunk]))
    found: list[Post] = []
    for chunk in bulk.chunks(sorted(authors)):
        rows = db.rows(
            f"select {_AUTHORS}, {_POSTS} from store_post p join store_author a on a.id = p.author_id"
            f" where p.author_id in ({marks(len(chunk))}) and p.world_id = %s and p.platform = %s and p.kind = %s"
            " order by p.id",
            [*chunk, number, platform, PostKind.REVIEW.value],
        )
        found += [post_of(row[len(AUTHOR_COLUMNS) :], author_of(row[: len(AUTHOR_COLUMNS)])) for row in rows]
    return fresh, found


def rename(db: Database, world: str, old: Post, new: Post) -> bool:
    """Give a stored post the identity and the address of another of its platform; what hangs on it stays.

    False when it is gone, or when the other is stored as well.
    """
    number = db.names.find_timeline(world)
    if number is None or old.platform != new.platform:
        return False
    before, after = post_key(old.platform, old.native_id), post_key(new.platform, new.native_id)
    names = (stored_id(new.native_id), old.platform, stored_id(old.native_id))
    with db.transaction():
        db.one_writer(f"world {number}")
        if find_posts(db, number, [after]):
            return False
        changed = db.run(
            "update store_post set key = %s, native_id = %s, url = coalesce(%s, url) where world_id = %s and key = %s",
            [after, names[0], new.url, number, before],
        )
        if not changed:
            return False
        first = "update store_story set first_native_id = %s where first_platform = %s and first_native_id = %s"
        db.run(first, names)
        for table in ("store_capture", "store_captureturn"):
            db.run(f"update {table} set native_id = %s where platform = %s and native_id = %s", names)
    return True

"""Brands and watches: save, list, find."""

from __future__ import annotations

import re

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.map import to_json
from tocsin.store.write.counts import rebuild_days

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LONGEST_NAME = 200


def save_brand(db: Database, value: Brand) -> None:
    """Create a brand or change it. A new time zone moves its days: they are counted again."""
    if not _SLUG.fullmatch(value.slug):
        raise InputError(
            "{slug!r} is not a brand slug; write lower-case letters, digits and hyphens, 64 at most.", slug=value.slug
        )
    with db.transaction():
        old = db.row("select id, time_zone from store_brand where slug = %s", [value.slug])
        bulk.upsert(
            db, "store_brand", ("slug", "time_zone", "body"), ("slug",), [(value.slug, value.time_zone, to_json(value))]
        )
        if old is not None and old[1] != value.time_zone:
            rebuild_days(db, old[0], value.time_zone)


def brands(db: Database) -> list[Brand]:
    """Return all brands, by slug."""
    rows = db.rows("select body from store_brand order by slug")
    return [msgspec.json.decode(body, type=Brand) for (body,) in rows]


def brand(db: Database, slug: str) -> Brand:
    """Return a brand. Raises NotFoundError."""
    db.names.brand(slug)
    return msgspec.json.decode(db.value("select body from store_brand where slug = %s", [slug]), type=Brand)


def save_watch(db: Database, value: Watch) -> int:
    """Create a watch or change it; return its version, which rises by one with every change."""
    if value.private_person and not value.ground.strip():
        raise InputError(
            "The watch {name!r} follows a private person; write the ground that makes it lawful.", name=value.name
        )
    if not 0 < len(value.name) <= _LONGEST_NAME:
        raise InputError("The name of a watch has 1 to 200 letters; {name!r} does not.", name=value.name)
    number, body = db.names.brand(value.brand), to_json(value)
    with db.transaction():
        db.one_writer(f"watches of {number}")
        row = db.row(
            "select id, version, body, deleted from store_watch where brand_id = %s and name = %s", [number, value.name]
        )
        if row is None:
            refuse_former(db, value.brand, value.name)
            db.run(
                "insert into store_watch (brand_id, name, version, deleted, body) values (%s, %s, 1, %s, %s)",
                [number, value.name, False, body],
            )
            watch, version = db.names.watch(value.brand, value.name), 1
        else:
            watch, version = row[0], row[1] + (row[2] != body)
            sql = "update store_watch set version = %s, body = %s, deleted = %s where id = %s"
            db.run(sql, [version, body, False, watch])
        if row is None or row[2] != body:
            bulk.insert(db, "store_watchversion", ("watch_id", "version", "body"), [(watch, version, body)])
    return int(version)


def refuse_former(db: Database, brand: str, name: str, own: int | None = None) -> None:
    """Raise ConflictError if another watch than `own` once bore a name: links and kept lists still lead to it."""
    if db.names.former_watch(brand, name) not in (None, own):
        raise ConflictError(
            "{name!r} was the name of another watch, to which links still lead; choose another.", name=name
        )


def watches(db: Database, slug: str | None = None) -> list[Watch]:
    """Return the watches in use, of one brand or of all, by brand and name."""
    where, params = ("and b.slug = %s", [slug]) if slug is not None else ("", [])
    rows = db.rows(
        "select w.body from store_watch w join store_brand b on b.id = w.brand_id"
        f" where not w.deleted {where} order by b.slug, w.name",
        params,
    )
    return [msgspec.json.decode(body, type=Watch) for (body,) in rows]


def delete_watch(db: Database, slug: str, name: str) -> None:
    """Stop a watch. What it caught stays. Raises NotFoundError."""
    number = db.names.watch(slug, name)
    if not db.run("update store_watch set deleted = %s where id = %s and not deleted", [True, number]):
        raise NotFoundError("There is no watch {name!r} of {brand!r}. It was deleted already.", name=name, brand=slug)

"""The numbers under which brands, watches, sources, timelines and versions are kept, remembered once read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from tocsin.base.errors import InputError, NotFoundError
from tocsin.base.seam import timeline_kind, world_of


class Asked(Protocol):
    """What of a database is needed to look names up."""

    def value(self, sql: str, params: Sequence[object] = ()) -> Any:
        """Return the first column of the first row, or None."""

    def rows(self, sql: str, params: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows."""

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Run a statement; return how many rows it touched."""


class _Named(msgspec.Struct):
    name: str


class Names:
    """Name to number, and back. Numbers never change and rows never go, so that remembering is safe."""

    def __init__(self, database: Asked) -> None:
        self._db = database
        self._numbers: dict[tuple[str, ...], int] = {}
        self._names: dict[tuple[str, int], tuple[str, ...]] = {}

    def brand(self, slug: str) -> int:
        """Return the number of a brand. Raises NotFoundError."""
        found = self._find("select id from store_brand where slug = %s", "brand", slug)
        if found is None:
            raise NotFoundError("There is no brand {slug!r}. Create it, or mend the name.", slug=slug)
        return found

    def watch(self, brand: str, name: str) -> int:
        """Return the number of a watch, deleted or not, by its name or one it bore before. Raises NotFoundError."""
        sql = "select w.id from store_watch w join store_brand b on b.id = w.brand_id where b.slug = %s and w.name = %s"
        found = self._find(sql, "watch", brand, name)
        if found is None:
            found = self.former_watch(brand, name)
        if found is None:
            raise NotFoundError("There is no watch {name!r} of {brand!r}. Create it first.", name=name, brand=brand)
        return found

    def former_watch(self, brand: str, name: str) -> int | None:
        """Return the number of the watch that bore a name and bears another now, or None."""
        sql = (
            "select v.watch_id, v.body from store_watchversion v join store_watch w on w.id = v.watch_id"
            " join store_brand b on b.id = w.brand_id where b.slug = %s and w.name <> %s order by v.id desc"
        )
        bodies = self._db.rows(sql, [brand, name])
        return next((number for number, body in bodies if msgspec.json.decode(body, type=_Named).name == name), None)

    def find_source(self, name: str) -> int | None:
        """Return the number of a source, or None."""
        return self._find("select id from store_source where name = %s", "source", name)

    def source(self, name: str, *, create: bool = False) -> int:
        """Return the number of a source; `create`: made, unlisted, if it is new (a file). Raises NotFoundError."""
        found = self.find_source(name)
        if found is not None:
            return found
        if not create:
            raise NotFoundError("There is no source {name!r}. Add it, or mend the name.", name=name)
        self._db.run(
            "insert into store_source (name, adapter, time_zone, options, brand, listed, enabled, stopped, failures,"
            " error_template, error_params) values (%s, %s, 'UTC', '{}', '', %s, %s, %s, 0, '', '{}')"
            " on conflict (name) do nothing",
            [name, name.partition(":")[0], False, False, False],
        )
        return self.source(name)

    def find_timeline(self, name: str) -> int | None:
        """Return the number of a timeline, or None if nothing was ever written to it."""
        return self._find("select id from store_timeline where name = %s", "timeline", name)

    def timeline(self, name: str) -> int:
        """Return the number of a timeline, created at first use. Raises InputError on a name of no known kind."""
        found = self.find_timeline(name)
        if found is not None:
            return found
        try:
            kind = timeline_kind(name).value
        except ValueError:
            raise InputError(
                "{name!r} is not a timeline; write live, backfill:ID, replay:ID or drill:ID.", name=name
            ) from None
        world_name = world_of(name)
        world = None if world_name == name else self.timeline(world_name)
        self._db.run(
            "insert into store_timeline (name, kind, world_id, watermark) values (%s, %s, %s, -1)"
            " on conflict (name) do nothing",
            [name, kind, world],
        )
        return self.timeline(name)

    def reading(self, version: str) -> int:
        """Return the number of a version of the first reading, created at first use."""
        found = self._find("select id from store_reading where name = %s", "reading", version)
        if found is not None:
            return found
        self._db.run("insert into store_reading (name) values (%s) on conflict (name) do nothing", [version])
        return self.reading(version)

    def name_of(self, what: str, number: int) -> str:
        """Return the name of a number; `what` is brand, watch, source, timeline or reading."""
        known = self._names.get((what, number))
        if known is None:
            column = "slug" if what == "brand" else "name"
            found = self._db.value(f"select {column} from store_{what} where id = %s", [number])
            if found is None:
                return ""
            known = self._names[(what, number)] = (found,)
        return known[0]

    def forget(self) -> None:
        """Read all again: after a restore or an undone creation."""
        self._numbers.clear()
        self._names.clear()

    def _find(self, sql: str, *key: str) -> int | None:
        number = self._numbers.get(key)
        if number is None:
            number = self._db.value(sql, list(key[1:]))
            if number is not None:
                self._numbers[key] = number
        return number

"""Import a file: show how it would be read, then bring it in on a back-fill timeline of its own, and close it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.time import minute_of
from tocsin.collect.file import FilePlan, plan_file, read_pages
from tocsin.flows.close import Closed, close_timeline
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, ingest_page

_HEAD_BYTES = 1 << 20


class Imported(msgspec.Struct, kw_only=True):
    """What an import did. `again` is True when the file had been read whole before under the same rules."""

    source: str
    timeline: str
    again: bool
    ingested: Ingested
    closed: Closed


def plan_import(
    engine: Engine, path: Path, preset: str | None, overrides: Mapping[str, str], now: datetime
) -> FilePlan:
    """Return how the file would be read; nothing is stored. Raises InputError when it cannot be."""
    brands = engine.rules().brands
    zone = brands[0].time_zone if brands else "Europe/Paris"
    return plan_file(path, name=path.name, preset=preset, overrides=overrides, time_zone=zone, now=now)


def import_file(
    engine: Engine, path: Path, plan: FilePlan, now: datetime, progress: Callable[[Ingested], None] | None = None
) -> Imported:
    """Store the posts of a file that concern a brand, then close its minutes; return what was done.

    The same file under the same rules resumes where it stopped, and adds nothing once it was read whole. Under other
    rules it is screened again, and only what is new is added.
    """
    rules = engine.rules()
    if not rules.watches:
        raise InputError(
            "No watch exists, so nothing of {file} would be kept; add one with "
            "`tocsin watch add --brand NAME --query QUERY` first.",
            file=path.name,
        )
    name = f"{path.name}-{_digest(path)[:8]}"
    source, timeline = f"file:{name}", f"backfill:{name}-{rules.version[:6]}"
    engine.store.ensure_timeline(timeline)
    cursor = engine.store.cursor(source, timeline)
    done = Ingested()
    begun = cursor
    for page in read_pages(path, plan, source=source, cursor=cursor, now=now):
        one = ingest_page(engine, source, timeline, page, cursor, now)
        done.add(one)
        if not one.accepted:
            raise InputError(
                "{file} is being imported by another process at this moment; wait for it to end.", file=path.name
            )
        cursor = page.next_cursor
        if progress:
            progress(done)
    closed = close_timeline(engine, timeline, minute_of(now), now)
    return Imported(
        source=source, timeline=timeline, again=bool(begun) and done.read == 0, ingested=done, closed=closed
    )


def _digest(path: Path) -> str:
    """Return the digest of the file's size and first mebibyte: enough to know it again, cheap on a large one."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    return hashlib.blake2b(head + str(path.stat().st_size).encode(), digest_size=8).hexdigest()

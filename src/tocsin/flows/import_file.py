"""Import a file: show how it would be read, then bring it in on a back-fill timeline of its own, and close it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Reject
from tocsin.collect.file import Bounds, FilePlan, plan_file, read_pages, save_preset, write_reject
from tocsin.flows.close import Closed, close_timeline
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, Place, ingest_page
from tocsin.flows.preview import Preview, preview_posts
from tocsin.store.rows import ImportRow

_HEAD_BYTES = 1 << 20
_SAMPLE_POSTS = 5_000


class Imported(msgspec.Struct, kw_only=True):
    """What an import did. `again`: the file had been read whole before under these rules. `notes`: doubts, counted."""

    source: str
    timeline: str
    again: bool
    ingested: Ingested
    closed: Closed
    notes: dict[str, int]


class WatchSample(msgspec.Struct, frozen=True, kw_only=True):
    """What one watch would find in the beginning of a file."""

    brand: str
    watch: str
    found: Preview


def plan_import(
    engine: Engine, path: Path, preset: str | None, overrides: Mapping[str, str], now: datetime
) -> FilePlan:
    """Return how the file would be read; nothing is stored. Raises InputError when it cannot be.

    preset: the name of a shipped preset, of one kept by `keep_preset`, or the path of one.
    """
    brands = engine.rules().brands
    zone = brands[0].time_zone if brands else "Europe/Paris"
    kept = _preset_path(engine, preset) if preset else None
    wanted = str(kept) if kept and kept.is_file() else preset
    bounds = Bounds(engine.settings.unpacked_mb, engine.settings.unpacked_ratio)
    return plan_file(path, name=path.name, preset=wanted, overrides=overrides, time_zone=zone, now=now, bounds=bounds)


def keep_preset(engine: Engine, plan: FilePlan, name: str) -> Path:
    """Keep the plan's reading of columns under a name; return where. Raises InputError on a name that is a path."""
    path = _preset_path(engine, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_preset(plan.mapping, path)
    return path


def sample_watches(engine: Engine, path: Path, plan: FilePlan, now: datetime) -> list[WatchSample]:
    """Return what each watch would find in the first posts of a file, and the handles it would miss."""
    posts = []
    for page in read_pages(path, plan, cursor="", now=now, source="sample"):
        posts += page.posts
        if len(posts) >= _SAMPLE_POSTS:
            break
    names = {brand.slug: brand.name for brand in engine.rules().brands}
    return [
        WatchSample(
            brand=watch.brand,
            watch=watch.name,
            found=preview_posts(posts[:_SAMPLE_POSTS], watch.query, names[watch.brand], limit=3),
        )
        for watch in engine.rules().watches
    ]


def import_file(
    engine: Engine,
    path: Path,
    plan: FilePlan,
    now: datetime,
    *,
    rejects_path: Path | None = None,
    progress: Callable[[Ingested], None] | None = None,
) -> Imported:
    """Store the posts of a file that concern a brand, then close its minutes; return what was done.

    The same file under the same rules resumes where it stopped, and adds nothing once it was read whole. Under other
    rules it is screened again, and only what is new is added. Rows that cannot be read go to `rejects_path`.
    """
    rules = engine.rules()
    if not rules.watches:
        raise InputError(
            "No watch exists, so nothing of {file} would be kept; add one with "
            "`tocsin watch add --brand NAME --query QUERY` first.",
            file=path.name,
        )
    digest = _digest(path)
    name = f"{path.name}-{digest[:8]}"
    source, timeline = f"file:{name}", f"backfill:{name}-{rules.version[:6]}"
    engine.store.ensure_timeline(timeline)
    begun = engine.store.cursor(source, timeline)
    record = ImportRow(timeline=timeline, source=source, origin=path.name, digest=digest, started_at=now)
    number = engine.store.save_import(record)
    done, notes = Ingested(), Counter[str]()
    broken: InputError | None = None
    try:
        with _Rejects(rejects_path) as rejects:
            cursor = begun
            for page in read_pages(path, plan, cursor=begun, now=now, source=source):
                one = ingest_page(engine, Place(source, timeline, cursor), page, now)
                done.add(one)
                if not one.accepted:
                    raise InputError(
                        "{file} is being imported by another process at this moment; wait for it to end.",
                        file=path.name,
                    )
                rejects.keep(page)
                cursor = page.next_cursor
                notes.update(page.notes)
                if progress:
                    progress(done)
    except InputError as error:
        broken = error  # a file that breaks off in the middle: what came before is kept, and closed
    closed = close_timeline(engine, timeline, minute_of(now), now)
    if broken is not None:
        raise broken
    engine.store.save_import(
        msgspec.structs.replace(
            record, id=number, ended_at=now, posts=done.posts, mentions=done.mentions, rejects=done.rejects
        )
    )
    again = bool(begun) and done.read == 0 and done.rejects == 0
    return Imported(
        source=source, timeline=timeline, again=again, ingested=done, closed=closed, notes=dict(sorted(notes.items()))
    )


class _Rejects:
    """The file of rows that could not be read, made when the first of them comes."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._out: TextIO | None = None

    def __enter__(self) -> _Rejects:
        return self

    def __exit__(self, *_: object) -> None:
        if self._out is not None:
            self._out.close()

    def keep(self, page: Page) -> None:
        rejects = [item for item in page.items if isinstance(item, Reject)]
        if not rejects or self._path is None:
            return
        if self._out is None:
            self._out = self._path.open("a", encoding="utf-8")
        for reject in rejects:
            write_reject(self._out, reject)
        self._out.flush()


def _preset_path(engine: Engine, name: str) -> Path:
    if "/" in name or "\\" in name:
        return Path(name)
    return engine.settings.data_dir / "presets" / f"{name.removesuffix('.toml')}.toml"


def _digest(path: Path) -> str:
    """Return the digest of the file's size and first mebibyte: enough to know it again, cheap on a large one."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    return hashlib.blake2b(head + str(path.stat().st_size).encode(), digest_size=8).hexdigest()

"""Read a planned file page by page, resumable after any page; keep what was rejected."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NotRequired, TextIO, TypedDict, Unpack

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.collect.adapter import Page, PageItem, Reject, Upsert
from tocsin.collect.file.build import PostBuilder
from tocsin.collect.file.plan import FilePlan, try_row
from tocsin.collect.file.sample import rows_of
from tocsin.collect.file.sniff import FileFormat, FileInput, opened
from tocsin.collect.file.unpack import UNPACK_ERRORS, unpacked

PAGE_ROWS = 4096
_HEAD = 1 << 16


class Paging(TypedDict):
    """source: name under which the cursor is kept, for messages. page_rows: rows a page, 4,096 by default."""

    source: str
    page_rows: NotRequired[int]


def read_pages(
    file: FileInput, plan: FilePlan, *, cursor: str, now: datetime, **paging: Unpack[Paging]
) -> Iterator[Page]:
    """Yield the posts and rejects of a file, one item per row, page by page; nothing when all was read.

    cursor: "" or the `next_cursor` of an earlier page. now: aware; every post is seen at it.
    The same file, plan and cursor give the same pages, whatever their size was before.
    Raises InputError when another file stands under the cursor, or a compressed file breaks off (after the pages
    before it).
    """
    page_rows = paging.get("page_rows", PAGE_ROWS)
    notes: Counter[str] = Counter()
    names = plan.names or None
    spreadsheet = plan.shape.format is FileFormat.XLSX
    builder = PostBuilder(plan.mapping, names, now, notes, spreadsheet)
    with opened(file, plan.name) as stream:
        done, mark = _resume(stream, plan, cursor, paging["source"])
        rows = rows_of(stream, plan.shape, plan.name, notes, len(plan.names))
        posts = (row for row in rows if row[0] > plan.header_line) if plan.header_line else rows
        for _ in zip(range(done), posts, strict=False):
            pass
        notes.clear()
        items: list[PageItem] = []
        broken: InputError | None = None
        try:
            for row in posts:
                if len(items) == page_rows:
                    done += len(items)
                    yield _page(items, f"{done}-{mark}", notes, more=True, first=not cursor)
                    items = []
                    notes.clear()
                outcome = try_row(builder, row)
                items.append(Upsert(post=outcome) if isinstance(outcome, Post) else outcome)
        except InputError as error:
            broken = error
        if items:
            yield _page(items, f"{done + len(items)}-{mark}", notes, more=False, first=not cursor)
        if broken:
            raise broken


def write_reject(out: TextIO, reject: Reject) -> None:
    """Write one reject as a JSON line: its line in the file, why in English, the start of what stood there."""
    why = reject.why.format(**reject.params)
    out.write(json.dumps({"line": reject.line, "why": why, "raw": reject.raw}, ensure_ascii=False) + "\n")


def _page(items: list[PageItem], cursor: str, notes: Counter[str], *, more: bool, first: bool) -> Page:
    counted = {name: count for name, count in sorted(notes.items()) if count}
    return Page(items=items, next_cursor=cursor, more=more, notes=counted, first_read=first)


def _resume(stream: FileInput, plan: FilePlan, cursor: str, source: str) -> tuple[int, str]:
    """Return how many rows were read before and the mark of the file's head; the stream is left at its beginning."""
    size = _HEAD
    done = 0
    if cursor:
        try:
            rows, length, known = cursor.split("-")
            done, size = int(rows), int(length)
        except ValueError:
            raise InputError(
                "The cursor {cursor} of {source} was not made by an import of a file; start the import anew.",
                cursor=repr(cursor[:60]),
                source=source,
            ) from None
    mark = _mark(stream, plan, size)
    if cursor and mark != f"{size}-{known}":
        raise InputError(
            "{file} is not the file whose import was under way as {source}; give that file, or start a new import.",
            file=plan.name,
            source=source,
        )
    return done, mark


def _mark(stream: FileInput, plan: FilePlan, size: int) -> str:
    """Return length and digest of the first bytes, unpacked, so that a file that only grew is known again."""
    with opened(stream, plan.name) as raw:
        shape = plan.shape
        bare = raw if shape.format is FileFormat.XLSX else unpacked(raw, shape.compression, shape.bounds, plan.name)
        try:
            head = bare.read(size)
        except UNPACK_ERRORS:
            head = b""
        raw.seek(0)
    return f"{len(head)}-{hashlib.blake2b(head, digest_size=8).hexdigest()}"

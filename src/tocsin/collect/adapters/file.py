"""A whole file as one payload: whatever `collect/file` can read, without a server to ask."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

from tocsin.base.errors import InputError, SourceError
from tocsin.collect.about import About
from tocsin.collect.adapter import Done, Page, PageItem, Plan, Reply, Source, answered
from tocsin.collect.file import plan_file, read_pages

_OWN_OPTIONS = ("preset", "path")


class FileAdapter:
    """Posts of JSON lines, JSON, CSV, XLSX, bare or gzipped.

    Options of the source: `preset`, and any field or option of the mapping (`text`, `created_at`, `date_order`…).
    """

    name = "file"
    version = "1"
    about = About(title="A file", what="Posts of a file that is handed in.", icon="file", is_listed=False)

    def plan(self, source: Source, cursor: str, now: datetime) -> Plan:
        """Return Done: there is nothing to ask, files are handed in."""
        return Done()

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return all posts and rejects of one file. Raises SourceError when the file holds no post that can be read.

        The cursor returned names the content, so that a caller can tell that a file has not changed.
        """
        content = answered(reply).body
        overrides = {name: value for name, value in source.options.items() if name not in _OWN_OPTIONS}
        body = io.BytesIO(content)
        items: list[PageItem] = []
        notes: dict[str, int] = {}
        try:
            plan = plan_file(
                body,
                name=source.name,
                preset=source.options.get("preset"),
                overrides=overrides,
                time_zone=source.time_zone,
                now=now,
            )
            for page in read_pages(body, plan, source=source.name, cursor="", now=now):
                items.extend(page.items)
                for note, count in page.notes.items():
                    notes[note] = notes.get(note, 0) + count
        except InputError as error:
            params: dict[str, Any] = dict(error.params)
            raise SourceError(error.template, permanent=True, **params) from None
        mark = hashlib.blake2b(content, digest_size=8).hexdigest()
        return Page(items=items, next_cursor=mark, notes=notes, first_read=not cursor)

"""The archive, its index and its list of pages in one package: WACZ 1.1.1 (read 2026-11-22), written by ourselves.

The package holds no seal: that stands beside it, over its digest. Equal recordings give equal packages.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any

from tocsin.base.capture import Recording
from tocsin.base.time import iso
from tocsin.evidence.pack.query import body_query, index_url, sort_key
from tocsin.evidence.pack.warc import Place, main_exchange, write_warc

ARCHIVE = "archive/data.warc.gz"

_INDEX, _BLOCKS = "indexes/index.idx", "indexes/index.cdx.gz"
_PAGES = "pages/pages.jsonl"
_LINES_A_BLOCK = 300  # as pywb and cdxj-indexer cut their blocks


def wacz_of(recording: Recording, *, number: str, salt: bytes) -> bytes:
    """Return the package. Beside the recording, one copy of the package is held in memory."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        writer = _Package(package, recording.ended_at)
        with writer.file(ARCHIVE) as archive:
            places = write_warc(recording, archive, number=number, salt=salt)
        blocks, index = _indexes(places)
        writer.put(_BLOCKS, blocks)
        writer.put(_INDEX, index)
        writer.put(_PAGES, _pages(recording))
        described = _json(_description(recording, number, writer.resources))
        writer.put("datapackage.json", described)
        digest = "sha256:" + hashlib.sha256(described).hexdigest()
        writer.put("datapackage-digest.json", _json({"path": "datapackage.json", "hash": digest}))
    return out.getvalue()


def index_line(place: Place) -> str:
    """Return the line of CDXJ that leads to `place`."""
    query = body_query(place.content_type, place.request_body) if place.method != "GET" else ""
    fields = {
        "url": place.url,
        "mime": place.mime,
        "status": place.status,
        "digest": place.digest,
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": ARCHIVE.rpartition("/")[2],
        "recordDigest": place.record_digest,
    }
    if place.referrer:
        fields["referrer"] = place.referrer
    if place.method != "GET":
        fields |= {"method": place.method, "requestBody": query}
    stamp = place.at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return f"{sort_key(index_url(place.url, place.method, query))} {stamp} {json.dumps(fields)}\n"


def _indexes(places: Sequence[Place]) -> tuple[bytes, bytes]:
    """Return the blocks of the index, each its own gzip member, and the list of where each begins."""
    lines = sorted(index_line(place) for place in places)
    blocks = bytearray()
    meta = {"format": "cdxj-gzip-1.0", "filename": _BLOCKS.rpartition("/")[2]}
    index = [f"!meta 0 {json.dumps(meta)}\n"]
    for start in range(0, len(lines), _LINES_A_BLOCK):
        block = _gzip("".join(lines[start : start + _LINES_A_BLOCK]).encode())
        told = {
            "offset": len(blocks),
            "length": len(block),
            "digest": "sha256:" + hashlib.sha256(block).hexdigest(),
            "filename": meta["filename"],
        }
        index.append(f"{lines[start].split('{', 1)[0].strip()} {json.dumps(told)}\n")
        blocks += block
    return bytes(blocks) or _gzip(b""), "".join(index).encode()


def _pages(recording: Recording) -> bytes:
    """Return the list of pages: where the visit ended, and the address asked for if it is another."""
    main = main_exchange(recording)
    rows: list[dict[str, Any]] = [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": bool(recording.text)},
        {
            "id": "page",
            "url": recording.final_url,
            "ts": iso(main.at if main else recording.started_at),
            "title": recording.title or recording.final_url,
            "text": recording.text,
        },
    ]
    if recording.visit.url != recording.final_url:
        rows.append({"id": "asked", "url": recording.visit.url, "ts": iso(recording.started_at), "title": "→"})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "replace")


def _description(recording: Recording, number: str, resources: list[dict[str, Any]]) -> dict[str, Any]:
    main = main_exchange(recording)
    return {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": recording.title or recording.final_url,
        "description": f"Capture {number} of {recording.visit.url}: {recording.outcome.value}".replace("  ", " "),
        "created": iso(recording.ended_at),
        "modified": iso(recording.ended_at),
        "software": "tocsin",
        "mainPageUrl": recording.final_url,
        "mainPageDate": iso(main.at if main else recording.started_at),
        "resources": resources,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def _gzip(text: bytes) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return squeeze.compress(text) + squeeze.flush()


class _Package:
    """A zip whose entries bear the instant of the visit, and what it holds by name, length and digest."""

    def __init__(self, package: zipfile.ZipFile, at: datetime) -> None:
        self._package = package
        utc = at.astimezone(UTC)
        self._at = (max(1980, utc.year), utc.month, utc.day, utc.hour, utc.minute, utc.second)
        self.resources: list[dict[str, Any]] = []

    def put(self, path: str, content: bytes) -> None:
        with self.file(path) as out:
            out.write(content)

    def file(self, path: str) -> _Entry:
        told = zipfile.ZipInfo(path, self._at)
        told.create_system, told.external_attr = 3, 0o644 << 16
        return _Entry(self._package.open(told, "w"), path, self.resources)


class _Entry(BytesIO):
    """A file of the package that is measured while it is written."""

    def __init__(self, out: IO[bytes], path: str, resources: list[dict[str, Any]]) -> None:
        super().__init__()
        self._out, self._path, self._resources = out, path, resources
        self._length, self._digest = 0, hashlib.sha256()

    def write(self, piece: Any) -> int:
        self._out.write(piece)
        self._digest.update(piece)
        self._length += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self._out.closed:
            self._out.close()
            self._resources.append(
                {
                    "name": self._path.rpartition("/")[2].lower(),
                    "path": self._path,
                    "hash": "sha256:" + self._digest.hexdigest(),
                    "bytes": self._length,
                }
            )
        super().close()

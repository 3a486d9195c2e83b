"""Exchanges as records of WARC 1.1 (ISO 28500:2017), each its own gzip member, and where each of them stands."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from string import punctuation
from typing import IO
from urllib.parse import quote

import msgspec
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from tocsin.base.capture import Exchange, Headers, Recording
from tocsin.evidence.canonical import clean
from tocsin.evidence.pack.headers import header, request_lines, response_lines

_VERSION = "WARC/1.1"
_SPEC = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_PRINTED = punctuation + " "
_WEB = ("http://", "https://")
_SQUEEZED = ("image/", "video/", "audio/", "font/woff", "application/zip", "application/pdf")
# Why there is no body, where there should be one, in the words of the standard.
_TRUNCATED = {"too_big": "length", "over_total": "length", "cut": "time", "not_ended": "disconnect"}
_BODILESS = frozenset({None, "redirect", "none_by_status"})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record stands in the archive, and what an index says of it. offset, length: bytes of the gzip member."""

    url: str
    at: datetime
    mime: str
    status: str
    digest: str
    record_digest: str
    offset: int
    length: int
    referrer: str = ""
    method: str = "GET"
    content_type: str = ""
    request_body: bytes | None = None


def write_warc(recording: Recording, out: IO[bytes], *, number: str, salt: bytes) -> tuple[Place, ...]:
    """Write the archive of `recording` to `out`; return the places of what a player may look for.

    number, salt: what the identifiers of the records are made from, so that the same recording gives the same bytes.
    Exchanges over other schemes than http and https are left to `net.json`. One body is held at a time.
    """
    writer = _Writer(out, number, salt)
    writer.info(recording)
    places = [place for exchange in recording.exchanges for place in _exchange(writer, recording, exchange)]
    if recording.text:
        places.append(writer.text(recording))
    return tuple(places)


def warc_date(at: datetime) -> str:
    """Return the instant as WARC-Date writes it: RFC 3339, UTC, with what there is of a second's parts."""
    spec = "microseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def main_exchange(recording: Recording) -> Exchange | None:
    """Return the exchange that brought the page itself: the last answered one at its final address."""
    bare = recording.final_url.partition("#")[0]
    found = [one for one in recording.exchanges if one.url.partition("#")[0] == bare and one.status is not None]
    return next((one for one in found if one.resource == "document"), found[0] if found else None)


def _exchange(writer: _Writer, recording: Recording, exchange: Exchange) -> Iterator[Place]:
    if not exchange.url.startswith(_WEB):
        return
    asked = writer.identifier("request", exchange.number)
    answered = writer.identifier("response", exchange.number)
    if exchange.status is None:
        writer.write(_request(recording, exchange, asked, None))
        writer.write(_failure(exchange, writer.identifier("metadata", exchange.number), asked))
        return
    record = _response(recording, exchange, answered)
    yield writer.indexed(record, exchange)
    writer.write(_request(recording, exchange, asked, answered))


def _response(recording: Recording, exchange: Exchange, identifier: str) -> ArcWarcRecord:
    rows = [*_head("response", identifier, exchange.url, exchange.at)]
    if exchange.remote_ip:
        rows.append(("WARC-IP-Address", _one_line(exchange.remote_ip)))
    if exchange.protocol:
        rows.append(("WARC-Protocol", _one_line(exchange.protocol)))
    if exchange.body is None and exchange.body_missing not in _BODILESS:
        rows.append(("WARC-Truncated", _TRUNCATED.get(exchange.body_missing or "", "unspecified")))
    reason = _one_line(exchange.reason)
    line = f"{exchange.status} {reason}".strip()
    lines = StatusAndHeaders(line, list(response_lines(exchange, recording.visit)), protocol="HTTP/1.1")
    return _record("response", rows, exchange.body or b"", lines)


def _request(recording: Recording, exchange: Exchange, identifier: str, answered: str | None) -> ArcWarcRecord:
    rows = [*_head("request", identifier, exchange.url, exchange.at)]
    if answered:
        rows.append(("WARC-Concurrent-To", answered))
    target = "/" + exchange.url.partition("#")[0].split("/", 3)[3] if exchange.url.count("/") > 2 else "/"
    target = _ascii("".join(target.split()))
    lines = list(request_lines(exchange, recording.visit))
    head = StatusAndHeaders(f"{_one_line(exchange.method)} {target} HTTP/1.1", lines, is_http_request=True)
    return _record("request", rows, exchange.request_body or b"", head)


def _failure(exchange: Exchange, identifier: str, asked: str) -> ArcWarcRecord:
    """Return the record of a request that got no answer: WARC knows no response without a status."""
    rows = [*_head("metadata", identifier, exchange.url, exchange.at), ("WARC-Concurrent-To", asked)]
    said = " ".join((exchange.failure or exchange.body_missing or "unknown").split())
    return _record("metadata", rows, f"failure: {said}\r\n".encode(), None)


def _head(kind: str, identifier: str, url: str, at: datetime) -> Headers:
    rows = [("WARC-Type", kind), ("WARC-Record-ID", identifier), ("WARC-Date", warc_date(at))]
    return (*rows, ("WARC-Target-URI", _ascii("".join(url.split())))) if url else tuple(rows)


def _one_line(text: str) -> str:
    """Return what may stand in the first line of a message; `net.json` has it as it was."""
    return _ascii(" ".join(text.split()))


def _ascii(text: str) -> str:
    """Return text with its signs beyond ASCII, and controls, percent-encoded, as warcio does for other lines."""
    return quote(clean(text), safe=_PRINTED)


def _record(
    kind: str, rows: list[tuple[str, str]], payload: bytes, lines: StatusAndHeaders | None, mime: str = ""
) -> ArcWarcRecord:
    types = {"request": "application/http; msgtype=request", "response": "application/http; msgtype=response"}
    record = ArcWarcRecord(
        "warc",
        kind,
        StatusAndHeaders("", rows, protocol=_VERSION),
        BytesIO(payload),
        lines,
        mime or types.get(kind, "application/warc-fields"),
        len(payload),
    )
    record.payload_length = len(payload)
    return record


class _Sha256Writer(WARCWriter):  # type: ignore[misc]  # warcio tells no types
    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class _Writer:
    """Writes records one after another; knows where each begins."""

    def __init__(self, out: IO[bytes], number: str, salt: bytes) -> None:
        self._out = out
        self._seed = hashlib.sha256(salt + b"\0" + number.encode()).digest()
        self._at = 0

    def identifier(self, kind: str, number: int) -> str:
        """Return the name of a record: a UUID of version 8 (RFC 9562), drawn from salt, number and place."""
        digest = hashlib.sha256(self._seed + f"{kind}/{number}".encode()).digest()[:16]
        spelled = bytearray(digest)
        spelled[6] = spelled[6] & 0x0F | 0x80
        spelled[8] = spelled[8] & 0x3F | 0x80
        text = spelled.hex()
        return f"<urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}>"

    def info(self, recording: Recording) -> None:
        fields = dict(recording.method.fields)
        rows = [*_head("warcinfo", self.identifier("warcinfo", 0), "", recording.started_at)]
        rows.append(("WARC-Filename", "data.warc.gz"))
        said = {
            "software": "tocsin",
            "format": "WARC File Format 1.1",
            "conformsTo": _SPEC,
            "http-header-user-agent": next(
                (header(one.request_headers, "user-agent") for one in recording.exchanges), ""
            ),
            "robots": "ignore",
            "browser": fields.get("browser.version", ""),
            "description": "Bodies as the browser had them, after transfer and content decoding; the header lines that"
            " told of these stand under X-Orig-.",
        }
        text = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in said.items() if value)
        self.write(_record("warcinfo", rows, text.encode(), None))

    def text(self, recording: Recording) -> Place:
        url = "urn:text:" + recording.final_url
        rows = [*_head("resource", self.identifier("text", 0), url, recording.ended_at)]
        record = _record("resource", rows, recording.text.encode("utf-8", "replace"), None, "text/plain; charset=utf-8")
        offset, length, digest = self.write(record)
        return Place(
            url=url,
            at=recording.ended_at,
            mime="text/plain",
            status="200",
            digest=record.rec_headers.get_header("WARC-Payload-Digest"),
            record_digest=digest,
            offset=offset,
            length=length,
        )

    def indexed(self, record: ArcWarcRecord, exchange: Exchange) -> Place:
        mime = header(exchange.headers, "content-type").split(";")[0].strip().lower()
        offset, length, digest = self.write(record, squeezed=mime.startswith(_SQUEEZED))
        return Place(
            url=exchange.url.partition("#")[0],
            at=exchange.at,
            mime=mime,
            status=str(exchange.status),
            digest=record.rec_headers.get_header("WARC-Payload-Digest"),
            record_digest=digest,
            offset=offset,
            length=length,
            referrer=header(exchange.request_headers, "referer"),
            method=exchange.method,
            content_type=header(exchange.request_headers, "content-type"),
            request_body=exchange.request_body,
        )

    def write(self, record: ArcWarcRecord, *, squeezed: bool = False) -> tuple[int, int, str]:
        """Write one member; return where it begins, its length and its digest."""
        member = _Member(self._out, 1 if squeezed else 6)
        _Sha256Writer(member, gzip=False, warc_version=_VERSION).write_record(record)
        offset, length = self._at, member.close()
        self._at += length
        return offset, length, "sha256:" + member.digest.hexdigest()


class _Member:
    """One gzip member without a name or an instant, so that equal records give equal bytes."""

    def __init__(self, out: IO[bytes], level: int) -> None:
        self._out = out
        self._squeeze = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        self._length = 0
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self._put(self._squeeze.compress(piece))

    def flush(self) -> None:
        """Do nothing: warcio asks for it after each record, and the member ends at `close`."""

    def close(self) -> int:
        self._put(self._squeeze.flush())
        return self._length

    def _put(self, squeezed: bytes) -> None:
        self._out.write(squeezed)
        self.digest.update(squeezed)
        self._length += len(squeezed)

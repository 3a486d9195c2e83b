"""Parse an event stream (WHATWG HTML, 9.2 "Server-sent events", read 2026-11) as its bytes come, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

_BOM = b"\xef\xbb\xbf"
_LONGEST_RETRY_MS = 3_600_000


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event. body: its data lines joined by a line feed. kind: "message" when the stream names none.

    last_id: the last id told by the stream so far, "" for none.
    """

    body: bytes
    kind: str = "message"
    last_id: str = ""


class TooLongError(ValueError):
    """An event, or a line, is larger than the limit."""


class EventParser:
    """Takes the bytes of one stream in pieces of any size and gives its events in order.

    limit: bytes that one event may take, its unfinished line included. retry_s: the wait before connecting anew that
    the stream asked for, None while it did not. rests: how many comments and empty lines came: the stream's signs of
    life outside of an event.
    """

    def __init__(self, limit: int, last_id: str = "") -> None:
        self.retry_s: float | None = None
        self.rests = 0
        self._limit = limit
        self._tail = b""  # of a line that has not ended
        self._pieces: list[bytes] = []  # of the same line, before the tail, joined when it ends
        self._held = 0  # bytes of pieces and of the event's lines
        self._began = False
        self._after_cr = False
        self._lines: list[bytes] = []
        self._kind = ""
        self._id = self._last_id = last_id

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Yield the events that end in `chunk`. Raises TooLongError; the parser is of no use after it."""
        if not chunk:
            return
        if not self._began:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        for line in self._split(chunk):
            event = self._take(line)
            if event is not None:
                yield event

    def _without_bom(self, chunk: bytes) -> bytes:
        chunk = self._tail + chunk
        self._tail = b""
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            self._tail = chunk
            return b""
        self._began = True
        return chunk.removeprefix(_BOM)

    def _split(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the lines that end in `chunk`, by CR LF, LF or CR; keep the rest."""
        if not chunk:
            return
        self._after_cr = chunk.endswith(b"\r")
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *ended, rest = chunk.split(b"\n")
        if ended:
            self._hold(len(ended[0]))
            first = b"".join((*self._pieces, ended[0]))
            self._held -= len(first)
            self._pieces.clear()
            yield first
            yield from ended[1:]
        if rest:
            self._hold(len(rest))
            self._pieces.append(rest)
            if len(self._pieces) > 1_000:  # a drip of single bytes costs an object each
                self._pieces = [b"".join(self._pieces)]

    def _take(self, line: bytes) -> Event | None:
        if not line:
            self.rests += 1
            return self._dispatch()
        name, colon, value = line.partition(b":")
        if not name and colon:
            self.rests += 1
            return None
        value = value.removeprefix(b" ")
        if name == b"data":
            self._hold(len(value) + 1)
            self._lines.append(value)
        elif name == b"event":
            self._kind = value[: self._limit].decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit() and len(value) < 20:
            self.retry_s = min(int(value), _LONGEST_RETRY_MS) / 1_000
        return None

    def _dispatch(self) -> Event | None:
        self._last_id, lines, kind = self._id, self._lines, self._kind
        self._lines, self._kind = [], ""
        self._held -= sum(len(line) + 1 for line in lines)
        if not lines:
            return None
        return Event(body=b"\n".join(lines), kind=kind or "message", last_id=self._last_id)

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > self._limit:
            raise TooLongError(f"more than {self._limit} bytes in one event")

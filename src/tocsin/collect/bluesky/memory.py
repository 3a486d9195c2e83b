"""What is remembered between two talks with Bluesky, as one compact line of JSON."""

from __future__ import annotations

import msgspec

VERSION = 1
_LATEST_MS = 253_402_300_000_000 // 1000 * 1000  # the year 9999: what a datetime can hold
_PAGE_BYTES = 2_000


class Sweep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A search on its way through its words and pages.

    since, until: the stretch of time that is searched, in milliseconds since 1970; 0 for no end. known: up to when an
    earlier search gave all, where that is later than `since`. newest: when the newest post found was indexed.
    word: number of the word that is asked now. page: the server's mark of the next page of it, after `pages` pages.
    """

    since: int = 0
    until: int = 0
    known: int = 0
    newest: int = 0
    word: int = 0
    page: str = ""
    pages: int = 0


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of a Bluesky source. Instants are milliseconds since 1970, unless said otherwise; 0 means never.

    us: time of the latest event of a stream, in microseconds of its server. begun: when it was first to be listened to,
    in milliseconds of our clock. stream: the address it is of. wire: which
    version it speaks, 0 while not known, found out at `wire_at`. session: when the session ends. refused: how often in
    a row it was refused. high: when the newest post found so far was indexed, by the server's clock. next: when to
    search again, 0 before the first search came to its end. is_done: the past was
    read to its end.
    """

    v: int = VERSION
    us: int = 0
    begun: int = 0
    stream: str = ""
    wire: int = 0
    wire_at: int = 0
    session: int = 0
    refused: int = 0
    high: int = 0
    next: int = 0
    sweep: Sweep | None = None
    is_done: bool = False


_DECODER = msgspec.json.Decoder(Memory)


def load_memory(cursor: str) -> Memory:
    """Return the memory; a new one if the cursor is empty, cannot be read, or is of another version."""
    if not cursor:
        return Memory()
    try:
        memory = _DECODER.decode(cursor)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return Memory()
    return memory if memory.v == VERSION and _is_sound(memory) else Memory()


def dump_memory(memory: Memory) -> str:
    """Return the memory as one line, its version first."""
    written = msgspec.json.encode(memory).decode()
    return f'{{"v":{VERSION}' + ("," + written[1:] if len(written) > 2 else "}")


def _is_sound(memory: Memory) -> bool:
    sweep = memory.sweep or Sweep()
    times = (memory.begun, memory.wire_at, memory.session, memory.high, memory.next, memory.us // 1000)
    times_of_sweep = (sweep.since, sweep.until, sweep.known, sweep.newest)
    return (
        all(0 <= time < _LATEST_MS for time in (*times, *times_of_sweep))
        and min(memory.us, memory.refused, sweep.word, sweep.pages) >= 0
        and memory.wire in (0, 1, 2)
        and len(sweep.page) <= _PAGE_BYTES
    )

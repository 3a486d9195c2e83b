"""What is remembered between two talks with a server of the kin, as one compact line of JSON."""

from __future__ import annotations

import re

import msgspec

VERSION = 1
_LATEST_MS = 253_402_300_000_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of a Mastodon source. Instants are milliseconds since 1970; 0 means never.

    latest: the highest id seen, by list. reading: number of the list that is caught up now, from 1; 0 for none. page:
    the id up to which that list was read in this round. read: when the last round ended. next: when the next begins.
    stream: where the server streams, found out at `stream_at`. ids: see `mastodon.ids`. is_done: the past was read.
    """

    v: int = VERSION
    latest: dict[str, str] = {}
    reading: int = 0
    page: str = ""
    read: int = 0
    next: int = 0
    stream: str = ""
    stream_at: int = 0
    ids: str = ""
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
    times = (memory.read, memory.next, memory.stream_at)
    is_sound = (
        memory.v == VERSION
        and all(0 <= time < _LATEST_MS for time in times)
        and 0 <= memory.reading < 1_000
        and all(is_id(name) for name in memory.latest.values())
        and (not memory.page or is_id(memory.page))
    )
    return memory if is_sound else Memory()


def dump_memory(memory: Memory) -> str:
    """Return the memory as one line, its version first."""
    written = msgspec.json.encode(memory).decode()
    return f'{{"v":{VERSION}' + ("," + written[1:] if len(written) > 2 else "}")


def is_id(name: str) -> bool:
    """Return whether a text can be an id of a server: it goes into addresses, and is compared with others."""
    return _ID.fullmatch(name) is not None

"""What is remembered between two reads of a feed, as one compact line of JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping

import msgspec
import xxhash

_KEY_BYTES = 6  # 48 bits: among 10,000 entries, two share a key once in six million feeds
_RECORD_BYTES = 3 * _KEY_BYTES
OLD_ENTRIES_KEPT = 1_000  # entries no longer in the feed, remembered in case they come back


class FeedCursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of a feed. Instants are milliseconds since 1970; 0 means never.

    feed: canonical address that the owner gave; another one starts a new memory. url: where to ask instead, after a
    lasting move. etag, modified: validators, good for `validated` alone. read_at: last good answer; full_at: last one
    with a body. gap_s: usual time between two entries. moved_to, moved_at: a move that has not yet lasted.
    hub, topic: who pushes its news, and under which address.
    seen: records of the entries known, newest first, in base64.
    """

    feed: str = ""
    url: str = ""
    etag: str = ""
    modified: str = ""
    validated: str = ""
    read_at: int = 0
    full_at: int = 0
    next_at: int = 0
    gap_s: int = 0
    moved_to: str = ""
    moved_at: int = 0
    hub: str = ""
    topic: str = ""
    seen: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is remembered of one entry: a mark of what its publisher wrote, and a mark of what a person reads in it."""

    written: bytes
    read: bytes


def load_cursor(text: str, feed: str) -> FeedCursor:
    """Return the memory of the feed; a new one if `text` is empty, cannot be read, or belongs to another address."""
    cursor = read_cursor(text)
    return cursor if cursor is not None and cursor.feed == feed else FeedCursor(feed=feed)


def read_cursor(text: str) -> FeedCursor | None:
    """Return the memory of whichever feed it is, or None when there is none that can be read."""
    try:
        return msgspec.json.decode(text, type=FeedCursor) if text else None
    except msgspec.DecodeError:
        return None


def dump_cursor(cursor: FeedCursor) -> str:
    """Return the memory as one line."""
    return msgspec.json.encode(cursor).decode()


def mark(*parts: str) -> bytes:
    """Return six bytes that name `parts`, the same everywhere."""
    # Nothing is gained by whoever makes two of his own entries collide, so that the fastest digest will do.
    return xxhash.xxh3_64_digest("\x1f".join(parts).encode("utf-8", "surrogatepass"))[:_KEY_BYTES]


def load_seen(text: str) -> dict[bytes, Known]:
    """Return what is remembered of each entry by the mark of its id, newest first."""
    try:
        packed = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return {}
    records = (packed[start : start + _RECORD_BYTES] for start in range(0, len(packed), _RECORD_BYTES))
    return {
        record[:_KEY_BYTES]: Known(written=record[_KEY_BYTES : 2 * _KEY_BYTES], read=record[2 * _KEY_BYTES :])
        for record in records
        if len(record) == _RECORD_BYTES
    }


def dump_seen(current: Mapping[bytes, Known], before: Mapping[bytes, Known]) -> str:
    """Return the records of the entries now in the feed, then of as many older ones as are kept."""
    older = [(key, known) for key, known in before.items() if key not in current][:OLD_ENTRIES_KEPT]
    return _packed((*current.items(), *older))


def _packed(records: Iterable[tuple[bytes, Known]]) -> str:
    return base64.b64encode(b"".join(key + known.written + known.read for key, known in records)).decode("ascii")

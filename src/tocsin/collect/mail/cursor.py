"""What is remembered between two looks into a mailbox, as one compact line of JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import msgspec

from tocsin.collect.feed.cursor import mark

_KEY_BYTES = 6
IDS_KEPT = 1_000  # letters known when the server numbers them anew; older ones are read again, and are the same rows


class MailCursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of a folder. v: version. place: server, user and folder; another one starts a new memory.

    validity, last: of the numbers, and the highest that was read. since: instant (ms) from which letters are read when
    the numbers are not known. is_first: the first reading is not through yet. done: nothing is left of a past reading.
    seen: marks of the ids read lately, newest last, in base64. session_until: instant (ms) to ask for another session.
    """

    v: int = 1
    place: str = ""
    validity: int = 0
    last: int = 0
    since: int = 0
    is_first: bool = True
    done: bool = False
    seen: str = ""
    session_until: int = 0


def load_cursor(text: str, place: str) -> MailCursor:
    """Return the memory of a folder; a new one if `text` is empty, cannot be read, or belongs to another place."""
    if text:
        try:
            cursor = msgspec.json.decode(text, type=MailCursor)
        except msgspec.DecodeError:
            return MailCursor(place=place)
        if cursor.place == place and cursor.v == 1:
            return cursor
    return MailCursor(place=place)


def dump_cursor(cursor: MailCursor) -> str:
    """Return the memory as one line."""
    return msgspec.json.encode(cursor).decode()


def load_seen(text: str) -> list[bytes]:
    """Return the marks of the ids read lately, oldest first."""
    try:
        packed = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return []
    return [packed[start : start + _KEY_BYTES] for start in range(0, len(packed), _KEY_BYTES)]


def dump_seen(marks: Sequence[bytes]) -> str:
    """Return the newest marks in base64."""
    return base64.b64encode(b"".join(list(dict.fromkeys(reversed(marks)))[:IDS_KEPT][::-1])).decode("ascii")


def id_mark(native_id: str) -> bytes:
    """Return six bytes that name an id."""
    return mark(native_id)

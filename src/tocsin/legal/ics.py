"""Write days to a calendar file that any agenda reads (RFC 5545), with alarms. The words come from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

_OCTETS = 75  # RFC 5545 section 3.1: longer lines are folded


class Ring(msgspec.Struct, frozen=True):
    """An alarm: an aware instant, and what it says."""

    at: datetime
    text: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event: a whole day, or an aware instant. `uid` stays the same when the file is written again."""

    uid: str
    day: date | datetime
    summary: str
    description: str
    rings: tuple[Ring, ...] = ()


def calendar_file(entries: Iterable[Entry], made_at: datetime) -> bytes:
    """Return the calendar in UTF-8, its lines ended by CRLF and folded at 75 octets, never within a character.

    made_at: aware instant (DTSTAMP). Raises ValueError for an instant without offset.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tocsin//deadlines//EN", "CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += _event(entry, made_at)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def escaped(text: str) -> str:
    """Return text as a value of type TEXT (RFC 5545 section 3.3.11); control characters but line ends go.

    >>> escaped("a; b, c")
    'a\\\\; b\\\\, c'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(sign for sign in text if sign in "\n\t" or (ord(sign) >= ord(" ") and ord(sign) != 0x7F))
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _event(entry: Entry, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(entry.uid)}"
    yield f"DTSTAMP:{_utc(made_at)}"
    if isinstance(entry.day, datetime):
        yield f"DTSTART:{_utc(entry.day)}"
    else:
        yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(entry.summary)}"
    yield f"DESCRIPTION:{escaped(entry.description)}"
    yield "TRANSP:TRANSPARENT"  # a deadline does not make anybody busy
    for ring in entry.rings:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escaped(ring.text)}"
        yield f"TRIGGER;VALUE=DATE-TIME:{_utc(ring.at)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _utc(at: datetime) -> str:
    if at.utcoffset() is None:
        raise ValueError(f"{at!r} has no offset")
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> bytes:
    """Return the line with its CRLF, cut into pieces of at most 75 octets that begin with a space after the first."""
    pieces: list[bytes] = []
    piece = b""
    for sign in line:
        code = sign.encode("utf-8")
        if len(piece) + len(code) > _OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += code
    return b"\r\n".join([*pieces, piece]) + b"\r\n"

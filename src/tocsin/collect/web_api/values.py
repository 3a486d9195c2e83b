"""Take values out of JSON that may hold anything: nothing here raises but for a body that is no JSON at all."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import TimeDoubt
from tocsin.collect.adapter import Answer

LONGEST_TEXT = 200_000
_LARGEST = 2**63 - 1
_DIGITS = re.compile(r"[0-9]{1,18}")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)Z?")
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
# Half characters, and the controls that no text holds; PostgreSQL refuses the null character.
_UNWRITABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def json_of(answer: Answer, *, is_first: bool) -> Any:
    """Return the value that the answer holds. Raises SourceError when it is no JSON: permanent on a first read.

    A lone half of a character, which some servers write where they cut a text, is borne.
    """
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        # Nothing of the body is shown: a server may say back what it was sent.
        raise SourceError(
            "{url} answers no JSON ({kind}, {size} bytes); check the address.",
            permanent=is_first,
            url=answer.url,
            kind=_kind(answer),
            size=len(answer.body),
        ) from None


def unlike(answer: Answer, *, is_first: bool) -> SourceError:
    """Return the error for an answer that is JSON, but not what the interface gives."""
    return SourceError(
        "{url} answers JSON that is no list of posts ({size} bytes); check the address.",
        permanent=is_first,
        url=answer.url,
        size=len(answer.body),
    )


def inside(value: object, *names: str) -> Any:
    """Return what stands under the names, one inside the other; None where there is nothing.

    >>> inside({"a": {"b": 1}}, "a", "b"), inside({"a": []}, "a", "b")
    (1, None)
    """
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_in(value: object, *names: str) -> str:
    """Return the text under the names, without what cannot be written; "" where there is none."""
    found = inside(value, *names)
    return _UNWRITABLE.sub("", found[:LONGEST_TEXT]).strip() if isinstance(found, str) else ""


def number_in(value: object, *names: str) -> int | None:
    """Return the whole number 0..2**63-1 under the names, written as one or in digits; None where there is none.

    >>> number_in({"id": "12"}, "id"), number_in({"id": True}, "id"), number_in({"id": -1}, "id")
    (12, None, None)
    """
    found = inside(value, *names)
    if isinstance(found, str) and _DIGITS.fullmatch(found):
        return int(found)
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _LARGEST:
        return found
    return None


def flag_in(value: object, *names: str) -> bool:
    """Return whether the very value true stands under the names."""
    return inside(value, *names) is True


def instant_in(value: object, *names: str) -> datetime | None:
    """Return the instant (UTC) under the names: ISO 8601, compact ISO, or seconds since 1970; None where there is none.

    One without zone is read as UTC, as all interfaces read here define it.

    >>> instant_in({"at": "20260302T080000Z"}, "at").isoformat()
    '2026-03-02T08:00:00+00:00'
    """
    found = inside(value, *names)
    try:
        if isinstance(found, str) and len(found) <= 40:
            compact = _COMPACT.fullmatch(found)
            if compact is not None:
                found = "{}-{}-{}T{}:{}:{}".format(*compact.groups())
            at = datetime.fromisoformat(found)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(found, (int, float)) and not isinstance(found, bool):
            return datetime.fromtimestamp(found, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def believed(claimed: datetime | None, seen_at: datetime) -> tuple[datetime, TimeDoubt | None]:
    """Return when a post was written as far as its claim can be believed, and the doubt."""
    if claimed is None:
        return seen_at, TimeDoubt.MISSING
    if claimed > seen_at:
        return seen_at, TimeDoubt.FUTURE
    return claimed, TimeDoubt.IMPLAUSIBLE if claimed < _FIRST else None


def edited(claimed: datetime | None, created_at: datetime, seen_at: datetime) -> datetime | None:
    """Return when a post was changed, None where it never was; never before it was written nor after it was seen."""
    if claimed is None or claimed <= created_at:
        return None
    return min(claimed, seen_at) if seen_at > created_at else None


def start_of(raw: object) -> str:
    """Return how an entry begins, for the reject that tells of it: at most 200 characters, all of them writable."""
    return _UNWRITABLE.sub("", repr(raw)[:200])


def _kind(answer: Answer) -> str:
    written = answer.headers.get("content-type", "")[:60]
    return _UNWRITABLE.sub("", written) or "?"

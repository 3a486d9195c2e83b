"""One spelling for each value in JSON, so that a digest of it means the same to everybody (a part of RFC 8785)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tocsin.base.errors import InputError

_SAFE = 2**53 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(value: object) -> bytes:
    """Return the value as JSON in UTF-8: keys in the order of their UTF-16 units, no space, no line end.

    value: strings, integers of at most 53 bits, booleans, None, sequences and mappings with keys of text. There are no
    fractions: an interval is a whole number of milliseconds.
    Raises InputError for anything else, and for text that is no Unicode (half of a surrogate pair).

    >>> canonical({"b": [1, True, None], "a": "é"})
    b'{"a":"\\xc3\\xa9","b":[1,true,null]}'
    """
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def instant(at: datetime) -> str:
    """Return an aware instant in UTC with milliseconds, always 24 characters. Raises ValueError if it has no zone.

    >>> instant(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05.000Z'
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def clean(text: str) -> str:
    """Return the text with what is no Unicode replaced, for words that strangers' pages bring."""
    return _SURROGATE.sub("\ufffd", text)


def _ordered(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > _SAFE:
            raise InputError("{number} has more than 53 bits; write it as text.", number=value)
        return int(value)
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise InputError("{text!a} holds half of a surrogate pair; replace it.", text=value[:80])
        return str(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise InputError("A key that is no text cannot be written as canonical JSON; write it as text.")
        return {str(_ordered(key)): _ordered(value[key]) for key in sorted(value, key=_units)}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_ordered(part) for part in value]
    raise InputError(
        "{kind} cannot be written as canonical JSON; use text or a whole number.", kind=type(value).__name__
    )


def _units(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")

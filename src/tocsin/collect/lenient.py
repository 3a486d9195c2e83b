"""Read JSON of known shape fast, and what of it can be read where a server, or somebody else, bends it.

The fast way is one typed decoding. Only when that fails is the text mended and each field read for itself, so that one
wrong field never costs a post; every field left out is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_origin

import msgspec

from tocsin.base.post import TimeDoubt

S = TypeVar("S", bound=msgspec.Struct)

# Each escape in turn, so that the `\ud83d` of `\\ud83d` is none; a pair of halves is one match.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])


class Lenient(Generic[S]):
    """Reads JSON texts as one kind of struct."""

    def __init__(self, kind: type[S]) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, raw: bytes | msgspec.Raw, notes: Counter[str]) -> S | None:
        """Return what the text says, or None when it is no JSON object or lacks what the kind requires.

        notes: gets `field_unreadable` for each field left out, and `text_mended` for half characters and bad UTF-8.
        """
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raw = mended(bytes(raw))
            try:
                found = self._decoder.decode(raw)
            except msgspec.ValidationError:
                notes["text_mended"] += 1
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return None
            else:
                notes["text_mended"] += 1
                return found
        return self._piecewise(raw, notes)

    def _piecewise(self, raw: bytes | msgspec.Raw, notes: Counter[str]) -> S | None:
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        found = _struct(self._kind, value, notes)
        return found if isinstance(found, self._kind) else None


def read_list(raw: bytes | msgspec.Raw) -> list[msgspec.Raw] | None:
    """Return the elements of a JSON list, each as its text, or None when it is no list."""
    for text in (raw, None):
        try:
            return _RAWS.decode(mended(bytes(raw)) if text is None else text)
        except msgspec.ValidationError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return None


def mended(raw: bytes) -> bytes:
    """Return the JSON text with a replacement character for bad UTF-8 and for each escaped half of a character.

    >>> mended(rb'"\\ud83d\\ude21 \\ud83d"')
    b'"\\\\ud83d\\\\ude21 \\\\ufffd"'
    """
    text = raw.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)


def when(said: str, seen_at: datetime) -> tuple[datetime, TimeDoubt | None]:
    """Return the instant of an ISO 8601 text, never later than `seen_at`, and why it is to be doubted, if it is.

    A time without a zone is read as UTC, which the platforms that write so mean.
    """
    at = instant(said)
    if at is None:
        return seen_at, TimeDoubt.MISSING
    if at > seen_at:
        return seen_at, TimeDoubt.FUTURE
    return at, TimeDoubt.IMPLAUSIBLE if at < _EARLIEST else None


def instant(said: str) -> datetime | None:
    """Return the aware UTC instant of an ISO 8601 text, or None when it is none.

    >>> instant("2026-03-04T13:00:00.1234567+01:00").isoformat(), instant("2026-13-01"), instant("")
    ('2026-03-04T12:00:00.123456+00:00', None, None)
    """
    try:
        at = datetime.fromisoformat(said)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def count(number: int | None) -> int | None:
    """Return a count as it may be stored, or None for one that cannot be."""
    return number if number is not None and 0 <= number <= _LARGEST else None


def _struct(kind: type[msgspec.Struct], value: object, notes: Counter[str]) -> msgspec.Struct | None:
    """Return the struct with each field that can be read; None when one that it requires cannot."""
    if not isinstance(value, dict):
        return None
    given: dict[str, Any] = {}
    for name, key, shape, is_required in _fields(kind):
        if key not in value:
            if is_required:
                return None
            continue
        try:
            given[name] = msgspec.convert(value[key], shape)
        except (msgspec.ValidationError, RecursionError):
            notes["field_unreadable"] += 1
            part = _part(shape, value[key], notes)
            if part is not None:
                given[name] = part
            elif is_required:
                return None
    return kind(**given)


def _part(shape: Any, value: object, notes: Counter[str]) -> object:
    """Return what can be read of a field that cannot be read whole: of a struct, or of a list of them."""
    inner, is_many = _inner(shape)
    if inner is None or isinstance(value, list) is not is_many:
        return None
    if isinstance(value, list):
        return tuple(one for one in (_struct(inner, one, notes) for one in value) if one is not None)
    return _struct(inner, value, notes)


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, Any, bool], ...]:
    return tuple((one.name, one.encode_name, one.type, one.required) for one in msgspec.structs.fields(kind))


def _inner(shape: Any) -> tuple[type[msgspec.Struct] | None, bool]:
    """Return the kind of struct that a field holds, and whether it holds a tuple of them."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return shape, False
    for one in get_args(shape):
        inner, is_many = _inner(one)
        if inner is not None:
            return inner, is_many or get_origin(shape) is tuple
    return None, False

"""Ids that depend on what a thing is, never on when or where it was seen, so that a replay gives the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

_SEPARATOR = b"\x1f"
_LETTERS = (
    "abcdefghijklmnopqrstuvwxyz234567"  # base 32 of RFC 4648, two letters at a time: asked for at every story begun
)
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]
_ID_BYTES = 10


def _digest(parts: tuple[str, ...], size: int) -> bytes:
    return hashlib.blake2b(_joined(parts), digest_size=size).digest()


def _joined(parts: tuple[str, ...]) -> bytes:
    return _SEPARATOR.join([part.encode("utf-8", "surrogatepass") for part in parts])


def _letters(digest: bytes) -> str:
    n = int.from_bytes(digest, "big")
    high = _PAIRS[n >> 70], _PAIRS[n >> 60 & 1023], _PAIRS[n >> 50 & 1023], _PAIRS[n >> 40 & 1023]
    low = _PAIRS[n >> 30 & 1023], _PAIRS[n >> 20 & 1023], _PAIRS[n >> 10 & 1023], _PAIRS[n & 1023]
    return "".join(high + low)


def stable_id(*parts: str) -> str:
    """Return 16 lower-case letters and digits (80 bits) that name `parts`, the same on every machine and in every run.

    >>> stable_id("a", "b") == stable_id("a", "b"), len(stable_id("a"))
    (True, 16)
    """
    return _letters(_digest(parts, _ID_BYTES))


def ids_under(*parts: str) -> Callable[[str], str]:
    """Return what names a last part under these as `stable_id` does, in a third of the time.

    >>> ids_under("a", "b")("c") == stable_id("a", "b", "c")
    True
    """
    begun = hashlib.blake2b(_joined((*parts, "")), digest_size=_ID_BYTES)

    def named(last: str) -> str:
        whole = begun.copy()
        whole.update(last.encode("utf-8", "surrogatepass"))
        return _letters(whole.digest())

    return named


def stable_int(*parts: str) -> int:
    """Return a signed 63-bit number that names `parts`; fits an integer column of both databases.

    >>> 0 <= stable_int("x") < 2**63
    True
    """
    return int.from_bytes(_digest(parts, 8), "big") >> 1

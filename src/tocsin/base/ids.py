"""Ids that depend on what a thing is, never on when or where it was seen, so that a replay gives the same rows."""

from __future__ import annotations

import hashlib

_SEPARATOR = b"\x1f"
_LETTERS = (
    "abcdefghijklmnopqrstuvwxyz234567"  # base 32 of RFC 4648, two letters at a time: asked for at every story begun
)
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]
_SHIFTS = range(70, -1, -10)


def _digest(parts: tuple[str, ...], size: int) -> bytes:
    whole = _SEPARATOR.join(part.encode("utf-8", "surrogatepass") for part in parts)
    return hashlib.blake2b(whole, digest_size=size).digest()


def stable_id(*parts: str) -> str:
    """Return 16 lower-case letters and digits (80 bits) that name `parts`, the same on every machine and in every run.

    >>> stable_id("a", "b") == stable_id("a", "b"), len(stable_id("a"))
    (True, 16)
    """
    digest = int.from_bytes(_digest(parts, 10), "big")
    return "".join([_PAIRS[digest >> shift & 1023] for shift in _SHIFTS])


def stable_int(*parts: str) -> int:
    """Return a signed 63-bit number that names `parts`; fits an integer column of both databases.

    >>> 0 <= stable_int("x") < 2**63
    True
    """
    return int.from_bytes(_digest(parts, 8), "big") >> 1

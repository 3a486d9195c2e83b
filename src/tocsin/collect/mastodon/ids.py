"""Ids: which of two of a server is later, a little earlier than one, and what the local ones of late stand for.

A stream says only the server's own number of a status that was deleted or answered, while posts are known everywhere
by their ActivityPub id. Asking for the number tells nothing any more. So what the last few hundred statuses are is
remembered with the cursor: deletions come mostly soon after, and those of older posts are seen when these are asked for
again (Rechecks).
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping

KEPT = 500
_KEPT_BYTES = 24_000  # as packed
_LONGEST_URI = 400
_MOST_UNPACKED = KEPT * (_LONGEST_URI + 64)
_SNOWFLAKES_SINCE_MS = 1_450_000_000_000  # before the first Mastodon


def order(name: str) -> tuple[int, str]:
    """Return what sorts the ids of one server: numbers by their size, others (Pleroma, GoToSocial) by their letters."""
    digits = name.lstrip("0") if name.isascii() and name.isdigit() else name
    return (len(digits), digits)


def earlier(name: str, by_ms: int, now_ms: int) -> str:
    """Return the id of `by_ms` before, for servers whose ids tell the time (Mastodon's do), else the id itself.

    Statuses of other servers get the id of the time at which they were written, so that they come in among older ones.

    >>> earlier("116170000000000000", 60_000, 1_900_000_000_000), earlier("A1b2", 60_000, 1_900_000_000_000)
    ('116169996067840000', 'A1b2')
    """
    if not (name.isascii() and name.isdigit() and len(name) < 20):
        return name
    at_ms = int(name) >> 16
    if not _SNOWFLAKES_SINCE_MS < at_ms < now_ms + 172_800_000:
        return name
    return str(int(name) - (by_ms << 16))


def load_ids(packed: str) -> dict[str, str]:
    """Return the native ids by the local ones, the oldest first; none when they cannot be read."""
    if not packed:
        return {}
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.b64decode(packed, validate=True), _MOST_UNPACKED).decode()
    except (binascii.Error, ValueError, zlib.error):
        return {}
    pairs = (line.partition(" ") for line in text.split("\n"))
    return {name: uri for name, space, uri in pairs if space and name and uri}


def dump_ids(ids: Mapping[str, str]) -> str:
    """Return the latest of the ids as one text."""
    lines = [f"{name} {uri}" for name, uri in ids.items() if len(uri) <= _LONGEST_URI and " " not in name][-KEPT:]
    while lines:
        packed = base64.b64encode(zlib.compress("\n".join(lines).encode(), 6)).decode("ascii")
        if len(packed) <= _KEPT_BYTES:
            return packed
        lines = lines[len(lines) // 4 + 1 :]
    return ""

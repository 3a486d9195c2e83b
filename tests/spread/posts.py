"""Posts for the tests of the spread."""

from __future__ import annotations

from tocsin.spread.values import SpreadPost

MINUTE = 60_000
START = 1_770_000_000_000
DAY = 86_400_000


def post(row: int, minute: float | None = None, **fields: object) -> SpreadPost:
    """Return a post of an account of its own, `minute` minutes after the start (its row unless given)."""
    at = START + round(MINUTE * (row if minute is None else minute))
    given: dict[str, object] = {
        "row": row,
        "at_ms": at,
        "seen_ms": at + MINUTE,
        "platform": "mastodon",
        "native_id": f"p{row}",
        "kind": "post",
        "author": row + 1000,
        "handle": f"voisin{row}",
        "followers": 10,
        "joined_ms": START - 900 * DAY,
        "exact": row,
        "bands": tuple(range(row * 64, row * 64 + 32)),
        "length": 90,
    }
    return SpreadPost(**(given | fields))  # type: ignore[arg-type]

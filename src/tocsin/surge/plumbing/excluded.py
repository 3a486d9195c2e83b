"""What was kept out of the surge tests, and why: a short table in the memory of a brand, for people to read."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

KEPT = 16
KEPT_MIN = 14 * 24 * 60
_SAME_MIN = 24 * 60  # what comes for one reason from one source within a day of the last is one entry


class Why(StrEnum):
    """Why posts, or a stretch of time, were kept out of the tests."""

    LATE = "late"  # written hours before they were heard: counted at their own time
    NEW_SOURCE = "new_source"  # written before they were heard, from a source not heard before: its usual is not known
    DAY_ONLY = "day_only"  # their source tells the day alone
    CAUGHT_UP = "caught_up"  # came at once after an interruption, with nothing that tells when they were written
    INTERRUPTED = "interrupted"  # nothing was heard, which chance does not explain: the usual level stands there
    CLOCK = "clock"  # the clock of this machine ran ahead and was set back


class Excluded(msgspec.Struct, frozen=True, array_like=True):
    """One entry. source: its name, "" where none is concerned. posts: how many; 0 where a stretch of time is meant.

    since, until: minutes in which they were written, or between which nothing was heard. heard: when they came last.
    rang: a rise among them was told all the same, as one that happened earlier.
    """

    source: str
    why: Why
    posts: int
    since: int
    until: int
    heard: int
    rang: bool = False


def note(entries: Sequence[Excluded], new: Excluded) -> list[Excluded]:
    """Return the entries with the new one, joined to that of the same source and reason if it came within a day.

    The 16 that came last are kept, for 14 days.
    """
    kept = [entry for entry in entries if new.heard - entry.heard < KEPT_MIN]
    for place, entry in enumerate(kept):
        same = (entry.source, entry.why) == (new.source, new.why) and entry.why is not Why.INTERRUPTED
        if same and abs(new.heard - entry.heard) <= _SAME_MIN:
            kept.pop(place)
            new = msgspec.structs.replace(
                new,
                posts=entry.posts + new.posts,
                since=min(entry.since, new.since),
                until=max(entry.until, new.until),
                heard=max(entry.heard, new.heard),
                rang=entry.rang or new.rang,
            )
            break
    return [*kept, new][-KEPT:]

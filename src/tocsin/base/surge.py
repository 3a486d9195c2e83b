"""Surge: an abnormal rise of mentions, its level, and why it is said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.mention import Reason


class SurgeLevel(StrEnum):
    """How loud a surge is told."""

    WATCH = "watch"
    ALARM = "alarm"


class Surge(msgspec.Struct, frozen=True, kw_only=True):
    """A rise above the usual level of this hour.

    id: named by brand, timeline and `since`. at: when the test said so. since: when the rise began.
    expected, seen: mentions over the window of `window_min` minutes that rang.
    excess_p: chance of such a count under the usual level, 0..1.
    learning: there was too little past for the ordinary test (under 14 days).
    story: id of the story that brings the largest part of it, or "".
    """

    id: str
    brand: str
    timeline: str
    level: SurgeLevel
    at: datetime
    since: datetime
    window_min: int
    expected: float
    seen: int
    excess_p: float
    authors: int = 0
    negative: int = 0
    learning: bool = False
    story: str = ""
    reasons: tuple[Reason, ...] = ()

"""Purposes for which personal data are kept, each for a time the owner may set."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What is kept, and may go after a number of days. Nothing goes until the owner sets one."""

    MENTIONS = "mentions"  # posts that a watch caught, with their authors, readings and labels
    LABELS = "labels"  # what people said of mentions
    ALERTS = "alerts"  # settled alerts, and who was mailed
    RING = "ring"  # posts that no watch wanted
    AUDIT = "audit"  # free words of the audit trail; who did what, and when, stays


SHARED = frozenset({Purpose.RING, Purpose.AUDIT})  # belong to no brand: the owner of all brands sets them
FEWEST_DAYS, MOST_DAYS = 1, 3650

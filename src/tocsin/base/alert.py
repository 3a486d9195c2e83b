"""Alert: what people are told, and what they did with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.mention import Reason


class AlertCause(StrEnum):
    """What made it ring."""

    SURGE = "surge"
    DANGER = "danger"  # one dangerous post, whatever the volume
    SILENCE = "silence"  # a source that should speak does not


class AlertState(StrEnum):
    """Where the alert stands with its people."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    FALSE = "false"
    CLOSED = "closed"


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a person must look at. `subject` is the id of the surge, mention row or source that caused it.

    muted_by: id of the alert that speaks for this one, which was told to nobody; "" for one that rang.
    step: rounds of telling that were made. due_at: when the next one comes, None for no more.
    """

    id: str
    brand: str
    timeline: str
    cause: AlertCause
    level: str
    at: datetime
    subject: str
    title: str
    story: str = ""
    reasons: tuple[Reason, ...] = ()
    state: AlertState = AlertState.OPEN
    snoozed_until: datetime | None = None
    by: str = ""
    note: str = ""
    muted_by: str = ""
    step: int = 0
    due_at: datetime | None = None

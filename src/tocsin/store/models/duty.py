"""What people are told and what they did: events, outbox, alerts, labels, audit.

`Event`, `AlertAction` and `Audit` are append-only, guarded by database triggers. They hold ids and the salted digest of
any free text; the text itself stands in `FreeText`, which may be erased.
"""

from __future__ import annotations

from django.db import models


class FreeText(models.Model):
    """A text that an append-only row refers to by its salted digest; erasing it leaves the row provable."""

    digest = models.CharField(max_length=32, primary_key=True)
    body = models.TextField()


class Event(models.Model):
    """One thing that happened; `key` is stable, so that the same fact twice is one row. Append-only."""

    key = models.CharField(max_length=64, unique=True)
    timeline = models.CharField(max_length=120)
    brand = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    at_ms = models.BigIntegerField()
    subject = models.CharField(max_length=200)
    text = models.CharField(max_length=32, default="")


class Outbox(models.Model):
    """An impure action to do after commit, done once per (event, action)."""

    event = models.CharField(max_length=64)
    timeline = models.CharField(max_length=120)
    action = models.CharField(max_length=120)
    delivery = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    tries = models.IntegerField(default=0)
    next_ms = models.BigIntegerField(default=0)
    claimed_ms = models.BigIntegerField(null=True)
    error = models.TextField(default="")
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "action"], name="outbox_once")]
        indexes = [models.Index(fields=["state", "next_ms"], name="outbox_due")]


class Alert(models.Model):
    """A `base.alert.Alert`. due_ms: when the next round of telling comes, null when none does."""

    id = models.CharField(max_length=64, primary_key=True)
    brand = models.CharField(max_length=64)
    timeline = models.CharField(max_length=120)
    cause = models.CharField(max_length=16)
    level = models.CharField(max_length=16)
    at_ms = models.BigIntegerField()
    subject = models.CharField(max_length=200)
    title = models.TextField()
    story = models.CharField(max_length=64)
    reasons = models.TextField()
    state = models.CharField(max_length=16)
    snoozed_ms = models.BigIntegerField(null=True)
    by = models.CharField(max_length=120)
    note = models.TextField()
    muted_by = models.CharField(max_length=64, default="")
    step = models.IntegerField(default=0)
    due_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["timeline", "brand", "at_ms"], name="alert_latest"),
            models.Index(fields=["due_ms"], name="alert_due", condition=models.Q(due_ms__isnull=False)),
            models.Index(fields=["muted_by"], name="alert_muted", condition=~models.Q(muted_by="")),
        ]


class AlertAction(models.Model):
    """What a person did with an alert, and when. Append-only."""

    alert = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=16)
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField(null=True)
    text = models.CharField(max_length=32, default="")


class Label(models.Model):
    """What a person said about a mention, a story or an alert; the next rules snapshot reads it."""

    subject_kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=200)
    label = models.CharField(max_length=64)
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    note = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject"], name="label_subject")]


class Audit(models.Model):
    """Who did what to which thing. Append-only."""

    at_ms = models.BigIntegerField()
    by = models.CharField(max_length=120)
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    text = models.CharField(max_length=32, default="")

    class Meta:
        indexes = [
            models.Index(fields=["by", "id"], name="audit_by"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]

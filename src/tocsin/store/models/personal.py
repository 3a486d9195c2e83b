"""Duties towards the people who are spoken of and who speak: who objected, and how long each thing is kept."""

from __future__ import annotations

from django.db import models


class Objection(models.Model):
    """An account that is no longer collected. handle: "" once the author was erased; the tombstone stays then.

    brand: where it was received; it holds for all of them. note: what was asked, as the person wrote it.
    """

    brand = models.CharField(max_length=64)
    platform = models.TextField()
    handle = models.TextField()
    note = models.TextField(default="")
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    lifted_ms = models.BigIntegerField(null=True)


class Retention(models.Model):
    """How many days something is kept; none of it goes where no row says so.

    brand: slug, or "" for what all brands share. purpose: `base.personal.Purpose`. done_ms: nothing was left to go.
    """

    brand = models.CharField(max_length=64)
    purpose = models.CharField(max_length=16)
    days = models.IntegerField()
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    done_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "purpose"], name="retention_once")]

"""Captures of pages, and the turns in which pages are captured again."""

from __future__ import annotations

from django.db import models


class Capture(models.Model):
    """One visit of the robot to one page, or one file that a person attached (robot false).

    number: of the installation, by year, without gaps. dossier: its row, 0 for none. platform, native_id: of the post
    it shows, "" for none. folder: below the evidence folder, "" before it is recorded and after its content was erased.
    log_index: of its entry, null before it is sealed. previous: the capture of the same page before, 0 for none.
    difference: JSON. holder, lease_ms: who records it now, and until when that is believed.
    """

    number = models.CharField(max_length=16, unique=True)
    brand = models.CharField(max_length=64)
    dossier = models.BigIntegerField(default=0)
    platform = models.CharField(max_length=64, default="")
    native_id = models.TextField(default="")
    url = models.TextField()
    robot = models.BooleanField(default=True)
    why = models.CharField(max_length=32)
    state = models.CharField(max_length=16)
    outcome = models.CharField(max_length=16, default="")
    by = models.CharField(max_length=120)
    asked_ms = models.BigIntegerField()
    started_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
    sealed_ms = models.BigIntegerField(null=True)
    stamped_ms = models.BigIntegerField(null=True)
    erased_ms = models.BigIntegerField(null=True)
    final_url = models.TextField(default="")
    title = models.TextField(default="")
    status = models.IntegerField(null=True)
    size = models.BigIntegerField(default=0)
    folder = models.TextField(default="")
    manifest = models.CharField(max_length=64, default="")
    log_index = models.BigIntegerField(null=True)
    doubtful = models.BooleanField(default=False)
    previous = models.BigIntegerField(default=0)
    difference = models.TextField(default="{}")
    holder = models.CharField(max_length=200, default="")
    lease_ms = models.BigIntegerField(null=True)
    tries = models.IntegerField(default=0)
    next_ms = models.BigIntegerField(default=0)
    error_template = models.TextField(default="")
    error_params = models.TextField(default="{}")

    class Meta:
        indexes = [
            models.Index(fields=["state", "next_ms"], name="capture_due"),
            models.Index(fields=["brand", "id"], name="capture_brand"),
            models.Index(fields=["dossier", "id"], name="capture_dossier"),
            models.Index(fields=["platform", "native_id"], name="capture_post"),
        ]


class CaptureTurn(models.Model):
    """When a page of a dossier is to be captured again, and why; done: the capture that was asked for, 0 before."""

    dossier = models.BigIntegerField()
    brand = models.CharField(max_length=64)
    url = models.TextField()
    platform = models.CharField(max_length=64, default="")
    native_id = models.TextField(default="")
    why = models.CharField(max_length=32)
    due_ms = models.BigIntegerField()
    done = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "url", "why", "due_ms"], name="capture_turn_once")]
        indexes = [models.Index(fields=["done", "due_ms"], name="capture_turn_due")]

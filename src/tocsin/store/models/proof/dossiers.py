"""Dossiers: what counsel gathers on one affair, and what the law says of it."""

from __future__ import annotations

from django.db import models


class Dossier(models.Model):
    """A dossier of a brand. year, rank: its number, such as 2026-0042, without gaps in an installation.

    story: id of the story it is about, "" for none. counsel: number of the person in charge, 0 for nobody.
    keep_until_ms: when its content goes, once it is closed; null for never.
    """

    year = models.IntegerField()
    rank = models.IntegerField()
    brand = models.CharField(max_length=64)
    title = models.TextField()
    story = models.CharField(max_length=64, default="")
    state = models.CharField(max_length=8)
    by = models.CharField(max_length=120)
    counsel = models.BigIntegerField(default=0)
    opened_ms = models.BigIntegerField()
    closed_ms = models.BigIntegerField(null=True)
    keep_until_ms = models.BigIntegerField(null=True)
    erased_ms = models.BigIntegerField(null=True)
    online_day = models.CharField(max_length=10, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "rank"], name="dossier_number_once")]
        indexes = [models.Index(fields=["brand", "id"], name="dossier_brand")]


class ChosenGround(models.Model):
    """A ground that a person chose for a dossier. ground: its id among the packs of law, such as fr.civil.…"""

    dossier = models.BigIntegerField()
    ground = models.CharField(max_length=96)
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    dropped_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "ground"], name="chosen_ground_once")]


class GroundElement(models.Model):
    """What a person ticked for one element of a chosen ground: met, doubtful or missing, and why."""

    ground = models.BigIntegerField()
    element = models.CharField(max_length=96)
    state = models.CharField(max_length=16)
    note = models.TextField(default="")
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ground", "element"], name="ground_element_once")]


class Clock(models.Model):
    """A period that runs for a dossier. event, acts: JSON, as they are given to the engine of periods.

    term: JSON, what the engine gave, kept as it gave it. engine: its version. safe_day, last_day: of the term, "" where
    it has none; last_ms: for a period in hours.
    """

    dossier = models.BigIntegerField()
    rule = models.CharField(max_length=96)
    letter = models.BigIntegerField(default=0)
    event = models.TextField()
    acts = models.TextField()
    term = models.TextField()
    engine = models.CharField(max_length=64)
    safe_day = models.CharField(max_length=10, default="")
    last_day = models.CharField(max_length=10, default="")
    last_ms = models.BigIntegerField(null=True)
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    computed_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["dossier", "id"], name="clock_dossier")]


class LawLetter(models.Model):
    """A letter of a dossier. reason: why the second person let it go. facts: JSON it was composed from.

    digest: of the text as it was sent, which the log seals; "" before.
    """

    dossier = models.BigIntegerField()
    kind = models.CharField(max_length=48)
    language = models.CharField(max_length=8)
    subject = models.TextField(default="")
    text = models.TextField()
    facts = models.TextField(default="{}")
    state = models.CharField(max_length=12)
    needs_second = models.BooleanField(default=False)
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    approved_by = models.CharField(max_length=120, default="")
    approved_ms = models.BigIntegerField(null=True)
    reason = models.TextField(default="")
    sent_ms = models.BigIntegerField(null=True)
    answered_ms = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [models.Index(fields=["dossier", "id"], name="law_letter_dossier")]

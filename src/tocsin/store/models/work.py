"""What people do with mentions: who has them, what is done, what they put right, the views they keep."""

from __future__ import annotations

from django.db import models


class WorkState(models.Model):
    """Where a mention stands in the work of the team; none is kept of a mention that nobody touched.

    mention: the lead one. brand, world, minute: copied from it, so that one's own list is found by an index.
    assignee, by: numbers of people, 0 for nobody. at_ms: of the last change.
    """

    mention = models.BigIntegerField(primary_key=True)
    brand = models.BigIntegerField()
    world = models.BigIntegerField()
    minute = models.BigIntegerField()
    done = models.BooleanField(default=False)
    assignee = models.BigIntegerField(default=0)
    by = models.BigIntegerField(default=0)
    at_ms = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                fields=["brand", "world", "assignee", "minute", "mention"],
                name="work_mine",
                condition=models.Q(assignee__gt=0),
            ),
            models.Index(
                fields=["brand", "world", "minute", "mention"], name="work_done", condition=models.Q(done=True)
            ),
        ]


class SavedView(models.Model):
    """A list of the stream under a name. query: the part of its address after the `?`. shared: shown to the team."""

    brand = models.BigIntegerField()
    owner = models.BigIntegerField()
    name = models.CharField(max_length=80)
    query = models.TextField()
    shared = models.BooleanField(default=False)
    at_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "owner", "name"], name="view_once")]


class Correction(models.Model):
    """What a person said of a reading; it holds for near-copies too, and for those to come until it is undone.

    label: a `screen.correct.Change`. mention: the one looked at. exact, bands: its copy keys.
    """

    brand = models.BigIntegerField()
    world = models.BigIntegerField()
    mention = models.BigIntegerField(db_index=True)
    label = models.CharField(max_length=64)
    exact = models.BigIntegerField()
    bands = models.BinaryField()
    by = models.BigIntegerField()
    at_ms = models.BigIntegerField()
    undone_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="correction_valid", condition=models.Q(undone_ms__isnull=True))]


class Corrected(models.Model):
    """A mention that a correction changed when it was given."""

    pk = models.CompositePrimaryKey("mention", "correction")
    mention = models.BigIntegerField()
    correction = models.BigIntegerField(db_index=True)


class Original(models.Model):
    """What was read in a mention before anybody corrected it: kept while a correction holds. body: a JSON row."""

    mention = models.BigIntegerField(primary_key=True)
    body = models.TextField()


class Undo(models.Model):
    """How to take a deed back: what stood before, as JSON. Valid for a day, used once."""

    person = models.BigIntegerField()
    brand = models.BigIntegerField()
    at_ms = models.BigIntegerField(db_index=True)
    what = models.TextField()


class Presence(models.Model):
    """Somebody has a mention open. at_ms: of their last sign of life."""

    pk = models.CompositePrimaryKey("mention", "person")
    mention = models.BigIntegerField()
    person = models.BigIntegerField()
    at_ms = models.BigIntegerField()

"""What grows out of mentions: stories, surges, and the state of the fold."""

from __future__ import annotations

from django.db import models

from tocsin.store.models.setup import Brand, Timeline


class Story(models.Model):
    """A `base.story.Story`. `memory` holds its terms and keys, which only grouping reads."""

    name = models.CharField(max_length=64)
    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    title = models.TextField()
    keywords = models.TextField()
    first_platform = models.TextField()
    first_native_id = models.TextField()
    first_ms = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    posts = models.BigIntegerField()
    copies = models.BigIntegerField()
    negative = models.BigIntegerField()
    severity = models.SmallIntegerField()
    state = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    platforms = models.TextField()
    languages = models.TextField()
    memory = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "name"], name="story_once")]
        indexes = [
            models.Index(fields=["brand", "timeline", "last_ms"], name="story_latest"),
            models.Index(fields=["brand", "timeline", "posts"], name="story_largest"),
            models.Index(
                fields=["brand", "timeline", "last_ms"], name="story_moving", condition=models.Q(posts__gte=2)
            ),
        ]


class FoldState(models.Model):
    """Where a brand stands on a timeline: last closed minute, and the state its fold left there.

    generation: rises with every close; one that was worked out from an older generation is refused.
    """

    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False)
    brand = models.ForeignKey(Brand, models.PROTECT)
    closed_minute = models.BigIntegerField(default=-1)
    generation = models.BigIntegerField(default=0)
    version = models.CharField(max_length=200, default="")
    state = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timeline", "brand"], name="fold_state_once")]


class Surge(models.Model):
    """A `base.surge.Surge`."""

    id = models.CharField(max_length=64, primary_key=True)
    timeline = models.ForeignKey(Timeline, models.PROTECT, db_index=False)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    level = models.CharField(max_length=16)
    at_ms = models.BigIntegerField()
    since_ms = models.BigIntegerField()
    window_min = models.IntegerField()
    expected = models.FloatField()
    seen = models.BigIntegerField()
    excess_p = models.FloatField()
    authors = models.BigIntegerField()
    negative = models.BigIntegerField()
    learning = models.BooleanField()
    story = models.CharField(max_length=64)
    reasons = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["brand", "timeline", "at_ms"], name="surge_latest")]


class Move(models.Model):
    """Posts of one story that were put into another: by a person, or by the engine where two had become one.

    source, target: names of stories. whole: all of the source, whose links lead to the target from then on.
    rows: the mentions, as a JSON list. followed: the alerts and surges that went along, as JSON. by: `engine`, or as
    labels name people. correction: the number of what was said of a mention that asked for the move, 0 for none.
    """

    brand = models.BigIntegerField()
    source = models.CharField(max_length=64)
    target = models.CharField(max_length=64)
    whole = models.BooleanField()
    rows = models.TextField()
    followed = models.TextField(default="{}")
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()
    correction = models.BigIntegerField(default=0)
    undone_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "source", "id"], name="move_out"),
            models.Index(fields=["brand", "target", "id"], name="move_in"),
            models.Index(
                fields=["brand", "id"], name="move_told", condition=models.Q(whole=False, undone_ms__isnull=True)
            ),
        ]

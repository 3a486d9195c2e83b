"""What the owner sets up: brands, watches, sources, timelines; and what the engine remembers of each."""

from __future__ import annotations

from django.db import models


class Fact(models.Model):
    """One named fact about this installation: its salt, the version of the folding its index was built with."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()


class Brand(models.Model):
    """A `base.brand.Brand`; `body` is the whole value as JSON."""

    slug = models.CharField(max_length=64, unique=True)
    time_zone = models.CharField(max_length=64)
    body = models.TextField()


class Watch(models.Model):
    """A `base.brand.Watch` in its current version. A deleted watch keeps its row: mentions point at it."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    name = models.CharField(max_length=200)
    version = models.IntegerField(default=1)
    deleted = models.BooleanField(default=False)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="watch_once")]


class WatchVersion(models.Model):
    """What a watch said in each of its versions, so that an old mention can be explained."""

    watch = models.ForeignKey(Watch, models.PROTECT)
    version = models.IntegerField()
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "version"], name="watch_version_once")]


class Timeline(models.Model):
    """A clock of its own: `live`, `backfill:ID`, `replay:ID`, `drill:ID`. `world`: whose posts it shares.

    watermark: last minute that may be closed, for all kinds but live (which reads the heartbeats).
    """

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16)
    world = models.ForeignKey("self", models.PROTECT, null=True)
    watermark = models.BigIntegerField(default=-1)


class Source(models.Model):
    """A `collect.adapter.Source` and how it fares. Times are milliseconds since 1970, UTC.

    listed: set up by an owner, and not removed since; an imported file is a source too, and never listed.
    """

    name = models.CharField(max_length=200, unique=True)
    adapter = models.CharField(max_length=64)
    time_zone = models.CharField(max_length=64)
    options = models.TextField(default="{}")
    brand = models.CharField(max_length=64, default="", blank=True)
    listed = models.BooleanField(default=True)
    enabled = models.BooleanField(default=True)
    stopped = models.BooleanField(default=False)
    last_good_ms = models.BigIntegerField(null=True)
    next_ms = models.BigIntegerField(null=True)
    failures = models.IntegerField(default=0)
    error_ms = models.BigIntegerField(null=True)
    error_template = models.TextField(default="")
    error_params = models.TextField(default="{}")


class Cursor(models.Model):
    """How far a source was read on a timeline, and when its collector last gave sign of life."""

    source = models.ForeignKey(Source, models.CASCADE)
    timeline = models.ForeignKey(Timeline, models.PROTECT)
    cursor = models.TextField(default="")
    heartbeat_ms = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(default=0)
    unmatched = models.BigIntegerField(default=0)
    unreadable = models.BigIntegerField(default=0)
    rules_version = models.CharField(max_length=64, default="")
    stage_version = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "timeline"], name="cursor_once")]


class Reading(models.Model):
    """The name of a version of the first reading; mentions point at it."""

    name = models.CharField(max_length=200, unique=True)


class Lease(models.Model):
    """Who works on a shard, until when."""

    shard = models.CharField(max_length=120, primary_key=True)
    holder = models.CharField(max_length=120)
    until_ms = models.BigIntegerField()


class ImportRecord(models.Model):
    """One file or archive that was read in: when, from where, and what came of it."""

    timeline = models.ForeignKey(Timeline, models.PROTECT)
    source = models.CharField(max_length=200)
    origin = models.TextField()
    digest = models.CharField(max_length=64, default="")
    started_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(default=0)
    mentions = models.BigIntegerField(default=0)
    rejects = models.BigIntegerField(default=0)

"""The life of a source: its secrets, its past, posts to ask for again, what it cost, what it could not give."""

from __future__ import annotations

from django.db import models


class SourceSecret(models.Model):
    """A secret of a source, sealed: it is never shown again. ends_ms: when it stops working, as far as is known."""

    source = models.BigIntegerField()
    name = models.CharField(max_length=64)
    sealed = models.TextField()
    set_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="source_secret_once")]


class SourcePast(models.Model):
    """A source read back to a date, on the timeline `backfill:` and its name, where its cursor stands.

    oldest_ms, newest_ms: of the posts it brought so far. posts: how many.
    """

    source = models.BigIntegerField(primary_key=True)
    since_ms = models.BigIntegerField()
    state = models.CharField(max_length=12)
    started_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)
    next_ms = models.BigIntegerField(null=True)
    oldest_ms = models.BigIntegerField(null=True)
    newest_ms = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    error_template = models.TextField(default="")
    error_params = models.TextField(default="{}")


class SourceCheck(models.Model):
    """When a post is to be asked for again, to see whether it still stands. checked_ms: None before the first time."""

    pk = models.CompositePrimaryKey("post", "source")
    post = models.BigIntegerField()
    source = models.BigIntegerField()
    due_ms = models.BigIntegerField()
    checked_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "due_ms"], name="source_check_due")]


class SourceSpend(models.Model):
    """How many posts were read of a source whose posts cost money. month: year times 100, and month, in UTC."""

    pk = models.CompositePrimaryKey("source", "month")
    source = models.BigIntegerField()
    month = models.IntegerField()
    posts = models.BigIntegerField(default=0)


class SourceGap(models.Model):
    """A stretch of time that a source could not give. why: a catalogue sentence."""

    source = models.BigIntegerField()
    since_ms = models.BigIntegerField(null=True)
    until_ms = models.BigIntegerField(null=True)
    why = models.TextField()
    at_ms = models.BigIntegerField()


class SourceNote(models.Model):
    """How often something in the answers of a source was not understood, by the adapter's own name for it."""

    pk = models.CompositePrimaryKey("source", "name")
    source = models.BigIntegerField()
    name = models.CharField(max_length=64)
    count = models.BigIntegerField(default=0)
    last_ms = models.BigIntegerField()


class SourceHub(models.Model):
    """A hub that was asked to push the news of a source (WebSub), under a callback that only it knows.

    sealed: what it signs with. granted_ms, until_ms: the lease. next_ms: when to ask it again. push_ms: its last push.
    missed_ms: when a read found what it should have pushed. failures: questions since the last grant.
    """

    source = models.BigIntegerField()
    hub = models.TextField()
    topic = models.TextField()
    token = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    state = models.CharField(max_length=12)
    asked_ms = models.BigIntegerField(null=True)
    next_ms = models.BigIntegerField()
    granted_ms = models.BigIntegerField(null=True)
    until_ms = models.BigIntegerField(null=True)
    push_ms = models.BigIntegerField(null=True)
    missed_ms = models.BigIntegerField(null=True)
    failures = models.IntegerField(default=0)
    error_template = models.TextField(default="")
    error_params = models.TextField(default="{}")

    class Meta:
        indexes = [models.Index(fields=["source"], name="source_hub_source")]


class SourcePush(models.Model):
    """What a hub pushed and the worker did not read yet. is_hint: not signed well enough to be read; only a hint."""

    hub = models.BigIntegerField()
    at_ms = models.BigIntegerField()
    content_type = models.CharField(max_length=200)
    body = models.BinaryField()
    is_hint = models.BooleanField(default=False)

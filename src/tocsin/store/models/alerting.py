"""Who is told, by which channel, how that fares; and the rhythm in which sources speak."""

from __future__ import annotations

from django.db import models


class Routing(models.Model):
    """What a brand says about who is told: a `base.routing.Routing` as JSON. version: rises with each change."""

    brand = models.CharField(max_length=64, primary_key=True)
    body = models.TextField()
    version = models.IntegerField(default=1)


class Channel(models.Model):
    """A way to reach a person beside their mail. sealed: its address, which is never shown again."""

    person = models.BigIntegerField(db_index=True)
    label = models.CharField(max_length=80)
    scheme = models.CharField(max_length=40)
    sealed = models.TextField()
    at_ms = models.BigIntegerField()


class ChannelFault(models.Model):
    """A channel that does not take what is sent; the row goes as soon as it does. error: a catalogue sentence."""

    channel = models.CharField(max_length=120, primary_key=True)
    since_ms = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    is_final = models.BooleanField(default=False)
    error = models.TextField()
    params = models.TextField(default="{}")


class SourceHour(models.Model):
    """What a source said in an hour since 1970. asks: how often it was read, in vain or not; posts: new ones."""

    pk = models.CompositePrimaryKey("source", "hour")
    source = models.BigIntegerField()
    hour = models.BigIntegerField()
    asks = models.IntegerField(default=0)
    posts = models.IntegerField(default=0)
    last_ms = models.BigIntegerField(null=True)

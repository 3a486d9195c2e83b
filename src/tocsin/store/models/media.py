"""Titles of the press as the owners of this installation see them, over the table that ships."""

from __future__ import annotations

from django.db import models


class MediaTitle(models.Model):
    """What an owner says of a host: its scope, or "" for no press at all. It stands over the shipped table."""

    host = models.CharField(max_length=253, unique=True)
    scope = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=2)
    by = models.CharField(max_length=120)
    at_ms = models.BigIntegerField()

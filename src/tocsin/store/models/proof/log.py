"""The log of all that was sealed: append-only, guarded by database triggers.

Entries hold ids and hashes, never content; free text stands in `EvidenceText`, which may be erased.
"""

from __future__ import annotations

from django.db import models


class LogEntry(models.Model):
    """One leaf of the log, and at once the custody of a dossier. number: from 0, without gaps. Append-only.

    dossier, capture: rows, 0 for none. who: mark of the person, "tocsin" for the installation itself. digest: SHA-256
    of what it seals. body: the bytes whose hash is the leaf. text: digest of words kept apart, "" for none.
    """

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    at_ms = models.BigIntegerField()
    dossier = models.BigIntegerField(default=0)
    capture = models.BigIntegerField(default=0)
    who = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, default="")
    body = models.TextField()
    text = models.CharField(max_length=32, default="")

    class Meta:
        indexes = [
            models.Index(fields=["dossier", "number"], name="log_dossier"),
            models.Index(fields=["capture", "number"], name="log_capture"),
        ]


class LogHash(models.Model):
    """One stored hash of the tree, under the index that a log stored as tiles gives it. Append-only."""

    place = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField()


class Checkpoint(models.Model):
    """A signed note on the tree of the first `size` entries. Append-only."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    at_ms = models.BigIntegerField()
    note = models.TextField()


class StampToken(models.Model):
    """What a time-stamping authority said of the digest of an entry. at_ms: by its clock. Append-only.

    reply: the whole answer (DER). chain: PEM. details: JSON, what was read in it.
    """

    entry = models.BigIntegerField()
    authority = models.CharField(max_length=64)
    at_ms = models.BigIntegerField()
    got_ms = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    details = models.TextField()
    reply = models.BinaryField()
    chain = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "authority"], name="stamp_token_once")]


class AuthorityHealth(models.Model):
    """How a time-stamping authority fares. failures: in a row."""

    name = models.CharField(max_length=64, primary_key=True)
    good_ms = models.BigIntegerField(null=True)
    bad_ms = models.BigIntegerField(null=True)
    failures = models.IntegerField(default=0)
    error = models.TextField(default="")


class EvidenceText(models.Model):
    """Words that a log entry refers to by their salted digest; erasing them leaves the entry provable."""

    digest = models.CharField(max_length=32, primary_key=True)
    body = models.TextField()


class EvidenceKey(models.Model):
    """A private key of the installation, sealed. public: what a stranger checks with, as text."""

    name = models.CharField(max_length=32, primary_key=True)
    sealed = models.TextField()
    public = models.TextField()
    made_ms = models.BigIntegerField()

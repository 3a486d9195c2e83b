"""Who may come in: people, their roles, their one-time links, their sessions, and the tries that failed.

None of it goes into an export. Sessions and tries stay out of backups too: they mean nothing elsewhere.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class Person(AbstractBaseUser):
    """A `base.person.Person`. Never deleted: disabled, then without name and address.

    totp_secret: sealed with the key file; "" without a second factor. totp_step: the last 30 s step whose code was
    taken, so that none is taken twice.
    """

    last_login = None
    password = models.CharField(max_length=128)  # the hash, "" before the first
    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="fr")
    time_zone = models.CharField(max_length=64, default="Europe/Paris")
    theme = models.CharField(max_length=8, default="auto")
    is_owner = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    night_from = models.IntegerField(null=True)
    night_until = models.IntegerField(null=True)
    digest = models.CharField(max_length=8, default="off")
    digest_empty = models.BooleanField(default=False)
    totp_secret = models.TextField(default="")
    totp_step = models.BigIntegerField(default=0)
    made_ms = models.BigIntegerField()
    entered_ms = models.BigIntegerField(null=True)

    USERNAME_FIELD = "email"

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether the person may come in; the name that Django's sign-in asks for."""
        return self.active


class Membership(models.Model):
    """The role of a person for a brand."""

    person = models.ForeignKey(Person, models.PROTECT)
    brand = models.ForeignKey("store.Brand", models.PROTECT)
    role = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "brand"], name="membership_once")]


class RecoveryCode(models.Model):
    """The digest of a code that stands in for the second factor, once."""

    person = models.ForeignKey(Person, models.PROTECT)
    digest = models.CharField(max_length=32)
    used_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="recovery_code_once")]


class OneTimeLink(models.Model):
    """An invitation, or a way to choose a new password: used once, before it ends. Only the digest of it is kept.

    body: what it was made for as JSON (`store.people.rows.Wish`). person: whose password, null for an invitation.
    """

    digest = models.CharField(max_length=32, unique=True)
    purpose = models.CharField(max_length=16)
    email = models.CharField(max_length=254)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    body = models.TextField(default="{}")
    by = models.CharField(max_length=120)
    made_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField()
    used_ms = models.BigIntegerField(null=True)


class Session(models.Model):
    """Somebody's browser. `key` is the digest of what the cookie holds: who reads the table cannot come in with it."""

    key = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    body = models.TextField()
    device = models.CharField(max_length=120, default="")
    made_ms = models.BigIntegerField()
    seen_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField(db_index=True)


class SignInTry(models.Model):
    """One try to sign in. `key`: digest of the account, of the address, or of both."""

    key = models.CharField(max_length=32)
    at_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key", "at_ms"], name="sign_in_try_key")]

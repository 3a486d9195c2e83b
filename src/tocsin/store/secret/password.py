"""Passwords: hashed with Argon2id, and refused when they are too easy to guess."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import BoundedSemaphore

import argon2
from django.contrib.auth.password_validation import CommonPasswordValidator

from tocsin.base.errors import InputError

SHORTEST, LONGEST = 12, 256
# OWASP password storage cheat sheet (read 2026-11): 46 MiB, one lane; one pass more than asked, some 60 ms a password.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
# So many sign-ins are worked on at once: 46 MiB each, and some processor left for the rest.
_AT_ONCE = BoundedSemaphore(4)
_AROUND = "0123456789 .,;:!?-_*+#@$%&/"  # what people hang on a word when they are asked for more than letters
# The list of Django is English; these come first in French ones.
_FRENCH = ("motdepasse", "motdepassemotdepasse", "azerty", "azertyuiop", "bonjour", "bienvenue", "chouchou", "doudou")
_NEAR = 5  # a word of so many letters about the person makes a password guessable


def hash_password(password: str) -> str:
    """Return the hash to keep, in the PHC string format, its parameters and salt included."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, hashed: str) -> bool:
    """Return whether this is the password of the hash; "" takes as long and is never right."""
    known = hashed or _nobodys()
    with _AT_ONCE:
        try:
            return _HASHER.verify(known, password[: LONGEST + 1]) and bool(hashed)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False


def needs_renewal(hashed: str) -> bool:
    """Return whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(hashed)


def check_strength(password: str, about: Sequence[str] = ()) -> None:
    """Return if the password may be used. about: words on the person, such as name and address.

    Raises InputError saying what is wrong: too short or long, digits alone, of the 20,000 commonest, or made of the
    person's name.
    """
    if len(password) < SHORTEST:
        raise InputError("This password is too short; take {count} characters or more.", count=SHORTEST)
    if len(password) > LONGEST:
        raise InputError("This password is too long; take {count} characters at most.", count=LONGEST)
    low = password.casefold()
    core = low.strip(_AROUND)
    if len(set(low)) < _NEAR or not core or core in _common() or low in _common():
        raise InputError("This password is among the first that are guessed; take a few words that nobody links.")
    words = {word for text in about for word in text.casefold().replace("@", " ").replace(".", " ").split()}
    near = sorted(word for word in words if len(word) >= _NEAR and word in low and len(low) - len(word) < SHORTEST - 4)
    if near:
        raise InputError("This password is little more than {word!r}, which others know; take another.", word=near[0])


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password("nobody has this password")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """The list of Django (Royce Williams, 2018)."""
    return frozenset({*CommonPasswordValidator().passwords, *_FRENCH})

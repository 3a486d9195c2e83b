"""Which letters come from a platform, by the address they name; what its letters look like."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

import msgspec

from tocsin.base.post import PostKind
from tocsin.collect.mail.letter import LetterRead, Person
from tocsin.collect.mail.proof import is_within

ALERTS = "google-alerts"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """One sender of notices; table.toml says what each field holds."""

    name: str
    platform: str
    kind: PostKind
    domains: tuple[str, ...]
    locals: str = ""
    subjects: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    stars_max: float = 5.0

    def sends_as(self, person: Person) -> bool:
        """Return whether the address is one that this sender uses."""
        local = person.address.rpartition("@")[0]
        return any(is_within(person.domain, domain) for domain in self.domains) and (
            not self.locals or re.fullmatch(self.locals, local) is not None
        )

    def owns(self, host: str) -> bool:
        """Return whether a host is of this sender."""
        return any(is_within(host, one) for one in (*self.domains, *self.hosts))

    def is_proven(self, proven: frozenset[str]) -> bool:
        """Return whether one of the proven domains is of this sender: it, one above or one below."""
        return any(
            is_within(found, domain) or (is_within(domain, found) and "." in found)
            for domain in self.domains
            for found in proven
        )


@cache
def all_senders() -> tuple[Sender, ...]:
    """Return the senders of the table, in its order."""
    written = resources.files("tocsin.collect.mail.senders").joinpath("table.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert({"name": name, **row}, Sender) for name, row in tomllib.loads(written).items())


def sender_of(letter: LetterRead) -> Sender | None:
    """Return whom the letter says it comes from, proven or not, or None when it is nobody of the table."""
    return next((sender for sender in all_senders() if sender.sends_as(letter.sender)), None)

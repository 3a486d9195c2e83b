"""Person and Role: who uses this installation, and what each may do for which brand."""

from __future__ import annotations

from enum import StrEnum

import msgspec

MARK = "person:"


class Role(StrEnum):
    """What a person does for a brand; the access table of the web door says what each may open."""

    OWNER = "owner"  # answers for the brand: everything, people and personal data included
    MANAGER = "manager"  # community manager: watches, stories, alerts, answers
    AGENT = "agent"  # answers customers
    COUNSEL = "counsel"  # evidence, grounds, personal data
    READER = "reader"  # looks, changes nothing


class Theme(StrEnum):
    """How pages are lit for a person; `auto` follows their machine."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Rhythm(StrEnum):
    """How often a person is mailed a digest of each of their brands."""

    OFF = "off"
    DAILY = "daily"  # every morning at 8, their time
    WEEKLY = "weekly"  # on Mondays at 8


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account.

    email: lower case, unique; how they sign in. name: as colleagues call them.
    language: fr or en. time_zone: IANA name. is_owner: owner of every brand, those to come included.
    active: False once the account is disabled; it is never deleted, so that what was done keeps its author.
    night_from, night_until: minutes of the local day (0..1439) between which only alarms are mailed; None for never.
    digest: how often a summary is mailed; digest_empty: even when nothing was said.
    has_password: False until they came in by their link. has_second_factor: a code is asked for at sign-in.
    """

    id: int
    email: str
    name: str
    language: str = "fr"
    time_zone: str = "Europe/Paris"
    theme: Theme = Theme.AUTO
    is_owner: bool = False
    active: bool = True
    night_from: int | None = None
    night_until: int | None = None
    digest: Rhythm = Rhythm.OFF
    digest_empty: bool = False
    has_password: bool = False
    has_second_factor: bool = False

    @property
    def initials(self) -> str:
        """Return one or two capitals for a small round badge.

        >>> Person(id=1, email="alice@example.org", name="Alice Martin-Roy").initials
        'AM'
        """
        words = [word for word in self.name.split() if word[0].isalnum()]
        chosen = [words[0], words[-1]] if len(words) > 1 else words
        return "".join(word[0] for word in chosen).upper() or self.email[:1].upper()

    @property
    def mark(self) -> str:
        """Return how logs name this person (`by` of audit entries, alert steps, labels): a number, never a name."""
        return f"{MARK}{self.id}"


def person_of_mark(mark: str) -> int | None:
    """Return the number of the person that a log names, or None when it names no account.

    >>> person_of_mark("person:3"), person_of_mark("root")
    (3, None)
    """
    number = mark.removeprefix(MARK)
    return int(number) if number != mark and number.isascii() and number.isdigit() else None


def is_muted(person: Person, minute: int) -> bool:
    """Return whether `minute` of the person's local day (0..1439) lies in the hours they want quiet.

    >>> night = Person(id=1, email="a@example.org", name="A", night_from=22 * 60, night_until=7 * 60)
    >>> is_muted(night, 23 * 60), is_muted(night, 6 * 60 + 59), is_muted(night, 7 * 60)
    (True, True, False)
    """
    if person.night_from is None or person.night_until is None:
        return False
    if person.night_from <= person.night_until:
        return person.night_from <= minute < person.night_until
    return minute >= person.night_from or minute < person.night_until

"""Brand and Watch: who is watched over, and by which queries."""

from __future__ import annotations

import msgspec


class AlarmBudget(msgspec.Struct, frozen=True, kw_only=True):
    """How many false alarms a month (30 days) the owner accepts, at each of the two levels."""

    alarms_per_month: float = 1.0
    watches_per_month: float = 5.0


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """A company or product line that is watched over.

    slug: lower-case ASCII letters, digits and hyphens; the key everywhere.
    time_zone: IANA name; hour-of-week profiles and day counts use it.
    calendar: country code of the public holidays (`holidays` package), upper case.
    languages: ISO 639-1 codes, most wanted first.
    """

    slug: str
    name: str
    time_zone: str = "Europe/Paris"
    calendar: str = "FR"
    languages: tuple[str, ...] = ("fr", "en")
    budget: AlarmBudget = AlarmBudget()


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """One query that brings posts to a brand.

    query: the query language of `screen/query.py`.
    languages: ISO 639-1 codes kept; empty keeps all.
    sources: names of the sources kept; empty keeps all.
    own_accounts: handles of the brand itself, without @, lower case: their posts are marked, never rung.
    sensitive_words: words or phrases that raise the severity of a mention by themselves.
    danger_severity: a single mention at or above it rings whatever the volume, 0..100.
    private_person: the watch follows a private person; `ground` must then say why it is lawful.
    """

    brand: str
    name: str
    query: str
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    own_accounts: tuple[str, ...] = ()
    sensitive_words: tuple[str, ...] = ()
    danger_severity: int = 80
    private_person: bool = False
    ground: str = ""

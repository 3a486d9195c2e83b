"""The time-stamping authorities that may be asked, as data, and which of them to ask now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files

import msgspec

from tocsin.base.errors import InputError
from tocsin.evidence.stamp import check_authority

_FIRST_REST = timedelta(minutes=1)
_LONGEST_REST = timedelta(hours=6)
_MOST_DOUBLINGS = 10


class Confidence(StrEnum):
    """How well a row is known."""

    VERIFIED = "verified"  # asked by us, and found on the trusted list of its country
    REPORTED = "reported"  # by others
    OWN = "own"  # written by whoever runs this installation


class Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One authority. name: short, part of file names. url: where it is asked over HTTP.

    qualified: its operator is said to be a qualified trust service provider; a token is qualified only if the trusted
    list of its country says so. roots: path of a PEM file that anchors it here, "" for none. usable: False keeps it
    from being asked. spacing_s: least time between two questions.
    """

    name: str
    title: str
    url: str
    country: str = ""
    qualified: bool = False
    confidence: Confidence = Confidence.OWN
    last_checked: date | None = None
    roots: str = ""
    usable: bool = True
    spacing_s: int = 0
    terms: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How an authority did. failures: in a row, since it was last good."""

    last_good_at: datetime | None = None
    last_failed_at: datetime | None = None
    failures: int = 0


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    authority: tuple[Authority, ...]


def shipped_authorities() -> tuple[Authority, ...]:
    """Return the authorities that come with the product."""
    return read_authorities(files("tocsin.evidence").joinpath("authorities.toml").read_bytes())


def read_authorities(toml: bytes, *, before: Iterable[Authority] = ()) -> tuple[Authority, ...]:
    """Return those of a TOML file of `[[authority]]` tables, then those of `before` that it does not name itself.

    So a user's own file adds, replaces a row by its name, or takes it out by `usable = false`.
    Raises InputError where the file cannot be read.
    """
    try:
        own = msgspec.toml.decode(toml, type=_Table).authority
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("The list of time-stamping authorities cannot be read: {error}.", error=error) from error
    names = [check_authority(each.name) for each in own]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError("The authority {name} is there twice; give each its own name.", name=twice)
    return (*own, *(each for each in before if each.name not in names))


def choose(authorities: Sequence[Authority], health: Mapping[str, Health], now: datetime) -> tuple[Authority, ...]:
    """Return those to ask, in the order to ask them, until as many tokens as are wanted have come.

    A qualified one comes first, then one that is not, and so on in turn: a qualified token presumes the time, and the
    second comes from another kind of house. Among equals, those that were good last. One that failed rests: a minute,
    then twice as long each time, six hours at most; when all rest, the one that has rested longest is tried.
    """
    usable = [each for each in authorities if each.usable]
    ready = [each for each in usable if _rests_until(health.get(each.name)) <= now]
    if not ready and usable:
        ready = [min(usable, key=lambda each: _rests_until(health.get(each.name)))]
    order = {each.name: number for number, each in enumerate(usable)}

    def rank(each: Authority) -> tuple[int, int]:
        return health.get(each.name, Health()).failures, order[each.name]

    qualified = sorted((each for each in ready if each.qualified), key=rank)
    others = sorted((each for each in ready if not each.qualified), key=rank)
    mixed: list[Authority] = []
    for number in range(max(len(qualified), len(others))):
        mixed += [*qualified[number : number + 1], *others[number : number + 1]]
    return tuple(mixed)


def after_answer(health: Health, now: datetime, *, good: bool) -> Health:
    """Return how an authority does after it stamped, or did not."""
    if good:
        return msgspec.structs.replace(health, last_good_at=now, failures=0)
    return msgspec.structs.replace(health, last_failed_at=now, failures=health.failures + 1)


def _rests_until(health: Health | None) -> datetime:
    if health is None or not health.failures or health.last_failed_at is None:
        return datetime.min.replace(tzinfo=UTC)
    rest = _FIRST_REST * (1 << min(health.failures - 1, _MOST_DOUBLINGS))
    return health.last_failed_at + min(rest, _LONGEST_REST)

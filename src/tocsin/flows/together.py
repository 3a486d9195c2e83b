"""Find rings in lines of who acted on what and when, without a database."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec
import numpy as np

from tocsin.base.errors import InputError
from tocsin.flows.lines import BadLine
from tocsin.spread.together.find import MOST_CHANCE_P, Found, find_together

_LATEST_S = 32_503_680_000.0  # the year 3000: a greater number counts milliseconds
_Name = str | int


class LineRing(msgspec.Struct, frozen=True, kw_only=True):
    """A ring with accounts and objects as the lines name them. start, end: seconds, or ISO where lines are so.

    events: acts of the ring. moments: stretches of minutes on one object in which they fall. new: accounts under 30
    days old, None where no line says when an account was made. odds: the chance among strangers, 0..1.
    """

    accounts: tuple[_Name, ...]
    objects: tuple[_Name, ...]
    events: int
    moments: int
    start: float | str
    end: float | str
    median_gap_s: float
    new: int | None
    odds: float


class _Line(msgspec.Struct, gc=False):
    account: _Name
    object: _Name
    at: int | float | str
    kind: str | None = None
    joined: int | float | str | None = None


_decode = msgspec.json.Decoder(_Line).decode


def together_lines(lines: Iterable[bytes], most_chance_p: float = MOST_CHANCE_P) -> Iterator[BadLine | LineRing]:
    """Yield a BadLine for each line that cannot be read, as it comes, and after the last the rings, least likely first.

    A line is {"account", "object", "at"}, and may hold "kind" (acts of different kinds on one object are different
    things) and "joined" (when the account was made). Instants are seconds since 1970 or ISO, in UTC unless they say
    otherwise. Of memory: about 600 bytes a line.
    """
    shares = _Shares()
    for number, line in enumerate(lines, 1):
        if line.strip():
            why = shares.take(line)
            if why is not None:
                yield BadLine(number, why)
    yield from shares.rings(most_chance_p)


class _Shares:
    """The lines in columns, with the names of their accounts and objects."""

    def __init__(self) -> None:
        self._accounts: dict[_Name, int] = {}
        self._things: dict[tuple[str | None, _Name], int] = {}
        self._joined: dict[int, float] = {}
        self._who, self._what, self._when = array("q"), array("q"), array("d")
        self._iso = False

    def take(self, line: bytes) -> InputError | None:
        """Take a line; return why it cannot be taken, None when it was."""
        try:
            read = _decode(line)
            at_s = _seconds("at", read.at)
            joined_s = None if read.joined is None else _seconds("joined", read.joined)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return InputError("it is not a JSON object with account, object and at ({error})", error=str(error))
        except InputError as error:
            return error
        self._iso = self._iso or (isinstance(read.at, str) and not _is_number(read.at))
        who = self._accounts.setdefault(read.account, len(self._accounts))
        self._who.append(who)
        self._what.append(self._things.setdefault((read.kind, read.object), len(self._things)))
        self._when.append(at_s)
        if joined_s is not None:
            self._joined[who] = joined_s
        return None

    def rings(self, most_chance_p: float) -> Iterator[LineRing]:
        """Yield the rings of the lines taken."""
        if not self._when:
            return
        joined = np.full(len(self._accounts), np.nan)
        joined[list(self._joined)] = list(self._joined.values())
        found = find_together(
            np.frombuffer(self._who, dtype=np.int64),
            np.frombuffer(self._what, dtype=np.int64),
            np.frombuffer(self._when, dtype=np.float64),
            joined_s=joined if self._joined else None,
            most_chance_p=most_chance_p,
        )
        accounts, things = list(self._accounts), list(self._things)
        for ring in found:
            yield self._named(ring, accounts, things)

    def _named(self, ring: Found, accounts: list[_Name], things: list[tuple[str | None, _Name]]) -> LineRing:
        return LineRing(
            accounts=tuple(accounts[one] for one in ring.accounts),
            objects=tuple(dict.fromkeys(things[one][1] for one in ring.objects)),
            events=len(ring.rows),
            moments=ring.moments,
            start=self._instant(ring.start_s),
            end=self._instant(ring.end_s),
            median_gap_s=round(ring.median_gap_s, 3),
            new=ring.new,
            odds=ring.chance_p,
        )

    def _instant(self, at_s: float) -> float | str:
        if not self._iso:
            return int(at_s) if at_s.is_integer() else round(at_s, 3)
        return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


def _seconds(name: str, given: float | str) -> float:
    """Return seconds since 1970. Raises InputError, naming the value."""
    try:
        at_s = _from_words(given) if isinstance(given, str) else float(given)
    except (ValueError, OverflowError):
        raise InputError(
            "{name}={value!r} is neither seconds since 1970 nor an instant such as 2026-03-02T09:00:00Z",
            name=name,
            value=given,
        ) from None
    if not math.isfinite(at_s) or abs(at_s) > _LATEST_S:
        raise InputError(
            "{name}={value} lies after the year 3000; write seconds since 1970, not milliseconds",
            name=name,
            value=given,
        )
    return at_s


def _from_words(given: str) -> float:
    if _is_number(given):
        return float(given)
    instant = datetime.fromisoformat(given)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def _is_number(given: str) -> bool:
    return given.strip().replace(".", "", 1).isdigit()

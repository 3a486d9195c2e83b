"""Read cascades from JSON lines, and write on each line what is to be expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
import numpy as np

from tocsin.base.errors import InputError
from tocsin.spread.forecast.features import Scene
from tocsin.spread.forecast.model import Model
from tocsin.spread.forecast.predict import Moment, forecast
from tocsin.spread.forecast.values import Forecast, Past

_BATCH = 256
_LATEST_S = 253_402_300_800.0  # the year 10,000
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Told(msgspec.Struct, frozen=True):
    """A line with its forecast, or why there is none for it."""

    line: bytes = b""
    error: InputError | None = None


class _Cascade(msgspec.Struct):
    t: list[float]
    t0: float | None = None
    root_followers: float | None = None


def read_pasts(lines: Iterable[bytes]) -> Iterator[Past]:
    """Yield the cascade of each line, blank lines left out. Raises InputError naming the first line that is not one."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _past(_keys(line, number), number)


def tell_lines(lines: Iterable[bytes], model: Model, after_s: float) -> Iterator[Told]:
    """Yield each line, every key as it came, with what is to be expected of its cascade after `after_s` seconds.

    Added or replaced: size, interval, p_double, p_reach, least, seen, reason. A line that is no cascade comes back as
    its error; blank lines are left out. Memory does not grow with the number of lines.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, _BATCH)):
        read: list[tuple[dict[str, msgspec.Raw], Past] | InputError] = []
        for number, line in batch:
            try:
                keys = _keys(line, number)
                read.append((keys, _past(keys, number)))
            except InputError as error:
                read.append(error)
        good = [one[1] for one in read if not isinstance(one, InputError)]
        moments = [Moment(times=past.times, after_s=after_s, scene=past.scene) for past in good]
        told = iter(forecast(model, moments))
        for one in read:
            if isinstance(one, InputError):
                yield Told(error=one)
            else:
                yield Told(line=msgspec.json.encode({**one[0], **_shown(next(told))}))


def _shown(one: Forecast) -> dict[str, object]:
    return {
        "size": one.size,
        "interval": None if one.low is None else [one.low, one.high],
        "p_double": one.double_p,
        "p_reach": one.reach_p,
        "least": one.least,
        "seen": one.seen,
        "reason": one.reason.value,
    }


def _keys(line: bytes, number: int) -> dict[str, msgspec.Raw]:
    try:
        keys = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("Line {line} is not a JSON object ({error}).", line=number, error=error) from None
    if "t" not in keys:
        raise InputError('Line {line} has no "t": write the seconds of its posts as a list.', line=number)
    return keys


def _past(keys: dict[str, msgspec.Raw], number: int) -> Past:
    held = {name: keys[name] for name in ("t", "t0", "root_followers") if name in keys}
    try:
        given = msgspec.json.decode(msgspec.json.encode(held), type=_Cascade)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InputError("Line {line} is not a cascade: {error}.", line=number, error=error) from None
    times = np.asarray(given.t, dtype=np.float64)
    if len(times) and times[0] < 0:
        raise InputError(
            "Line {line}: {value} s is before the beginning; times count from the first post.",
            line=number,
            value=given.t[0],
        )
    back = np.flatnonzero(np.diff(times) < 0)
    if len(back):
        place = int(back[0])
        raise InputError(
            "Line {line}: {later} s comes after {earlier} s; write the times in ascending order.",
            line=number,
            later=given.t[place + 1],
            earlier=given.t[place],
        )
    _check_scene(given, number)
    return Past(times=times, scene=Scene(began_s=given.t0, followers=given.root_followers))


def _check_scene(given: _Cascade, number: int) -> None:
    if given.t0 is not None and not 0 <= given.t0 < _LATEST_S - 1e6:
        raise InputError("Line {line}: t0 {value} is not in seconds since 1970.", line=number, value=given.t0)
    if given.root_followers is not None and given.root_followers < 0:
        raise InputError(
            "Line {line}: {value} followers; write 0 or more, or null.", line=number, value=given.root_followers
        )

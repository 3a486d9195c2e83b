"""The manifest of a capture: what it is made of and how it was made, in one spelling that can be hashed and stamped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from tocsin.base.capture import Clock, ClockReading, Recording
from tocsin.base.errors import InputError
from tocsin.evidence.canonical import canonical, clean, instant
from tocsin.evidence.values import File, Manifest, Sum

FORMAT = "tocsin manifest 1"
DOUBTFUL_MS = 2_000  # an offset beyond which the time of a capture is doubtful
DOUBTFUL_STAMP = timedelta(seconds=60)  # and a difference between our clock and a token
SALT_BYTES = 32

_PART = "[A-Za-z0-9][A-Za-z0-9._-]*"
SAFE_PATH = re.compile(rf"{_PART}(?:/{_PART})*", re.ASCII)
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def manifest_of(
    files: Iterable[File | Sum],
    recording: Recording,
    *,
    number: str,
    operator: str,
    salt: bytes,
    previous: str | None = None,
) -> Manifest:
    """Return the manifest of a capture whose files these are.

    number: of the capture, letters, digits, `.`, `_`, `-`. operator: pseudonym of who asked. salt: 32 bytes of chance,
    so that nobody finds out by trying what an erased capture held. previous: digest of the manifest this one captures
    again, or None.
    Raises InputError for a path, a number or a salt that cannot be taken.
    """
    if len(salt) != SALT_BYTES:
        raise InputError("A manifest is salted by {wanted} bytes, not {had}.", wanted=SALT_BYTES, had=len(salt))
    sums = _checked(files)
    doubts = doubts_of(recording.clock)
    fields = {
        "format": FORMAT,
        "number": check_number(number),
        "operator": clean(operator),
        "previous": previous,
        "salt": salt.hex(),
        "files": [{"bytes": each.bytes, "path": each.path, "sha256": each.sha256} for each in sums],
        "outcome": recording.outcome.value,
        "status": recording.status,
        "urls": {"asked": clean(recording.visit.url), "final": clean(recording.final_url)},
        "account": clean(recording.visit.account),
        "instants": {"started_at": instant(recording.started_at), "ended_at": instant(recording.ended_at)},
        "clock": _clock(recording.clock, doubts),
        "dns": _dns(recording),
        "net": _net(recording),
        "method": {clean(key): clean(text) for key, text in recording.method.fields},
        "wants": [{"field": clean(want.field), "reason": clean(want.reason)} for want in recording.wants],
    }
    return Manifest(number=number, sums=sums, doubts=doubts, content=canonical(fields))


def sums(files: Iterable[File | Sum]) -> bytes:
    """Return the lines that `sha256sum --check` reads, by path.

    >>> sums([File("a.txt", b"")])
    b'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.txt\\n'
    """
    return "".join(f"{each.sha256}  {each.path}\n" for each in _checked(files)).encode("ascii")


def doubts_of(clock: Clock) -> tuple[str, ...]:
    """Return why the time of a capture is doubtful, as codes; nothing where two clocks agree that it was right."""
    offsets = [_ms(reading.offset_s) for reading in (*clock.before, *clock.after) if reading.offset_s is not None]
    doubts = []
    if any(abs(offset) > DOUBTFUL_MS for offset in offsets):
        doubts.append("clock_off")
    if not offsets:
        doubts.append("clock_unchecked")
    if abs(_ms(clock.wall_s) - _ms(clock.monotonic_s)) > DOUBTFUL_MS:
        doubts.append("clock_moved")
    return tuple(doubts)


def check_path(path: str) -> str:
    """Return the path if a dossier may hold it. Raises InputError otherwise."""
    if SAFE_PATH.fullmatch(path) is None:
        raise InputError("{path!a} cannot name a file of a dossier; use letters, digits, `.`, `_` and `-`.", path=path)
    return path


def check_number(number: str) -> str:
    """Return the number if a capture or a dossier may have it. Raises InputError otherwise."""
    if _NUMBER.fullmatch(number) is None:
        raise InputError("{number!a} is no number of a capture or a dossier; write one like 2026-0042.", number=number)
    return number


def _checked(files: Iterable[File | Sum]) -> tuple[Sum, ...]:
    found = sorted(each.sum if isinstance(each, File) else each for each in files)
    for each, after in zip(found, [*found[1:], None], strict=True):
        check_path(each.path)
        if after is not None and each.path == after.path:
            raise InputError("{path} is there twice; give each file once.", path=each.path)
    return tuple(found)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _clock(clock: Clock, doubts: Sequence[str]) -> dict[str, object]:
    return {
        "synchronised": clock.synchronised,
        "source": clean(clock.source),
        "before": [_reading(reading) for reading in clock.before],
        "after": [_reading(reading) for reading in clock.after],
        "wall_ms": _ms(clock.wall_s),
        "monotonic_ms": _ms(clock.monotonic_s),
        "doubts": list(doubts),
    }


def _reading(reading: ClockReading) -> dict[str, object]:
    return {
        "server": clean(reading.server),
        "at": instant(reading.at),
        "offset_ms": None if reading.offset_s is None else _ms(reading.offset_s),
        "delay_ms": None if reading.delay_s is None else _ms(reading.delay_s),
        "error": None if reading.error is None else clean(reading.error),
    }


def _dns(recording: Recording) -> list[dict[str, object]]:
    return [
        {
            "host": clean(found.host),
            "at": instant(found.at),
            "resolver": clean(found.resolver),
            "records": [
                {"name": clean(each.name), "kind": clean(each.kind), "value": clean(each.value), "ttl_s": each.ttl_s}
                for each in found.records
            ],
            "error": None if found.error is None else clean(found.error),
        }
        for found in recording.resolutions
    ]


def _net(recording: Recording) -> dict[str, object]:
    addresses = {clean(exchange.remote_ip) for exchange in recording.exchanges if exchange.remote_ip is not None}
    return {
        "exchanges": len(recording.exchanges),
        "addresses": sorted(addresses),
        "tls": [
            {
                "host": clean(each.host),
                "protocol": clean(each.protocol),
                "cipher": clean(each.cipher),
                "chain_sha256": [hashlib.sha256(der).hexdigest() for der in each.chain],
            }
            for each in recording.certificates
        ],
    }

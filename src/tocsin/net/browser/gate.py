"""The address guard of a visit: each request of the browser is let go or refused before it leaves.

The browser resolves names itself, after us. So the address that answered is judged as well (`judge_answer`), and what
an inner address answered is never kept; the rules of `launch.py` and the browser's own check of local networks stand
behind both. What remains: a name that is public when we ask and inner a moment later can make the browser connect, and
for a whole page (not for its parts) send one GET, to an inner address; nothing of the answer is kept, the visit is
refused. Only a firewall around the browser closes that.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from tocsin.base.address import Target, check_url, refusal
from tocsin.base.capture import Record, Resolution
from tocsin.base.errors import AddressError

MAX_HOSTS = 400
_RESOLVE_S = 6.0
_UNKNOWN = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class Passage(StrEnum):
    """What becomes of a request."""

    OPEN = "open"
    INNER = "inner"  # an address that is not public
    NO_NAME = "no_name"  # the name does not exist
    NO_ANSWER = "no_answer"  # the resolver does not answer
    TOO_MANY = "too_many_hosts"


class Judgement(msgspec.Struct, frozen=True):
    """Whether a request may leave, and the reason, as a code or a sentence."""

    passage: Passage
    reason: str = ""


class Gate:
    """Judges the requests of one visit. Names are resolved once a visit; what was found is kept in `resolutions`.

    allow_hosts: as for `base.address.check_url`; they hold only where the page itself `is_exempt`, so that a public
    page never leads into one's own network.
    """

    def __init__(self, is_exempt: bool, allow_hosts: Sequence[str]) -> None:
        self._allow_hosts = tuple(allow_hosts) if is_exempt else ()
        self._asked: dict[str, asyncio.Task[Judgement]] = {}
        self.resolutions: list[Resolution] = []

    async def judge(self, url: str) -> Judgement:
        """Return what becomes of a request for `url`, http or https."""
        try:
            target = check_url(url, self._allow_hosts)
        except AddressError as error:
            return Judgement(Passage.INNER, str(error))
        if target.host not in self._asked:
            if len(self._asked) >= MAX_HOSTS:
                return Judgement(Passage.TOO_MANY, target.host)
            self._asked[target.host] = asyncio.ensure_future(self._look_up(target))
        return await asyncio.shield(self._asked[target.host])

    def judge_answer(self, url: str, ip_text: str | None) -> str | None:
        """Return why what came from the address may not be kept, None where it may. ip_text: as the browser told."""
        if not ip_text:
            return None
        try:
            if check_url(url, self._allow_hosts).is_exempt:
                return None
        except AddressError as error:
            return str(error)
        reason = refusal(ip_text.strip("[]"))
        return None if reason is None else f"{ip_text} ({reason.value})"

    async def _look_up(self, target: Target) -> Judgement:
        resolution = await resolve(target.host)
        self.resolutions.append(resolution)
        if target.is_exempt:
            return Judgement(Passage.OPEN)
        if resolution.error is not None:
            missing = resolution.error == "not_known"
            return Judgement(Passage.NO_NAME if missing else Passage.NO_ANSWER, f"{target.host}: {resolution.error}")
        for record in resolution.records:
            reason = refusal(record.value)
            if reason is not None:
                return Judgement(Passage.INNER, f"{target.host} leads to {record.value} ({reason.value})")
        return Judgement(Passage.OPEN)


async def resolve(host: str) -> Resolution:
    """Return what the machine's own resolver says of `host`; error: `not_known`, `no_answer`."""
    at = datetime.now(UTC)
    try:
        async with asyncio.timeout(_RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        code = "not_known" if error.errno in _UNKNOWN else "no_answer"
        return Resolution(host=host, at=at, resolver="system", records=(), error=code)
    except (TimeoutError, OSError, UnicodeError):
        return Resolution(host=host, at=at, resolver="system", records=(), error="no_answer")
    places = dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found)
    records = tuple(
        Record(name=host, kind="AAAA" if family == socket.AF_INET6 else "A", value=ip) for family, ip in places
    )
    return Resolution(host=host, at=at, resolver="system", records=records)

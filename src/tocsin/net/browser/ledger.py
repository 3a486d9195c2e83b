"""The book of a visit: what the browser tells of its requests and answers, put together to exchanges, redirects apart.

The browser tells what a page asked and what the network sent and received in separate events, which come in any order;
each request's hops (redirects) and their headers on the wire are counted apart and joined at the end.
https://chromedevtools.github.io/devtools-protocol/tot/Network/ (read 2026-11).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.base.capture import Exchange, Headers

Params = dict[str, Any]
_BODILESS = frozenset({204, 205, 304})


@dataclass
class Hop:
    """One request and its answer while they are told. request_id: the browser's, shared by the hops of a redirect."""

    request_id: str
    told: Params  # Network.requestWillBeSent
    answer: Params | None = None  # a Network.Response
    answered_s: float | None = None  # by the browser's monotonic clock
    has_extra: bool = False
    is_redirect: bool = False
    failure: str | None = None
    refused: str | None = None  # why the guard did not let it go, or its answer not be kept
    body: bytes | None = None
    body_missing: str | None = None
    request_body: bytes | None = None
    from_memory: bool = False
    received_bytes: int = 0
    is_done: bool = False

    @property
    def url(self) -> str:
        """Where it went."""
        return str(self.told["request"]["url"])


@dataclass
class _Wire:
    requests: list[Params] = field(default_factory=list)
    answers: list[Params] = field(default_factory=list)


class Ledger:
    """Keeps the hops in the order they were sent. `max_hops` bounds it: later ones are counted in `uncounted` alone."""

    def __init__(self, max_hops: int) -> None:
        self.hops: list[Hop] = []
        self.uncounted = 0
        self._max_hops = max_hops
        self._open: dict[str, Hop] = {}
        self._wires: dict[str, _Wire] = {}
        self._refused: dict[str, str] = {}

    @property
    def pending(self) -> int:
        """How many requests have neither ended nor failed."""
        return sum(not hop.is_done for hop in self._open.values())

    def hop(self, request_id: str) -> Hop | None:
        """Return the last hop of the request, None where it is not known."""
        return self._open.get(request_id)

    def sent(self, told: Params) -> Hop | None:
        """Take `Network.requestWillBeSent`; return the hop that a redirect ended with it."""
        ended, request_id = self._open.get(told["requestId"]), told["requestId"]
        if not told["request"]["url"].startswith(("http:", "https:")):
            return None  # it lies in the page itself (data:, blob:)
        redirect = told.get("redirectResponse")
        if ended is not None and redirect is None:
            return None  # told twice: by a frame and by the process that took it over
        if ended is not None:
            ended.answer, ended.answered_s = redirect, told["timestamp"]
            ended.has_extra, ended.is_redirect, ended.is_done = bool(told.get("redirectHasExtraInfo")), True, True
            ended.body_missing = "redirect"
        if len(self.hops) >= self._max_hops:
            self.uncounted += 1
            return ended
        hop = Hop(request_id, told, refused=self._refused.pop(request_id, None))
        hop.request_body = _posted(told["request"])
        self.hops.append(hop)
        self._open[request_id] = hop
        return ended

    def refuse(self, request_id: str, reason: str) -> None:
        """Note that the guard did not let a request go, told of or not yet."""
        hop = self._open.get(request_id)
        if hop is not None and not hop.is_done:
            hop.refused = reason
        else:
            self._refused[request_id] = reason

    def wired(self, params: Params, *, answer: bool) -> None:
        """Take the headers as they went over the wire: `Network.…WillBeSentExtraInfo`, `…ReceivedExtraInfo`."""
        wire = self._wires.setdefault(params["requestId"], _Wire())
        (wire.answers if answer else wire.requests).append(params)

    def answered(self, params: Params) -> Hop | None:
        """Take `Network.responseReceived`; return its hop."""
        hop = self._open.get(params["requestId"])
        if hop is not None:
            hop.answer, hop.answered_s = params["response"], params["timestamp"]
            hop.has_extra = bool(params.get("hasExtraInfo"))
        return hop

    def space_of(self, hop: Hop) -> str | None:
        """Return what kind of address the last answer to the request came from, None while it is not told."""
        answers = self._wires.get(hop.request_id, _Wire()).answers
        return answers[-1].get("resourceIPAddressSpace") if answers else None

    def filed(self, hop: Hop, answer: Params, body: bytes | None) -> None:
        """Note a file that was read in place of the browser."""
        hop.answer = hop.answer or answer
        hop.has_extra, hop.is_done, hop.body = True, True, body
        hop.body_missing = None if body is not None else "too_big"

    def failed(self, params: Params) -> Hop | None:
        """Take `Network.loadingFailed`; return its hop."""
        hop = self._open.get(params["requestId"])
        if hop is not None and not hop.is_done:
            hop.is_done = True
            hop.failure = params.get("blockedReason") or params.get("errorText") or "failed"
            hop.body_missing = hop.body_missing or ("cut" if hop.answer is not None else "no_answer")
        return hop

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return what was told, in the order the requests were sent."""
        places: dict[str, list[int]] = {}
        return tuple(self._exchange(number, hop, places) for number, hop in enumerate(self.hops))

    def _exchange(self, number: int, hop: Hop, places: dict[str, list[int]]) -> Exchange:
        wire = self._wires.get(hop.request_id, _Wire())
        asked_at, answered_at = places.setdefault(hop.request_id, [0, 0])
        answer, request = hop.answer, hop.told["request"]
        asked: Mapping[str, Any] = {}
        got: Mapping[str, Any] = {}
        if (hop.has_extra or answer is None) and asked_at < len(wire.requests):
            asked = wire.requests[asked_at]
            places[hop.request_id][0] += 1
        if hop.has_extra and answered_at < len(wire.answers):
            got = wire.answers[answered_at]
            places[hop.request_id][1] += 1
        at = datetime.fromtimestamp(hop.told["wallTime"], UTC)
        took_s = None if hop.answered_s is None else max(0.0, hop.answered_s - hop.told["timestamp"])
        shown = answer or {}
        status = got.get("statusCode", shown.get("status"))
        return Exchange(
            number=number,
            at=at,
            answered_at=None if took_s is None else at + timedelta(seconds=took_s),
            url=hop.url,
            method=str(request["method"]),
            resource=str(hop.told.get("type", "other")).lower(),
            request_headers=_split(asked.get("headers", request["headers"])),
            request_body=hop.request_body,
            status=None if answer is None else status,
            reason=str(shown.get("statusText", "")),
            headers=_raw(got.get("headersText")) or _split(got.get("headers", shown.get("headers", {}))),
            body=hop.body,
            body_missing=_missing(hop, status),
            remote_ip=str(shown["remoteIPAddress"]).strip("[]") if shown.get("remoteIPAddress") else None,
            remote_port=shown.get("remotePort") or None,
            protocol=shown.get("protocol"),
            from_cache=hop.from_memory or bool(shown.get("fromDiskCache") or shown.get("fromPrefetchCache")),
            from_service_worker=bool(shown.get("fromServiceWorker")),
            failure=f"guard: {hop.refused}" if hop.refused and answer is None else hop.failure,
        )


def _missing(hop: Hop, status: int | None) -> str | None:
    if hop.body is not None:
        return None
    if hop.refused is not None:
        return "refused"
    if hop.body_missing is None and status in _BODILESS:
        return "none_by_status"
    return hop.body_missing or "not_ended"


def _posted(request: Params) -> bytes | None:
    """Return the body that went with the request, None where there is none or it was not told."""
    parts = [entry["bytes"] for entry in request.get("postDataEntries", ()) if "bytes" in entry]
    try:
        if parts:
            return b"".join(base64.b64decode(part) for part in parts)
    except binascii.Error:
        pass
    text = request.get("postData")
    return None if text is None else str(text).encode()


def _split(headers: Mapping[str, Any]) -> Headers:
    """Return the headers with those that came several times apart: the browser joins them by line feeds."""
    return tuple((name, value) for name, joined in headers.items() for value in str(joined).split("\n"))


def _raw(text: str | None) -> Headers:
    """Return the headers of an HTTP/1 answer as they came, in their order."""
    lines = (text or "").replace("\r\n", "\n").split("\n")[1:]
    pairs = (line.partition(":") for line in lines if ":" in line)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)

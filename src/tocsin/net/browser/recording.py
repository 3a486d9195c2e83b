"""Put together what one visit left behind, and say of each thing that could not be had why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from tocsin.base.capture import Clock, ClockReading, Exchange, Method, Outcome, Recording, Resolution, StepKind, Visit
from tocsin.base.errors import TocsinError
from tocsin.net.browser.launch import ARGUMENTS, is_root
from tocsin.net.browser.log import Log
from tocsin.net.browser.machine.clock import clock_keeper, read_clock
from tocsin.net.browser.machine.fields import FIELDS, describe_machine
from tocsin.net.browser.machine.names import resolvers
from tocsin.net.browser.take import Taken, page_status
from tocsin.net.browser.traffic import Traffic
from tocsin.net.browser.visit import outcome_of
from tocsin.net.http import HttpClient
from tocsin.net.values import HttpRequest, Limits

MAX_OFFSET_S = 2.0
_ECHO_LIMITS = Limits(total_s=3.0, connect_s=2.0, body_bytes=1_000)


class BrowserOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How pages are recorded.

    path: of the browser, "" for the machine's. allow_hosts: see `base.address.check_url`. clocks: time servers asked
    before and after each visit. echo_url: a page that answers with the caller's public address, "" for none.
    trusted_keys: see `launch.Start`.
    """

    path: str = ""
    allow_hosts: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    echo_url: str = ""
    trusted_keys: tuple[str, ...] = ()


@dataclass
class Made:
    """What was made of a visit until now. version: of the browser, "" where none ran."""

    visit: Visit
    log: Log
    traffic: Traffic
    taken: Taken = field(default_factory=Taken)
    resolutions: tuple[Resolution, ...] = ()
    version: str = ""
    ended_at: datetime | None = None
    elapsed_s: float = 0.0

    def end(self) -> None:
        """Note that the visit itself is over; what is asked about the machine afterwards is not part of it."""
        self.ended_at, self.elapsed_s = datetime.now(UTC), self.log.elapsed_s


@dataclass(frozen=True)
class Around:
    """What was asked around a visit: the clocks, who keeps ours, and our public address or why it is not known."""

    before: tuple[ClockReading, ...]
    after: tuple[ClockReading, ...]
    synchronised: bool | None
    keeper: str
    public_ip: str | None
    public_ip_missing: str = ""


async def read_around(options: BrowserOptions, before: tuple[ClockReading, ...]) -> Around:
    """Return what is asked after a visit. before: the clocks as they were read ahead of it."""
    after, (synchronised, keeper), (ip, missing) = await asyncio.gather(
        read_clock(options.clocks, options.allow_hosts), clock_keeper(), _public_ip(options)
    )
    return Around(before, after, synchronised, keeper, ip, missing)


def assemble(made: Made, around: Around) -> Recording:
    """Return the recording of a visit that is over."""
    log, taken = made.log, made.taken
    ended_at = made.ended_at or datetime.now(UTC)
    exchanges = made.traffic.ledger.exchanges()
    final_url = taken.final_url if taken.final_url.startswith("http") else _last_url(made)
    status = page_status(exchanges, final_url)
    outcome = outcome_of(log, status)
    if outcome is Outcome.REFUSED:
        # What the page showed may hold what an inner address said.
        taken = Taken()
        exchanges = tuple(map(_emptied, exchanges))
    fields = _fields(made, around)
    _tell_missing(made, taken, outcome)
    log.close()
    return Recording(
        visit=made.visit,
        outcome=outcome,
        started_at=log.started_at,
        ended_at=ended_at,
        final_url=final_url,
        status=status,
        title=taken.title,
        text=taken.text,
        dom=taken.dom,
        exchanges=exchanges,
        steps=tuple(log.steps),
        pictures=tuple(taken.pictures),
        mhtml=taken.mhtml,
        pdf=taken.pdf,
        certificates=tuple(taken.certificates),
        resolutions=made.resolutions,
        clock=Clock(
            synchronised=around.synchronised,
            source=around.keeper,
            before=around.before,
            after=around.after,
            wall_s=(ended_at - log.started_at).total_seconds(),
            monotonic_s=made.elapsed_s,
        ),
        method=Method(fields=fields),
        wants=tuple(log.wants),
    )


def _last_url(made: Made) -> str:
    """Return where the page's own last request went."""
    request = made.traffic.main_request
    hop = None if request is None else made.traffic.ledger.hop(request)
    return made.visit.url if hop is None else hop.url


def _emptied(exchange: Exchange) -> Exchange:
    missing = exchange.body_missing if exchange.body is None else "refused"
    return msgspec.structs.replace(exchange, body=None, body_missing=missing)


def _fields(made: Made, around: Around) -> tuple[tuple[str, str], ...]:
    """Return the fields of the method, in the order of FIELDS; those that could not be had become wants."""
    told, wants = describe_machine()
    found = dict(told)
    if made.version:
        switches = f"started with {' '.join(ARGUMENTS)}" + (" --no-sandbox" if is_root() else "")
        found["browser.version"] = f"Chromium {made.version}; {switches}"
        found["browser.extensions"] = "none: an empty profile, started with --disable-extensions"
        found["browser.clean_state"] = (
            "a window of its own without cookies, cache, history, saved forms or passwords; service workers, web"
            " sockets, WebRTC and speculative loading closed"
        )
        account = f"account used: {made.visit.account}" if made.visit.account else "no account"
        found["steps.path"] = f"the address asked for is the first page visited; {account}"
    servers = resolvers()
    found["dns.resolvers"] = " ".join(servers)
    found["net.public_ip"] = around.public_ip or ""
    found["clock.source"] = _source(around)
    found["clock.offset"] = _offsets(around)
    reasons = {want.field: want.reason for want in wants} | {
        "net.public_ip": around.public_ip_missing,
        "clock.offset": "no_reading" if around.before or around.after else "not_configured",
    }
    for name in FIELDS:
        if not found.get(name):
            made.log.want(
                name, reasons.get(name) or ("no_browser" if name.startswith(("browser", "steps")) else "not_told_here")
            )
    return tuple((name, found[name]) for name in FIELDS if found.get(name))


def _source(around: Around) -> str:
    state = {True: "synchronised", False: "UNSYNCHRONISED", None: "the machine does not say whether it is synchronised"}
    return f"{around.keeper}: {state[around.synchronised]}"


def _offsets(around: Around) -> str:
    """Return each offset that was read, and whether one is so large that the time of the record is doubtful."""
    readings = [("before", one) for one in around.before] + [("after", one) for one in around.after]
    had = [(when, one.server, one.offset_s) for when, one in readings if one.offset_s is not None]
    text = "; ".join(f"{when} {server} {offset_s:+.3f} s" for when, server, offset_s in had)
    doubtful = any(abs(offset_s) > MAX_OFFSET_S for _, _, offset_s in had)
    return f"{text}; TIME DOUBTFUL: more than {MAX_OFFSET_S:g} s" if doubtful else text


def _tell_missing(made: Made, taken: Taken, outcome: Outcome) -> None:
    """Say of each file that is not there why."""
    reason = {Outcome.REFUSED: "refused", Outcome.FAILED: "failed", Outcome.GONE: "no_page"}.get(outcome, "no_time")
    if made.log.met(StepKind.DOWNLOAD) and not taken.dom:
        reason = "download"
    for name in ("text", "dom", "pictures", "mhtml", "pdf"):
        if not getattr(taken, name) and not (name == "text" and taken.dom):
            made.log.want(name, reason)


async def _public_ip(options: BrowserOptions) -> tuple[str | None, str]:
    """Return the address under which the world sees this machine, or None and why it is not known."""
    if not options.echo_url:
        return None, "not_configured"
    try:
        async with HttpClient(allow_hosts=options.allow_hosts) as client:
            fetched = await client.get(HttpRequest(url=options.echo_url), _ECHO_LIMITS)
    except TocsinError as error:
        return None, error.code
    text = fetched.body.decode("ascii", "replace").strip()
    return (text, "") if 0 < len(text) <= 45 else (None, "not_an_address")

"""Recording: all that one visit of a robot to one page left behind, as plain values, before anything is sealed.

The network room fills it, the evidence room packs and seals it; neither knows the other. What could not be had is
None, or stands in `wants` with its reason: nothing is guessed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

Headers = tuple[tuple[str, str], ...]


class Outcome(StrEnum):
    """How a visit ended. Each is worth keeping: a page that is gone proves that it is gone."""

    WHOLE = "whole"  # loaded, scrolled to its end, everything taken
    CUT = "cut"  # a bound of time, bytes or height was met; what was had is kept, `wants` says what was not
    GONE = "gone"  # the server said 404, 410 or 451, or its name no longer resolves
    REFUSED = "refused"  # the address guard refused the page or where it led
    FAILED = "failed"  # no answer, TLS failure, the browser died


class StepKind(StrEnum):
    """What the robot did, or met, in order."""

    OPENED = "opened"
    REDIRECTED = "redirected"
    SCROLLED = "scrolled"
    WAITED = "waited"
    TOOK = "took"  # one of the files, named in `detail`
    DIALOG = "dialog"  # closed; its text is in `detail`
    DOWNLOAD = "download"  # refused
    WINDOW = "window"  # another window, closed
    BLOCKED = "blocked"  # a request refused by the guard, or over a bound
    BOUND = "bound"  # a bound of time, bytes or height was met
    CRASHED = "crashed"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What to record.

    url: absolute http or https address, checked by the guard. account: whose own account is signed in, "" for the
    public side. language: Accept-Language and the locale of the browser. time_zone: IANA name the browser shows.
    width_px, height_px: of the window. max_s: wall seconds of the whole visit, > 0.
    max_bytes: of all bodies together; max_body_bytes: of one. max_height_px: how far a page is scrolled and pictured.
    """

    url: str
    account: str = ""
    language: str = "fr-FR"
    time_zone: str = "Europe/Paris"
    width_px: int = 1280
    height_px: int = 900
    max_s: float = 60.0
    max_bytes: int = 96 * 1024 * 1024
    max_body_bytes: int = 24 * 1024 * 1024
    max_height_px: int = 60_000


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer as the browser saw them, redirects apart, in the order they were sent.

    request_body, body: bytes after transfer and content decoding (what the page was given), None where the browser no
    longer had them; `body_missing` then says why. status: None where no answer came; `failure` then says why.
    """

    number: int
    at: datetime
    answered_at: datetime | None
    url: str
    method: str
    resource: str  # document, image, script, xhr, fetch, …: as the browser calls it
    request_headers: Headers
    request_body: bytes | None
    status: int | None
    reason: str
    headers: Headers
    body: bytes | None
    body_missing: str | None = None
    remote_ip: str | None = None
    remote_port: int | None = None
    protocol: str | None = None  # h2, http/1.1, …
    from_cache: bool = False
    from_service_worker: bool = False
    failure: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the robot did or met. elapsed_ms: by the monotonic clock, since the visit began."""

    at: datetime
    elapsed_ms: int
    kind: StepKind
    detail: str = ""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One tile of the page, as PNG. top_px: where it begins; tiles follow each other, top first, without a gap."""

    top_px: int
    width_px: int
    height_px: int
    png: bytes


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """What a host showed over TLS. chain: DER, the host's own certificate first."""

    host: str
    protocol: str
    cipher: str
    chain: tuple[bytes, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the names' system. ttl_s: None where the resolver does not tell."""

    name: str
    kind: str  # A, AAAA, CNAME
    value: str
    ttl_s: int | None = None


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What a resolver said of a host. resolver: the server asked, or "system". error: why there is no record."""

    host: str
    at: datetime
    resolver: str
    records: tuple[Record, ...]
    error: str | None = None


class ClockReading(msgspec.Struct, frozen=True, kw_only=True):
    """How far our clock was from another's (SNTP, RFC 4330). offset_s > 0: ours is behind. error: why unknown."""

    server: str
    at: datetime
    offset_s: float | None
    delay_s: float | None
    error: str | None = None


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The clock of the machine around the visit. synchronised: None where it does not tell; source: who keeps it."""

    synchronised: bool | None
    source: str
    before: tuple[ClockReading, ...]
    after: tuple[ClockReading, ...]
    wall_s: float  # length of the visit by the wall clock
    monotonic_s: float  # and by the clock that is never set


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the method, or a file, that could not be had, and why. Codes, not sentences: doors say them."""

    field: str
    reason: str


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """How the record was made: the fields a French report of facts on the internet is expected to hold (NF Z67-147).

    Keys are the dotted names of docs/…/evidence: `host.machine`, `host.os`, `host.patches`, `browser.version`,
    `browser.extensions`, `browser.clean_state`, `net.interfaces`, `net.public_ip`, `net.proxy`, `dns.resolvers`,
    `clock.source`, `host.scan`, …; values are text, one line each.
    """

    fields: tuple[tuple[str, str], ...]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """All that one visit left behind. Never changed afterwards: notes and crops are other things.

    final_url: where redirects ended. status: of the page itself. title, text, dom: as the rendered page had them.
    pictures: tiles, top first. mhtml, pdf: None where the browser could not make them, told in `wants`.
    """

    visit: Visit
    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    final_url: str
    status: int | None
    title: str
    text: str
    dom: str
    exchanges: tuple[Exchange, ...]
    steps: tuple[Step, ...]
    pictures: tuple[Picture, ...]
    mhtml: bytes | None
    pdf: bytes | None
    certificates: tuple[Certificates, ...]
    resolutions: tuple[Resolution, ...]
    clock: Clock
    method: Method
    wants: tuple[Want, ...] = ()

"""A capture as its page shows it: what was seen, what ties it to the server, how it was made, what seals it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tocsin.base.brand import Brand
from tocsin.evidence.corroborate.values import Tie, TieStrength
from tocsin.flows.dossiers.lines import TIES, CaptureLine, CustodyLine, capture_lines, custody_lines, who_said
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.moments import Reader
from tocsin.flows.stream import people_names
from tocsin.store.evidence.rows import CaptureRow, CaptureScope, Stamped

SHOWN = (".png", ".jpg")  # what a browser may draw; all else is handed over as a file
_METHOD = "method.json"
_MOST_TIES = 400
_FILES = {
    "capture.wacz": N_("The page with all its traffic: open it in any replay tool"),
    "page.pdf": N_("The page as printed"),
    "page.mhtml": N_("The page as one file, for a browser"),
    "text.txt": N_("The words of the page"),
    "dom.html": N_("The page as it was built, after its scripts"),
    "net.json": N_("Every request and answer, addresses, certificates"),
    "certs.pem": N_("Certificates the servers showed"),
    "method.json": N_("How the capture was made"),
    "corroboration.json": N_("What ties each line to an answer"),
    "manifest.json": N_("The list that is sealed"),
    "SHA256SUMS": N_("Sums of all files"),
}
_FIELDS = {
    "method.norm_aligned": N_("Method followed"),
    "host.machine": N_("Machine"),
    "host.image": N_("Image of the machine"),
    "host.os": N_("System"),
    "host.patches": N_("Last patches"),
    "host.scan": N_("Scan for malware"),
    "browser.version": N_("Browser"),
    "browser.extensions": N_("Extensions"),
    "browser.clean_state": N_("Cache, cookies, history"),
    "net.interfaces": N_("Network addresses"),
    "net.route": N_("Route out"),
    "net.public_ip": N_("Public address"),
    "net.proxy": N_("Proxy"),
    "dns.resolvers": N_("Name servers"),
    "clock.source": N_("Clock"),
    "clock.offset": N_("Offset of the clock"),
    "steps.path": N_("Path followed"),
}
_MARKS = {TieStrength.WHOLE: "met", TieStrength.PARTLY: "doubtful", TieStrength.NONE: "missing"}
_OUTCOMES = {
    "whole": N_("The whole page was recorded."),
    "cut": N_("A bound of time, size or height was met: what was had is recorded, the method says what is not."),
    "gone": N_("The page is gone: the server says so, or its name leads nowhere. That is recorded too."),
    "refused": N_("The page, or where it led, is an inner address that tocsin refuses to visit."),
    "failed": N_("No answer could be had; what was tried is recorded."),
}


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a capture. size: bytes; said: what it is."""

    name: str
    size: int
    said: str


class TieLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the page, and what ties it: whole, partly or none; said: in words. mark: how a tick is drawn."""

    passage: str
    strength: str
    said: str
    mark: str


class FieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the method: its value, or why it could not be had."""

    name: str
    value: str
    is_missing: bool = False


class StampLine(msgspec.Struct, frozen=True, kw_only=True):
    """A time-stamp: the authority and the instant it attests."""

    token: Stamped
    said: str


class CaptureView(msgspec.Struct, frozen=True, kw_only=True):
    """All of the page. ties: those to read first (not tied, partly) before those that are whole.

    tied: (whole, all) lines. pictures: names of files. before, after: of the same page, in time.
    """

    row: CaptureRow
    line: CaptureLine
    asked_by: str
    outcome: str
    pictures: tuple[str, ...]
    files: tuple[FileLine, ...]
    ties: tuple[TieLine, ...]
    tied: tuple[int, int] | None
    fields: tuple[FieldLine, ...]
    stamps: tuple[StampLine, ...]
    custody: tuple[CustodyLine, ...]
    same_page: tuple[CaptureLine, ...]


def capture_view(engine: Engine, brand: Brand, row: CaptureRow, reader: Reader) -> CaptureView:
    """Return a capture for a reader; without its files (not taken yet, erased), what the store knows of it."""
    t, names = reader.t, people_names(engine, brand.slug)
    evidence = engine.store.evidence
    paths = dict(evidence.vault.paths(row.folder)) if row.folder and row.erased_at is None else {}
    ties = _ties(paths.get(TIES))
    lines = tuple(_tie(tie, t) for tie in sorted(ties, key=_order)[:_MOST_TIES])
    entries = evidence.entries(capture=row.number)
    return CaptureView(
        row=row,
        line=capture_lines(engine, [row], reader)[0],
        asked_by=who_said(row.by, names, t),
        outcome=t.text(_OUTCOMES[row.outcome]) if row.outcome in _OUTCOMES else "",
        pictures=tuple(sorted((name for name in paths if name.endswith(SHOWN)), key=lambda name: (len(name), name))),
        files=tuple(_file(name, path, t) for name, path in paths.items() if not name.endswith(SHOWN)),
        ties=lines,
        tied=(sum(tie.strength is TieStrength.WHOLE for tie in ties), len(ties)) if ties else None,
        fields=_fields(paths.get(_METHOD), t),
        stamps=tuple(_stamp(one, t) for one in (evidence.tokens(row.index) if row.index is not None else [])),
        custody=custody_lines(entries, names, t),
        same_page=_same_page(engine, row, reader),
    )


def _same_page(engine: Engine, row: CaptureRow, reader: Reader) -> tuple[CaptureLine, ...]:
    """Return the other captures of the page in the dossier, in time."""
    if not row.dossier:
        return ()
    rows = engine.store.evidence.captures(CaptureScope(dossier=row.dossier, limit=500))
    return capture_lines(engine, [one for one in reversed(rows) if one.url == row.url and one.id != row.id], reader)


def _ties(path: Path | None) -> list[Tie]:
    try:
        return msgspec.convert(json.loads(path.read_bytes())["ties"], list[Tie]) if path else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _order(tie: Tie) -> int:
    return (TieStrength.NONE, TieStrength.PARTLY, TieStrength.WHOLE).index(tie.strength)


def _tie(tie: Tie, t: Translator) -> TieLine:
    if tie.strength is TieStrength.WHOLE:
        said = t.text(N_("in answer no. {n}"), n=tie.exchange)
    elif tie.strength is TieStrength.PARTLY:
        said = t.text(N_("partly in answer no. {n}"), n=tie.exchange)
        if tie.missing:
            said = t.text(N_("{first}; not there: {words}"), first=said, words=t.quoted(tie.missing[:6]))
    else:
        said = t.text(N_("in no answer: it exists in the rendered page alone"))
    return TieLine(passage=tie.passage, strength=tie.strength.value, said=said, mark=_MARKS[tie.strength])


def _fields(path: Path | None, t: Translator) -> tuple[FieldLine, ...]:
    try:
        told: Mapping[str, Any] = json.loads(path.read_bytes()) if path else {}
    except (OSError, ValueError):
        return ()
    had, wants = told.get("method", {}), {str(one["field"]): str(one["reason"]) for one in told.get("wants", ())}
    lines = [FieldLine(name=t.text(_FIELDS.get(name, name)), value=str(value)) for name, value in had.items()]
    missing = t.text(N_("could not be had"))
    lines += [
        FieldLine(name=t.text(_FIELDS.get(name, name)), value=f"{missing} ({reason})", is_missing=True)
        for name, reason in wants.items()
    ]
    return tuple(lines)


def _file(name: str, path: Path, t: Translator) -> FileLine:
    said = t.text(_FILES[name]) if name in _FILES else ""
    return FileLine(name=name, size=path.stat().st_size, said=said)


def _stamp(one: Stamped, t: Translator) -> StampLine:
    kind = N_("qualified authority, as our list says") if one.token.qualified else N_("authority")
    return StampLine(token=one, said=t.text(kind))

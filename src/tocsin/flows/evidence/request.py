"""Ask for captures: of a page by the robot, or of a file that a person attaches, which proves less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

from tocsin.base.address import check_url
from tocsin.base.capture import Clock, Method, Outcome, Recording, Visit
from tocsin.base.errors import AddressError, InputError, NotFoundError
from tocsin.evidence.values import Entry, EntryKind, File
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.keep import keep_recording
from tocsin.store.dossiers.rows import DossierRow, DossierState
from tocsin.store.evidence.rows import Ask, CaptureRow, CaptureScope, NewEntry
from tocsin.store.rows import AuditEntry, MentionRow

MOST_ATTACHED_MB = 50
_ATTACHED = {
    ".png": "png",
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".pdf": "pdf",
    ".eml": "eml",
    ".txt": "txt",
    ".zip": "zip",
    ".mp4": "mp4",
    ".wacz": "wacz",
}


def request_capture(
    engine: Engine, brand: str, url: str, by: str, now: datetime, *, dossier: str = "", mention: int | None = None
) -> CaptureRow:
    """Put a capture of a page into the queue of the worker; return it.

    by: mark of who asks. dossier: number, "" for none. mention: row of the mention whose post the page shows; its
    address is taken when `url` is empty. Raises AddressError for an address that the guard refuses (the refusal is
    noted, in the log too when a dossier is named), NotFoundError, InputError.
    """
    row = _mention(engine, brand, mention)
    wanted = (url or (row.post.url if row else "") or "").strip()
    if not wanted:
        raise InputError("This post has no address of its own; give the address of a page that shows it.")
    if dossier:
        open_one(engine, brand, dossier)
    try:
        target = check_url(wanted, engine.settings.allow_hosts)
    except AddressError as error:
        _note_refusal(engine, dossier, by, now, str(error))
        raise
    ask = Ask(
        brand=engine.store.brand(brand).slug,
        url=target.url,
        by=by,
        at=now,
        dossier=dossier,
        platform=row.post.platform if row else "",
        native_id=row.post.native_id if row else "",
    )
    asked = engine.store.evidence.ask(ask)
    engine.store.note_audit(AuditEntry(at=now, by=by, action="capture.asked", subject=f"{brand}:{asked.number}"))
    return asked


def attach_file(
    engine: Engine, dossier: str, name: str, content: bytes, by: str, *, now: datetime, url: str = ""
) -> CaptureRow:
    """Put a file that a person brings (a screen copy, a message) into a dossier; return it as a capture.

    It is sealed as captures are, so that it cannot change from now on; where it came from nobody watched: level 1.
    Raises InputError for a kind or a size that is not taken.
    """
    kind = _ATTACHED.get(PurePath(name).suffix.lower())
    if kind is None:
        raise InputError(
            "{name!r} is of no kind that is taken: {kinds}.", name=name, kinds=", ".join(sorted(_ATTACHED))
        )
    if not 0 < len(content) <= MOST_ATTACHED_MB * 1024 * 1024:
        raise InputError("{name!r} is empty or larger than {most} MB.", name=name, most=MOST_ATTACHED_MB)
    row = open_one(engine, "", dossier)
    ask = Ask(brand=row.brand, url=url.strip() or f"file:{name}"[:2000], by=by, at=now, why="attached", dossier=dossier)
    one = engine.store.evidence.ask(ask, is_robot=False)
    files = (File(f"attached.{kind}", content),)
    return keep_recording(engine, one, _attached(one, name, now), files)


def captures_of(engine: Engine, mentions: Sequence[MentionRow]) -> dict[int, list[CaptureRow]]:
    """Return the captures of each mention's post, newest first, by the row of the mention."""
    found = engine.store.evidence.captures_of([(one.post.platform, one.post.native_id) for one in mentions])
    keyed = {one.row: found.get((one.post.platform, one.post.native_id), []) for one in mentions}
    return {row: [one for one in listed if one.brand == _brand_of(mentions, row)] for row, listed in keyed.items()}


def list_captures(engine: Engine, scope: CaptureScope) -> list[CaptureRow]:
    """Return captures, the last asked for first."""
    return engine.store.evidence.captures(scope)


def open_one(engine: Engine, brand: str, number: str) -> DossierRow:
    """Return an open dossier of a brand ("" for any). Raises NotFoundError, InputError for a closed one."""
    row = engine.store.dossiers.dossier(number)
    if brand and row.brand != brand:
        raise NotFoundError("There is no dossier {number}.", number=number)
    if row.state is not DossierState.OPEN:
        raise InputError("The dossier {number} is closed; open it again first.", number=number)
    return row


def _mention(engine: Engine, brand: str, row: int | None) -> MentionRow | None:
    if row is None:
        return None
    found = engine.store.mention(row)
    if found.brand != brand:
        raise NotFoundError("There is no mention {row}.", row=row)
    return found


def _brand_of(mentions: Sequence[MentionRow], row: int) -> str:
    return next(one.brand for one in mentions if one.row == row)


def _note_refusal(engine: Engine, dossier: str, by: str, now: datetime, words: str) -> None:
    engine.store.note_audit(AuditEntry(at=now, by=by, action="capture.refused", subject=dossier, text=words))
    if dossier:
        digest = engine.store.evidence.note_digest(words)
        entry = Entry(kind=EntryKind.REFUSAL, at=now, digest=digest, number=dossier, who=by)
        engine.store.evidence.append([NewEntry(entry=entry, dossier=dossier, words=words)])


def _attached(one: CaptureRow, name: str, now: datetime) -> Recording:
    """What is known of a file that somebody brought: when, by whom, and nothing of where it came from."""
    method = (("method.kind", "attached by a person; how the file was made was not observed"), ("file.name", name))
    return Recording(
        visit=Visit(url=one.url),
        outcome=Outcome.WHOLE,
        started_at=now,
        ended_at=now,
        final_url=one.url,
        status=None,
        title=name,
        text="",
        dom="",
        exchanges=(),
        steps=(),
        pictures=(),
        mhtml=None,
        pdf=None,
        certificates=(),
        resolutions=(),
        clock=Clock(synchronised=None, source="", before=(), after=(), wall_s=0.0, monotonic_s=0.0),
        method=Method(fields=method),
    )

"""Hand a dossier over: a folder or a zip that a stranger checks without tocsin; the export itself is sealed first."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from tocsin.base.errors import ConflictError, InputError
from tocsin.evidence.dossier.pack import draft, finish
from tocsin.evidence.dossier.values import Custody, Dossier, Export, OldHead, SealedCapture
from tocsin.evidence.dossier.write import write_folder, write_zip
from tocsin.evidence.log.entry import decode
from tocsin.evidence.log.tree import consistency, inclusion
from tocsin.evidence.manifest import SALT_BYTES
from tocsin.evidence.values import Entry, EntryKind, File, Seal
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import own_dossier
from tocsin.flows.evidence.keep import own_files, stored_manifest
from tocsin.flows.evidence.keys import log_signer
from tocsin.flows.evidence.log import sign_log
from tocsin.flows.evidence.seal import seal_recorded, stamp_entry
from tocsin.store.evidence.rows import ALL, IN_LOG, CaptureRow, CaptureScope, NewEntry
from tocsin.store.rows import AuditEntry


def export_dossier(
    engine: Engine,
    number: str,
    target: Path,
    by: str,
    now: datetime,
    *,
    brand: str = "",
    files: Sequence[File] = (),
) -> Path:
    """Write a dossier to `target`, a new folder, or a zip where its name ends so; return it.

    The export is entered into the log and stamped before anything is written; without a network it awaits its stamps,
    which `verify.sh` tells. files: what goes with it, such as report.pdf. Killed at any point, there is no half of it.
    Raises NotFoundError, InputError for a dossier without a sealed capture, ConflictError for a target that is there
    or a file that is not what was sealed.
    """
    row = own_dossier(engine, brand, number)
    if target.exists():
        raise ConflictError("{target} is there already; choose another place.", target=target)
    whole = files_of_dossier(engine, row.number, by, now, files)
    written = write_zip(whole, target) if target.suffix == ".zip" else write_folder(whole, target)
    subject = f"{row.brand}:{row.number}"
    engine.store.note_audit(AuditEntry(at=now, by=by, action="dossier.exported", subject=subject))
    return written


def files_of_dossier(engine: Engine, number: str, by: str, now: datetime, files: Sequence[File] = ()) -> Iterator[File]:
    """Enter the export of a dossier into the log, stamp it, and return its files, one in memory at a time."""
    evidence = engine.store.evidence
    seal_recorded(engine, now)
    captures = sealed_captures(engine, number)
    if not captures:
        raise InputError("The dossier {number} holds no sealed capture yet; there is nothing to prove.", number=number)
    made = draft(
        Dossier(
            number=number,
            operator=by,
            exported_at=now,
            salt=secrets.token_bytes(SALT_BYTES),
            log=log_signer(engine, now).verifier,
            captures=tuple(_sealed(engine, one) for one in captures),
            custody=tuple(
                Custody(entry.index, decode(entry.body)) for entry in evidence.entries(dossier=number, limit=ALL)
            ),
            files=tuple(files),
        )
    )
    entry = Entry(kind=EntryKind.EXPORT, at=now, digest=made.digest, number=number, who=by)
    index = evidence.append([NewEntry(entry=entry, dossier=number)])[0]
    head = sign_log(engine, now)
    if head is None:
        raise ConflictError("The log is empty; nothing is exported.")
    tokens = tuple(stamp.token for stamp in stamp_entry(engine, index, made.digest, now))
    indices = [index, *(one.index for one in captures if one.index is not None)]
    old = evidence.checkpoint(at_most=index)
    export = Export(
        seal=Seal(entry=entry, index=index, tokens=tokens),
        checkpoint=head.text,
        proofs={place: inclusion(head.size, place, evidence.read_hashes) for place in indices},
        earlier=(OldHead(old.text, consistency(old.size, head.size, evidence.read_hashes)),) if old else (),
    )
    return finish(made, export)


def sealed_captures(engine: Engine, number: str) -> list[CaptureRow]:
    """Return the captures of a dossier that are in the log and were not erased, the first asked for first."""
    listed = engine.store.evidence.captures(CaptureScope(dossier=number, limit=ALL))
    return [one for one in reversed(listed) if one.state in IN_LOG and one.erased_at is None]


def _sealed(engine: Engine, one: CaptureRow) -> SealedCapture:
    assert one.index is not None  # it is in the log
    kept = engine.store.evidence.entry(one.index)
    tokens = tuple(stamp.token for stamp in engine.store.evidence.tokens(one.index))
    return SealedCapture(
        manifest=stored_manifest(engine, one),
        seal=Seal(entry=decode(kept.body), index=one.index, tokens=tokens),
        read=lambda: own_files(engine, one),
    )

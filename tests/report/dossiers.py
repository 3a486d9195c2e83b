"""Facts of a dossier to report on: a thread captured by the robot, with a forged line, sealed and stamped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from tests.evidence.make import FORGED, START, make_recording, passage
from tocsin.base.capture import Recording
from tocsin.evidence.corroborate import corroborate, corroborate_page, ties_file
from tocsin.evidence.dossier.values import Custody
from tocsin.evidence.log.note import Signer
from tocsin.evidence.manifest import manifest_of
from tocsin.evidence.pack import files_of
from tocsin.evidence.values import Checkpoint, Entry, EntryKind, File, Seal, Token
from tocsin.report.dossier import CapturePart, ReportFacts

LOG = Signer("example.org/maison-alba/log", bytes(range(32))).verifier
CHANGED = passage(3).replace("1111", "1112")


def make_part(recording: Recording | None = None, *, number: str = "2026-0042-01", stamped: bool = True) -> CapturePart:
    """Return a capture of the thread whose page shows one line more than its server sent."""
    recording = recording or make_recording(text=f"{make_recording().text}\n{FORGED}")
    quoted = (passage(3), CHANGED, FORGED, "61 réponses")
    ties = (*corroborate(quoted, recording), *corroborate_page(recording))
    files = (*files_of(recording, number=number, salt=b"s" * 32), ties_file(ties))
    manifest = manifest_of(files, recording, number=number, operator="p-1", salt=b"s" * 32)
    return CapturePart(
        manifest=manifest, seal=make_seal(manifest.digest, number, stamped), files=files, passages=quoted
    )


def make_attachment() -> CapturePart:
    """Return a file that a person attached."""
    recording = make_recording(
        exchanges=(), text="", dom="", pictures=(), mhtml=None, pdf=None, certificates=(), resolutions=(), wants=()
    )
    file = File("lettre.pdf", b"%PDF-1.4")
    number = "2026-0042-02"
    manifest = manifest_of((file,), recording, number=number, operator="p-2", salt=b"s" * 32)
    return CapturePart(manifest=manifest, seal=make_seal(manifest.digest, number, False), files=(file,))


def make_seal(digest: str, number: str, stamped: bool) -> Seal:
    entry = Entry(kind=EntryKind.CAPTURE, at=START + timedelta(seconds=9), digest=digest, number=number, who="p-1")
    if not stamped:
        return Seal(entry=entry, index=17)
    token = Token(
        authority="alpha", at=START + timedelta(seconds=12), digest=digest, serial="01", policy="1.2.3", signer="alpha",
        reply=b"", chain=b"", anchored=True, qualified=True,
    )  # fmt: skip
    other = msgspec.structs.replace(token, authority="beta", qualified=False, anchored=False)
    return Seal(entry=entry, index=17, tokens=(token, other))


def make_facts(**changes: Any) -> ReportFacts:
    """Return the facts of a dossier of one capture; `changes` replace some."""
    part = make_part()
    custody = (
        Custody(17, part.seal.entry),
        Custody(18, msgspec.structs.replace(part.seal.entry, kind=EntryKind.ACCESS)),
    )
    facts = ReportFacts(
        number="2026-0042",
        brand="Maison Alba",
        made_by="p-1",
        made_at=START + timedelta(days=1),
        captures=(part,),
        custody=custody,
        log=LOG,
        checkpoint=Checkpoint(origin=LOG.name, size=19, root=bytes(range(32)), text=""),
        published=True,
    )
    return msgspec.structs.replace(facts, **changes)

"""The papers that go with an exported dossier: the sealed report, and the packet for a commissaire de justice."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from tocsin.base.errors import TocsinError
from tocsin.evidence.dossier.values import Custody
from tocsin.evidence.log.checkpoint import open_checkpoint
from tocsin.evidence.log.entry import decode
from tocsin.evidence.pades import make_seal_certificate, seal_pdf
from tocsin.evidence.values import File, Seal
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import own_dossier
from tocsin.flows.evidence.export import sealed_captures
from tocsin.flows.evidence.keep import own_files, stored_manifest
from tocsin.flows.evidence.keys import log_signer, paper_key
from tocsin.flows.evidence.log import head_has_left
from tocsin.flows.evidence.seal import stamp_digest
from tocsin.report.dossier.packet import packet_pdf
from tocsin.report.dossier.report import report_pdf
from tocsin.report.dossier.values import SHOWN, CapturePart, ReportFacts
from tocsin.store.evidence.rows import CaptureRow

REPORT, PACKET = "report.pdf", "commissaire.pdf"
_ALL = 100_000


def papers_of_dossier(engine: Engine, number: str, by: str, now: datetime, language: str) -> tuple[File, ...]:
    """Return report.pdf and commissaire.pdf, sealed by the key of the house, time-stamped where an authority answers.

    Raises InputError for files that cannot be read, NotFoundError.
    """
    facts = _facts(engine, number, by, now, language)
    return (
        File(REPORT, _sealed(engine, report_pdf(facts), now)),
        File(PACKET, _sealed(engine, packet_pdf(facts), now)),
    )


def _facts(engine: Engine, number: str, by: str, now: datetime, language: str) -> ReportFacts:
    row = own_dossier(engine, "", number)
    evidence, brand = engine.store.evidence, engine.store.brand(row.brand)
    head = evidence.checkpoint()
    log = log_signer(engine, now).verifier
    return ReportFacts(
        number=number,
        brand=brand.name,
        made_by=by,
        made_at=now,
        captures=tuple(_part(engine, one) for one in sealed_captures(engine, number)),
        custody=tuple(Custody(one.index, decode(one.body)) for one in evidence.entries(dossier=number, limit=_ALL)),
        log=log,
        checkpoint=open_checkpoint(head.text, log) if head else None,
        published=head_has_left(engine),
        time_zone=brand.time_zone,
        language=language,
    )


def _part(engine: Engine, one: CaptureRow) -> CapturePart:
    assert one.index is not None  # only those in the log are reported
    evidence = engine.store.evidence
    tokens = tuple(stamp.token for stamp in evidence.tokens(one.index))
    post = engine.store.post(one.platform, one.native_id) if one.native_id else None
    return CapturePart(
        manifest=stored_manifest(engine, one),
        seal=Seal(entry=decode(evidence.entry(one.index).body), index=one.index, tokens=tokens),
        files=tuple(_shown(own_files(engine, one))),
        passages=(post.text,) if post is not None and post.text else (),
    )


def _shown(files: Iterable[File]) -> Iterable[File]:
    return (file for file in files if SHOWN.fullmatch(file.path))


def _sealed(engine: Engine, pdf: bytes, now: datetime) -> bytes:
    """Seal a paper; where no authority answers, by the key alone, whose own clock is then all that dates it."""
    key = paper_key(engine, now, lambda name, pem: make_seal_certificate(name, pem, now, secrets.randbits(158) + 1))

    def stamp(digest: bytes) -> bytes:
        return stamp_digest(engine, digest, now).reply

    try:
        return seal_pdf(pdf, key.private, key.certificate, at=now, stamp=stamp)
    except TocsinError:
        return seal_pdf(pdf, key.private, key.certificate, at=now)

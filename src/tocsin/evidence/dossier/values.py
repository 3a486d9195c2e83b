"""What a dossier is made of before it is written: captures with their seals, custody, what else goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from tocsin.evidence.log.note import Verifier
from tocsin.evidence.values import Entry, File, Manifest, Seal


class SealedCapture(msgspec.Struct, frozen=True, kw_only=True):
    """One capture. read: gives its files, without the manifest, in any order, whenever it is called."""

    manifest: Manifest
    seal: Seal
    read: Callable[[], Iterable[File]]


class Custody(msgspec.Struct, frozen=True):
    """One thing that happened to this dossier or its captures. index: of its leaf in the log."""

    index: int
    entry: Entry


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """What goes out of the house. captures: at least one. files: what goes with them (report.pdf, letters).

    number: such as 2026-0042. operator: pseudonym of who exports. salt: 32 bytes of chance. log: the key of the log.
    """

    number: str
    operator: str
    exported_at: datetime
    salt: bytes
    log: Verifier
    captures: tuple[SealedCapture, ...]
    custody: tuple[Custody, ...]
    files: tuple[File, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier before it is logged. content: dossier.json. files: those it lists besides the files of captures."""

    dossier: Dossier
    content: bytes
    digest: str
    files: tuple[File, ...]


class OldHead(msgspec.Struct, frozen=True):
    """A head of the log that left the house before. proof: that the head of the export goes on from it."""

    checkpoint: str
    proof: tuple[bytes, ...]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What the log gives once a draft is entered. seal: the entry of the export, its index, and its tokens so far.

    checkpoint: signed head of a log that holds it. proofs: of this head, by index, for the export and each capture.
    """

    seal: Seal
    checkpoint: str
    proofs: Mapping[int, tuple[bytes, ...]]
    earlier: tuple[OldHead, ...] = ()

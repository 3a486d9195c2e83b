"""Examine the vault: is each file what was sealed, does the log lead to its signed head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tocsin.base.errors import ConflictError, NotFoundError, TocsinError
from tocsin.evidence.log.checkpoint import open_checkpoint, read_checkpoint
from tocsin.evidence.log.tree import leaf_hash, stored_place, tree_hash
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.keep import MANIFEST, SUMS, stored_manifest
from tocsin.flows.evidence.keys import log_verifier
from tocsin.flows.evidence.log import is_given
from tocsin.flows.i18n import N_
from tocsin.store.evidence.rows import CaptureRow
from tocsin.store.upkeep.doctor import Finding

_BLOCK = 1 << 20
_AT_ONCE = 1_000


def check_vault(engine: Engine, now: datetime) -> list[Finding]:
    """Return what is wrong with the files or the log; nothing if all is well."""
    rows = engine.store.evidence.in_vault()
    found = [finding for one in rows for finding in check_capture(engine, one)]
    found += _strangers(engine, rows)
    found += _log(engine)
    return found


def check_capture(engine: Engine, one: CaptureRow) -> list[Finding]:
    """Return what is wrong with the files of one capture, the manifest's list of them in hand."""
    try:
        manifest = stored_manifest(engine, one)
        there = dict(engine.store.evidence.vault.paths(one.folder))
    except NotFoundError:
        return [_changed(N_("The files of the capture {number} are gone. Restore your last backup."), one, "")]
    except ConflictError:
        return [_changed(N_("{path} of the capture {number} was changed. Restore your last backup."), one, MANIFEST)]
    sums = {each.path: each.sha256 for each in manifest.sums}
    found = []
    for path in sorted(sums.keys() | there.keys() - {MANIFEST, SUMS}):
        if path not in there:
            found.append(_changed(N_("{path} of the capture {number} is gone. Restore your last backup."), one, path))
        elif path not in sums:
            found.append(_changed(N_("{path} does not belong to the capture {number}. Take it away."), one, path))
        elif _digest(there[path]) != sums[path]:
            found.append(
                _changed(N_("{path} of the capture {number} was changed. Restore your last backup."), one, path)
            )
    return found


def _strangers(engine: Engine, rows: list[CaptureRow]) -> Iterator[Finding]:
    known = {one.folder for one in rows}
    for folder in engine.store.evidence.vault.folders():
        if folder not in known:
            yield _finding(
                "vault", N_("The evidence folder holds {folder}, which no capture knows."), grave=False, folder=folder
            )


def _log(engine: Engine) -> Iterator[Finding]:
    evidence, key = engine.store.evidence, log_verifier(engine)
    head = evidence.checkpoint()
    if head is None:
        return
    try:
        signed = read_checkpoint(head.text)
        if key is not None and not is_given(engine, head):
            open_checkpoint(head.text, key)
        if signed.root != tree_hash(signed.size, evidence.read_hashes):
            raise ConflictError("The log does not lead to its signed head.")
        for start in range(0, signed.size, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, signed.size))
            leaves = evidence.read_hashes([stored_place(0, number) for number in numbers])
            bodies = evidence.bodies(numbers.start, numbers.stop)
            if [leaf_hash(body) for body in bodies] != leaves:
                raise ConflictError("An entry of the log is not the one that was signed.")
    except TocsinError as error:
        yield _finding(
            "log",
            N_("The log of captures was changed: {said} Restore your last backup."),
            grave=True,
            said=str(error),
        )


def _digest(path: Path) -> str:
    seal = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            seal.update(block)
    return seal.hexdigest()


def _changed(template: str, one: CaptureRow, path: str) -> Finding:
    return _finding("vault", template, grave=True, number=one.number, path=path)


def _finding(code: str, template: str, *, grave: bool, **params: str) -> Finding:
    return Finding(code=code, grave=grave, template=template, params=params)

"""Check a dossier that somebody handed over: the verdicts of its `verify.sh`, without a shell and without a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.x509 import Certificate

from tocsin.base.errors import InputError
from tocsin.evidence.checking.listing import DOSSIER, check_lists, check_presence, shape_of
from tocsin.evidence.checking.seals import check_log, check_seal
from tocsin.evidence.checking.tree import FolderTree, Tree, ZipTree
from tocsin.evidence.values import Finding, Status


def verify(path: Path, *, roots: Iterable[Certificate] = (), key: str | None = None) -> tuple[Finding, ...]:
    """Return what every check of a dossier came to, in the order in which its `verify.sh` prints them.

    path: a folder or a zip; nothing of it is run, and nothing is written. roots: certificates of time-stamping
    authorities that whoever asks trusts. key: fingerprint of the log's key, as it was given by another way.
    Raises InputError where there is neither a folder nor a zip.
    """
    with _open(path) as tree:
        return tuple(_findings(tree, tuple(roots), key))


def outcome(findings: Iterable[Finding]) -> Status:
    """Return what it comes to: FAILED if anything failed, else AWAITING if time-stamps are missing, else OK."""
    statuses = {finding.status for finding in findings}
    return next((status for status in (Status.FAILED, Status.AWAITING) if status in statuses), Status.OK)


def _findings(tree: Tree, roots: tuple[Certificate, ...], key: str | None) -> Iterator[Finding]:
    shape = shape_of(tree)
    yield from check_presence(tree, shape)
    yield from check_lists(tree, shape)
    log, findings = check_log(tree, shape, key)
    yield from findings
    for folder in shape.captures:
        yield from check_seal(tree, f"{folder}/seal", f"{folder}/manifest.json", log, roots)
    yield from check_seal(tree, "seal", DOSSIER, log, roots)


@contextmanager
def _open(path: Path) -> Iterator[Tree]:
    try:
        if path.is_dir():
            yield FolderTree(path)
            return
        packed = ZipTree(path)
    except OSError as error:
        raise InputError("{path} cannot be read: {error}.", path=path, error=error.strerror) from error
    try:
        yield packed
    finally:
        packed.close()

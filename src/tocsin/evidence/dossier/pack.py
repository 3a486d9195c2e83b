"""The files of a dossier: first what is logged and stamped as one, then the proofs that it was."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files as resources

from tocsin.base.errors import ConflictError, InputError
from tocsin.evidence.canonical import canonical, clean, instant
from tocsin.evidence.dossier.readme import readme
from tocsin.evidence.dossier.values import Custody, Dossier, Draft, Export, SealedCapture
from tocsin.evidence.log.checkpoint import (
    Extension,
    LogProof,
    extension_text,
    holds,
    open_checkpoint,
    read_checkpoint,
    tlog_proof,
)
from tocsin.evidence.log.entry import encode, fields_of, leaf_of
from tocsin.evidence.manifest import SALT_BYTES, check_number, sums
from tocsin.evidence.stamp import check_authority
from tocsin.evidence.values import EntryKind, File, Seal, Sum

FORMAT = "tocsin dossier 1"
# What is made after dossier.json was logged, so that it cannot stand in it.
LATER = re.compile(
    r"dossier\.json|SHA256SUMS|seal/.*|log/checkpoint(?:\.[^/]*)?|log/consistency\.[^/]*"
    r"|captures/[^/]*/seal/inclusion\.tlog-proof"
)
_RESERVED = re.compile(r"(?:dossier\.json|SHA256SUMS|LISEZMOI\.txt|verify\.sh)|(?:seal|log|captures)(?:/.*)?")
_MOST_CAPTURES = 999


def draft(dossier: Dossier) -> Draft:
    """Return what is to be logged and stamped: dossier.json, which names every file and its sum.

    Its digest goes into the log as an entry of kind EXPORT; `finish` then gives all files.
    Raises InputError for numbers, names or salts that cannot be taken, ConflictError for a capture whose seal is not
    one of its manifest.
    """
    if not 1 <= len(dossier.captures) <= _MOST_CAPTURES or len(dossier.salt) != SALT_BYTES:
        raise InputError("A dossier holds 1 to {most} captures and is salted by 32 bytes.", most=_MOST_CAPTURES)
    custody = _custody(dossier.custody)
    files = [
        File("LISEZMOI.txt", readme(dossier)),
        File("verify.sh", resources("tocsin.evidence.dossier").joinpath("verify.sh").read_bytes()),
        File("log/key.pub", dossier.log.pem),
        custody,
        *_free(dossier.files),
    ]
    for number, capture in enumerate(dossier.captures, 1):
        files += _capture_files(_folder(number), capture)
    listed = [file.sum for file in files]
    for number, capture in enumerate(dossier.captures, 1):
        listed += [Sum(f"{_folder(number)}/{each.path}", each.sha256, each.bytes) for each in capture.manifest.sums]
    fields = {
        "format": FORMAT,
        "number": check_number(dossier.number),
        "operator": clean(dossier.operator),
        "exported_at": instant(dossier.exported_at),
        "salt": dossier.salt.hex(),
        "key": dossier.log.fingerprint,
        "log": dossier.log.text,
        "custody": custody.sum.sha256,
        "captures": [
            {"manifest": capture.manifest.digest, "number": capture.manifest.number, "folder": _folder(number)}
            for number, capture in enumerate(dossier.captures, 1)
        ],
        "files": [{"bytes": each.bytes, "path": each.path, "sha256": each.sha256} for each in sorted(listed)],
    }
    content = canonical(fields)
    sums([*listed])  # refuses a path that cannot be taken, or is there twice
    return Draft(dossier=dossier, content=content, digest=hashlib.sha256(content).hexdigest(), files=tuple(files))


def finish(draft: Draft, export: Export) -> Iterator[File]:
    """Yield every file of the dossier, SHA256SUMS last; one capture's file is in memory at a time.

    Raises ConflictError where the log does not hold what it should, or a kept file is no longer what its manifest says:
    nothing goes out then.
    """
    _check_export(draft, export)
    made: list[Sum] = []
    for file in _all(draft, export):
        made.append(file.sum)
        yield file
    yield File("SHA256SUMS", sums(made))


def _all(draft: Draft, export: Export) -> Iterator[File]:
    yield from draft.files
    yield File("dossier.json", draft.content)
    yield from _seal_files("seal", "dossier", export.seal)
    yield _proof("seal", export.seal.index, export)
    yield File("log/checkpoint", export.checkpoint.encode("utf-8"))
    for old in export.earlier:
        size = read_checkpoint(old.checkpoint).size
        yield File(f"log/checkpoint.{size}", old.checkpoint.encode("utf-8"))
        text = extension_text(Extension(size, old.proof, export.checkpoint))
        yield File(f"log/consistency.{size}", text.encode("utf-8"))
    for number, capture in enumerate(draft.dossier.captures, 1):
        folder = _folder(number)
        yield _proof(f"{folder}/seal", capture.seal.index, export)
        yield from _kept(folder, capture)


def _kept(folder: str, capture: SealedCapture) -> Iterator[File]:
    """Yield the files of a capture as they are kept, once each is seen to be what its manifest says."""
    wanted = {each.path: each for each in capture.manifest.sums}
    for file in capture.read():
        if wanted.pop(file.path, None) != file.sum:
            raise ConflictError(
                "{path} of the capture {number} is not what was sealed: it was changed where it is kept.",
                path=file.path,
                number=capture.manifest.number,
            )
        yield File(f"{folder}/{file.path}", file.content)
    if wanted:
        raise ConflictError(
            "{path} of the capture {number} is no longer where it is kept.",
            path=min(wanted),
            number=capture.manifest.number,
        )


def _capture_files(folder: str, capture: SealedCapture) -> Iterator[File]:
    """Yield what is made of a capture beside its own files."""
    manifest, entry = capture.manifest, capture.seal.entry
    kept = [each.path for each in manifest.sums if re.fullmatch(r"manifest\.json|SHA256SUMS|seal(/.*)?", each.path)]
    if kept:
        raise InputError("{path} is a name the seal needs; a capture cannot hold it.", path=kept[0])
    if (entry.kind, entry.digest, entry.number) != (EntryKind.CAPTURE, manifest.digest, manifest.number):
        raise ConflictError("The capture {number} is not the one that was logged.", number=manifest.number)
    yield File(f"{folder}/manifest.json", manifest.content)
    yield File(f"{folder}/SHA256SUMS", sums([*manifest.sums, manifest.file]))
    yield from _seal_files(f"{folder}/seal", "manifest", capture.seal)


def _seal_files(folder: str, stem: str, seal: Seal) -> Iterator[File]:
    yield File(f"{folder}/entry.json", encode(seal.entry))
    for name, token in sorted({token.authority: token for token in reversed(seal.tokens)}.items()):
        yield File(f"{folder}/{stem}.tsr.{check_authority(name)}", token.reply)
        yield File(f"{folder}/tsa-chain.{name}.pem", token.chain)


def _proof(folder: str, index: int, export: Export) -> File:
    text = tlog_proof(LogProof(index, export.proofs[index], export.checkpoint))
    return File(f"{folder}/inclusion.tlog-proof", text.encode("utf-8"))


def _check_export(draft: Draft, export: Export) -> None:
    """Raise ConflictError unless the head is signed and holds the export and every capture."""
    entry = export.seal.entry
    if (entry.kind, entry.digest, entry.number) != (EntryKind.EXPORT, draft.digest, draft.dossier.number):
        raise ConflictError("The dossier {number} is not the one that was logged.", number=draft.dossier.number)
    open_checkpoint(export.checkpoint, draft.dossier.log)
    for seal in (export.seal, *(capture.seal for capture in draft.dossier.captures)):
        proof = export.proofs.get(seal.index)
        if proof is None or not holds(LogProof(seal.index, proof, export.checkpoint), leaf_of(seal.entry)):
            raise ConflictError(
                "The log does not hold the entry {index} of {number} as it was made; nothing is written.",
                index=seal.index,
                number=seal.entry.number,
            )


def _custody(lines: Iterable[Custody]) -> File:
    ordered = sorted(lines, key=lambda line: line.index)
    rows: list[Mapping[str, object]] = [{"index": line.index, **fields_of(line.entry)} for line in ordered]
    return File("log/custody.json", canonical(rows))


def _free(files: Iterable[File]) -> Iterator[File]:
    for file in files:
        if _RESERVED.fullmatch(file.path):
            raise InputError("{path} is a name the dossier needs; give the file another.", path=file.path)
        yield file


def _folder(number: int) -> str:
    return f"captures/{number:02d}"

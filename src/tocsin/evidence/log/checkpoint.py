"""Signed heads of the log, and the proofs that go with them, as text that strangers' tools read.

Formats: C2SP tlog-checkpoint, tlog-proof, tlog-cosignature, and the body of tlog-witness (a head, and that it goes on
from an older one).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tocsin.base.errors import ConflictError, InputError
from tocsin.base.time import to_ms
from tocsin.evidence.log.note import (
    COSIGNATURE,
    Signer,
    Verifier,
    check_name,
    open_note,
    read_note,
    sign_note,
    signature_line,
    verifies,
)
from tocsin.evidence.log.tree import HASH_BYTES, check_consistency, check_inclusion
from tocsin.evidence.values import Checkpoint

PROOF_HEAD = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


class LogProof(msgspec.Struct, frozen=True):
    """Where an entry stands, and the way from it to the root. checkpoint: the signed note, unchecked."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str


class Extension(msgspec.Struct, frozen=True):
    """A head, and the way from an older one to it. checkpoint: the signed note of the newer, unchecked."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: str


def sign_checkpoint(size: int, root: bytes, signer: Signer, *, after: Checkpoint | None, proof: Sequence[bytes]) -> str:
    """Return the signed head of a log that is named as its signer.

    after: the last head that was signed, None for the very first. proof: that the new tree goes on from it.
    Raises ConflictError where it does not: entries were changed or taken away, and nothing may be signed.
    """
    if after is not None and not extends(after, size, root, proof):
        raise ConflictError(
            "The log of {size} entries does not go on from the one of {old} that was signed: entries were changed or "
            "taken away. Nothing is signed; put the last backup of the database back.",
            size=size,
            old=after.size,
        )
    if after is not None and after.origin != signer.name:
        raise ConflictError("The log is {old}, and the key signs for {new}.", old=after.origin, new=signer.name)
    return sign_note(f"{check_name(signer.name)}\n{size}\n{packed(root)}\n", signer)


def open_checkpoint(text: str, key: Verifier) -> Checkpoint:
    """Return the head that `key` signed. Raises InputError where it did not, or it is none."""
    found = read_checkpoint(text)
    open_note(text, key)
    if found.origin != key.name:
        raise InputError("The head is of {origin}, the key of {name}.", origin=found.origin, name=key.name)
    return found


def read_checkpoint(text: str) -> Checkpoint:
    """Return what a head says, its signatures unchecked. Raises InputError where it is no signed head of a log."""
    lines = read_note(text).text.split("\n")
    root = unpacked(lines[2]) if len(lines) >= 4 else None
    if root is None or not lines[0] or _NUMBER.fullmatch(lines[1]) is None or "" in lines[3:-1]:
        raise InputError("This is no head of a log: its name, a number of entries and a root are wanted.")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root, text=text)


def extends(old: Checkpoint, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the tree goes on from the signed one."""
    return check_consistency(old.size, old.root, size, root, proof)


def tlog_proof(proof: LogProof) -> str:
    """Return the proof as text."""
    hashes = "".join(packed(each) + "\n" for each in proof.hashes)
    return f"{PROOF_HEAD}\nindex {proof.index}\n{hashes}\n{proof.checkpoint}"


def read_proof(text: str) -> LogProof:
    """Return the proof that the text holds, unchecked. Raises InputError where it holds none."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    index = lines[1].removeprefix("index ") if len(lines) > 1 and lines[1].startswith("index ") else ""
    hashes = _hashes(lines[2:])
    if not gap or lines[0] != PROOF_HEAD or _NUMBER.fullmatch(index) is None or hashes is None:
        raise InputError(
            "This is no proof of a log: `{head}`, an index, hashes and a head are wanted.", head=PROOF_HEAD
        )
    return LogProof(int(index), hashes, checkpoint)


def holds(proof: LogProof, leaf: bytes) -> bool:
    """Return whether the proof leads from this leaf hash to the root of its head, whose signature is another matter."""
    head = read_checkpoint(proof.checkpoint)
    return check_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)


def extension_text(extension: Extension) -> str:
    """Return it as the body that a witness is asked with."""
    hashes = "".join(packed(each) + "\n" for each in extension.hashes)
    return f"old {extension.old}\n{hashes}\n{extension.checkpoint}"


def read_extension(text: str) -> Extension:
    """Return what a witness is asked, unchecked. Raises InputError where the text is no such thing."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    old, hashes = lines[0].removeprefix("old "), _hashes(lines[1:])
    if not gap or not lines[0].startswith("old ") or _NUMBER.fullmatch(old) is None or hashes is None:
        raise InputError("This does not tell how a log went on: `old` with a number, hashes and a head are wanted.")
    return Extension(int(old), hashes, checkpoint)


def cosign(extension: Extension, seen: Checkpoint | None, log: Verifier, witness: Signer, now: datetime) -> str:
    """Return the line that a witness adds under a head: that, at `now`, the log went on from what it had seen.

    seen: the last head of this log that this witness signed, None for the first.
    Raises ConflictError where the log does not go on from it, InputError where the head is not signed by the log.
    """
    head = open_checkpoint(extension.checkpoint, log)
    before = seen.size if seen is not None else 0
    if extension.old != before or (seen is not None and not extends(seen, head.size, head.root, extension.hashes)):
        raise ConflictError(
            "The log {origin} of {size} entries does not go on from the one of {old} that was seen.",
            origin=head.origin,
            size=head.size,
            old=before,
        )
    at_s = to_ms(now) // 1000
    raw = at_s.to_bytes(8, "big") + witness.sign(_cosigned(read_note(head.text).text, at_s))
    return signature_line(witness.verifier, raw)


def cosigned_at(text: str, witness: Verifier) -> int | None:
    """Return when (seconds since 1970) the witness signed this head, None where it did not, or not this one."""
    note = read_note(text)
    for each in note.signatures:
        if each.name == witness.name and each.id == witness.id and witness.kind == COSIGNATURE and len(each.raw) == 72:
            at_s = int.from_bytes(each.raw[:8], "big")
            if verifies(witness, each.raw[8:], _cosigned(note.text, at_s)):
                return at_s
    return None


def packed(raw: bytes) -> str:
    """Return bytes in base 64."""
    return base64.b64encode(raw).decode("ascii")


def unpacked(text: str) -> bytes | None:
    """Return the hash that a line holds, None where it is not exactly one."""
    try:
        raw = base64.b64decode(text.encode("utf-8", "replace"), validate=True)
    except binascii.Error:
        return None
    return raw if len(raw) == HASH_BYTES and packed(raw) == text else None


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...] | None:
    hashes = tuple(unpacked(line) for line in lines)
    known = tuple(each for each in hashes if each is not None)
    return known if len(known) == len(hashes) <= 63 else None


def _cosigned(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()

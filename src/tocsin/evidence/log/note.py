"""Signed notes: a text, and under it one line for each signature (C2SP signed-note, Ed25519)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tocsin.base.errors import InputError

ED25519, COSIGNATURE = 1, 4  # kinds of signature in the standard
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_MARK = "\u2014 "


class Verifier(msgspec.Struct, frozen=True):
    """A key that is trusted. name: of the log, or of a witness. key: 32 bytes. kind: of its signatures."""

    name: str
    key: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """Return the four bytes that begin each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[:4]

    @property
    def text(self) -> str:
        """Return it in one line, as the tools for signed notes read it."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.key).decode()}"

    @property
    def fingerprint(self) -> str:
        """Return what people read to each other: the SHA-256 of the key, as hexadecimal digits."""
        return hashlib.sha256(self.key).hexdigest()

    @property
    def pem(self) -> bytes:
        """Return the key as openssl reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.key)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Signer(msgspec.Struct, frozen=True):
    """A key that signs. name: of the log, or of a witness. seed: 32 secret bytes."""

    name: str
    seed: bytes
    kind: int = ED25519

    def __repr__(self) -> str:
        return f"Signer({self.name!r}, …)"

    @property
    def verifier(self) -> Verifier:
        """Return what others need to check its signatures."""
        return Verifier(check_name(self.name), self._key.public_key().public_bytes_raw(), self.kind)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of its signature."""
        return self._key.sign(message)

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


class Signature(msgspec.Struct, frozen=True):
    """One line under a note. id: four bytes. raw: what follows them."""

    name: str
    id: bytes
    raw: bytes


class Note(msgspec.Struct, frozen=True):
    """A note that was read, its signatures unchecked. text: ends in a line end."""

    text: str
    signatures: tuple[Signature, ...]


def check_name(name: str) -> str:
    """Return the name if a key may have it. Raises InputError otherwise."""
    if _NAME.fullmatch(name) is None:
        raise InputError("{name!r} cannot name a key; write it without spaces and `+`, as example.org/log.", name=name)
    return name


def read_verifier(text: str) -> Verifier:
    """Return the key that one line names. Raises InputError where the line is none, or its parts disagree."""
    name, _, rest = text.strip().partition("+")
    digits, _, packed = rest.partition("+")
    raw = _unpacked(packed)
    if raw is None or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise InputError("{text!r} is no key of a log; copy the whole line, name+digits+key.", text=text[:200])
    found = Verifier(check_name(name), raw[1:], raw[0])
    if found.id.hex() != digits:
        raise InputError("The parts of the key {text!r} disagree; copy the whole line again.", text=text[:200])
    return found


def sign_note(text: str, signer: Signer) -> str:
    """Return the note: the text, an empty line, and the signature. text: lines, the last one ended too."""
    return f"{text}\n{signature_line(signer.verifier, signer.sign(text.encode('utf-8')))}"


def signature_line(key: Verifier, raw: bytes) -> str:
    """Return one line under a note."""
    return f"{_MARK}{key.name} {base64.b64encode(key.id + raw).decode()}\n"


def read_note(note: str) -> Note:
    """Return text and signatures, unchecked. Raises InputError where it is no signed note."""
    head, gap, tail = note.rpartition("\n\n")
    signatures = [_signature(line) for line in tail.split("\n")[:-1]]
    found = [each for each in signatures if each is not None]
    if not gap or not tail.endswith("\n") or not found or len(found) != len(signatures):
        raise InputError("This is no signed note: a text, an empty line, and lines of signatures are wanted.")
    return Note(head + "\n", tuple(found))


def open_note(note: str, key: Verifier) -> str:
    """Return the text of a note that `key` signed. Raises InputError where it did not, or it is no signed note."""
    read = read_note(note)
    for signature in read.signatures:
        if signature.name == key.name and signature.id == key.id:
            if verifies(key, signature.raw, read.text.encode("utf-8")):
                return read.text
            raise InputError(
                "The signature of {name} is not one of this text: text or signature changed.", name=key.name
            )
    raise InputError("{name} did not sign this note.", name=key.name)


def verifies(key: Verifier, raw: bytes, message: bytes) -> bool:
    """Return whether these are the bytes of its signature of the message."""
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(raw, message)
    except InvalidSignature:
        return False
    return True


def _signature(line: str) -> Signature | None:
    name, _, packed = line.removeprefix(_MARK).partition(" ")
    raw = _unpacked(packed)
    if not line.startswith(_MARK) or _NAME.fullmatch(name) is None or raw is None or len(raw) < 5:
        return None
    return Signature(name, raw[:4], raw[4:])


def _unpacked(packed: str) -> bytes | None:
    try:
        raw = base64.b64decode(packed.encode("utf-8", "replace"), validate=True)
    except binascii.Error:
        return None
    return raw if base64.b64encode(raw).decode() == packed else None

"""Entries of the log as bytes: what is hashed into its leaves."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from tocsin.base.errors import InputError
from tocsin.evidence.canonical import canonical, instant
from tocsin.evidence.log.tree import leaf_hash
from tocsin.evidence.manifest import check_number
from tocsin.evidence.values import Entry, EntryKind

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WHO = re.compile(r"[^\"\\\x00-\x1f\x7f\ud800-\udfff]{1,80}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def encode(entry: Entry) -> bytes:
    """Return the canonical bytes of an entry. Raises InputError for a digest or a number that is none."""
    return canonical(fields_of(entry))


def fields_of(entry: Entry) -> dict[str, object]:
    """Return what an entry says, as plain values."""
    for digest in (entry.digest, entry.previous):
        if digest is not None and _DIGEST.fullmatch(digest) is None:
            raise InputError("{digest!r} is no SHA-256; write its 64 hexadecimal digits.", digest=digest)
    if _WHO.fullmatch(entry.who) is None:
        raise InputError("{who!a} is no pseudonym; write up to 80 signs without quotes and backslashes.", who=entry.who)
    fields: dict[str, object] = {
        "at": instant(entry.at),
        "digest": entry.digest,
        "kind": entry.kind.value,
        "number": check_number(entry.number),
        "who": entry.who,
    }
    return fields if entry.previous is None else {**fields, "previous": entry.previous}


def decode(content: bytes) -> Entry:
    """Return the entry that was encoded so. Raises InputError where the bytes are no entry, or spelled otherwise."""
    try:
        fields = msgspec.json.decode(content, type=dict[str, str])
        at = fields["at"]
        if _INSTANT.fullmatch(at) is None:
            raise ValueError(at)
        entry = Entry(
            kind=EntryKind(fields["kind"]),
            at=datetime.fromisoformat(at.removesuffix("Z")).replace(tzinfo=UTC),
            digest=fields["digest"],
            number=fields["number"],
            who=fields["who"],
            previous=fields.get("previous"),
        )
    except (msgspec.DecodeError, KeyError, ValueError) as error:
        raise InputError("This is no entry of the log: {error}.", error=error) from error
    if encode(entry) != content:
        raise InputError("This entry is not in its canonical spelling; it was changed.")
    return entry


def leaf_of(entry: Entry) -> bytes:
    """Return the hash of the leaf of an entry."""
    return leaf_hash(encode(entry))

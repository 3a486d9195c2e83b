"""Whether the log signed its head, holds the entries, and authorities stamped what they name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import Certificate

from tocsin.base.errors import InputError
from tocsin.base.time import iso
from tocsin.evidence.canonical import instant
from tocsin.evidence.checking.listing import DOSSIER, HEAD, KEY, Shape, field, tokens_in
from tocsin.evidence.checking.tree import Tree
from tocsin.evidence.cms import read_pem
from tocsin.evidence.log.checkpoint import extends, holds, open_checkpoint, read_extension, read_proof
from tocsin.evidence.log.entry import decode
from tocsin.evidence.log.note import Verifier
from tocsin.evidence.log.tree import leaf_hash
from tocsin.evidence.manifest import DOUBTFUL_STAMP
from tocsin.evidence.stamp import Trust, check_token
from tocsin.evidence.values import Checkpoint, Entry, EntryKind, Finding, Status, Token

WANTED_TOKENS = 2


class Log(msgspec.Struct, frozen=True):
    """What of the log can be relied on. key: None where there is none. head: None where it is not signed by the key."""

    key: Verifier | None
    head: Checkpoint | None


def check_log(tree: Tree, shape: Shape, wanted_key: str | None) -> tuple[Log, list[Finding]]:
    """Return what of the log holds, and the findings: its key, its head, the older heads it goes on from.

    wanted_key: fingerprint that was given by another way, or None.
    """
    findings: list[Finding] = []
    key = _key(tree)
    if KEY in tree.sums:
        named = field(tree.read(DOSSIER), "key", ',"log"') if DOSSIER in tree.sums else ""
        good = key is not None and key.fingerprint == named and wanted_key in (None, key.fingerprint)
        findings.append(_verdict("key", KEY, good, key.fingerprint if key else ""))
        if good and key is not None and wanted_key is None:
            findings.append(Finding(Status.NOTE, "key-uncompared", KEY, key.fingerprint))
    head = _head(tree, HEAD, key) if key and HEAD in tree.sums else None
    if KEY in tree.sums and HEAD in tree.sums:
        findings.append(_verdict("signature", HEAD, head is not None, str(head.size) if head else ""))
    for size in shape.older:
        findings += _check_older(tree, size, key, head)
    return Log(key, head), findings


def check_seal(tree: Tree, folder: str, sealed: str, log: Log, roots: tuple[Certificate, ...]) -> Iterator[Finding]:
    """Yield whether what is `sealed` (a path) is in the log, and stamped. folder: of its seal."""
    place, proof = f"{folder}/entry.json", f"{folder}/inclusion.tlog-proof"
    entry = None
    if place in tree.sums and sealed in tree.sums:
        entry = _entry(tree, place, sealed)
        yield _verdict("entry", place, entry is not None, instant(entry.at) if entry else "")
    if proof in tree.sums and place in tree.sums:
        yield _verdict("inclusion", proof, _included(tree, proof, place, log))
    if sealed not in tree.sums:
        return
    content = tree.read(sealed)
    authorities: dict[bytes, str] = {}  # by what each signed: one token under two names is one
    for path, authority in tokens_in(tree, folder):
        token = _token(tree, folder, path, content, roots)
        if token is None:
            yield Finding(Status.FAILED, "token", path)
            continue
        yield from _say_trust(token, path, f"{folder}/tsa-chain.{authority}.pem")
        if token.statement in authorities:
            yield Finding(Status.NOTE, "same-stamp", path)
        authorities.setdefault(token.statement, authority)
        yield from _say_delay(token, path, entry)
    if len(authorities) < WANTED_TOKENS:
        had = f" has={','.join(authorities.values())}" if authorities else ""
        yield Finding(Status.AWAITING, "stamp", folder, f"{len(authorities)}-of-{WANTED_TOKENS}{had}")


def _key(tree: Tree) -> Verifier | None:
    if KEY not in tree.sums:
        return None
    try:
        key = load_pem_public_key(tree.read(KEY))
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, Ed25519PublicKey):
        return None
    # The name of the log is in the first line of its head; the signatures are held against it below.
    head = tree.read(HEAD) if HEAD in tree.sums else b""
    origin = head.split(b"\n")[0].decode("utf-8", "replace")
    return Verifier(origin, key.public_bytes_raw())


def _head(tree: Tree, path: str, key: Verifier) -> Checkpoint | None:
    try:
        return open_checkpoint(tree.read(path).decode("utf-8"), key)
    except (InputError, UnicodeDecodeError):
        return None


def _check_older(tree: Tree, size: int, key: Verifier | None, head: Checkpoint | None) -> Iterator[Finding]:
    place, proof = f"{HEAD}.{size}", f"log/consistency.{size}"
    older = _head(tree, place, key) if key and HEAD in tree.sums else None
    good = older is not None and older.size == size
    yield _verdict("signature", place, good, str(size))
    if proof in tree.sums:
        yield _verdict("consistency", proof, good and head is not None and _goes_on(tree, proof, older, head))


def _goes_on(tree: Tree, proof: str, older: Checkpoint | None, head: Checkpoint) -> bool:
    try:
        found = read_extension(tree.read(proof).decode("utf-8"))
    except (InputError, UnicodeDecodeError):
        return False
    same = older is not None and (found.old, found.checkpoint) == (older.size, head.text)
    return same and older is not None and extends(older, head.size, head.root, found.hashes)


def _entry(tree: Tree, place: str, sealed: str) -> Entry | None:
    """Return the entry if it is one of what is sealed, None otherwise."""
    try:
        entry = decode(tree.read(place))
    except InputError:
        return None
    kind = EntryKind.EXPORT if sealed == DOSSIER else EntryKind.CAPTURE
    number = field(tree.read(sealed), "number", ',"operator"')
    same = (entry.kind, entry.digest, entry.number) == (kind, tree.sums[sealed], number)
    return entry if same else None


def _included(tree: Tree, proof: str, entry: str, log: Log) -> bool:
    try:
        found = read_proof(tree.read(proof).decode("utf-8"))
    except (InputError, UnicodeDecodeError):
        return False
    if log.head is None or found.checkpoint != log.head.text:
        return False
    return holds(found, leaf_hash(tree.read(entry)))


def _token(tree: Tree, folder: str, path: str, content: bytes, roots: tuple[Certificate, ...]) -> Token | None:
    authority = path.rpartition(".tsr.")[2]
    chain = f"{folder}/tsa-chain.{authority}.pem"
    if chain not in tree.sums:
        return None
    try:
        return check_token(tree.read(path), content, authority, Trust(read_pem(tree.read(chain)), roots))
    except InputError:
        return None


def _say_trust(token: Token, path: str, chain: str) -> Iterator[Finding]:
    yield Finding(Status.OK, "token", path, iso(_second(token.at)))
    yield Finding(Status.OK, "anchored", chain) if token.anchored else Finding(Status.NOTE, "unanchored", chain)


def _say_delay(token: Token, path: str, entry: Entry | None) -> Iterator[Finding]:
    if entry is None:
        return
    at = _second(token.at)
    apart = at - _second(entry.at)
    if abs(apart) > DOUBTFUL_STAMP:
        code = "stamped-late" if at > entry.at else "time-doubtful"
        yield Finding(Status.NOTE, code, path, f"entered={instant(entry.at)} stamped={iso(at)}")


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _verdict(code: str, place: str, good: bool, detail: str = "") -> Finding:
    return Finding(Status.OK, code, place, detail) if good else Finding(Status.FAILED, code, place)

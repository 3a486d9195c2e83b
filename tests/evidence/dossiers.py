"""A log in memory and whole dossiers, sealed by the authorities of the tests: for any test that needs one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.evidence.authority import Authority
from tests.evidence.make import make_recording
from tocsin.base.capture import Recording
from tocsin.evidence.dossier.pack import draft, finish
from tocsin.evidence.dossier.values import Custody, Dossier, Export, OldHead, SealedCapture
from tocsin.evidence.log.checkpoint import open_checkpoint, sign_checkpoint
from tocsin.evidence.log.entry import leaf_of
from tocsin.evidence.log.note import Signer
from tocsin.evidence.log.tree import consistency, inclusion, stored_hashes, tree_hash
from tocsin.evidence.manifest import manifest_of
from tocsin.evidence.stamp import read_token, stamp_request
from tocsin.evidence.values import Checkpoint, Entry, EntryKind, File, Finding, Seal, Status, Token

SIGNER = Signer("example.org/maison-alba/log", bytes(range(32)))
NUMBER = "2026-0042"
FILES = (
    File("capture.wacz", b"PK\x03\x04" + bytes(range(256)) * 40),
    File("page.png", b"\x89PNG\r\n" + bytes(range(255, -1, -1)) * 20),
    File("text.txt", "La Maison Alba répond.\n".encode()),
    File("net.json", b'{"exchanges":[]}'),
)


class MemoryLog:
    """The log of a brand, as the store keeps it, in a list."""

    def __init__(self, signer: Signer = SIGNER, fillers: int = 0, behind: timedelta = timedelta()) -> None:
        self.behind = behind  # how far its clock is from that of the authorities
        self.signer = signer
        self.hashes: list[bytes] = []
        self.entries: list[Entry] = []
        self.head: Checkpoint | None = None
        for number in range(fillers):
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            self.append(Entry(kind=EntryKind.ACCESS, at=self.now(), digest=digest, number="2026-0001", who="p-1"))

    def now(self) -> datetime:
        return datetime.now(UTC) - self.behind

    def read(self, places: Sequence[int]) -> list[bytes]:
        return [self.hashes[place] for place in places]

    def append(self, entry: Entry) -> int:
        index = len(self.entries)
        self.hashes += stored_hashes(index, leaf_of(entry), self.read)
        self.entries.append(entry)
        return index

    def sign(self) -> Checkpoint:
        size = len(self.entries)
        proof = consistency(self.head.size, size, self.read) if self.head else ()
        text = sign_checkpoint(size, tree_hash(size, self.read), self.signer, after=self.head, proof=proof)
        self.head = open_checkpoint(text, self.signer.verifier)
        return self.head

    def proof(self, index: int) -> tuple[bytes, ...]:
        assert self.head is not None
        return inclusion(self.head.size, index, self.read)


def stamp(content: bytes, authorities: Iterable[Authority]) -> tuple[Token, ...]:
    """Return a token of each authority over the content."""
    digest = hashlib.sha256(content).digest()
    return tuple(read_token(each.stamp(stamp_request(digest, 7)), digest, each.name, nonce=7) for each in authorities)


def sealed_capture(
    log: MemoryLog,
    authorities: Iterable[Authority],
    number: str,
    files: tuple[File, ...] = FILES,
    recording: Recording | None = None,
) -> SealedCapture:
    """Return a capture that was entered and stamped."""
    manifest = manifest_of(files, recording or make_recording(), number=number, operator="p-2", salt=b"s" * 32)
    entry = Entry(kind=EntryKind.CAPTURE, at=log.now(), digest=manifest.digest, number=number, who="p-2")
    index = log.append(entry)
    seal = Seal(entry=entry, index=index, tokens=stamp(manifest.content, authorities))
    return SealedCapture(manifest=manifest, seal=seal, read=lambda: files)


def make_dossier(
    authorities: Sequence[Authority],
    log: MemoryLog | None = None,
    captures: int = 2,
    *,
    number: str = NUMBER,
    files: tuple[File, ...] = FILES,
    recording: Recording | None = None,
) -> list[File]:
    """Return the files of a dossier of some captures in a log that had left the house once before."""
    log = log or MemoryLog(fillers=11)
    before = log.sign()
    sealed = tuple(
        sealed_capture(log, authorities, f"C-{number}-{n}", files, recording) for n in range(1, captures + 1)
    )
    made = draft(
        Dossier(
            number=number,
            operator="p-2",
            exported_at=log.now(),
            salt=b"t" * 32,
            log=log.signer.verifier,
            captures=sealed,
            custody=tuple(Custody(each.seal.index, each.seal.entry) for each in sealed),
            files=(File("report.pdf", b"%PDF-1.7 of a report\n"),),
        )
    )
    entry = Entry(kind=EntryKind.EXPORT, at=log.now(), digest=made.digest, number=number, who="p-2")
    index = log.append(entry)
    old = len(log.entries) - len(sealed) - 1
    proof = consistency(old, len(log.entries), log.read)
    head = log.sign()
    export = Export(
        seal=Seal(entry=entry, index=index, tokens=stamp(made.content, authorities)),
        checkpoint=head.text,
        proofs={each: log.proof(each) for each in (index, *(capture.seal.index for capture in sealed))},
        earlier=(OldHead(before.text, proof),),
    )
    return list(finish(made, export))


def run_shell(folder: Path, *arguments: str, script: Path | None = None) -> tuple[int, list[str]]:
    """Run verify.sh in an emptied environment; return its exit status and its lines, the verdict in words left out."""
    command = ["env", "-i", "PATH=/usr/bin:/bin", shutil.which("sh") or "sh", str(script or folder / "verify.sh")]
    done = subprocess.run([*command, *arguments, str(folder)], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    known = {*Status, "UNCHECKED"}
    return done.returncode, [line for line in done.stdout.split("\n") if line.partition(" ")[0] in known]


def lines_of(findings: Iterable[Finding]) -> list[str]:
    """Return findings as verify.sh prints them."""
    return [finding.line for finding in findings]

"""What somebody might do to a dossier, one thing a function: `mutation(folder)`."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path

import msgspec

from tests.evidence.make import make_clock, make_recording
from tocsin.base.capture import Recording


def mend_sums(folder: Path) -> None:
    """Write SHA256SUMS anew, as somebody would who hides a change."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    rows = [f"{hashlib.sha256((folder / p).read_bytes()).hexdigest()}  {p}\n" for p in paths if p != "SHA256SUMS"]
    (folder / "SHA256SUMS").write_text("".join(rows))


def flip(path: Path, at: int | None = None) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 1
    path.write_bytes(content)


def extra(folder: Path) -> None:
    (folder / "captures/01/note.txt").write_text("extra")


def extra_listed(folder: Path) -> None:
    extra(folder)
    mend_sums(folder)


def missing(folder: Path) -> None:
    (folder / "captures/01/page.png").unlink()


def missing_proof(folder: Path) -> None:
    (folder / "captures/01/seal/inclusion.tlog-proof").unlink()
    mend_sums(folder)


def missing_chain(folder: Path) -> None:
    (folder / "seal/tsa-chain.alpha.pem").unlink()
    mend_sums(folder)


def no_sums(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def no_list(folder: Path) -> None:
    (folder / "dossier.json").unlink()


def no_key(folder: Path) -> None:
    (folder / "log/key.pub").unlink()


def no_head(folder: Path) -> None:
    (folder / "log/checkpoint").unlink()


def no_older(folder: Path) -> None:
    (folder / "log/consistency.11").unlink()


def link(folder: Path) -> None:
    (folder / "captures/01/page.png").unlink(missing_ok=True)
    (folder / "captures/01/page.png").symlink_to("net.json")


def linked_folder(folder: Path) -> None:
    (folder / "captures/03").symlink_to("02", target_is_directory=True)


def hostile_names(folder: Path) -> None:
    for name in ("-n", "$(touch pwned)", "two words", "line\nbreak", ".hidden", "..odd", "`id`", "*", "é"):
        (folder / name).write_text("x")
    (folder / "captures/01/a b").mkdir()


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "captures/01/pipe")


def deep(folder: Path) -> None:
    deep = folder.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "x").write_text("x")


def sums_outside(folder: Path) -> None:
    with (folder / "SHA256SUMS").open("a") as stream:
        stream.write("0" * 64 + "  ../../etc/passwd\n")


def sums_twice(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text()
    (folder / "SHA256SUMS").write_text(lines + lines.split("\n")[3] + "\n")


def sums_unended(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text((folder / "SHA256SUMS").read_text().rstrip("\n"))


def verdict_replaced(folder: Path) -> None:
    (folder / "verify.sh").write_text("#!/bin/sh\necho all good\nexit 0\n")
    mend_sums(folder)


def proof_of_another_index(folder: Path) -> None:
    path = folder / "captures/01/seal/inclusion.tlog-proof"
    path.write_text(re.sub(r"index \d+", "index 3", path.read_text()))
    mend_sums(folder)


def proof_cut(folder: Path) -> None:
    path = folder / "captures/01/seal/inclusion.tlog-proof"
    lines = path.read_text().split("\n")
    path.write_text("\n".join(lines[:2] + lines[3:]))
    mend_sums(folder)


def signature_of_nobody(folder: Path) -> None:
    path = folder / "log/checkpoint"
    head, _, _ = path.read_text().rpartition(" ")
    path.write_text(f"{head} {base64.b64encode(bytes(68)).decode()}\n")
    mend_sums(folder)


def no_token(folder: Path) -> None:
    for path in folder.glob("seal/dossier.tsr.*"):
        path.write_bytes(b"")
    mend_sums(folder)


def off_clock() -> Recording:
    """A recording by a machine whose clock is five seconds late."""
    clock = make_clock()
    after = tuple(msgspec.structs.replace(reading, offset_s=5.0) for reading in clock.after)
    return make_recording(clock=msgspec.structs.replace(clock, after=after))

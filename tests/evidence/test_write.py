"""Dossiers are written whole or not at all, and only where they should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.evidence.dossiers import FILES, MemoryLog, make_dossier, sealed_capture
from tocsin.base.errors import ConflictError, InputError
from tocsin.evidence.dossier.pack import draft, finish
from tocsin.evidence.dossier.values import Dossier, Export, SealedCapture
from tocsin.evidence.dossier.write import write_folder, write_zip
from tocsin.evidence.values import Entry, EntryKind, File, Seal

GOOD = (File("a/b.txt", b"b"), File("verify.sh", b"#!/bin/sh\n"))


def failing() -> Iterator[File]:
    yield GOOD[0]
    raise RuntimeError("the power went")


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_a_write_that_fails_leaves_nothing(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RuntimeError):
        write(failing(), tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_is_killed_leaves_no_half_dossier_and_the_next_one_clears_up(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from tocsin.evidence.dossier.write import write_folder;"
        "from tocsin.evidence.values import File\n"
        "def files():\n    yield File('a.txt', b'a')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_folder(files(), Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "d")], check=False, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "d").exists()
    write_folder(GOOD, tmp_path / "d")
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
    assert (tmp_path / "d/a/b.txt").read_bytes() == b"b"


@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_nothing_is_written_over(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "d").write_text("mine")
    with pytest.raises(ConflictError):
        write(GOOD, tmp_path / "d")
    assert (tmp_path / "d").read_text() == "mine"


@pytest.mark.parametrize("path", ["../x", "/x", "a/../x", "a//x", "-n", ".x", "a b", "a\nb", ""])
@pytest.mark.parametrize("write", [write_folder, write_zip])
def test_no_path_leads_out(write, path: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError):
        write([File(path, b"")], tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_the_script_can_be_run_from_a_folder_and_from_a_zip(tmp_path: Path) -> None:
    assert os.access(write_folder(GOOD, tmp_path / "d") / "verify.sh", os.X_OK)
    with zipfile.ZipFile(write_zip(GOOD, tmp_path / "d.zip")) as packed:
        assert packed.getinfo("d/verify.sh").external_attr >> 16 & 0o111
        assert packed.namelist() == ["d/a/b.txt", "d/verify.sh"]


def dossier_of(log: MemoryLog, capture: SealedCapture, **changes: object) -> Dossier:
    made = Dossier(
        number="2026-0042",
        operator="p-2",
        exported_at=datetime.now(UTC),
        salt=b"t" * 32,
        log=log.signer.verifier,
        captures=(capture,),
        custody=(),
    )
    return msgspec.structs.replace(made, **changes)


def export_of(log: MemoryLog, digest: str, index: int) -> Export:
    entry = Entry(kind=EntryKind.EXPORT, at=datetime.now(UTC), digest=digest, number="2026-0042", who="p-2")
    own = log.append(entry)
    head = log.sign()
    return Export(
        seal=Seal(entry=entry, index=own), checkpoint=head.text, proofs={own: log.proof(own), index: log.proof(index)}
    )


def test_a_kept_file_that_was_changed_does_not_go_out(tmp_path: Path) -> None:
    log = MemoryLog(fillers=3)
    capture = sealed_capture(log, (), "C-1")
    made = draft(dossier_of(log, capture))
    export = export_of(log, made.digest, capture.seal.index)
    list(finish(made, export))
    for files, said in ((FILES[1:], "no longer"), ((*FILES[1:], File(FILES[0].path, b"x")), "not what was sealed")):
        changed = draft(dossier_of(log, msgspec.structs.replace(capture, read=lambda files=files: files)))
        with pytest.raises(ConflictError, match=said):
            write_folder(finish(changed, export_of(log, changed.digest, capture.seal.index)), tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_does_not_hold_the_capture_gives_no_dossier() -> None:
    log = MemoryLog(fillers=3)
    capture = sealed_capture(log, (), "C-1")
    made = draft(dossier_of(log, capture))
    export = export_of(log, made.digest, capture.seal.index)
    own = export.seal.index
    with pytest.raises(ConflictError, match="does not hold"):
        list(finish(made, msgspec.structs.replace(export, proofs={own: export.proofs[own]})))
    with pytest.raises(ConflictError, match="not the one that was logged"):
        list(finish(draft(dossier_of(log, capture, salt=b"u" * 32)), export))


def test_a_seal_of_another_manifest_gives_no_dossier() -> None:
    log = MemoryLog()
    one, other = sealed_capture(log, (), "C-1"), sealed_capture(log, (), "C-2")
    with pytest.raises(ConflictError, match="not the one that was logged"):
        draft(dossier_of(log, msgspec.structs.replace(one, seal=other.seal)))


@pytest.mark.parametrize("path", ["dossier.json", "verify.sh", "seal/x", "log/x", "captures/01/page.png"])
def test_what_goes_with_a_dossier_does_not_take_its_names(path: str) -> None:
    log = MemoryLog()
    with pytest.raises(InputError, match="a name the dossier needs"):
        draft(dossier_of(log, sealed_capture(log, (), "C-1"), files=(File(path, b""),)))


def test_what_a_stranger_reads_first_names_the_dossier_in_both_languages() -> None:
    text = next(file for file in make_dossier((), captures=1) if file.path == "LISEZMOI.txt").content.decode()
    assert text.count("DOSSIER 2026-0042") == 2
    assert "sh verify.sh" in text
    assert "commissaire de justice" in text
    assert max(map(len, text.split("\n"))) <= 125

"""`tocsin verify`: anybody checks a dossier, with nothing installed but the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.evidence.authority import Authority, authorities
from tests.evidence.dossiers import lines_of, make_dossier
from tocsin.evidence.dossier.write import write_folder, write_zip
from tocsin.evidence.verify import verify


@pytest.fixture(scope="module")
def alpha() -> Iterator[Authority]:
    with authorities("alpha") as (made,):
        yield made


@pytest.fixture
def dossier(alpha: Authority, tmp_path: Path) -> Path:
    return write_folder(make_dossier((alpha,), captures=1), tmp_path / "dossier-2026-0042")


def test_a_dossier_is_checked_without_an_installation(dossier: Path, tmp_path: Path) -> None:
    ran = tocsin("verify", dossier, data=tmp_path / "none")
    assert ran.code == 0
    assert [" ".join(filter(None, row.values())) for row in ran.rows] == lines_of(verify(dossier))
    assert "time-stamps are still missing" in ran.err
    assert not (tmp_path / "none").exists()


def test_what_was_changed_is_refused_with_its_place(dossier: Path, tmp_path: Path) -> None:
    (dossier / "report.pdf").write_bytes(b"another")
    ran = tocsin("verify", dossier, data=tmp_path / "none")
    assert ran.code == 1
    assert {"status": "FAILED", "check": "sum", "place": "report.pdf", "detail": ""} in ran.rows
    assert "Refused" in ran.err


def test_a_zip_comes_on_a_pipe(alpha: Authority, tmp_path: Path) -> None:
    packed = write_zip(make_dossier((alpha,), captures=1), tmp_path / "d.zip")
    assert tocsin("verify", data=tmp_path / "none", stdin=packed.read_bytes()).code == 0
    assert tocsin("verify", "-", data=tmp_path / "none", stdin=b"no zip").code == 2


def test_roots_anchor_and_a_fingerprint_is_compared_however_it_is_grouped(
    dossier: Path, alpha: Authority, tmp_path: Path
) -> None:
    lines = lines_of(verify(dossier))
    key = next(line.split()[3] for line in lines if line.startswith("OK key"))
    grouped = ":".join(key[at : at + 2].upper() for at in range(0, 64, 2))
    ran = tocsin("verify", dossier, "--roots", alpha.roots_file, "--key", grouped, data=tmp_path / "none")
    assert ran.code == 0
    assert any(row["check"] == "anchored" for row in ran.rows)
    assert tocsin("verify", dossier, "--key", "0" * 64, data=tmp_path / "none").code == 1


@pytest.mark.parametrize("arguments", [("--key", "abc"), ("--roots", "absent.pem"), ("--roots", __file__)])
def test_what_cannot_be_checked_is_one_sentence_and_exit_2(
    dossier: Path, tmp_path: Path, arguments: tuple[str, str]
) -> None:
    ran = tocsin("verify", dossier, *arguments, data=tmp_path / "none")
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert tocsin("verify", tmp_path / "absent", data=tmp_path / "none").code == 2

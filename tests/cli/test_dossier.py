"""`tocsin capture`, `captures` and `dossier`, as a person uses them, short of a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import tocsin


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dossiers")
    assert tocsin("init", data=folder).code == 0
    assert tocsin("watch", "add", "--brand", "Maison Alba", "--query", '"Maison Alba"', data=folder).code == 0
    return folder


def test_a_dossier_from_the_first_word_to_the_erasure(data: Path, tmp_path: Path) -> None:
    opened = tocsin("dossier", "open", "Faux avis", "--brand", "Maison Alba", "--online", "2026-01-15", data=data)
    number = opened.out.strip()
    assert number.endswith("-0001")
    asked = tocsin("capture", "https://example.org/avis", "--dossier", number, data=data)
    assert (asked.rows[0]["state"], asked.rows[0]["dossier"]) == ("queued", number)
    assert tocsin("dossier", "note", number, "-", data=data, stdin=b"Vu par une cliente").code == 0
    screen = tmp_path / "screen.png"
    screen.write_bytes(b"png")
    assert tocsin("dossier", "add", number, screen, data=data).code == 0
    listed = tocsin("captures", "--dossier", number, data=data).rows
    assert [row["why"] for row in listed] == ["attached", "asked"]
    shown = tocsin("dossier", "show", number, data=data).rows[0]
    assert [entry["kind"] for entry in shown["custody"]] == ["note", "access"]
    assert [row["number"] for row in tocsin("dossier", "list", data=data).rows] == [number]
    assert tocsin("dossier", "erase", number, "--yes", data=data).code == 1
    assert tocsin("dossier", "close", number, "--until", "2999-01-01", data=data).code == 0
    assert tocsin("dossier", "reopen", number, data=data).code == 0
    assert tocsin("dossier", "close", number, data=data).code == 0
    erased = tocsin("dossier", "erase", number, data=data)
    assert (erased.code, "--yes" in erased.err) == (1, True)


def test_what_makes_no_sense_is_refused_in_one_sentence(data: Path, tmp_path: Path) -> None:
    for arguments in (
        ("capture", "http://127.0.0.1/admin"),
        ("capture", "not an address"),
        ("capture", "https://example.org/", "--dossier", "2026-9999"),
        ("dossier", "show", "x"),
        ("dossier", "open", "", "--brand", "Maison Alba"),
        ("dossier", "open", "Avis", "--brand", "Maison Alba", "--online", "hier"),
        ("dossier", "export", "2026-9999", tmp_path / "out"),
        ("dossier", "add", "2026-9999", "C2026-000001"),
    ):
        ran = tocsin(*arguments, data=data)
        assert ran.code == 1, arguments
        assert len(ran.err.strip().splitlines()) == 1, arguments
        assert "Traceback" not in ran.err
    assert tocsin("dossier", data=data).code == 2

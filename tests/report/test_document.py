"""Documents are PDF/A of the same bytes each time, and no text in them is ever run."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import ROOT
from tocsin.base.errors import InputError
from tocsin.report.document import readable, typeset

AT = datetime(2026, 6, 12, 9, 31, tzinfo=UTC)


def png(width: int = 30, height: int = 20) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + bytes((40, 90, 60)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def sheet(*texts: str, language: str = "fr", at: datetime = AT) -> bytes:
    blocks = [{"kind": "text", "text": text} for text in texts]
    return typeset("plain", {"title": "Essai", "blocks": blocks}, language=language, made_at=at)


def words(document: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "a.pdf"
    path.write_bytes(document)
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout


def test_a_document_says_that_it_is_pdf_a_2b() -> None:
    document = sheet("Bonjour")
    assert document.startswith(b"%PDF-1.")
    assert b"<pdfaid:part>2</pdfaid:part>" in document and b"<pdfaid:conformance>B</pdfaid:conformance>" in document


def test_the_same_fields_give_the_same_bytes_whatever_the_zone_of_the_instant() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    assert sheet("Œuvre") == sheet("Œuvre", at=elsewhere)
    assert sheet("Œuvre") != sheet("Œuvre", at=AT + timedelta(seconds=1))


@pytest.mark.parametrize(
    "text",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        '"); #panic("y',
        "```typ #panic() ```",
        "$ x $ <label> @ref = Title",
        '#import "@preview/cetz:0.3.0": *',
        "\\u{41} \\ // comment /* other */",
    ],
)
def test_a_hostile_text_is_shown_and_never_run(text: str, tmp_path: Path) -> None:
    assert text in re.sub(r"\s+", " ", words(sheet(text), tmp_path)).replace("\n", " ")


def test_what_the_faces_lack_or_what_does_not_show_is_named(tmp_path: Path) -> None:
    shown = words(sheet("Nul 😡👨‍💻 中文 a\u202eb \x00\x1b\x07 \ud800 fin"), tmp_path)
    for name in (
        "pouting face, man, personal computer",
        "U+4E2D, U+6587",
        "a⟨U+202E⟩b",
        "U+0000, U+001B, U+0007",
        "U+D800",
    ):
        assert name in re.sub(r"\s+", " ", shown)
    assert "écrit par son nom" in shown
    assert "écrit par son nom" not in words(sheet("Rien de tel"), tmp_path)


def test_the_writings_that_the_faces_have_are_kept(tmp_path: Path) -> None:
    shown = words(sheet("Ελλάδα Москва œuvre « été » 12 000 €", "1\u202f000"), tmp_path)
    assert "Ελλάδα Москва œuvre « été »" in shown and "⟨" not in shown


def test_a_megabyte_of_text_is_set_whole(tmp_path: Path) -> None:
    shown = words(sheet("mot " * 250_000 + "dernier"), tmp_path)
    assert shown.count("mot") == 250_000 and "dernier" in shown


def test_a_word_without_end_is_cut_rather_than_lost(tmp_path: Path) -> None:
    shown = words(sheet("x" * 5_000, "https://example.org/" + "y" * 3_000), tmp_path)
    assert shown.count("x") - shown.count("example") >= 5_000 and shown.count("y") >= 3_000


def test_pages_are_counted_in_the_language_of_the_document(tmp_path: Path) -> None:
    assert "Page 2 sur" in words(sheet("mot " * 2_000), tmp_path)
    assert "Page 2 of" in words(sheet("word " * 2_000, language="en"), tmp_path)


def test_every_kind_of_block_is_set(tmp_path: Path) -> None:
    blocks = [
        {"kind": "heading", "level": 2, "text": "Les faits"},
        {"kind": "passage", "text": "La maison ment."},
        {"kind": "note", "text": "À savoir."},
        {"kind": "trap", "text": "Un piège."},
        {"kind": "facts", "rows": [["Adresse", "https://example.org/a"], ["Empreinte", "ab" * 32]]},
        {"kind": "table", "widths": [1, 3], "head": ["Jour", "Fait"], "rows": [["12", "Mise en ligne"]]},
        {"kind": "picture", "name": "page-1.png", "caption": "La page"},
    ]
    document = typeset(
        "plain",
        {"title": "Dossier", "author": "Maison Alba", "head": "2026-0042", "foot": "Copie", "blocks": blocks},
        {"page-1.png": png()},
        language="fr",
        made_at=AT,
    )
    shown = words(document, tmp_path)
    for text in (
        "Les faits",
        "La maison ment.",
        "À savoir.",
        "Un piège.",
        "ab" * 32,
        "Mise en ligne",
        "La page",
        "Copie",
    ):
        assert text in shown


def test_a_picture_must_be_one() -> None:
    blocks = {"title": "t", "blocks": [{"kind": "picture", "name": "page-1.png", "caption": "c"}]}
    for content in (b"nonsense", b"", png()[:40]):
        with pytest.raises(InputError):
            typeset("plain", blocks, {"page-1.png": content}, language="fr", made_at=AT)
    with pytest.raises(InputError, match="tiles"):
        huge = png()[:16] + struct.pack(">II", 60_000, 60_000) + png()[24:]
        typeset("plain", blocks, {"page-1.png": huge}, language="fr", made_at=AT)
    with pytest.raises(InputError, match="image name"):
        typeset("plain", blocks, {"../page-1.png": png()}, language="fr", made_at=AT)


def test_what_cannot_be_set_is_said_in_one_sentence() -> None:
    with pytest.raises(InputError, match="no template"):
        typeset("../base", {}, language="fr", made_at=AT)
    with pytest.raises(InputError, match="not in de"):
        sheet("x", language="de")
    with pytest.raises(InputError, match="at most"):
        sheet("x" * 17_000_000)
    with pytest.raises(ValueError, match="time zone"):
        sheet("x", at=datetime(2026, 1, 1))  # noqa: DTZ001


@settings(max_examples=25)
@given(st.text(max_size=200))
def test_any_text_can_be_set(text: str) -> None:
    assert sheet(text).startswith(b"%PDF")


def test_a_readable_text_is_left_as_it_is() -> None:
    assert readable("« Où ? » — 12\u202f000 €\n\tFin") == "« Où ? » — 12\u202f000 €\n\tFin"


def test_no_template_asks_for_a_package_or_a_file_beside_its_folder() -> None:
    for path in (ROOT / "src/tocsin/report/sheets").glob("*.typ"):
        for wanted in re.findall(r'(?:import|include|read|json|plugin)\s*\(?\s*"([^"]*)"', path.read_text()):
            assert re.fullmatch(r"[a-z_]+\.typ", wanted), f"{path.name}: {wanted}"

"""`tocsin letter`: facts in, a letter out or the reasons why not; traps of a text in rows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.helpers import ROOT
from tocsin.legal.letters.values import LetterKind

PAGES = {"en": ROOT / "docs/en/letters.md", "fr": ROOT / "docs/fr/lettres.md"}


def documented(language: str) -> str:
    """The file of facts that the documentation shows."""
    found = re.search(r"```toml\n(.*?)```", PAGES[language].read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.toml"
    path.write_text(documented("en"), "utf-8")
    return path


def test_the_kinds_are_listed(tmp_path: Path) -> None:
    ran = tocsin("letter", "list", data=tmp_path)
    assert ran.code == 0, ran.err
    assert {row["kind"] for row in ran.rows} == {kind.value for kind in LetterKind}
    assert all(row["title"] and row["who"] for row in ran.rows)


def test_a_kind_tells_what_it_needs(tmp_path: Path) -> None:
    ran = tocsin("letter", "show", "platform_notice", data=tmp_path)
    assert ran.code == 0, ran.err
    fields = {row["field"]: row["level"] for row in ran.rows[0]["fields"]}
    assert fields["words.explanation"] == "essential" and fields["date"] == "wanted"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_file_of_the_documentation_writes_a_letter(language: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.toml"
    path.write_text(documented(language), "utf-8")
    pdf = tmp_path / "notice.pdf"
    ran = tocsin(
        "letter", "new", "platform_notice", "--facts", path, "--language", language, "--pdf", pdf, data=tmp_path
    )
    assert ran.code == 0, ran.err
    assert "https://example.org/posts/1234567890" in ran.out and "1881" in ran.out
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "2065" in ran.out and "may be published" in ran.err and "24 hours after" in ran.err
    assert tocsin("letter", "new", "platform_notice", "--facts", path, "--pdf", pdf, data=tmp_path).code == 1
    again = tocsin("letter", "new", "platform_notice", "--facts", path, "--pdf", pdf, "--force", data=tmp_path)
    assert again.code == 0, again.err


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_documentation_names_every_kind_and_every_text(language: str) -> None:
    page = PAGES[language].read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z_]+)`", page, re.MULTILINE)) == {kind.value for kind in LetterKind}
    from tocsin.legal.letters.facts import Words, read_facts

    assert all(f"`{name}`" in page for name in Words.__struct_fields__)
    assert set(tomllib.loads(documented(language))) and read_facts(documented(language).encode(), "page")


def test_a_letter_that_may_not_leave_is_not_written(facts: Path, tmp_path: Path) -> None:
    facts.write_text(documented("en").replace("good_faith = true", "good_faith = false"), "utf-8")
    pdf = tmp_path / "a.pdf"
    ran = tocsin("letter", "new", "platform_notice", "--facts", facts, "--pdf", pdf, data=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert "statement of good faith" in ran.err and not pdf.exists()
    ran = tocsin("letter", "new", "platform_notice", "--facts", facts, "--draft", "--pdf", pdf, data=tmp_path)
    assert ran.code == 0 and ran.out.startswith("DRAFT") and pdf.exists()


def test_all_of_a_letter_comes_as_json(facts: Path, tmp_path: Path) -> None:
    ran = tocsin("--json", "letter", "new", "platform_notice", "--facts", facts, "--language", "fr", data=tmp_path)
    assert ran.code == 0, ran.err
    told = ran.rows[0]
    assert told["language"] == "fr" and told["subject"] and not told["refusals"] and not told["findings"]
    assert told["follow_ups"][0]["rule"] == "eu.dsa.art16_followup_24h"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"date = [", "facts.toml is not TOML"),
        (b"colour = 3", "unknown field"),
        (b"date = 'yesterday'", "date"),
        (b"[sender]\nname = 3", "sender.name"),
        (b"[[items]]\nlength_chars = 0", "items 1"),
        (b"[[captures]]\nstarted_at = 2026-06-03T09:12:05", "no time zone"),
        (b"[reach]\npeople = -3", "from 0"),
        (b"[reach]\ncredibility = 'huge'", "reach.credibility"),
        (b"[[grounds]]\nid = 'fr.nothing'", "There is no ground 'fr.nothing'"),
        (b"[[grounds]]\nname = 'x'", "id"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a = " + b"[" * 5_000, "not TOML"),
        (b"x" * 1_100_000, "larger than 1 MB"),
    ],
)
def test_bad_facts_are_said_in_one_sentence(content: bytes, said: str, facts: Path, tmp_path: Path) -> None:
    facts.write_bytes(content)
    ran = tocsin("letter", "new", "correction", "--facts", facts, data=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err and ran.err.count("\n") == 1 and "Traceback" not in ran.err


def test_a_file_that_is_not_there_and_a_kind_that_is_not(tmp_path: Path) -> None:
    ran = tocsin("letter", "new", "correction", "--facts", tmp_path / "no.toml", data=tmp_path)
    assert ran.code == 1 and "cannot be read" in ran.err
    ran = tocsin("letter", "new", "sermon", data=tmp_path)
    assert ran.code == 2
    ran = tocsin("letter", "new", "correction", "--facts", tmp_path, data=tmp_path)
    assert ran.code == 1 and "cannot be read" in ran.err


def test_the_traps_of_a_text_come_with_their_lines(tmp_path: Path) -> None:
    text = "Bonjour,\n\nNous transmettons à notre avocat.\nMerci.\n".encode()
    ran = tocsin("letter", "lint", "--kind", "review_answer", data=tmp_path, stdin=text)
    assert ran.code == 1
    assert [(row["code"], row["line"], row["words"]) for row in ran.rows] == [("legal_threat_in_answer", 3, "avocat")]
    clean = tocsin("letter", "lint", "--kind", "review_answer", data=tmp_path, stdin=b"Merci, nous suivons le colis.\n")
    assert (clean.code, clean.rows) == (0, [])


def test_a_text_is_held_against_its_facts_and_grounds(facts: Path, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Objet : vos cuirs volés de la maison Alba\n\nC’est diffamatoire.\n", "utf-8")
    ran = tocsin("letter", "lint", text, "--facts", facts, data=tmp_path)
    assert "title_repeats_claim" in {row["code"] for row in ran.rows}
    ran = tocsin("letter", "lint", text, "--ground", "fr.civil.denigrement_1240", data=tmp_path)
    assert "honour_words_on_1240" in {row["code"] for row in ran.rows}
    assert tocsin("letter", "lint", text, "--ground", "fr.nothing", data=tmp_path).code == 1
    assert tocsin("letter", "lint", "--facts", "-", data=tmp_path).code == 1

"""Letters on paper: every kind in both languages, gaps in sight, the same bytes each time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.legal.letters.facts import DIGEST, PASSAGE, full
from tests.report.test_document import words
from tocsin.legal.letters.compose import compose
from tocsin.legal.letters.facts import Facts
from tocsin.legal.letters.values import LetterKind
from tocsin.report.letter_pdf import letter_pdf

AT = datetime(2026, 6, 12, 9, 0, tzinfo=UTC)


def shown(kind: LetterKind, facts: Facts, language: str, tmp_path: Path) -> str:
    return re.sub(r"\s+", " ", words(letter_pdf(compose(kind, facts, language), made_at=AT), tmp_path))


@pytest.mark.parametrize("kind", list(LetterKind))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_kind_is_set_in_both_languages(kind: LetterKind, language: str, tmp_path: Path) -> None:
    text = shown(kind, full(language), language, tmp_path)
    assert "Alice Martin" in text and "BROUILLON" not in text and "DRAFT" not in text
    draft = compose(kind, full(language), language)
    assert re.sub(r"\s+", "", draft.paragraphs[-1].text) in re.sub(r"\s+", "", text)


def test_a_notice_shows_passages_addresses_and_digests_whole(tmp_path: Path) -> None:
    text = shown(LetterKind.PLATFORM_NOTICE, full(), "fr", tmp_path)
    assert PASSAGE in text and DIGEST in text and "https://example.org/posts/1234567890?view=full" in text


@pytest.mark.parametrize(("language", "mark"), [("fr", "BROUILLON"), ("en", "DRAFT")])
def test_a_letter_that_may_not_leave_says_so_and_shows_its_gaps(language: str, mark: str, tmp_path: Path) -> None:
    text = shown(LetterKind.FORMAL_NOTICE, Facts(), language, tmp_path)
    assert mark in text and ("[à compléter" if language == "fr" else "[to be filled in") in text


def test_the_same_letter_is_the_same_file() -> None:
    draft = compose(LetterKind.CORRECTION, full(), "fr")
    assert letter_pdf(draft, made_at=AT) == letter_pdf(draft, made_at=AT)


def test_a_long_hostile_letter_is_set(tmp_path: Path) -> None:
    hostile = '#panic("x") ' * 3_000 + "\u202e😡\x00 " + "y" * 500
    facts = full(words=msgspec.structs.replace(full().words, explanation=hostile))
    text = shown(LetterKind.PLATFORM_NOTICE, facts, "fr", tmp_path)
    assert text.count('#panic("x")') == 3_000 and "⟨U+202E⟩⟨pouting face⟩⟨U+0000⟩" in text

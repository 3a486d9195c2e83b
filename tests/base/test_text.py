from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.text import fold_char, fold_spans, fold_text, fold_words, is_word_char


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("L’Oréal, d'abord !", "l oreal d abord"),
        ("Cœur ŒUVRE Ægir straße STRASSE", "coeur oeuvre aegir strasse strasse"),
        ("maison_alba\nmaison-alba", "maison alba maison alba"),
        ("ｍａｉｓｏｎ 𝐀𝐥𝐛𝐚 ﬁn", "maison alba fin"),
        ("Łódź Đà Nẵng Ørsted", "lodz da nang orsted"),
        ("❤️Darty 1️⃣", "darty 1"),
        ("½ m²", "½ m2"),
        ("ЁЛКА", "елка"),
        ("東京タワー", "東 京 タ ワ ー"),
        ("\x00\ud83d\uffff\u200b", ""),
        ("मैं हूँ", "मैं हूँ"),
    ],
)
def test_a_text_folds_to_its_words(text: str, folded: str) -> None:
    assert fold_text(text) == unicodedata.normalize("NFD", folded)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = fold_text(text)
    assert fold_text(folded) == folded
    assert folded == " ".join(fold_words(text))


@given(st.text())
def test_spans_stand_where_their_words_come_from(text: str) -> None:
    spans = fold_spans(text)
    assert [word for word, _, _ in spans] == fold_words(text)
    for word, start, end in spans:
        assert word in fold_words(text[start:end])
        assert is_word_char(text[start])


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_composed_and_decomposed_texts_fold_alike(text: str) -> None:
    assert fold_text(unicodedata.normalize("NFC", text)) == fold_text(unicodedata.normalize("NFD", text))


def test_every_character_folds_to_what_folds_to_itself() -> None:
    for code in range(0x20000):
        piece = fold_char(chr(code))
        assert "".join(map(fold_char, piece)).split() == piece.split()
        assert (piece == " ") == (unicodedata.category(chr(code))[0] not in "LMN")

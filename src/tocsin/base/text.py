"""The product's own fold: how a text is cut into words, and which spellings count as the same word.

A word is a run of word characters: letters, marks and digits (Unicode categories L, M and N); every other character,
`_` and apostrophes included, separates. Case, accents and compatibility forms fold away (NFKD, so full-width and
mathematical letters too), œ = oe, æ = ae, ß = ss. Characters of scripts written without spaces are each a word.
Screening, full-text search, features and near-copies all use this fold, so that they agree on what a word is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

# Letters that Unicode does not decompose but that people type without their stroke, dot or ligature.
_LATIN_SPELLINGS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "þ": "th"}
)

# Marks that only accent, point or style a letter, so that people leave them out: they fold to nothing. The marks of
# other scripts (vowel signs of India, voicing of kana) carry the word itself and stay.
_ACCENT_RANGES = (
    (0x0300, 0x036F),  # combining diacritical marks
    (0x0483, 0x0489),  # Cyrillic
    (0x0591, 0x05C7),  # Hebrew points
    (0x0610, 0x061A),  # Arabic signs
    (0x064B, 0x065F),  # Arabic vowels and hamza
    (0x0670, 0x0670),  # Arabic superscript alef
    (0x06D6, 0x06ED),  # Koranic signs
    (0x1AB0, 0x1AFF),  # combining diacritical marks, extended
    (0x1DC0, 0x1DFF),  # combining diacritical marks, supplement
    (0x20D0, 0x20FF),  # combining marks for symbols, the keycap among them
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFE20, 0xFE2F),  # combining half marks
    (0xE0100, 0xE01EF),  # variation selectors, supplement
)

# Scripts written without spaces: each character is a word, so that a phrase of them is found wherever it stands.
UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x19E0, 0x19FF),  # Khmer symbols
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),  # ideographic iteration, closing mark, zero
    (0x3021, 0x30FF),  # ideographic numerals, hiragana, katakana
    (0x3105, 0x312F),  # bopomofo
    (0x31A0, 0x31FF),  # bopomofo and katakana extensions
    (0x3400, 0x4DBF),  # ideographs, extension A
    (0x4E00, 0x9FFF),  # ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFF66, 0xFF9F),  # half-width katakana
    (0x1AFF0, 0x1B16F),  # kana extensions
    (0x20000, 0x3FFFF),  # further ideographs
)

_WORD_CATEGORIES = frozenset("LMN")
_WORD = re.compile("[^ ]+")


class _FoldTable(dict[int, str]):
    """Code point → what it folds to: " " for a separator, "" for an accent, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        piece = self[code] = _fold_code(code)
        return piece


FOLD_TABLE = _FoldTable()


def fold_char(char: str) -> str:
    """Return what one character folds to: letters or digits, "" for an accent, " " for a separator.

    A character that is a word by itself comes between spaces.

    >>> fold_char("É"), fold_char("œ"), fold_char("_"), fold_char("東")
    ('e', 'oe', ' ', ' 東 ')
    """
    return FOLD_TABLE[ord(char)]


def is_word_char(char: str) -> bool:
    """Return whether a character belongs to words: a letter, a mark or a digit."""
    return FOLD_TABLE[ord(char)] != " "


def fold_words(text: str) -> list[str]:
    """Return the folded words of a text, in order.

    >>> fold_words("L’Œuvre d'été, #MaisonAlba")
    ['l', 'oeuvre', 'd', 'ete', 'maisonalba']
    """
    if text.isascii():
        return text.encode("ascii").translate(_ASCII_TABLE).decode("ascii").split()
    return text.translate(FOLD_TABLE).split()


def fold_text(text: str) -> str:
    """Return the folded words of a text, separated by single spaces. Folding twice changes nothing.

    >>> fold_text("Cœur — CŒUR")
    'coeur coeur'
    """
    return " ".join(fold_words(text))


def fold_spans(text: str) -> list[tuple[str, int, int]]:
    """Return each folded word of a text with where it stands: (word, start, end) in code points of the text.

    Accents before the first letter of a run do not belong to the word, those after its last letter do.

    >>> fold_spans("l'Œuvre")
    [('l', 0, 1), ('oeuvre', 2, 7)]
    """
    if text.isascii():
        folded = text.encode("ascii").translate(_ASCII_TABLE).decode("ascii")
        return [(match[0], *match.span()) for match in _WORD.finditer(folded)]
    pieces = [FOLD_TABLE[code] for code in map(ord, text)]
    found = ((match[0], *match.span()) for match in _WORD.finditer("".join(pieces)))
    if set(map(len, pieces)) == {1}:
        return list(found)
    owners = [index for index, piece in enumerate(pieces) for _ in piece]
    spans = []
    for word, first, last in found:
        end = owners[last - 1] + 1
        while end < len(pieces) and not pieces[end]:
            end += 1
        spans.append((word, owners[first], end))
    return spans


def _in_ranges(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _is_accent(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" and _in_ranges(ord(char), _ACCENT_RANGES)


def _fold_code(code: int) -> str:
    char = chr(code)
    if unicodedata.category(char)[0] not in _WORD_CATEGORIES:
        return " "
    if _is_accent(char):
        return ""
    if _in_ranges(code, UNSPACED_RANGES):
        return "".join(f" {part} " for part in _decompose(char, "NFKC"))
    return "".join(part for part in _decompose(char, "NFKD") if not _is_accent(part)) or char


def _decompose(char: str, form: Literal["NFKC", "NFKD"]) -> str:
    """Return the folded spelling, or the character itself when its decomposition holds a separator (½, ﷺ)."""
    once = unicodedata.normalize("NFKD", char).casefold()
    spelled = unicodedata.normalize("NFKD", once.translate(_LATIN_SPELLINGS))
    if any(unicodedata.category(part)[0] not in _WORD_CATEGORIES for part in spelled):
        return char.casefold()
    return unicodedata.normalize(form, spelled)


_ASCII_TABLE = "".join(fold_char(chr(code)) for code in range(128)).encode("ascii").ljust(256, b" ")

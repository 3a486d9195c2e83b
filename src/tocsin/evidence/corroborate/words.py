"""Words and marks of a passage or an answer, written one way: what two ways of writing the same text share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

HARD = "\x00"  # nothing is read across: between two values of JSON, two literals, two attributes
SOFT = "\x01"  # read across, but a piece may end here: between two blocks of a page

# Marks that programs write in several ways, and those that are not seen. The rest stays: 5 % is not 5 €.
_SAME = {
    "’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "…": "...",
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u200e": "", "\u200f": "", "\u2060": "", "\ufeff": "",
    "\ufe0e": "", "\ufe0f": "", "\u202a": "", "\u202b": "", "\u202c": "", "\u2066": "", "\u2067": "", "\u2069": "",
}  # fmt: skip
_ODD = re.compile("[" + "".join(_SAME) + "]")
# Scripts that put no space between words: each sign is a word, so that a part of a sentence can be quoted.
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]|[\x00\x01]")
_CURRENCY = frozenset("%‰€$£¥")
# fmt: off
_NEGATIONS = frozenset({
    # French
    "ne", "n", "pas", "jamais", "aucun", "aucune", "sans", "non", "ni", "rien", "personne", "nul", "nulle", "guère",
    "nullement",
    # English; those of the second line are what stands before the "t" of "n't"
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot",
    "don", "doesn", "didn", "isn", "aren", "wasn", "weren", "won", "wouldn", "couldn", "shouldn", "hasn", "haven",
    # Spanish, Italian, German, Dutch, Portuguese
    "nunca", "nada", "sin", "mai", "senza", "nicht", "kein", "keine", "keinen", "nie", "ohne", "niet", "geen", "não",
    "sem",
})
_COUNTS = frozenset({
    "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "vingt", "trente", "cent", "cents",
    "mille", "million", "millions", "milliard", "milliards",
    "two", "three", "four", "five", "seven", "eight", "nine", "ten", "hundred", "thousand", "billion",
})
# fmt: on


def tokens_of(text: str) -> list[str]:
    """Return the words and marks of `text`, as they are written but for what `_SAME` evens out; spaces are not kept.

    >>> tokens_of("L’atelier : 12 %")
    ['L', "'", 'atelier', ':', '12', '%']
    """
    text = unicodedata.normalize("NFC", text)
    return _TOKEN.findall(_ODD.sub(lambda found: _SAME[found[0]], text))


def folded(tokens: Sequence[str]) -> list[str]:
    """Return the tokens without their case, which style sheets change."""
    return [token.casefold() for token in tokens]


def is_word(token: str) -> bool:
    """Return whether the token is more than a mark."""
    return token[0].isalnum() or token[0] == "_"


def is_strict(token: str) -> bool:
    """Return whether a folded token carries so much meaning that another in its place makes another passage."""
    return token in _NEGATIONS or token in _COUNTS or token in _CURRENCY or any(letter.isnumeric() for letter in token)


def is_name(tokens: Sequence[str], place: int) -> bool:
    """Return whether the word at `place` is written like a name: a capital inside a sentence, or behind `@` or `#`."""
    token, before = tokens[place], tokens[place - 1] if place else ""
    if before in ("@", "#"):
        return True
    return token[0].isupper() and bool(before) and before not in {".", "!", "?"}

"""What must be found, in slow and obvious Python: the truth that the product is held against before it is timed.

The rules are those of the query language for a plain phrase. Words are runs of letters and digits; case, accents and
marks fold away, œ is oe; any run of signs may stand between two words. A phrase also stands in a hashtag or handle that
is its words joined; and in the text with its tags cut, between a small letter and a capital, between a letter and a
digit, and before the last of several capitals when a small letter follows. It shares no code with the product.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

_SPELLED = {"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "þ": "th"}
_TAG = re.compile("(?<![^\\W_])[#@]((?:\\w|[\u0300-\u036f])+)")


@cache
def folded(char: str) -> str:
    """Return what a character counts as in words: letters or digits, "" for a mark, " " for all else.

    >>> folded("É"), folded("Œ"), folded(chr(0x301)), folded("_")
    ('e', 'oe', '', ' ')
    """
    category = unicodedata.category(char)[0]
    if category == "M":
        return ""
    if category not in "LN":
        return " "
    lower = char.casefold()
    plain = unicodedata.normalize("NFKD", _SPELLED.get(lower, lower))
    kept = "".join(part for part in plain if unicodedata.category(part)[0] != "M")
    return kept if kept.isalnum() else lower


def words(text: str) -> list[str]:
    """Return the folded words of a text.

    >>> words("L’Œuvre, d'été_2")
    ['l', 'oeuvre', 'd', 'ete', '2']
    """
    return "".join(folded(char) for char in text).split()


def cut_tags(text: str) -> str:
    """Return the text with a space at every place where a tag is cut.

    >>> cut_tags("#SNCFBoycott2026 iPhone @maisonAlba")
    '#SNCF Boycott 2026 iPhone @maison Alba'
    """
    return _TAG.sub(lambda tag: tag[0][0] + _cut(tag[1]), text)


class Reference:
    """Finds phrases with a set of word sequences. Phrase i has number i."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._numbers: dict[tuple[str, ...], set[int]] = {}
        self._joined: dict[str, set[int]] = {}
        for number, phrase in enumerate(phrases):
            sequence = tuple(words(phrase))
            self._numbers.setdefault(sequence, set()).add(number)
            self._joined.setdefault("".join(sequence), set()).add(number)
        self._lengths = sorted({len(sequence) for sequence in self._numbers})

    def find(self, text: str) -> set[int]:
        """Return the numbers of the phrases that stand in a text."""
        found = self._in_words(words(text))
        cut = cut_tags(text)
        if cut != text:
            found |= self._in_words(words(cut))
        for tag in _TAG.finditer(text):
            in_tag = words(tag[1])
            if len(in_tag) == 1:
                found |= self._joined.get(in_tag[0], set())
        return found

    def _in_words(self, sequence: list[str]) -> set[int]:
        found: set[int] = set()
        for length in self._lengths:
            for start in range(len(sequence) - length + 1):
                found |= self._numbers.get(tuple(sequence[start : start + length]), set())
        return found


def _cut(tag: str) -> str:
    # Marks hide no cut: "É" may be two characters.
    places = [place for place, char in enumerate(tag) if unicodedata.category(char)[0] != "M"]
    cuts = []
    for index in range(1, len(places)):
        before, here = tag[places[index - 1]], tag[places[index]]
        after = tag[places[index + 1]] if index + 1 < len(places) else ""
        if _is_cut(before, here, after):
            cuts.append(places[index])
    bounds = [0, *cuts, len(tag)]
    return " ".join(tag[start:end] for start, end in pairwise(bounds))


def _is_cut(before: str, here: str, after: str) -> bool:
    if before.islower() and here.isupper():
        return True
    if (_is_digit(before) and here.isalpha()) or (before.isalpha() and _is_digit(here)):
        return True
    return before.isupper() and here.isupper() and after.islower()


def _is_digit(char: str) -> bool:
    return unicodedata.category(char)[0] == "N"

"""What must be found, in slow and obvious Python: the truth that the product is held against before it is timed.

The rules are those of the query language for a plain phrase: whole words; case and accents fold, œ is oe; any run of
signs may stand between two words; a phrase is also found in one hashtag or handle, its words joined, or as words of a
tag that is cut at capitals and digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
# What stands in a tag: capitals that begin a word, runs of capitals, runs of digits, and the rest.
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^A-Za-z0-9]+")


def fold(text: str) -> str:
    """Return the text without case, accents and ligatures.

    >>> fold("CŒUR Élyse"), fold("e" + chr(0x301))
    ('coeur elyse', 'e')
    """
    plain = unicodedata.normalize("NFKD", text.translate(LIGATURES).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """Return the words of a folded text: runs of letters, marks and digits."""
    return "".join(char if _is_word(char) else " " for char in text).split()


def tags(text: str) -> Iterator[str]:
    """Yield what follows each # and @, as far as letters, marks, digits and _ go."""
    for place, char in enumerate(text):
        if char in "#@":
            end = place + 1
            while end < len(text) and (_is_word(text[end]) or text[end] == "_"):
                end += 1
            if end > place + 1:
                yield text[place + 1 : end]


class Reference:
    """Finds phrases with a set of word sequences. `phrases[i]` has number i."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._numbers: dict[tuple[str, ...], list[int]] = {}
        self._joined: dict[str, list[int]] = {}
        for number, phrase in enumerate(phrases):
            sequence = tuple(words(fold(phrase)))
            self._numbers.setdefault(sequence, []).append(number)
            self._joined.setdefault("".join(sequence), []).append(number)
        self._lengths = sorted({len(sequence) for sequence in self._numbers})

    def find(self, text: str) -> set[int]:
        """Return the numbers of the phrases that stand in a text."""
        found = self._in_words(words(fold(text)))
        for tag in tags(text):
            found.update(self._joined.get("".join(words(fold(tag))), ()))
            found |= self._in_words(_pieces(tag))
        return found

    def _in_words(self, sequence: list[str]) -> set[int]:
        found: set[int] = set()
        for length in self._lengths:
            for start in range(len(sequence) - length + 1):
                found.update(self._numbers.get(tuple(sequence[start : start + length]), ()))
        return found


def _pieces(tag: str) -> list[str]:
    """Return the words of a tag, cut at capitals and digits.

    >>> _pieces("BoycottMaisonAlba2026"), _pieces("maison_alba")
    (['boycott', 'maison', 'alba', '2026'], ['maison', 'alba'])
    """
    # Accents go first, so that an accented capital is a capital; case must stay.
    plain = unicodedata.normalize("NFKD", tag.translate(LIGATURES))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return [word for piece in _PIECES.findall(bare) for word in words(fold(piece))]


def _is_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"

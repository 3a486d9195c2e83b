"""Take words for one: the endings of French and English left out, and what one language calls as the other does.

`concepts.txt` beside this module holds a line for each thing that both languages name; `everyday.txt` the words that
people write whatever they speak of. Both are plain lists, read once.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from tocsin.base.story import MentionDigest
from tocsin.base.text import fold_words

_FEWEST_LETTERS = 4  # left of a word
# Those of both languages, so that contaminé, contamination and contaminated are one.
_ENDINGS = frozenset(
    (
        *("issement", "ement", "ment", "ation", "ateur", "atrice", "ator", "ated", "ating", "ition", "ion"),
        *("euse", "eur", "iere", "ier", "erie", "ery", "age", "aison", "ique", "ic", "ical", "ante", "ant"),
        *("ente", "ent", "ive", "if", "able", "ible", "ance", "ence", "ite", "ity", "ie", "ee", "e", "er", "ez"),
        *("aient", "ait", "era", "erait", "aux", "al", "ale", "ed", "ing", "ied", "ly"),
    )
)
_LONGEST_ENDING = max(map(len, _ENDINGS))
_TAG = re.compile(r"#(\w+)")
_CUT = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿœ]+|[A-ZÀ-Þ]+(?![a-zß-ÿœ])|\d+")
_MOST_KEPT = 200_000
_MOST_TAGS = 16_384
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return a folded word without its ending, so that annulé, annulée and annulations are one.

    >>> stem("annulees"), stem("delays"), stem("bus"), stem("livraisons") == stem("livreur")
    ('annul', 'delay', 'bus', True)
    """
    if len(word) <= _FEWEST_LETTERS or word[0].isdigit():
        return word
    word = word.rstrip("sx")
    for letters in range(min(_LONGEST_ENDING, len(word) - _FEWEST_LETTERS), 0, -1):
        if word[-letters:] in _ENDINGS:
            word = word[:-letters]
            break
    else:
        if word.endswith("y") and len(word) > _FEWEST_LETTERS and word[-2] not in _VOWELS:
            word = word[:-1]
    if len(word) > _FEWEST_LETTERS and word[-1] == word[-2]:
        word = word[:-1]
    return word.rstrip("i") or word


class _WordKeys(dict[str, str]):
    """The keys of words, found out when a word is first met; begun anew when they are many."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        concepts, stemmed = _concepts(), stem(word)
        key = self[word] = concepts.get(word) or concepts.get(stemmed) or stemmed
        return key


class _TagKeys(dict[str, tuple[str, ...]]):
    """The keys of the words that hashtags are made of, () for a hashtag of one word; begun anew when they are many."""

    def __missing__(self, tag: str) -> tuple[str, ...]:
        if len(self) >= _MOST_TAGS:
            self.clear()
        words = [word for piece in _CUT.findall(tag) for word in fold_words(piece)]
        long = [word for word in words if len(word) > 2 and not word.isdigit()]
        keys = self[tag] = tuple(map(key_of, long)) if len(words) > 1 else ()
        return keys


WORD_KEYS = _WordKeys()
TAG_KEYS = _TagKeys()


def key_of(word: str) -> str:
    """Return the key under which a folded word is grouped: that of its concept if it has one, else its stem.

    >>> key_of("retards") == key_of("delayed"), key_of("sablier")
    (True, 'sabl')
    """
    return WORD_KEYS[word]


def keys_of(mention: MentionDigest, besides: frozenset[str]) -> tuple[str, ...]:
    """Return the keys of the words of a post, each once, in their order; then those its hashtags are made of.

    besides: folded words that are left out, such as those of the brand's own name.
    """
    keys = dict.fromkeys(map(WORD_KEYS.__getitem__, mention.terms))
    if "#" in mention.text:
        for tag in _TAG.findall(mention.text):
            keys |= dict.fromkeys(TAG_KEYS[tag])
    if not besides.isdisjoint(keys):
        return tuple([key for key in keys if key not in besides])
    return tuple(keys)


def words_of_brand(name: str, slug: str) -> frozenset[str]:
    """Return the keys of the words of a brand's own name, apart and written as one: they tell its stories by nothing.

    >>> sorted(words_of_brand("Maison Alba", "maison-alba"))
    ['alba', 'maison', 'maisonalba']
    """
    words = [fold_words(name), fold_words(slug)]
    return frozenset(key_of(word) for part in words for word in (*part, "".join(part)) if word)


@cache
def everyday_keys() -> frozenset[str]:
    """Return the keys of the words that people write whatever they speak of."""
    words = [word for line in _lines("everyday.txt") for word in fold_words(line)]
    return frozenset(map(key_of, words)) - frozenset(_concepts().values())


@cache
def _concepts() -> dict[str, str]:
    """The key of each word, as written and as a stem; what two lines claim belongs to the first."""
    keys: dict[str, str] = {}
    lines = [fold for line in _lines("concepts.txt") if (fold := fold_words(line))]
    for words in lines:
        for word in words:
            keys.setdefault(word, stem(words[0]))
    for words in lines:
        for word in words:
            # What is left of a short word is the beginning of many others: only its own forms are taken for it.
            short = len(stem(word)) <= _FEWEST_LETTERS
            for form in [word + ending for ending in ("s", "e", "es")] if short else [stem(word)]:
                keys.setdefault(form, keys[word])
    return keys


def _lines(name: str) -> list[str]:
    text = (files("tocsin.story") / "tables" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]

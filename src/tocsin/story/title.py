"""Give a story a line that people can read, its most central sentence, and its keywords as they were written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from tocsin.base.text import fold_spans, fold_words

MOST_CHARS = 90
_FEWEST_CHARS = 12
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LEAD = re.compile(r"(?:\s*(?:RT|MT|via)\b[\s:]*)?(?:\s*(?:\.?@[\w.-]+[\s:,]*)+)?", re.IGNORECASE)
_TAG_PILE = re.compile(r"(?:\s*#\w+){2,}\s*$")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=\S)|\s*\n+\s*")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")  # what `fold_words` takes for a word in a text of ASCII alone


def clean_line(text: str) -> str:
    """Return the text on one line without addresses, share marks, leading handles and a pile of hashtags at its end.

    >>> clean_line("RT @alice: @bruno Le colis est perdu https://example.org/1 #colis #alba")
    'Le colis est perdu'
    """
    line = _without_links(text)
    before = -1
    while before != len(line):
        before = len(line)
        line = _without_lead(line)
    # A text of hashtags alone keeps them: they are all it says.
    bare = _TAG_PILE.sub("", line) if "#" in line else line
    return " ".join((bare if bare.strip() else line).split()).strip(" \t-–—:|")


def title_of(text: str, title: str, weights: Mapping[str, float]) -> str:
    """Return a title of at most 90 characters for a post: its own title if it has one, else its weightiest sentence.

    weights: of stemmed terms, higher for those that make the story. "" if the post has no words.
    """
    own = clean_line(title) if title else ""
    if own:
        return shorten(own)
    if not weights:
        return shorten(clean_line(text))
    sentences = [line for line in map(clean_line, _SENTENCE.split(clean_lines(text))) if line]
    if not sentences:
        return ""
    if len(sentences) == 1:
        return shorten(sentences[0])
    long = [sentence for sentence in sentences if len(sentence) >= _FEWEST_CHARS] or sentences
    best = max(range(len(long)), key=lambda place: (centrality(long[place], weights), -place))
    return shorten(long[best])


def clean_lines(text: str) -> str:
    """Return the text without addresses, share marks and leading handles, its line breaks kept."""
    return _without_lead(_without_links(text))


def centrality(line: str, weights: Mapping[str, float]) -> float:
    """Return the weight of the story's terms that the line holds; what is cut off at 90 characters does not count."""
    held = weights.keys() & set(map(stem, fold_words(line[:MOST_CHARS])))
    return math.fsum(map(weights.__getitem__, held))  # exact, so that the order of a set cannot tell


def shorten(line: str) -> str:
    """Return the line cut at a word within 90 characters, with an ellipsis if it was cut.

    >>> len(shorten("mot " * 40)) <= 90, shorten("court")
    (True, 'court')
    """
    if len(line) <= MOST_CHARS:
        return line
    cut = line[: MOST_CHARS - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > MOST_CHARS // 2 else cut).rstrip(" ,;:.-–—") + "…"


def surfaces(terms: Sequence[str], text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return each stemmed term as people write it: as in the text, else as in `known`, else the stem itself."""
    written: dict[str, str] = {}
    for keyword in known:
        for word in fold_words(keyword)[:1]:
            written[stem(word)] = keyword
    missing = {term for term in terms if term not in written}
    if missing:
        for folded, surface in _words(text):
            term = stem(folded)
            if term in missing:
                missing.remove(term)
                written[term] = surface
    return tuple(written.get(term, term) for term in terms)


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return a folded word without the endings of plural and feminine, so that annulé, annulée and annulés are one.

    >>> stem("annulees"), stem("delays"), stem("bus")
    ('annul', 'delay', 'bus')
    """
    if len(word) <= 4:
        return word
    return word.rstrip("sx").rstrip("e") or word


def _without_links(text: str) -> str:
    # Most posts hold no address: looking for its two marks is ten times cheaper than looking for addresses.
    return _LINK.sub(" ", text) if "://" in text or "www." in text.lower() else text


def _without_lead(line: str) -> str:
    lead = _LEAD.match(line)
    return line[lead.end() :] if lead else line


def _words(text: str) -> list[tuple[str, str]]:
    """Return each word of a text, folded and as written."""
    if text.isascii():
        return [(word.lower(), word) for word in _ASCII_WORD.findall(text)]
    return [(word, text[start:end]) for word, start, end in fold_spans(text)]

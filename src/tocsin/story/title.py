"""Give a story a line that people can read, its most central sentence, and its keywords as they were written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tocsin.base.text import fold_spans, fold_words
from tocsin.story.words import key_of

MOST_CHARS = 90
KEYWORDS = 3
_FEWEST_CHARS = 12
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_LEAD = re.compile(
    r"\s*(?:(?:RT|MT|via)\b[\s:]*|(?:re|ré|tr|fw|fwd|aw)\s*:\s*|\.?@[\w.-]+[\s:,]*|[^\w\s#«\"“'(\[€$£&+-]+(?=\s|\w))*",
    re.IGNORECASE,
)
_LEADS = frozenset(("rt", "mt", "vi", "re", "ré", "tr", "fw", "aw"))
_GREETS = frozenset("bschBSCH ")
_GREETING = re.compile(
    r"\s*(?:bonjour|bonsoir|salut|coucou|hello|hi|hey)\b(?:\s+[^\s,.!?:;]+){0,3}\s*[,.!:;–—-]+\s*(?=\w)", re.IGNORECASE
)
_ASKS_ONE = re.compile(r"^(?:@|\W*(?:vous|tu|pouvez|peux|avez|can you|could you|do you)\b)", re.IGNORECASE)
# Words that people write whatever they speak of: they name no story.
_NO_KEYWORDS = frozenset(
    (
        *("bonjour", "bonsoir", "salut", "coucou", "hello", "merci", "svp", "thank", "thanks", "please", "allo"),
        *("info", "urgent", "attention", "wait", "question", "semaine", "moment", "minute", "minutes", "heures"),
        *("month", "today", "lol", "mdr", "ptdr", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"),
        *("dimanche", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "com", "www"),
        *("cause", "stop", "week"),
    )
)
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
    best = max(range(len(long)), key=lambda place: (centrality(long[place], weights) * plainness(long[place]), -place))
    return shorten(long[best])


def plainness(line: str) -> float:
    """Return how well a line stands alone, 0..1: a whole statement best, a question less, one put to somebody least.

    >>> plainness("Du plastique dans les sablés") > plainness("Du plastique ?") > plainness("Vous confirmez ?")
    True
    """
    worth = 1.0
    if line.rstrip("… ").endswith("?"):
        worth = 0.5 if _ASKS_ONE.match(line) else 0.7
    elif _ASKS_ONE.match(line):
        worth = 0.7
    if line.endswith("…"):
        worth *= 0.85
    return worth


def keywords_of(terms: Sequence[str], text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the first three of the stemmed terms that the text or `known` show as people write them.

    Greetings, days and numbers are left out.
    """
    wanted = [term for term in terms if not term.isdigit() and len(term) > 2]
    shown = zip(wanted, surfaces(wanted, text, known), strict=True)
    seen = [word for term, word in shown if word != term or word in known or term in fold_words(text)]
    return tuple([word for word in seen if " ".join(fold_words(word)) not in _NO_KEYWORDS][:KEYWORDS])


def clean_lines(text: str) -> str:
    """Return the text without addresses, share marks and leading handles, its line breaks kept."""
    return _without_lead(_without_links(text))


def centrality(line: str, weights: Mapping[str, float]) -> float:
    """Return the weight of the story's terms that the line holds; what is cut off at 90 characters does not count."""
    held = weights.keys() & set(map(key_of, fold_words(line[:MOST_CHARS])))
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
    return (cut[:space] if space > 0 else cut).rstrip(" ,;:.-–—") + "…"


def surfaces(terms: Sequence[str], text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return each stemmed term as people write it: as in the text, else as in `known`, else the stem itself."""
    written: dict[str, str] = {}
    for keyword in known:
        for word in fold_words(keyword)[:1]:
            written[key_of(word)] = keyword
    missing = {term for term in terms if term not in written}
    if missing:
        for folded, surface in _words(text):
            term = key_of(folded)
            if term in missing:
                missing.remove(term)
                written[term] = surface
    return tuple(written.get(term, term) for term in terms)


def _without_links(text: str) -> str:
    # Most posts hold no address: looking for its two marks is ten times cheaper than looking for addresses.
    return _LINK.sub(" ", text) if "://" in text or "www." in text.lower() else text


def _without_lead(line: str) -> str:
    # Most posts begin with a word that neither expression knows: telling that is quicker than trying them.
    if not line[:1].isalpha() or line[:2].lower() in _LEADS:
        lead = _LEAD.match(line)
        line = line[lead.end() :] if lead else line
    if line[:1] in _GREETS:
        greeting = _GREETING.match(line)
        line = line[greeting.end() :] if greeting else line
    return line


def _words(text: str) -> list[tuple[str, str]]:
    """Return each word of a text, folded and as written."""
    if text.isascii():
        return [(word.lower(), word) for word in _ASCII_WORD.findall(text)]
    return [(word, text[start:end]) for word, start, end in fold_spans(text)]

"""Give a story a line that people can read, its most central sentence, and its keywords as they were written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from tocsin.base.text import fold_spans, fold_words
from tocsin.screen.tables import fold_entry, rows
from tocsin.story.words import WORD_KEYS, everyday_keys, key_of

MOST_CHARS = 90
KEYWORDS = 3
_FEWEST_CHARS = 12
# Either case, written out: an expression that begins with a set of letters is looked for twice as fast.
_LINK = re.compile(r"[hHwW](?:(?<=[hH])[tT][tT][pP][sSſ]?://|(?<=[wW])[wW][wW]\.)\S+")
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
_SWEARING = frozenset(
    (
        *("putain", "merde", "bordel", "foutre", "foutu", "foutus", "chier", "cul", "couilles", "pute", "putes"),
        *("fuck", "fucking", "fucked", "shit", "shitty", "bullshit", "crap", "piss", "pissed", "bitch", "wtf", "ass"),
    )
)
_DELAYS = frozenset(("retard", "retards"))  # an insult in English alone
_LINES_KEPT = 4096
_MAY_BE_ONE = 60  # characters: no need to look for sentences
_TELLING_CHARS = 25
_FEWEST_WORDS = 4
_FEWEST_KEPT = 50
_ACRONYM = 5
_CODE = re.compile(r"\d{4,}|\b[A-Z]{2,3}[- ]?\d{3,}")
_CLAUSE = re.compile(r"\s*[,;:–—(](?=\s|\w)|\s(?=«)")
# Forms of French verbs that are no nouns: aimerais, voulait, pouvez.
_VERB = re.compile(r"(?:[rv]ais|[rlv]ait|aient|iez|[vs]ez|eront|erons|erai)$", re.IGNORECASE)
_TAG_PILE = re.compile(r"(?:\s*#\w+){2,}\s*$")
_MAY_END = re.compile(r"[.!?…](?=\s)")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=\S)|\s*\n+\s*")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")  # what `fold_words` takes for a word in a text of ASCII alone


def clean_line(text: str) -> str:
    """Return the text on one line without addresses, share marks, leading handles and a pile of hashtags at its end.

    >>> clean_line("RT @alice: @bruno Le colis est perdu https://example.org/1 #colis #alba")
    'Le colis est perdu'
    """
    return _clean(_without_links(text))


def _clean(line: str) -> str:
    before = -1
    while before != len(line):
        before = len(line)
        line = _without_lead(line)
    # A text of hashtags alone keeps them: they are all it says.
    bare = _without_pile(line)
    return " ".join((bare if bare.strip() else line).split()).strip(" \t-–—:|")


def title_of(text: str, title: str, weights: Mapping[str, float]) -> str:
    """Return a title of at most 90 characters for a post: its own title if it has one, else its weightiest sentence.

    weights: of stemmed terms, higher for those that make the story. "" if the post has no words.
    """
    own = clean_line(title) if title else ""
    if own and not (_CODE.search(own) and text):
        return _as_title(own)
    if not weights and len(text) <= _MAY_BE_ONE:
        return _as_title(clean_line(text))
    sentences: list[str] = []
    for sentence in _sentences(clean_lines(text)):
        line = _clean(sentence)
        if not weights and len(line) >= _TELLING_CHARS:
            return _as_title(line)
        if line:
            sentences.append(line)
    if not sentences:
        return ""
    if not weights:
        return _as_title(" ".join(sentences))
    long = [sentence for sentence in sentences if len(sentence) >= _FEWEST_CHARS] or sentences
    if len(long) == 1:
        return _as_title(long[0])
    best = max(range(len(long)), key=lambda place: (centrality(long[place], weights) * plainness(long[place]), -place))
    return _as_title(long[best])


@lru_cache(maxsize=_LINES_KEPT)
def plainness(line: str) -> float:
    """Return how well a line stands alone, 0..1: a whole statement best, a question less, one put to somebody least.

    What says nothing but a number of an order, what is shouted and what insults somebody is worth less, too.

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
    if _CODE.search(line):
        worth *= 0.5
    if line.isupper():
        worth *= 0.7
    words = _folded(line)
    if len(words) < _FEWEST_WORDS:
        worth *= 0.6
    if not _coarse().isdisjoint(words):
        worth *= 0.4
    return worth


def keywords_of(terms: Sequence[str], text: str, known: Sequence[str], *, anew: bool = False) -> tuple[str, ...]:
    """Return the first three of the keys of words that the text or `known` show as people write them.

    anew: the text shows them better than `known` does, as in the language wanted. Everyday words, greetings, days,
    forms of verbs and numbers are left out.
    """
    everyday = everyday_keys()
    wanted = [term for term in terms if len(term) > 2 and not term[0].isdigit() and term not in everyday]
    words = (word for word in surfaces(wanted, text, known, anew=anew) if word)
    fit = [word for word in words if not _VERB.search(word) and " ".join(_folded(word)) not in _NO_KEYWORDS]
    return tuple(list(dict.fromkeys(fit))[:KEYWORDS])


def clean_lines(text: str) -> str:
    """Return the text without addresses, share marks and leading handles, its line breaks kept."""
    return _without_lead(_without_links(text))


def centrality(line: str, weights: Mapping[str, float]) -> float:
    """Return the weight of the story's terms that the line holds; what is cut off at 90 characters does not count."""
    held = weights.keys() & _keys_of(line[:MOST_CHARS])
    return math.fsum(map(weights.__getitem__, held))  # exact, so that the order of a set cannot tell


def shorten(line: str) -> str:
    """Return the line cut within 90 characters, with an ellipsis if it was cut: after a clause, else after a word.

    >>> len(shorten("mot " * 40)) <= 90, shorten("court")
    (True, 'court')
    """
    if len(line) <= MOST_CHARS:
        return line
    cut = line[: MOST_CHARS - 1]
    start = len(cut[:_FEWEST_KEPT].rstrip())  # what a clause before this keeps is too little
    clause = max([match.start() for match in _CLAUSE.finditer(cut, start)], default=0)
    if clause < _FEWEST_KEPT:
        clause = cut.rfind(" ")
    return (cut[:clause] if clause > 0 else cut).rstrip(" ,;:.-–—(«") + "…"


def surfaces(terms: Sequence[str], text: str, known: Sequence[str], *, anew: bool = False) -> tuple[str, ...]:
    """Return each key of a word as people write it: as in `known`, else as in the text, else "".

    anew: the text goes before `known`. A word that the text writes small is written small, and one shouted as well.
    """
    written: dict[str, str] = {}
    for keyword in known:
        for word in _folded(keyword)[:1]:
            written[key_of(word)] = keyword
    wanted = frozenset(terms)
    met: set[str] = set()
    for folded, surface in _words(text):
        term = WORD_KEYS[folded]
        if term not in wanted:
            continue
        if (
            term not in written
            or (anew and term not in met)
            or (surface.islower() and surface == written[term].lower())
        ):
            written[term] = surface.lower() if surface.isupper() and len(surface) > _ACRONYM else surface
        met.add(term)
    return tuple(written.get(term, "") for term in terms)


def _sentences(text: str) -> list[str]:
    # Most texts are one sentence: telling that is quicker than cutting.
    return _SENTENCE.split(text) if "\n" in text or _MAY_END.search(text.rstrip()) else [text]


@lru_cache(maxsize=_LINES_KEPT)
def _folded(line: str) -> tuple[str, ...]:
    return tuple(fold_words(line))  # a title that stands is weighed again and again


@lru_cache(maxsize=_LINES_KEPT)
def _keys_of(line: str) -> frozenset[str]:
    return frozenset(map(WORD_KEYS.__getitem__, _folded(line)))


def _as_title(line: str) -> str:
    short = shorten(line)
    return short[:1].upper() + short[1:]


@cache
def _coarse() -> frozenset[str]:
    """Folded words that make a line unfit for a title."""
    insults = (word for _, name, words in rows("classes.tsv") if name == "insult" for word in words.split())
    singular = {fold_entry(word.partition("/")[0]) for word in insults}
    return frozenset(singular | {word + "s" for word in singular} | _SWEARING) - _DELAYS


def _without_links(text: str) -> str:
    # Most posts hold no address: looking for its two marks is ten times cheaper than looking for addresses.
    return _LINK.sub(" ", text) if "://" in text or "www." in text.lower() else text


def _without_pile(line: str) -> str:
    if line.count("#") < 2 or "#" not in line.rsplit(None, 1)[-1]:
        return line
    pile = _TAG_PILE.search(line, len(line[: line.index("#")].rstrip()))
    return line[: pile.start()] if pile else line


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

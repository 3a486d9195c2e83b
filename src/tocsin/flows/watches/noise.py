"""Point at hits that probably speak of something else, say by which sign, and write what would leave them out.

Four signs, each of which a person can check by eye:
- the match stands in a web address alone;
- the match is written without a capital, where most of the others have one (orange, Orange);
- the post is in a language the watch does not ask for;
- a word beside the match, or elsewhere in the post, comes back in several hits and never in those that also hold
  another name, a name of several words or a handle of the brand (Jessica Alba, rue Alba), more often than chance
  allows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache

import msgspec

from tocsin.base.mention import Span, TextField
from tocsin.base.post import Post
from tocsin.base.text import fold_spans, fold_text
from tocsin.flows.i18n import N_
from tocsin.screen import tables
from tocsin.screen.language import UNDETERMINED

MOST_SHOWN = 5
LOOKED_AT = 400  # hits, spread over all: enough for what comes back, little enough to answer at once
CHANCE = 0.05  # that any of the words tried is never among sure hits by mere chance (Bonferroni)
FEWEST = 2  # hits with the same sign; a single one is an accident
_CAPITAL_SHARE = 0.3  # of the hits: below it the brand is simply written in small letters
_WORD_LETTERS = 4
_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


class Sign(StrEnum):
    """Why a hit looks like noise; the value is the sentence that says so."""

    ADDRESS = N_("Only in a web address.")
    SMALL = N_("Written {word}, without a capital.")
    LANGUAGE = N_("In another language: {word}.")
    BESIDE = N_("Always beside {word}, never with another of your names.")
    CONTEXT = N_("Goes with {word}, never with another of your names.")


class Hit(msgspec.Struct, frozen=True):
    """A post that the query caught, where, and the language it is in ("und" when that is not known)."""

    post: Post
    spans: tuple[Span, ...]
    language: str = UNDETERMINED


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """One sign, the newest hit that bears it, and the chip that would leave such hits out ("" when none would).

    word: what fills the sentence of the sign; a language as its code. hits: how many of those looked at bear it.
    share: of these.
    """

    sign: Sign
    word: str
    exclude: str
    hits: int
    share: float
    sample: Hit


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the brand beside the query. full: its name, folded, if it has several words, else "".

    accounts: its handles in lower case, without @. languages: those wanted.
    """

    full: str = ""
    accounts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def find_noise(hits: Sequence[Hit], names: Names) -> tuple[Noise, ...]:
    """Return the probable noise among the hits, each sign once, the most frequent first, at most five.

    hits: newest first; of more than 400, every second, third… is looked at.
    """
    if len(hits) < FEWEST:
        return ()
    hits = hits[:: -(-len(hits) // LOOKED_AT)]
    found = [*_addresses(hits), *_small(hits), *_languages(hits, names), *_words(hits, names)]
    found.sort(key=lambda noise: (-noise.hits, list(Sign).index(noise.sign), noise.word))
    kept: list[Noise] = []
    for noise in found:
        if all(noise.sample is not other.sample for other in kept):
            kept.append(noise)
    return tuple(kept[:MOST_SHOWN])


def _noise(sign: Sign, word: str, exclude: str, bearing: Sequence[Hit], total: int) -> Noise:
    return Noise(
        sign=sign, word=word, exclude=exclude, hits=len(bearing), share=len(bearing) / total, sample=bearing[0]
    )


def _addresses(hits: Sequence[Hit]) -> list[Noise]:
    """Hits whose every span lies in an address; the host leaves them out when they share one."""
    bearing = [hit for hit in hits if hit.spans and all(_in_address(hit.post, span) for span in hit.spans)]
    if not bearing:
        return []
    common = Counter(word for hit in bearing for word in set(_address_words(hit.post)))
    sure = {word for hit in hits if hit not in bearing for word in fold_text(hit.post.text).split()}
    telling = sorted((word for word in common if word not in sure), key=lambda word: (-common[word], word))
    exclude = telling[0] if telling and common[telling[0]] >= FEWEST else ""
    return [_noise(Sign.ADDRESS, "", exclude, bearing, len(hits))]


def _in_address(post: Post, span: Span) -> bool:
    text = post.title if span.field is TextField.TITLE else post.text
    return any(found.start() <= span.start and span.end <= found.end() for found in _URL.finditer(text))


def _address_words(post: Post) -> list[str]:
    found = (word for url in _URL.findall(post.text) for word in fold_text(url).split())
    return [word for word in found if len(word) >= _WORD_LETTERS and word not in ("https", "http")]


def _small(hits: Sequence[Hit]) -> list[Noise]:
    """Hits whose one word is in small letters, where most have a capital, by people who do write capitals."""
    written = [(hit, {_written(hit.post, span) for span in hit.spans}) for hit in hits]
    capital = sum(any(word[:1].isupper() for word in words) for _, words in written)
    if capital < _CAPITAL_SHARE * len(hits):
        return []
    groups: dict[str, list[Hit]] = {}
    for hit, words in written:
        if words and all(word.isalpha() and word.islower() for word in words) and _has_capitals(hit.post.text):
            groups.setdefault(min(words), []).append(hit)
    return [
        _noise(Sign.SMALL, word, f'="{word}"', bearing, len(hits))
        for word, bearing in groups.items()
        if len(bearing) >= FEWEST
    ]


def _has_capitals(text: str) -> bool:
    return any(letter.isupper() for letter in text)


def _written(post: Post, span: Span) -> str:
    """Return the match as it stands, with its # or @."""
    text = post.title if span.field is TextField.TITLE else post.text
    start = span.start - 1 if span.start and text[span.start - 1] in "#@" else span.start
    return text[start : span.end]


def _languages(hits: Sequence[Hit], names: Names) -> list[Noise]:
    if not names.languages:
        return []
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.language not in (*names.languages, UNDETERMINED):
            groups.setdefault(hit.language, []).append(hit)
    return [
        _noise(Sign.LANGUAGE, language, f"lang:{language}", bearing, len(hits)) for language, bearing in groups.items()
    ]


def _words(hits: Sequence[Hit], names: Names) -> list[Noise]:
    """Words of several hits that no sure hit holds: sure ones hold two names, one of several words, or a handle."""
    sure = {index for index, hit in enumerate(hits) if _is_sure(hit, names)}
    rate = len(sure) / len(hits)
    if not sure or len(sure) == len(hits):
        return []  # nothing to tell apart
    beside = _holders(hits, _neighbours)
    anywhere = _holders(hits, _context)
    found: list[Noise] = []
    taken: set[int] = set()
    for sign, holders in ((Sign.BESIDE, beside), (Sign.CONTEXT, anywhere)):
        tried = {word: held for word, held in holders.items() if len(held) >= FEWEST}
        for word, held in sorted(tried.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            if held & sure or (1.0 - rate) ** len(held) > CHANCE / len(tried) or held <= taken:
                continue
            taken |= held
            bearing = [hits[index] for index in sorted(held)]
            exclude = f'"{word}"' if " " in word else word
            found.append(_noise(sign, word, exclude, bearing, len(hits)))
    return found


def _holders(hits: Sequence[Hit], words_of: Callable[[Hit], set[str]]) -> dict[str, set[int]]:
    holders: dict[str, set[int]] = {}
    for index, hit in enumerate(hits):
        for word in words_of(hit):
            holders.setdefault(word, set()).add(index)
    return holders


def _is_sure(hit: Hit, names: Names) -> bool:
    forms = {_written(hit.post, span) for span in hit.spans}
    folded = {fold_text(form).strip() for form in forms}
    if any(form[:1] in "#@" for form in forms) or len(folded) > 1 or any(" " in form for form in folded):
        return True
    plain = f" {' '.join(fold_text(f'{hit.post.title} {hit.post.text}').split())} "
    if names.full and f" {names.full} " in plain:
        return True
    text = plain.replace(" ", "")
    return any(account.replace("_", "") in text for account in names.accounts if len(account) >= _WORD_LETTERS)


def _neighbours(hit: Hit) -> set[str]:
    """The match with the word before it, and with the word after it, as two phrases."""
    found: set[str] = set()
    for field, text in ((TextField.TITLE, hit.post.title), (TextField.TEXT, hit.post.text)):
        words = fold_spans(text)
        for span in hit.spans:
            if span.field is not field:
                continue
            inside = [at for at, (_, start, end) in enumerate(words) if start < span.end and end > span.start]
            if not inside:
                continue
            first, last = inside[0], inside[-1]
            match = " ".join(word for word, _, _ in words[first : last + 1])
            if first and _tells(words[first - 1][0]):
                found.add(f"{words[first - 1][0]} {match}")
            if last + 1 < len(words) and _tells(words[last + 1][0]):
                found.add(f"{match} {words[last + 1][0]}")
    return found


def _context(hit: Hit) -> set[str]:
    caught = {word for span in hit.spans for word in fold_text(_written(hit.post, span)).split()}
    bare = _URL.sub(" ", f"{hit.post.title} {hit.post.text}")
    return {word for word in fold_text(bare).split() if _tells(word)} - caught


def _tells(word: str) -> bool:
    return len(word) >= _WORD_LETTERS and word not in _common() and not word.isdigit()


@cache
def _common() -> frozenset[str]:
    return tables.word_list("stop_fr") | tables.word_list("stop_en")

"""The likest place of an answer for a passage that it does not hold as a whole, and what differs there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

from tocsin.evidence.corroborate.source import Source
from tocsin.evidence.corroborate.values import Tie, TieStrength
from tocsin.evidence.corroborate.words import HARD, folded, is_name, is_strict, is_word

LEAST_SHARE = 0.5  # of the words; less is no likeness. After a change: tests/evidence/test_forgery.py
_COMMONEST = 60  # a word that stands oftener in an answer does not tell where to look
_SLACK = 6  # tokens around the place where the passage should stand
_PLACES = 2  # how many likely places are looked at closely


def near(passage: str, tokens: Sequence[str], source: Source) -> Tie | None:
    """Return the tie to the place of `source` where most words of the passage stand in order, None where none do."""
    asked = folded(tokens)
    best: Tie | None = None
    for start in _likely(asked, source):
        window = _window(source.tokens, start, len(asked))
        found = _compare(passage, tokens, asked, window, source)
        if found and (best is None or found.share > best.share):
            best = found
    return best


def pieced(passage: str, tokens: Sequence[str], source: Source, known: Callable[[], frozenset[str]]) -> Tie | None:
    """Return the tie to `source` as what a script put together from whole values or blocks of it, None if too few.

    known: gives the pieces of all answers. Words that are values of another, as the templates of scripts are, are still
    missing here, but are no strangers.
    """
    asked = folded(tokens)
    left = _uncovered(asked, range(len(asked)), source.pieces)
    share = _share(tokens, left)
    if share < LEAST_SHARE:
        return None
    strange = _uncovered(asked, left, known()) if left else []
    strict = any(is_strict(asked[place]) or is_name(tokens, place) for place in strange)
    return Tie(
        passage=passage,
        strength=TieStrength.NONE if strict else TieStrength.PARTLY,
        exchange=source.exchange,
        where=source.where,
        share=share,
        missing=tuple(tokens[place] for place in left),
    )


def _likely(asked: Sequence[str], source: Source) -> list[int]:
    """Return where the passage would begin, as most of its rarer words say, likeliest first."""
    votes: Counter[int] = Counter()
    for place, token in enumerate(asked):
        found = source.places.get(token, ())
        if len(found) <= _COMMONEST and is_word(token):
            votes.update((at - place) // _SLACK for at in found)
    return [bucket * _SLACK for bucket, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))[:_PLACES]]


def _window(tokens: Sequence[str], start: int, length: int) -> list[str]:
    """Return the tokens around a place, not beyond the value in which it stands."""
    middle = min(max(0, start + length // 2), len(tokens) - 1)
    low, high = max(0, start - _SLACK), min(len(tokens), start + length + 2 * _SLACK)
    window = list(tokens[low:high])
    middle -= low
    ends = [place for place, token in enumerate(window) if token == HARD]
    first = max((place + 1 for place in ends if place < middle), default=0)
    last = min((place for place in ends if place >= middle), default=len(window))
    return window[first:last]


def _compare(
    passage: str, tokens: Sequence[str], asked: Sequence[str], window: Sequence[str], source: Source
) -> Tie | None:
    blocks = [
        block for block in SequenceMatcher(None, window, asked, autojunk=False).get_matching_blocks() if block.size
    ]
    if not blocks:
        return None
    found = {place for block in blocks for place in range(block.b, block.b + block.size)}
    left = [place for place in range(len(asked)) if place not in found]
    share = _share(tokens, left)
    if share < LEAST_SHARE:
        return None
    there = {place for block in blocks for place in range(block.a, block.a + block.size)}
    instead = [window[place] for place in range(blocks[0].a, max(there) + 1) if place not in there]
    instead += _in_place_of_ends(window, blocks[0].a, max(there) + 1, left, len(asked))
    strict = any(is_strict(asked[place]) or is_name(tokens, place) for place in left) or any(map(is_strict, instead))
    return Tie(
        passage=passage,
        strength=TieStrength.NONE if strict else TieStrength.PARTLY,
        exchange=source.exchange,
        where=source.where,
        share=share,
        missing=tuple(tokens[place] for place in left),
        instead=tuple(instead),
    )


def _in_place_of_ends(window: Sequence[str], first: int, last: int, left: Sequence[int], length: int) -> list[str]:
    """Return the words that the answer has where the passage begins or ends otherwise, as many as are missing there."""
    missing = set(left)
    before = next((count for count in range(length) if count not in missing), length)
    after = next((count for count in range(length) if length - 1 - count not in missing), length)
    return [*window[max(0, first - before) : first], *window[last : last + after]]


def _uncovered(asked: Sequence[str], places: Sequence[int] | range, pieces: frozenset[str]) -> list[int]:
    """Return which of the places are in no piece, taking the longest piece first from the left."""
    wanted = set(places)
    left, at = [], 0
    while at < len(asked):
        if at not in wanted:
            at += 1
            continue
        run = at
        while run < len(asked) and run in wanted and run - at < 40:
            run += 1
        size = next((size for size in range(run - at, 0, -1) if " ".join(asked[at : at + size]) in pieces), 0)
        if not size:
            left.append(at)
        at += size or 1
    return left


def _share(tokens: Sequence[str], left: Sequence[int]) -> float:
    """Return the share of words that are not left over; of marks, where there is no word."""
    words = [place for place, token in enumerate(tokens) if is_word(token)] or list(range(len(tokens)))
    missing = len(set(words) & set(left))
    return round(1 - missing / len(words), 4)

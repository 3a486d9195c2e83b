"""The exact verifier: whether a query holds for one post, and which words make it hold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection
from functools import cached_property

from tocsin.base.mention import Span, TextField
from tocsin.screen.match.values import PostFacts
from tocsin.screen.match.words import Stream, is_one_edit_apart, streams_of
from tocsin.screen.query.ast import (
    MAX_STARS,
    And,
    Comparison,
    Exact,
    FieldName,
    FieldTest,
    Fuzzy,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
)

Place = tuple[int, int]  # words [first, last) of a stream


class PostWords:
    """A post under examination: its streams and what was found in them, kept for the next query."""

    def __init__(self, text: str, title: str) -> None:
        self._parts = ((TextField.TEXT, text), (TextField.TITLE, title))
        self._spans: dict[Term | Near, frozenset[Span]] = {}

    @cached_property
    def streams(self) -> tuple[tuple[TextField, Stream], ...]:
        """Each stream of each part that is not empty."""
        return tuple((field, stream) for field, text in self._parts if text for stream in streams_of(text))

    def spans(self, node: Term | Near) -> frozenset[Span]:
        """Return where a term, or the two terms of a NEAR, stand; empty when it does not hold."""
        if node not in self._spans:
            self._spans[node] = frozenset(
                Span(field=field, start=stream.starts[first], end=stream.ends[last - 1])
                for field, stream in self.streams
                for first, last in _find(node, stream, field)
            )
        return self._spans[node]


def verify(query: Query, words: PostWords, facts: Callable[[], PostFacts]) -> tuple[Span, ...] | None:
    """Return the sorted spans of the terms that make a query hold for a post, or None when it does not hold.

    facts: called at most once, only if the query tests a field and its words do not rule it out.
    """
    truth, known = _truth(query.root, words, None), None
    if truth is not False and query.needs_facts:
        known = facts()
        truth = _truth(query.root, words, known)
    return tuple(sorted(_held_spans(query.root, words, known))) if truth else None


def _truth(node: Node, words: PostWords, facts: PostFacts | None) -> bool | None:
    """Return whether a node holds; None when that hangs on facts that were not given (Kleene's logic)."""
    match node:
        case And(parts):
            return _first_decisive(parts, False, words, facts)
        case Or(parts):
            return _first_decisive(parts, True, words, facts)
        case Not(part):
            inner = _truth(part, words, facts)
            return None if inner is None else not inner
        case FieldTest():
            return None if facts is None else _holds(node, facts)
        case _:
            return bool(words.spans(node))


def _first_decisive(parts: tuple[Node, ...], decisive: bool, words: PostWords, facts: PostFacts | None) -> bool | None:
    """Return `decisive` if a part is that, else None if a part is open, else the opposite."""
    result: bool | None = not decisive
    for part in parts:
        truth = _truth(part, words, facts)
        if truth is decisive:
            return decisive
        if truth is None:
            result = None
    return result


def _held_spans(node: Node, words: PostWords, facts: PostFacts | None) -> frozenset[Span]:
    """Return the spans of the branches that hold; what stands under a NOT gives none."""
    match node:
        case And(parts) | Or(parts):
            held = (part for part in parts if _truth(part, words, facts))
            return frozenset().union(*(_held_spans(part, words, facts) for part in held))
        case Not() | FieldTest():
            return frozenset()
        case _:
            return words.spans(node)


def _find(node: Term | Near, stream: Stream, field: TextField) -> Collection[Place]:
    return _near_places(node, stream, field) if isinstance(node, Near) else _places(node, stream, field)


def _places(term: Term, stream: Stream, field: TextField) -> list[Place]:
    """Return where a term stands in a stream, in order of first word."""
    if term.in_title and field is not TextField.TITLE:
        return []
    match term:
        case Phrase(words):
            places = _phrase_places(words, stream)
        case Exact(words):
            places = [
                (first, last)
                for first, last in _phrase_places(term.folded, stream)
                if (raw := stream.raw_words(first, last)) == words or "".join(raw) == "".join(words)
            ]
        case Prefix(start):
            places = [(i, i + 1) for word, found in stream.places.items() if word.startswith(start) for i in found]
        case Fuzzy(near):
            places = [
                (i, i + 1) for word, found in stream.places.items() if is_one_edit_apart(near, word) for i in found
            ]
    if term.sign:
        places = [place for place in places if _is_signed(place, term, stream)]
    return sorted(places)


def _phrase_places(words: tuple[str, ...], stream: Stream) -> list[Place]:
    count, found = len(words), stream.words
    places = [
        (first, first + count)
        for first in stream.places.get(words[0], ())
        if count == 1 or tuple(found[first : first + count]) == words
    ]
    if count > 1 and ("#" in stream.text or "@" in stream.text):
        joined = "".join(words)
        tags = ((tag.first, tag.last) for tag in stream.tags.values() if tag.whole == joined)
        places.extend(place for place in tags if place not in places)
    return places


def _is_signed(place: Place, term: Term, stream: Stream) -> bool:
    """Whether the sign stands right before, and its tag does not go on past the term (a prefix may)."""
    tag = stream.tags.get(place[0])
    return tag is not None and tag.sign == term.sign and (isinstance(term, Prefix) or tag.last <= place[1])


def _near_places(near: Near, stream: Stream, field: TextField) -> set[Place]:
    """Return the places of both terms of a NEAR that have the other one near."""
    left, right = (_side_places(side, stream, field) for side in (near.left, near.right))
    if not left or not right:
        return set()
    longest = max(last - first for first, last in left + right)
    reach = (near.distance, longest)
    return {place for place in left if _has_near(place, right, reach)} | {
        place for place in right if _has_near(place, left, reach)
    }


def _side_places(side: Node, stream: Stream, field: TextField) -> list[Place]:
    terms = side.parts if isinstance(side, Or) else (side,)
    return sorted({place for term in terms for place in _places(term, stream, field)})  # type: ignore[arg-type]


def _has_near(place: Place, others: list[Place], reach: tuple[int, int]) -> bool:
    """Whether another place begins or ends fewer than `distance` words away; reach: (distance, longest place)."""
    first, last = place
    distance, longest = reach
    after = bisect_left(others, (last, 0))
    if after < len(others) and others[after][0] - last < distance:
        return True
    index = bisect_left(others, (first, 0)) - 1
    while index >= 0 and others[index][0] > first - distance - longest:
        if 0 <= first - others[index][1] < distance:
            return True
        index -= 1
    return False


def _holds(test: FieldTest, facts: PostFacts) -> bool:
    match test.field:
        case FieldName.LANG:
            lang = (facts.lang or "").casefold()
            return lang == test.value or lang.startswith(f"{test.value}-")
        case FieldName.SOURCE:
            return facts.source is not None and facts.source.casefold() == test.value
        case FieldName.PLATFORM:
            return facts.platform is not None and facts.platform.casefold() == test.value
        case FieldName.KIND:
            return test.value == facts.kind or test.value in facts.kinds
        case FieldName.AUTHOR:
            return facts.author is not None and facts.author.removeprefix("@").casefold() == test.value
        case FieldName.STARS:
            return _holds_stars(test, facts.stars, facts.stars_max)


def _holds_stars(test: FieldTest, stars: float | None, stars_max: float | None) -> bool:
    if stars is None:
        return False
    on_five = round(stars * MAX_STARS / stars_max if stars_max else stars, 4)
    wanted = float(test.value)
    match test.comparison:
        case Comparison.EQUAL:
            return on_five == wanted
        case Comparison.LESS:
            return on_five < wanted
        case Comparison.AT_MOST:
            return on_five <= wanted
        case Comparison.MORE:
            return on_five > wanted
        case Comparison.AT_LEAST:
            return on_five >= wanted

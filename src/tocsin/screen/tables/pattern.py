"""Find the word patterns of the tables in tokens: one look-up per token, a check only where it hits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from tocsin.screen.features import HANDLE, SENTENCE_ENDS, Features, is_elongated, shorten


class Role(IntEnum):
    """What a word does to the words around it."""

    NONE = 0
    NEGATOR = 1  # turns what follows
    HALF_NEGATOR = 2  # French ne, n': turns the verb that follows
    INTENSIFIER = 3
    DIMINISHER = 4
    CONTRAST = 5  # mais, but: what follows weighs more than what came before


class Rule(NamedTuple):
    """One line of a rule table. `target`: a kind, `tone`, `danger.…` or `guard.…`; weight in the target's own unit."""

    target: str
    weight: int
    code: str
    pattern: str


class Match(NamedTuple):
    """A rule found at tokens[start:end]."""

    rule: Rule
    start: int
    end: int


class _Element(NamedTuple):
    words: frozenset[str]
    gap: int  # up to so many tokens of any sort, within the sentence
    brand: bool
    number: bool
    optional: bool


class _Anchored(NamedTuple):
    rule: Rule
    before: tuple[_Element, ...]  # nearest first, beyond `last_word`
    after: tuple[_Element, ...]  # beyond `next_word`
    last_word: frozenset[str] | None  # what must stand just before; None where several things may
    next_word: frozenset[str] | None  # what must stand just after
    needed: frozenset[str] | None  # one of which must stand somewhere further away; None where nothing must


class Entry(NamedTuple):
    """All that the tables say of one word: valence -4..4, role, and the rules that hang on it."""

    valence: int
    role: Role
    anchored: tuple[_Anchored, ...]


Hit = tuple[int, Entry]  # a word of the tables at a position among the tokens


class Lexicon:
    """The words and rules of one language (or of several together), ready to look tokens up."""

    def __init__(
        self,
        valences: Mapping[str, int],
        roles: Mapping[str, Role],
        rules: Iterable[tuple[Rule, Sequence[str]]],
        common: frozenset[str],
    ) -> None:
        """Each rule comes with its elements, written as `parse_element` reads them; `common` words make bad anchors."""
        hung: dict[str, list[_Anchored]] = {}
        for rule, elements in rules:
            parsed = [parse_element(element) for element in elements]
            at = _anchor(parsed, common, rule)
            before, after = tuple(reversed(parsed[:at])), tuple(parsed[at + 1 :])
            anchored = _anchored(rule, before, after)
            for word in sorted(parsed[at].words):
                hung.setdefault(word, []).append(anchored)
        words = sorted({*valences, *roles, *hung})
        self._entries = {
            word: Entry(valences.get(word, 0), roles.get(word, Role.NONE), tuple(hung.get(word, ()))) for word in words
        }

    def __contains__(self, word: str) -> bool:
        """Whether the tables say anything of the word."""
        return word in self._entries

    def hits(self, features: Features) -> list[Hit]:
        """Return the words of the tables among the tokens, in order."""
        find = self.find if features.elongated else self._entries.get
        return [(i, e) for i, e in enumerate(map(find, features.tokens)) if e is not None]

    def find(self, token: str) -> Entry | None:
        """Return what the tables say of a token, or else of its spellings without letters repeated for emphasis."""
        entry = self._entries.get(token)
        if entry is not None or not is_elongated(token):
            return entry
        once, twice = shorten(token)
        return self._entries.get(twice) or self._entries.get(once)

    def matches(self, features: Features, hits: Sequence[Hit], brand: frozenset[str]) -> list[Match]:
        """Return the rules found, in order of their anchor; `brand` holds the folded words of the brand's names."""
        tokens, found = features.tokens, []
        last = len(tokens) - 1
        present: set[str] = set()
        for at, entry in hits:
            for rule, before, after, last_word, next_word, needed in entry[2]:
                end, start = at + 1, at - 1
                if next_word is not None:
                    if at == last or tokens[end] not in next_word:
                        continue
                    end += 1
                if last_word is not None:
                    if not at or tokens[start] not in last_word:
                        continue
                    start -= 1
                if needed is not None:
                    present = present or set(tokens)
                    if needed.isdisjoint(present):
                        continue
                ends = _walk(after, 0, tokens, end, step=1, brand=brand) if after else end
                if ends is None:
                    continue
                starts = _walk(before, 0, tokens, start, step=-1, brand=brand) if before else start
                if starts is not None:
                    found.append(Match(rule, starts + 1, ends))
        return found


def parse_element(text: str) -> _Element:
    """Return an element: `word|word`, `..` or `...` (at most 2 or 4 tokens), BRAND, NUMBER; `?` ends an option."""
    if text in ("..", "..."):
        return _Element(frozenset(), 2 if text == ".." else 4, False, False, False)
    optional = len(text) > 1 and text.endswith("?")
    words = text.removesuffix("?") if optional else text
    if words in ("BRAND", "NUMBER"):
        return _Element(frozenset(), 0, words == "BRAND", words == "NUMBER", optional)
    return _Element(frozenset(words.split("|")), 0, False, False, optional)


def _only_words(elements: tuple[_Element, ...]) -> frozenset[str] | None:
    """The words one of which must be the nearest neighbour; None where it may be missing or something else."""
    if not elements or elements[0].optional or not elements[0].words:
        return None
    return elements[0].words


def _anchored(rule: Rule, before: tuple[_Element, ...], after: tuple[_Element, ...]) -> _Anchored:
    """The rule as it is tried: nearest words first, then the fewest words it cannot do without, then the walk."""
    last_word, next_word = _only_words(before), _only_words(after)
    before, after = before[last_word is not None :], after[next_word is not None :]
    needed = min((e.words for e in before + after if e.words and not e.optional), key=len, default=None)
    return _Anchored(rule, before, after, last_word, next_word, needed)


def _anchor(elements: Sequence[_Element], common: frozenset[str], rule: Rule) -> int:
    """The element whose words are least often met."""
    usable = [
        (sum(200 if word in common else 1 for word in e.words), i)
        for i, e in enumerate(elements)
        if e.words and not e.optional
    ]
    if not usable:
        raise ValueError(f"the rule {rule.pattern!r} has no word to hang on")
    return min(usable)[1]


def _walk(
    elements: tuple[_Element, ...], k: int, tokens: list[str], i: int, *, step: int, brand: frozenset[str]
) -> int | None:
    """Where the elements from the k-th on end when read from tokens[i] in direction `step`, or None."""
    while k < len(elements):
        words, gap, is_brand, is_number, optional = elements[k]
        k += 1
        if gap:
            for _ in range(gap + 1):
                end = _walk(elements, k, tokens, i, step=step, brand=brand)
                if end is not None:
                    return end
                if not 0 <= i < len(tokens) or tokens[i] in SENTENCE_ENDS:
                    return None
                i += step
            return None
        if 0 <= i < len(tokens):
            token = tokens[i]
            if token in words or (is_brand and (token in brand or token == HANDLE)) or (is_number and token.isdigit()):
                if not optional:
                    i += step
                    continue
                end = _walk(elements, k, tokens, i + step, step=step, brand=brand)
                if end is not None:
                    return end
        if not optional:
            return None
    return i

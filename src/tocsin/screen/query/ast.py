"""What a query means: a small public tree that the matcher, the search translator and the visual builder walk."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Union

import msgspec

from tocsin.base.kind import Kind
from tocsin.base.post import PostKind
from tocsin.base.text import fold_words

MAX_STARS = 5.0  # `stars:` always counts on five, whatever the scale of the review


class FieldName(StrEnum):
    """The fields of a post that a query can test. `title:` is not one: it limits where words are looked for."""

    LANG = "lang"
    SOURCE = "source"
    PLATFORM = "platform"
    KIND = "kind"
    AUTHOR = "author"
    STARS = "stars"


class Comparison(StrEnum):
    """How a field compares; only `stars:` knows more than equality."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class Phrase(msgspec.Struct, frozen=True, tag="phrase"):
    """One word, or several that follow one another; `words` are folded.

    sign: "#" or "@" when the phrase must stand as that tag, else "". in_title: looked for in the title alone.
    Both mean the same in all terms below.
    """

    words: tuple[str, ...]
    sign: str = ""
    in_title: bool = False


class Exact(msgspec.Struct, frozen=True, tag="exact"):
    """A phrase whose case and accents count; `words` are as typed, composed (NFC)."""

    words: tuple[str, ...]
    sign: str = ""
    in_title: bool = False

    @property
    def folded(self) -> tuple[str, ...]:
        """The words after folding: what a search index can look up before case and accents are checked."""
        return tuple(folded for word in self.words for folded in fold_words(word))


class Prefix(msgspec.Struct, frozen=True, tag="prefix"):
    """Any word that begins with `word` (folded)."""

    word: str
    sign: str = ""
    in_title: bool = False


class Fuzzy(msgspec.Struct, frozen=True, tag="fuzzy"):
    """A word (folded), or one a letter away: one dropped, added, replaced, or swapped with the next."""

    word: str
    sign: str = ""
    in_title: bool = False


class FieldTest(msgspec.Struct, frozen=True, tag="field"):
    """A test of what is known of the post beside its words; false when the field is not known.

    value: case-folded; for stars a decimal number of 0 to 5.
    """

    field: FieldName
    value: str
    comparison: Comparison = Comparison.EQUAL


class Near(msgspec.Struct, frozen=True, tag="near"):
    """Two terms, in either order and not overlapping, with at most `distance` - 1 words between them.

    left, right: a term, or an Or of terms.
    """

    left: Node
    right: Node
    distance: int


class And(msgspec.Struct, frozen=True, tag="and"):
    """All of two or more parts."""

    parts: tuple[Node, ...]


class Or(msgspec.Struct, frozen=True, tag="or"):
    """At least one of two or more parts."""

    parts: tuple[Node, ...]


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The part does not hold."""

    part: Node


# Node names itself, which only Union can do before its parts are there.
Term = Phrase | Exact | Prefix | Fuzzy
Node = Union[Phrase, Exact, Prefix, Fuzzy, FieldTest, Near, And, Or, Not]  # noqa: UP007


class Query(msgspec.Struct, frozen=True, dict=True):
    """A query as typed and what it means. `str(query)` is its canonical form, which reads back to the same tree."""

    text: str
    root: Node

    def __str__(self) -> str:
        return _canonical(self.root, 0)

    @cached_property
    def is_unanchored(self) -> bool:
        """Whether a post without any of its words can match, so that every single post must be examined."""
        return not _is_anchored(self.root)

    @cached_property
    def needs_facts(self) -> bool:
        """Whether it tests a field of the post."""
        return bool(query_fields(self))

    @cached_property
    def needs_reading(self) -> bool:
        """Whether it asks for a kind (`kind:complaint`) known only after reading: fit for search, not for a watch."""
        kinds = {test.value for test in query_fields(self) if test.field is FieldName.KIND}
        return bool(kinds & READ_KINDS)


POST_KINDS = frozenset(kind.value for kind in PostKind)
READ_KINDS = frozenset(kind.value for kind in Kind) - POST_KINDS


def query_terms(query: Query) -> tuple[Term, ...]:
    """Return the terms that may make the query match, each once, in order; those under a NOT are left out."""
    return tuple(dict.fromkeys(node for node in _walk(query.root, positive_only=True) if isinstance(node, Term)))


def query_fields(query: Query) -> tuple[FieldTest, ...]:
    """Return all field tests of the query, each once, in order, those under a NOT included."""
    return tuple(dict.fromkeys(node for node in _walk(query.root, positive_only=False) if isinstance(node, FieldTest)))


def _walk(node: Node, *, positive_only: bool) -> list[Node]:
    match node:
        case And(parts) | Or(parts):
            return [found for part in parts for found in _walk(part, positive_only=positive_only)]
        case Near(left, right):
            return _walk(left, positive_only=positive_only) + _walk(right, positive_only=positive_only)
        case Not(part):
            return [] if positive_only else _walk(part, positive_only=False)
        case _:
            return [node]


def _is_anchored(node: Node) -> bool:
    match node:
        case And(parts):
            return any(_is_anchored(part) for part in parts)
        case Or(parts):
            return all(_is_anchored(part) for part in parts)
        case Not() | FieldTest():
            return False
        case _:
            return True


_QUOTES = (('"', '"'), ("«", "»"), ("“", "”"))
_OR_LEVEL, _AND_LEVEL, _NEAR_LEVEL, _NOT_LEVEL = 1, 2, 3, 4


def _canonical(node: Node, level: int) -> str:
    """Return the text of a node standing where only `level` or a tighter bond needs no parentheses."""
    match node:
        case Or(parts):
            return _bond(" OR ".join(_canonical(part, _OR_LEVEL + 1) for part in parts), _OR_LEVEL, level)
        case And(parts):
            return _bond(" AND ".join(_canonical(part, _AND_LEVEL + 1) for part in parts), _AND_LEVEL, level)
        case Near(left, right, distance):
            sides = [_canonical(side, _NEAR_LEVEL + 1) for side in (left, right)]
            return _bond(f" NEAR/{distance} ".join(sides), _NEAR_LEVEL, level)
        case Not(part):
            return f"NOT {_canonical(part, _NOT_LEVEL)}"
        case FieldTest(field, value, comparison):
            sign = "" if comparison is Comparison.EQUAL else comparison.value
            return f"{field.value}:{sign}{_quoted_if_needed(value)}"
        case _:
            return ("title:" if node.in_title else "") + _canonical_term(node)


def _bond(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text


def _canonical_term(term: Term) -> str:
    match term:
        case Exact(words, sign):
            return f'="{sign}{" ".join(words)}"'
        case Prefix(word, sign):
            return f"{sign}{word}*"
        case Fuzzy(word, sign):
            return f"{sign}{word}~"
        case Phrase(words, sign):
            return f"{sign}{words[0]}" if len(words) == 1 else f'"{sign}{" ".join(words)}"'


def _quoted_if_needed(value: str) -> str:
    if not any(char.isspace() or char in '()"«»“”„' for char in value):
        return value
    opening, closing = next((pair for pair in _QUOTES if pair[1] not in value), _QUOTES[0])
    return f"{opening}{value}{closing}"

"""Chips: a query as groups of terms that a person can press, and the query that the groups write."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise

import msgspec

from tocsin.base.errors import QueryError
from tocsin.screen.query import (
    And,
    Exact,
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
    parse_query,
)
from tocsin.screen.query.lex import Mark, read_tokens


class Group(StrEnum):
    """What a group of chips asks of a post."""

    ANY = "any"  # at least one of them
    ALL = "all"  # each of them
    NONE = "none"  # not one of them


class Chips(msgspec.Struct, frozen=True, kw_only=True):
    """The groups of a query; each chip is the text of one term, test or NEAR, as the query language writes it."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def of(self, group: Group) -> tuple[str, ...]:
        """Return the chips of a group."""
        return {Group.ANY: self.any, Group.ALL: self.all, Group.NONE: self.none}[group]

    def having(self, group: Group, texts: tuple[str, ...]) -> Chips:
        """Return the groups with one of them replaced; a chip that stands twice is kept once."""
        changed = {name.value: self.of(name) for name in Group} | {group.value: tuple(dict.fromkeys(texts))}
        return Chips(**changed)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not (self.any or self.all or self.none)


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """One chip to draw. text: as the query writes it; label: as a person reads it; node: what it means.

    exact, in_title: whether it is limited so. can_be_exact, can_be_in_title: whether that may be changed.
    """

    text: str
    label: str
    node: Node
    exact: bool = False
    in_title: bool = False
    can_be_exact: bool = False
    can_be_in_title: bool = False


_QUOTED = re.compile(r'^(?:title:)?(=?)(["«“„])(.*)(["»”“])([*~]?)$', re.DOTALL | re.IGNORECASE)
_SEPARATORS = re.compile(r"""[,;\n](?=(?:[^"«»“”]*["«“][^"«»“”]*["»”])*[^"«»“”]*$)""")


def draw_query(query: Query) -> Chips | None:
    """Return the groups that mean the same as a query, its terms spelled as typed; None when no groups can.

    >>> draw_query(parse_query('("Maison Alba" OR #MaisonAlba) NOT "rue Alba"')).none
    ('"rue Alba"',)
    """
    spelled = spellings_of(query.text)
    groups: dict[Group, list[str]] = {group: [] for group in Group}
    parts = query.root.parts if isinstance(query.root, And) else (query.root,)
    for part in parts:
        group, nodes = _group_of(part)
        if not all(map(_is_chip, nodes)):
            return None
        if group is Group.ANY and groups[Group.ANY]:
            group, nodes = Group.ALL, (part,)
        groups[group] += [_text(node, spelled) for node in nodes]
    words = [part for part in parts if isinstance(part, Term | Near)]  # a lone one reads best as "at least one of"
    if not groups[Group.ANY] and len(words) == 1:
        lone = _text(words[0], spelled)
        groups[Group.ALL].remove(lone)
        groups[Group.ANY].append(lone)
    return Chips(**{group.value: tuple(dict.fromkeys(texts)) for group, texts in groups.items()})


def write_query(chips: Chips) -> str:
    """Return the query that the groups write, "" when there is nothing to look for.

    >>> write_query(Chips(any=('"Maison Alba"', "#MaisonAlba"), none=('"rue Alba"',)))
    '("Maison Alba" OR #MaisonAlba) AND NOT "rue Alba"'
    """
    parts: list[str] = []
    if chips.any:
        either = " OR ".join(chips.any)
        parts.append(f"({either})" if len(chips.any) > 1 and (chips.all or chips.none) else either)
    parts += chips.all
    parts += [f"NOT {_wrapped(text)}" for text in chips.none]
    return " AND ".join(parts)


def chips_of(typed: str) -> tuple[str, ...]:
    """Return the chips that a person typed, parted by commas; words side by side are one phrase. Raises QueryError.

    >>> chips_of('Maison Alba, #alba, livr*')
    ('"Maison Alba"', '#alba', 'livr*')
    """
    pieces = (" ".join(piece.split()) for piece in _SEPARATORS.split(typed))
    return tuple(_chip_of(piece) for piece in pieces if piece)


def near_chip(left: str, right: str, distance: int) -> str:
    """Return the chip of two words that stand at most `distance` - 1 words apart. Raises QueryError."""
    sides = (chips_of(left), chips_of(right))
    texts = [side[0] if len(side) == 1 else f"({' OR '.join(side)})" for side in sides if side]
    text = f" NEAR/{distance} ".join(texts)
    parse_query(text if len(texts) == 2 else f"{''.join(texts)} NEAR/{distance}")
    return text


def chip(text: str) -> Chip:
    """Return a chip to draw. Raises QueryError when the text is none."""
    node = parse_query(text).root
    if not isinstance(node, Phrase | Exact | Prefix | Fuzzy):
        return Chip(text=text, label=text, node=node)
    return Chip(
        text=text,
        label=label_of(text),
        node=node,
        exact=isinstance(node, Exact),
        in_title=node.in_title,
        can_be_exact=isinstance(node, Phrase | Exact),
        can_be_in_title=True,
    )


def flipped(text: str, what: str) -> str:
    """Return a chip with its exact form or its limit to the title turned over. what: `exact` or `title`."""
    drawn = chip(text)
    exact = drawn.exact != (what == "exact") if drawn.can_be_exact else False
    in_title = drawn.in_title != (what == "title") if drawn.can_be_in_title else False
    if not drawn.can_be_in_title:
        return text
    label = drawn.label
    if exact:
        label = f'="{label}"'
    elif isinstance(drawn.node, Phrase | Exact) and len(drawn.node.words) > 1:
        label = f'"{label}"'
    return f"title:{label}" if in_title else label


def is_field_chip(node: Node) -> bool:
    """Return whether a node is a test of a field, or of several values of one field."""
    if isinstance(node, Or):
        return all(isinstance(part, FieldTest) for part in node.parts) and len({_field(p) for p in node.parts}) == 1
    return isinstance(node, FieldTest)


def spellings_of(text: str) -> dict[Node, str]:
    """Return how each term and test of a query was typed."""
    tokens = list(read_tokens(text))
    return {
        token.operand: text[token.position : after.position].strip()
        for token, after in pairwise(tokens)
        if token.mark is Mark.OPERAND and token.operand is not None
    }


def label_of(text: str) -> str:
    """Return the words of a term without its quotes and limits.

    >>> label_of('title:="Maison Alba"')
    'Maison Alba'
    """
    quoted = _QUOTED.match(text)
    if quoted:
        return f"{quoted[3]}{quoted[5]}"
    bare = text[len("title:") :] if text.lower().startswith("title:") else text
    return bare.removeprefix("=")


def _field(node: Node) -> str:
    return node.field.value if isinstance(node, FieldTest) else ""


def _group_of(part: Node) -> tuple[Group, tuple[Node, ...]]:
    if isinstance(part, Not):
        return Group.NONE, part.part.parts if isinstance(part.part, Or) else (part.part,)
    if isinstance(part, Or) and not is_field_chip(part):
        return Group.ANY, part.parts
    return Group.ALL, (part,)


def _is_chip(node: Node) -> bool:
    if isinstance(node, Or):
        return all(isinstance(part, Term | Near | FieldTest) for part in node.parts)
    return isinstance(node, Term | Near | FieldTest)


def _text(node: Node, spelled: dict[Node, str]) -> str:
    if isinstance(node, Near):
        left, right = (_text(side, spelled) for side in (node.left, node.right))
        return f"{left} NEAR/{node.distance} {right}"
    if isinstance(node, Or):
        return f"({' OR '.join(_text(part, spelled) for part in node.parts)})"
    return spelled.get(node) or str(Query("", node))


def _wrapped(text: str) -> str:
    return text if isinstance(parse_query(text).root, Term | FieldTest) or text.startswith("(") else f"({text})"


def _chip_of(piece: str) -> str:
    try:
        root = parse_query(piece).root
        if _is_chip(root):
            return f"({piece})" if isinstance(root, Or) and not piece.startswith("(") else piece
    except QueryError:
        if '"' in piece:
            raise
    text = '"' + piece.replace('"', "").strip("#@") + '"'
    parse_query(text)
    return text

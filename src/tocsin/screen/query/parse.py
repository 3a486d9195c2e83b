"""Read a query: precedence NOT, NEAR, AND, OR; side by side is AND."""

from __future__ import annotations

import msgspec

from tocsin.base.errors import QueryError
from tocsin.screen.query.ast import And, FieldTest, Near, Node, Not, Or, Query, Term
from tocsin.screen.query.lex import Mark, Token, read_tokens

MAX_LENGTH = 20_000  # code points
MAX_TERMS = 2_000
MAX_DEPTH = 50


def parse_query(text: str) -> Query:
    """Return the query that a text means.

    Raises QueryError with the position, in code points from 0, of the first thing that cannot be read, and what was
    expected there.

    >>> str(parse_query('"Maison Alba" (livr* OR retard) NOT pub'))
    '"maison alba" AND (livr* OR retard) AND NOT pub'
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(
            "The query is longer than {most} characters; cut it in two.", position=MAX_LENGTH, most=MAX_LENGTH
        )
    return Query(text, _Parser(text).whole())


_BEGINS_OPERAND = (Mark.OPEN, Mark.TITLE_OPEN, Mark.OPERAND, Mark.NOT)


class _Parser:
    """Recursive descent over the tokens; one method a precedence level."""

    def __init__(self, text: str) -> None:
        self._tokens = read_tokens(text)
        self._token = next(self._tokens)
        self._depth = 0
        self._terms = 0

    def whole(self) -> Node:
        if self._at(Mark.END):
            raise QueryError("The query is empty; expected a word to look for.", position=0)
        node = self._either()
        if not self._at(Mark.END):
            raise self._unexpected()
        return node

    def _either(self) -> Node:
        parts = [self._all()]
        while self._at(Mark.OR):
            self._advance()
            parts.append(self._all())
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
        return Or(tuple(flat)) if len(flat) > 1 else flat[0]

    def _all(self) -> Node:
        parts = [self._near()]
        while self._at(Mark.AND) or self._token.mark in _BEGINS_OPERAND:
            if self._at(Mark.AND):
                self._advance()
            parts.append(self._near())
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
        return And(tuple(flat)) if len(flat) > 1 else flat[0]

    def _near(self) -> Node:
        at = self._token.position
        left = self._negated()
        if not self._at(Mark.NEAR):
            return left
        near = self._advance()
        right_at = self._token.position
        right = self._negated()
        for side, position in ((left, at), (right, right_at)):
            if not _is_placed(side):
                raise QueryError(
                    "NEAR joins words, phrases or (one OR another); expected one of these at {position}.",
                    position=position,
                )
        if self._at(Mark.NEAR):
            raise QueryError(
                "NEAR at {position} joins two terms only; for three write (a NEAR/5 b) AND (b NEAR/5 c).",
                position=self._token.position,
            )
        return Near(left, right, near.distance)

    def _negated(self) -> Node:
        negations = 0
        while self._at(Mark.NOT):
            self._advance()
            negations += 1
        node = self._operand()
        while isinstance(node, Not) and negations:
            node, negations = node.part, negations + 1
        return Not(node) if negations % 2 else node

    def _operand(self) -> Node:
        token = self._token
        if token.operand is not None:
            self._terms += 1
            if self._terms > MAX_TERMS:
                raise QueryError(
                    "The query has more than {most} terms (position {position}); cut it in two.",
                    position=token.position,
                    most=MAX_TERMS,
                )
            self._advance()
            return token.operand
        if token.mark not in (Mark.OPEN, Mark.TITLE_OPEN):
            raise self._unexpected()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(
                "Parentheses at {position} are nested more than {most} deep; make it simpler.",
                position=token.position,
                most=MAX_DEPTH,
            )
        self._advance()
        node = self._either()
        if not self._at(Mark.CLOSE):
            raise QueryError(
                "The parenthesis opened at {position} is never closed; expected ).", position=token.position
            )
        self._advance()
        self._depth -= 1
        return _limited_to_title(node) if token.mark is Mark.TITLE_OPEN else node

    def _at(self, mark: Mark) -> bool:
        return self._token.mark is mark

    def _advance(self) -> Token:
        token = self._token
        if token.mark is not Mark.END:
            self._token = next(self._tokens)
        return token

    def _unexpected(self) -> QueryError:
        return QueryError(
            "Expected a word, a phrase in quotes or ( at {position}, found {found}.",
            position=self._token.position,
            found=self._token.mark.value,
        )


def _is_placed(node: Node) -> bool:
    """Whether a node has a place in the text, so that NEAR can measure from it."""
    if isinstance(node, Or):
        return all(isinstance(part, Term) for part in node.parts)
    return isinstance(node, Term)


def _limited_to_title(node: Node) -> Node:
    match node:
        case And(parts):
            return And(tuple(_limited_to_title(part) for part in parts))
        case Or(parts):
            return Or(tuple(_limited_to_title(part) for part in parts))
        case Not(part):
            return Not(_limited_to_title(part))
        case Near(left, right, distance):
            return Near(_limited_to_title(left), _limited_to_title(right), distance)
        case FieldTest():
            return node
        case _:
            return msgspec.structs.replace(node, in_title=True)

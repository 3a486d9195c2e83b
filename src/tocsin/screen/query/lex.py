"""Cut the text of a query into operators, parentheses and terms, each with its position."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from tocsin.base.errors import QueryError
from tocsin.screen.query.ast import FieldTest, Term
from tocsin.screen.query.term import TermText, make_field_test, make_term

MAX_NEAR = 100


class Mark(StrEnum):
    """What a token is; the value is how messages name it."""

    OPEN = "("
    TITLE_OPEN = "title:("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"
    OPERAND = "a term"
    END = "the end of the query"


class Token(msgspec.Struct, frozen=True):
    """One token. `position` counts code points; `operand` is set for OPERAND, `distance` for NEAR."""

    mark: Mark
    position: int
    operand: Term | FieldTest | None = None
    distance: int = 0


_SPACE = re.compile(r"\s*")
_BARE = re.compile(r"[^\s()\"“”„«»]+")
_FIELD = re.compile(r"([^\W\d]\w*):(?!//)")
_CLOSING = {'"': '"', "«": "»", "“": "”", "„": "“”"}
_SINGLE = {"(": Mark.OPEN, ")": Mark.CLOSE}
_OPERATORS = {"AND": Mark.AND, "OR": Mark.OR, "NOT": Mark.NOT}


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, END last. Raises QueryError at the first thing that cannot be read."""
    at = 0
    while True:
        at = _skip_space(text, at)
        if at == len(text):
            yield Token(Mark.END, at)
            return
        token, at = _read_token(text, at)
        yield token


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _read_token(text: str, at: int) -> tuple[Token, int]:
    if text[at] in _SINGLE:
        return Token(_SINGLE[text[at]], at), at + 1
    bare = _BARE.match(text, at)
    if bare and bare[0] in _OPERATORS:
        return Token(_OPERATORS[bare[0]], at), bare.end()
    if bare and (bare[0] == "NEAR" or bare[0].startswith("NEAR/")):
        return Token(Mark.NEAR, at, distance=_distance(bare[0], at)), bare.end()
    field = _FIELD.match(text, at)
    if not field:
        operand, end = _read_term(text, at, in_title=False)
        return Token(Mark.OPERAND, at, operand), end
    if field[1].casefold() != "title":
        content, end = _read_content(text, field.end())
        return Token(Mark.OPERAND, at, make_field_test(field[1], at, content)), end
    if text.startswith("(", field.end()):
        return Token(Mark.TITLE_OPEN, at), field.end() + 1
    operand, end = _read_term(text, field.end(), in_title=True)
    return Token(Mark.OPERAND, at, operand), end


def _distance(near: str, at: int) -> int:
    digits = near.removeprefix("NEAR").removeprefix("/")
    if digits.isascii() and digits.isdigit() and 1 <= int(digits[:4]) <= MAX_NEAR:
        return int(digits[:4])
    raise QueryError(
        "NEAR at {position} wants a number of words from 1 to {most}, as in NEAR/5.", position=at, most=MAX_NEAR
    )


def _read_term(text: str, at: int, *, in_title: bool) -> tuple[Term, int]:
    exact = text.startswith("=", at)
    content, end = _read_content(text, at + exact)
    suffix = ""
    if content.quoted and text[end : end + 1] in ("*", "~"):
        suffix, end = text[end], end + 1
    return make_term(content, suffix, exact=exact, in_title=in_title), end


def _read_content(text: str, at: int) -> tuple[TermText, int]:
    """Return the bare or quoted text that begins at `at`, and where the query goes on."""
    opening = text[at : at + 1]
    if opening in _CLOSING and opening:
        end = at + 1
        while end < len(text) and text[end] not in _CLOSING[opening]:
            end += 1
        if end == len(text):
            raise QueryError(
                "The quote opened at {position} is never closed; expected {closing}.",
                position=at,
                closing=_CLOSING[opening][-1],
            )
        return TermText(text[at + 1 : end], at + 1, True), end + 1
    bare = _BARE.match(text, at)
    if not bare:
        raise QueryError("Expected a word or a phrase in quotes at {position}.", position=at)
    return TermText(bare[0], at, False), bare.end()

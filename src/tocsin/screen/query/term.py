"""Make the terms and field tests of a query out of what was typed, or say what is wrong with them."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from tocsin.base.errors import QueryError
from tocsin.base.text import fold_spans, is_word_char
from tocsin.screen.query.ast import (
    MAX_STARS,
    POST_KINDS,
    READ_KINDS,
    Comparison,
    Exact,
    FieldName,
    FieldTest,
    Fuzzy,
    Phrase,
    Prefix,
    Term,
)

FUZZY_LETTERS = 8  # from here on a misspelling is hardly ever another word: doors offer `~` by themselves
MIN_FUZZY_LETTERS = 4  # below, nearly any word is one letter away from another
MIN_PREFIX_LETTERS = 2
MAX_PHRASE_WORDS = 50

_STARS = re.compile(r"(<=|>=|<|>|=)?(\d+(?:\.\d+)?)")
_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


class TermText(msgspec.Struct, frozen=True):
    """What was typed: the text without its quotes, the position of its first character, and whether it was quoted."""

    text: str
    position: int
    quoted: bool


def make_term(typed: TermText, suffix: str, *, exact: bool, in_title: bool) -> Term:
    """Return the term of a typed text. `suffix`: "*" or "~" that stood right after closing quotes, else "".

    Raises QueryError when it holds no word, or when `*` or `~` stands where it cannot.
    """
    text, suffix = _split_suffix(typed, suffix)
    if not typed.quoted and text[:1] in "-–—" and any(map(is_word_char, text)):
        raise QueryError(
            "Write NOT instead of the dash at {position} to leave a word out, or put it in quotes.",
            position=typed.position,
        )
    sign, spans = _sign(text), fold_spans(text)
    if not spans:
        raise QueryError("There is no letter or digit to look for at {position}.", position=typed.position)
    if len(spans) > MAX_PHRASE_WORDS:
        raise QueryError(
            "The phrase at {position} has more than {most} words; keep the telling ones.",
            position=typed.position,
            most=MAX_PHRASE_WORDS,
        )
    if suffix:
        return _inflected([word for word, _, _ in spans], suffix, typed, sign=sign, exact=exact, in_title=in_title)
    if exact:
        stretches = dict.fromkeys((start, end) for _, start, end in spans)
        words = tuple(unicodedata.normalize("NFC", text[start:end]) for start, end in stretches)
        return Exact(words, sign, in_title)
    return Phrase(tuple(word for word, _, _ in spans), sign, in_title)


def make_field_test(name: str, position: int, value: TermText) -> FieldTest:
    """Return the test `name:value`. Raises QueryError when there is no such field or no such value."""
    try:
        field = FieldName(name.casefold())
    except ValueError:
        raise QueryError(
            "There is no field {name} (position {position}); expected {fields}, or quotes around the words.",
            position=position,
            name=name,
            fields=", ".join([*FieldName, "title"]),
        ) from None
    text = value.text.strip().casefold()
    if field is FieldName.STARS:
        return _stars(text, value.position)
    if field is FieldName.AUTHOR:
        text = text.removeprefix("@")
    if not text:
        raise QueryError("Expected a value after {name}: at {position}.", position=value.position, name=field.value)
    if field is FieldName.LANG and not _LANG.fullmatch(text):
        raise QueryError(
            "{value} at {position} is not a language; expected a code such as fr or en.",
            position=value.position,
            value=value.text,
        )
    if field is FieldName.KIND and text not in POST_KINDS | READ_KINDS:
        raise QueryError(
            "{value} at {position} is not a kind; expected one of {kinds}.",
            position=value.position,
            value=value.text,
            kinds=", ".join(sorted(POST_KINDS | READ_KINDS)),
        )
    return FieldTest(field, text)


def _split_suffix(typed: TermText, suffix: str) -> tuple[str, str]:
    """Return the text without its `*` or `~`, and that suffix; a suffix anywhere else is refused."""
    text = typed.text
    if typed.quoted:
        if len(text) > 1 and text[-1] in "*~" and is_word_char(text[-2]):
            raise QueryError(
                "Inside quotes {sign} means nothing; expected it after the closing quote, at {position}.",
                position=typed.position + len(text) - 1,
                sign=text[-1],
            )
        return text, suffix
    if text[-1:] in ("*", "~"):
        text, suffix = text[:-1], text[-1]
    found = re.search(r"[*~]", text)
    if found:
        raise QueryError(
            "{sign} at {position} may only end a word, as in livr* or darty~; expected quotes otherwise.",
            position=typed.position + found.start(),
            sign=found[0],
        )
    return text, suffix


def _sign(text: str) -> str:
    tag = text.lstrip()[:2]
    is_tag = len(tag) == 2 and tag[0] in "#@" and (tag[1] == "_" or is_word_char(tag[1]))
    return tag[0] if is_tag else ""


def _inflected(
    words: list[str], suffix: str, typed: TermText, *, sign: str, exact: bool, in_title: bool
) -> Prefix | Fuzzy:
    if exact:
        raise QueryError(
            "The exact form at {position} takes no {suffix}; expected one or the other.",
            position=typed.position,
            suffix=suffix,
        )
    if len(words) != 1:
        raise QueryError(
            "{suffix} goes with a single word; there are {words} at {position}.",
            position=typed.position,
            suffix=suffix,
            words=len(words),
        )
    least = MIN_PREFIX_LETTERS if suffix == "*" else MIN_FUZZY_LETTERS
    if len(words[0]) < least:
        raise QueryError(
            "Expected at least {least} letters before {suffix} at {position}.",
            position=typed.position,
            least=least,
            suffix=suffix,
        )
    return Prefix(words[0], sign, in_title) if suffix == "*" else Fuzzy(words[0], sign, in_title)


def _stars(text: str, position: int) -> FieldTest:
    found = _STARS.fullmatch(text)
    if not found or float(found[2]) > MAX_STARS:
        raise QueryError(
            "Expected a number of stars from 0 to 5 at {position}, as in stars:<3 or stars:>=4.5.", position=position
        )
    return FieldTest(FieldName.STARS, f"{float(found[2]):g}", Comparison(found[1] or "="))

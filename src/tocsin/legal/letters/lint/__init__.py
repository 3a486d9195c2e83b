"""Find the traps of press law, and of letters that turn against their sender, in a text somebody wrote."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

from tocsin.base.errors import InputError
from tocsin.legal.letters.facts import Facts, GroundRef
from tocsin.legal.letters.fill import typeset_spaces
from tocsin.legal.letters.lint.reading import Reading
from tocsin.legal.letters.lint.special import SPECIAL, Case
from tocsin.legal.letters.text import plain_text
from tocsin.legal.letters.values import LANGUAGES, Draft, Finding, LetterKind, Weight

MOST_CHARS = 500_000

# The platform act has the notifier say why the content is "illegal content": there these words are its own.
_DSA_WORDS = re.compile(r"contenus?\s+illicites?|illegal\s+content")
_DSA_KINDS = (LetterKind.PLATFORM_NOTICE, LetterKind.INTERNAL_COMPLAINT, LetterKind.OUT_OF_COURT, None)


class Trap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trap as data: see the head of `templates/traps.toml`."""

    weight: Weight
    source: str
    fr: str
    en: str
    any: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    kinds: tuple[LetterKind, ...] = ()
    not_kinds: tuple[LetterKind, ...] = ()
    own_words: bool = False


def lint(
    text: str,
    kind: LetterKind | None = None,
    grounds: Sequence[GroundRef] = (),
    *,
    passages: Sequence[str] = (),
    own: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Return the traps of a text, in the order of reading; what is absent comes first, with an empty span.

    kind: what the text is, None where nobody said: rules of one kind are then left out. grounds: those chosen.
    passages: the words in question, which are another's wherever they stand, as are those that the text quotes.
    own: addresses and numbers of the sender, which are no personal data of somebody else.
    Raises InputError for a text of more than MOST_CHARS characters.
    """
    if len(text) > MOST_CHARS:
        raise InputError(
            "The text has {count} characters; a letter has {most} at most.", count=len(text), most=MOST_CHARS
        )
    reading = Reading(text, passages)
    case = Case(reading=reading, kind=kind, grounds=tuple(grounds), passages=tuple(passages), own=tuple(own))
    found = [*_by_pattern(reading, kind)]
    for code, rule in SPECIAL.items():
        found += [_finding(code, reading, place.start, place.end, place.said) for place in rule(case)]
    return tuple(sorted(set(found), key=lambda finding: (finding.start, finding.end, finding.code)))


def lint_draft(draft: Draft, facts: Facts) -> tuple[Finding, ...]:
    """Return the traps of a draft composed from facts, on its text as `plain_text` gives it."""
    sender = facts.sender
    return lint(
        plain_text(draft),
        draft.kind,
        facts.grounds,
        passages=tuple(passage for item in facts.items for passage in item.passages),
        own=(sender.email, sender.phone, sender.address, facts.words.contact),
    )


@cache
def load_traps() -> Mapping[str, Trap]:
    """Return every trap by its code."""
    path = resources.files("tocsin.legal.letters") / "templates" / "traps.toml"
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, Trap])


def _by_pattern(reading: Reading, kind: LetterKind | None) -> Iterator[Finding]:
    for code, trap in load_traps().items():
        if (trap.kinds and kind not in trap.kinds) or kind in trap.not_kinds:
            continue
        read = reading.own if trap.own_words or trap.also else reading.plain
        if trap.also and not any(_compiled(pattern).search(read) for pattern in trap.also):
            continue
        for pattern in trap.any:
            for match in _compiled(pattern).finditer(read):
                if not _excused(code, trap, reading, match, kind):
                    yield _finding(code, reading, match.start(), match.end(), {})


def _excused(code: str, trap: Trap, reading: Reading, match: re.Match[str], kind: LetterKind | None) -> bool:
    """Whether the words stand there rightly: by the table, or because the platform act asks for them."""
    sentence = reading.sentence_at(match.start())
    if any(_compiled(pattern).search(sentence) for pattern in trap.unless):
        return True
    if code != "judgement" or kind not in _DSA_KINDS:
        return False
    return any(
        words.start() <= match.start() and match.end() <= words.end() for words in _DSA_WORDS.finditer(reading.own)
    )


def _finding(code: str, reading: Reading, start: int, end: int, told: Mapping[str, Mapping[str, str]]) -> Finding:
    trap = load_traps()[code]
    said = {language: getattr(trap, language).format(**told.get(language, {})) for language in LANGUAGES}
    return Finding(
        code=code,
        weight=trap.weight,
        start=start,
        end=end,
        words=reading.text[start:end],
        source=trap.source,
        said=tuple((language, typeset_spaces(words, language)) for language, words in said.items()),
    )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s+"))

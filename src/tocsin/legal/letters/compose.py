"""Compose a letter from facts: each paragraph with what filled it, the gaps, the warnings, why it may not leave yet."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.base.errors import InputError
from tocsin.legal.graduated import load_response
from tocsin.legal.letters.checks import CHECKS, CONFIRMED, second_person_wanted, speaker_warning
from tocsin.legal.letters.facts import Facts
from tocsin.legal.letters.fill import fill, in_facts, listed, typeset_spaces, value_of
from tocsin.legal.letters.kinds import Kind, blocks_of, load_kinds, load_labels, load_remarks
from tocsin.legal.letters.values import (
    LANGUAGES,
    Draft,
    FollowUp,
    LetterKind,
    Level,
    Missing,
    Paragraph,
    Refusal,
    Remark,
)


def compose(kind: LetterKind, facts: Facts, language: str) -> Draft:
    """Return a letter of a kind from facts, in fr or en. Nothing is invented: a fact that is not there is a gap.

    The draft may be read whatever it lacks; it may be sent only where `refusals` is empty.
    Raises InputError for another language.
    """
    if language not in LANGUAGES:
        raise InputError("Letters are written in fr or en, not in {language}.", language=language)
    form = load_kinds()[kind]
    paragraphs = tuple(part for block in blocks_of(form) for part in fill(block, facts, language))
    missing = _missing(form, facts, paragraphs, language)
    return Draft(
        kind=kind,
        language=language,
        title=typeset_spaces(form.title.by(language), language),
        paragraphs=paragraphs,
        missing=missing,
        warnings=_remarks((*form.warnings, *speaker_warning(form, facts), *_in_french(form, language)), language),
        does_not=_remarks(form.does_not, language),
        refusals=(*_lacking(form, missing, language), *_refused(form, facts, language)),
        follow_ups=tuple(
            FollowUp(
                id=step.id,
                length=step.length,
                unit=step.unit,
                start=step.start,
                text=typeset_spaces(step.fr if language == "fr" else step.en, language),
                source=step.source,
                rule=step.rule,
            )
            for step in form.follow_ups
        ),
    )


def fields_of(kind: LetterKind, language: str) -> tuple[Missing, ...]:
    """Return every fact that a kind uses, essential first, as a letter without any fact would lack it."""
    return compose(kind, Facts(), language).missing


def _missing(form: Kind, facts: Facts, paragraphs: Iterable[Paragraph], language: str) -> tuple[Missing, ...]:
    """What is not known: first what the letter is refused without, then the gaps in the order of reading."""
    labels = load_labels()
    needed = (*(need.field for need in form.needs), *(CONFIRMED[name] for name in form.checks if name in CONFIRMED))
    essential = [field for field in needed if not _there(field, facts)]
    gaps = [in_facts(piece.field) for part in paragraphs for piece in part.pieces if piece.missing and piece.field]
    asked = {name for field in essential for name in (field, field.partition(".")[0])}
    wanted = [field for field in dict.fromkeys(gaps) if field not in asked]
    return tuple(
        Missing(field=field, level=level, label=typeset_spaces(labels[field].by(language), language))
        for level, fields in ((Level.ESSENTIAL, essential), (Level.WANTED, wanted))
        for field in fields
    )


def _there(field: str, facts: Facts) -> bool:
    """Whether a fact is known; in a list, whether there is a member and all have it."""
    first, _, rest = field.partition(".")
    if first not in ("items", "captures", "grounds"):
        return bool(value_of(field, {"": facts}))
    members = listed(first, facts)
    return bool(members) and all(not rest or value_of(f"it.{rest}", {"": facts, "it": member}) for member in members)


def _lacking(form: Kind, missing: Iterable[Missing], language: str) -> list[Refusal]:
    sources = {need.field: need.source for need in form.needs}
    remarks = load_remarks()
    return [
        Refusal(
            code="missing",
            text=typeset_spaces(
                remarks["missing_by_law" if sources[gap.field] else "missing"]
                .by(language)
                .format(label=gap.label, field=gap.field, source=sources[gap.field]),
                language,
            ),
            source=sources[gap.field],
        )
        for gap in missing
        if gap.level is Level.ESSENTIAL and gap.field in sources
    ]


def _refused(form: Kind, facts: Facts, language: str) -> list[Refusal]:
    codes = [code for name in form.checks for code in CHECKS[name](facts)]
    if form.legal_step:
        codes += second_person_wanted(facts)
    remarks = load_remarks()
    threshold = f"{load_response().exposure:,.0f}".replace(",", "\u202f" if language == "fr" else ",")
    return [
        Refusal(
            code=code,
            text=typeset_spaces(remarks[code].by(language).format(threshold=threshold), language),
            source=remarks[code].source,
        )
        for code in codes
    ]


def _in_french(form: Kind, language: str) -> tuple[str, ...]:
    return ("in_french",) if form.in_french and language != "fr" else ()


def _remarks(codes: Iterable[str], language: str) -> tuple[Remark, ...]:
    remarks = load_remarks()
    return tuple(
        Remark(code=code, text=typeset_spaces(remarks[code].by(language), language), source=remarks[code].source)
        for code in codes
    )

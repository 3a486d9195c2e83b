"""Whatever stands in the facts, a letter is words: it never crashes, and nothing in it is read as a program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tocsin.legal.letters.compose import compose
from tocsin.legal.letters.facts import CaptureRef, Decision, Facts, GroundRef, Item, Recipient, Sender, Words
from tocsin.legal.letters.lint import lint_draft
from tocsin.legal.letters.text import plain_text
from tocsin.legal.letters.values import LetterKind
from tocsin.report.letter_pdf import letter_pdf

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPST = '#panic("in") #import "x": * \\ $ x $ [ ] { } #read("/etc/passwd") // */ /* ` ``` " <label> @ref'
HOSTILE = {
    "empty": "",
    "typst": TYPST,
    "braces": "{name} {0} {{ x }} {sender.__class__} %s %(x)s ${x}",
    "controls": "\x00\x07\x1b\u202e\u2028\r\n\ud800\ufeff",
    "html": "<script>alert(1)</script>",
    "long": "mot " * 1_500,
    "no_space": "x" * 8_000,
    "signs": "😀漢字مرحبا",
}


def filled(text: str) -> Facts:
    said = (text,)
    return Facts(
        date=AT.date(), place=text, reference=text, brand=text, good_faith=True, prepared_by=text,
        sender=Sender(name=text, role=text, organisation=text, address=text, email=text, phone=text),
        recipient=Recipient(name=text, role=text, address=text, email=text, kind=text),
        items=(Item(url=text, title=text, author=text, details=text, form=text, passages=said),),
        captures=(CaptureRef(number=text, url=text, started_at=AT, ended_at=AT, digest=text, log_index=1),),
        grounds=(GroundRef(id=text, name=text, article=text, passage=text),),
        decision=Decision(reference=text, said=text),
        words=Words(
            explanation=text, designation=text, reply=text, error=text, correction=text, demands=said, evidence=said,
            enclosures=said, harm=text, doubt=text, answer=text, contact=text, account=text, search_name=text,
            measures=said, court=text, domicile=text, counsel=text, right=text, domain=text, technique=text, need=text,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_of_letter_takes_whatever_stands_in_its_facts(name: str, language: str) -> None:
    facts = filled(HOSTILE[name])
    for kind in LetterKind:
        draft = compose(kind, facts, language)
        text = plain_text(draft)
        assert "in passwd" not in text
        if name in ("typst", "braces", "html"):
            assert HOSTILE[name].split()[0] in text
        lint_draft(draft, facts)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_letter_of_hostile_facts_is_a_pdf(name: str) -> None:
    assert letter_pdf(compose(LetterKind.FORMAL_NOTICE, filled(HOSTILE[name]), "fr"), made_at=AT).startswith(b"%PDF")

"""A letter on paper: a draft of the law room as PDF/A, gaps in sight, marked where it may not leave yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tocsin.legal.letters.text import draft_mark, quoted, subject_line
from tocsin.legal.letters.values import Draft, Paragraph, Role
from tocsin.report.document import typeset

_HEAD = (Role.SENDER, Role.RECIPIENT, Role.DATE)


def letter_pdf(draft: Draft, *, made_at: datetime) -> bytes:
    """Return a draft as PDF/A-2b. made_at: aware instant, written as creation date. Same arguments, same bytes."""
    fields = {
        "title": draft.title,
        "subject": draft.subject or draft.title,
        "author": next((part.text for part in draft.paragraphs if part.role is Role.SENDER), draft.title),
        "mark": draft_mark(draft.language) if draft.refusals else "",
        "parts": [_part(part, draft.language) for part in draft.paragraphs if part.role not in _HEAD],
        **{role.value: [_pieces(part) for part in draft.paragraphs if part.role is role] for role in _HEAD},
    }
    return typeset("letter", fields, language=draft.language, made_at=made_at)


def _part(part: Paragraph, language: str) -> dict[str, Any]:
    pieces = _pieces(part)
    if part.role is Role.PASSAGE and not part.pieces[0].missing:
        pieces = [{"text": quoted(part.text, language), "gap": False, "mono": False}]
    elif part.role is Role.SUBJECT:
        pieces = [{"text": subject_line("", language), "gap": False, "mono": False}, *pieces]
    return {"role": part.role.value, "pieces": pieces}


def _pieces(part: Paragraph) -> list[dict[str, Any]]:
    return [
        {
            "text": piece.text,
            "gap": piece.missing,
            "mono": piece.field == "capture.digest" and not piece.missing,
        }
        for piece in part.pieces
    ]

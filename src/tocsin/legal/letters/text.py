"""A draft as plain text of 74 columns: wrapped between words alone, so that addresses and digests stay whole."""

from __future__ import annotations

import textwrap

from tocsin.legal.letters.fill import typeset_spaces
from tocsin.legal.letters.values import Draft, Paragraph, Role

COLUMNS = 74

_RIGHT = 36  # where the recipient and the date begin, as on paper
_MARK = {"fr": "BROUILLON — à ne pas envoyer en l’état", "en": "DRAFT — not to be sent as it stands"}
_SUBJECT = {"fr": "Objet : ", "en": "Subject: "}
_QUOTES = {"fr": ("«\u00a0", "\u00a0»"), "en": ("“", "”")}

# Where each kind of paragraph begins, its first line and the others; and whether a blank line parts it from the next
# of its kind.
_INDENTS = {
    Role.SENDER: (0, 0, False),
    Role.RECIPIENT: (_RIGHT, _RIGHT, False),
    Role.DATE: (_RIGHT, _RIGHT, False),
    Role.ITEM: (0, 3, False),
    Role.PASSAGE: (4, 4, False),
    Role.REPLY: (4, 4, True),
    Role.SIGNATURE: (_RIGHT, _RIGHT, False),
    Role.ENCLOSURE: (0, 3, False),
}
_TOGETHER = ({Role.ITEM, Role.PASSAGE},)  # kinds that stand together without a blank line


def plain_text(draft: Draft) -> str:
    """Return a draft as text that ends with a line feed; marked where it may not leave yet."""
    lines: list[str] = []
    if draft.refusals:
        lines += [draft_mark(draft.language), ""]
    before: Role | None = None
    for part in draft.paragraphs:
        if before is not None and not _follows(before, part.role):
            lines.append("")
        lines += _lines_of(part, draft.language)
        before = part.role
    return "\n".join(lines) + "\n"


def draft_mark(language: str) -> str:
    """Return the words that stand over a draft that may not leave."""
    return _MARK[language]


def quoted(passage: str, language: str) -> str:
    """Return words of somebody else between the quotation marks of a language; the words stay as they are."""
    before, after = _QUOTES[language]
    return f"{before}{passage}{after}"


def subject_line(subject: str, language: str) -> str:
    """Return the line of the subject with its name."""
    return typeset_spaces(_SUBJECT[language], language) + subject


def _follows(before: Role, role: Role) -> bool:
    """Whether a paragraph stands right under the one before it."""
    if before is role:
        return not _INDENTS.get(role, (0, 0, True))[2]
    return any(before in kinds and role in kinds for kinds in _TOGETHER)


def _lines_of(part: Paragraph, language: str) -> list[str]:
    first, rest, _ = _INDENTS.get(part.role, (0, 0, True))
    text = part.text
    if part.role is Role.PASSAGE and not part.pieces[0].missing:
        text = quoted(text, language)
    elif part.role is Role.SUBJECT:
        text = subject_line(text, language)
    elif part.role is Role.ENCLOSURE:
        text = f"- {text}"
    wrapped = []
    for number, line in enumerate(text.splitlines() or [""]):
        wrapped += textwrap.wrap(
            line,
            COLUMNS,
            initial_indent=" " * (rest if number else first),
            subsequent_indent=" " * rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return wrapped

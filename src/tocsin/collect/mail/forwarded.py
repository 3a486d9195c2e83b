"""Unwrap what somebody passed on: who wrote it, when, and what; not the one who forwarded it."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from tocsin.collect.mail.letter import LetterRead, Person, people_in
from tocsin.collect.mail.written import read_written

_SUBJECT = re.compile(r"^\s*(?:fwd?|tr|wg|rv|i|doorst|vs)\s*:\s*", re.IGNORECASE)
_START = re.compile(
    r"^[\s>*_-]*(?:[-_]{2,}\s*)?(?:forwarded message|begin forwarded message|d[ée]but du message r[ée]exp[ée]di[ée]|"
    r"d[ée]but du message transf[ée]r[ée]|message transf[ée]r[ée]|message r[ée]exp[ée]di[ée]|"
    r"message d[’']origine|original message|message original)\s*:?[\s*_-]*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^[\s>*]*(from|de|exp[ée]diteur|sent|date|envoy[ée](?: le)?|to|[àa]|cc|copie(?: [àa])?|subject|objet|sujet|"
    r"reply-to|r[ée]pondre [àa])\s*\*?\s*:\s*\*?\s*(.*?)\*?\s*$",
    re.IGNORECASE,
)
_LONGEST_LINE = 2_000  # of a head; a longer one is text
_FROM = ("from", "de", "expéditeur", "expediteur")
_DATE = ("sent", "date", "envoyé", "envoye", "envoyé le", "envoye le")
_TITLE = ("subject", "objet", "sujet")
_BRACKETED = re.compile(r"[\[(]\s*(?:mailto:)?([^\s\[\]()<>]+@[^\s\[\]()<>]+?)\s*[\])]", re.IGNORECASE)


class Forwarded(msgspec.Struct, frozen=True, kw_only=True):
    """What was passed on. sent_at: aware, or naive when no zone was written, or None. letter: if it came whole."""

    sender: Person
    subject: str
    text: str
    sent_at: datetime | None = None
    letter: LetterRead | None = None


def forwarded(letter: LetterRead) -> Forwarded | None:
    """Return what the letter passes on, as an attached letter or below a head in its text; None when it does not."""
    words = letter.words
    is_said = _SUBJECT.match(letter.subject) is not None
    if letter.inner and (is_said or len(letter.inner) == 1):
        inner = letter.inner[0]
        return Forwarded(
            sender=inner.sender,
            subject=inner.subject,
            text=inner.words,
            sent_at=inner.sent_at,
            letter=inner,
        )
    lines = words.split("\n")
    for at, line in enumerate(lines):
        if len(line) > _LONGEST_LINE:
            continue
        starts = _START.match(line) is not None
        if starts or (is_said and _is_head(lines, at)):
            found = _below(lines, at + 1 if starts else at, letter.subject)
            if found is not None and (is_said or "forward" in line.lower() or "transf" in line.lower()):
                return found
    return None


def bare_subject(subject: str) -> str:
    """Return a subject without the marks of forwarding.

    >>> bare_subject("Tr : Fwd: Colis")
    'Colis'
    """
    while (match := _SUBJECT.match(subject)) is not None:
        subject = subject[match.end() :]
    return subject.strip()


def _is_head(lines: list[str], at: int) -> bool:
    field = _field(lines[at])
    if field is None or field[1].lower() not in _FROM:
        return False
    others = [match[1].lower() for line in lines[at + 1 : at + 6] if (match := _field(line))]
    return any(name in _DATE or name in _TITLE for name in others)


def _below(lines: list[str], at: int, subject: str) -> Forwarded | None:
    """Return the letter whose head begins at or soon after `at`, None when no head of one is there."""
    fields: dict[str, str] = {}
    last = ""
    while at < len(lines):
        line = lines[at]
        match = _field(line)
        if match is not None:
            last = match[1].lower()
            fields.setdefault(last, match[2].strip())
        elif not line.strip(" >"):
            if fields:
                break
        elif last and line.startswith((" ", "\t")) and len(line) < 200:
            fields[last] += " " + line.strip()
        elif fields:
            break
        else:
            return None
        at += 1
    sender = _person(next((fields[name] for name in _FROM if name in fields), ""))
    if sender is None:
        return None
    quoted = all(not line.strip() or line.startswith(">") for line in lines[at:])
    body = [line.lstrip("> ") if quoted else line for line in lines[at:]]
    return Forwarded(
        sender=sender,
        subject=next((fields[name] for name in _TITLE if name in fields), "") or bare_subject(subject),
        text="\n".join(body).strip(),
        sent_at=read_written(next((fields[name] for name in _DATE if name in fields), "")),
    )


def _field(line: str) -> re.Match[str] | None:
    return _FIELD.match(line) if len(line) <= _LONGEST_LINE else None


def _person(written: str) -> Person | None:
    text = _BRACKETED.sub(r"<\1>", written.replace("*", "")).strip()
    people = people_in([text])
    if people:
        return people[0]
    name = " ".join(text.split())
    return Person(name=name[:200]) if name else None

"""From a letter to posts: what a person wrote, what somebody passed on, what a platform tells its owner."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.html import read_html
from tocsin.base.ids import stable_id
from tocsin.base.post import Audience, Author, Post, PostKind, TimeDoubt
from tocsin.base.url import canonical_url
from tocsin.collect.mail.forwarded import Forwarded, forwarded
from tocsin.collect.mail.letter import LetterRead, Person, ids_in, links_in, people_in
from tocsin.collect.mail.quoted import said_now

PLATFORM = "mail"
LINKS_KEPT = 100
_MACHINE = re.compile(r"(?:no-?reply|ne-?pas-?repondre|wordpress|formulaire|contact-?form|web-?form)\b[^@]*@")
_EPOCH = datetime(1990, 1, 1, tzinfo=UTC)


class MailPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when a letter was found. taken_at: when the mail server took it. seen_at: when it was read."""

    taken_at: datetime
    seen_at: datetime
    zone: ZoneInfo


def letter_id(letter: LetterRead) -> str:
    """Return the Message-ID, or where it has none an id from who wrote it, when, and what."""
    if letter.message_id:
        return letter.message_id
    made = (letter.head("date"), letter.sender.address, letter.subject, letter.words)
    return f"{stable_id(*made)}@no-message-id.invalid"


def message_post(letter: LetterRead, place: MailPlace) -> Post:
    """Return the letter as a message to the owner: what its writer said this time, or what was passed on."""
    passed = forwarded(letter)
    if passed is not None:
        return _forwarded_post(letter, passed, place)
    created_at, doubt = when(letter.sent_at, place)
    answers = ids_in(letter.head("in-reply-to"))
    thread = ids_in(letter.head("references")) or answers
    text = said_now(letter.words)
    return Post(
        platform=PLATFORM,
        native_id=letter_id(letter),
        kind=PostKind.MESSAGE,
        author=_author(writer_of(letter)),
        created_at=created_at,
        seen_at=place.seen_at,
        time_doubt=doubt,
        title=letter.subject,
        text=with_files(text, letter),
        links=links_of(letter, text),
        parent_id=answers[0] if answers else None,
        root_id=thread[0] if thread else None,
        audience=Audience.OWN_MAILBOX,
    )


def whole_post(letter: LetterRead, place: MailPlace) -> Post:
    """Return the letter as a message, whole: what a machine wrote has no quote and no signature."""
    created_at, doubt = when(letter.sent_at, place)
    return Post(
        platform=PLATFORM,
        native_id=letter_id(letter),
        kind=PostKind.MESSAGE,
        author=_author(letter.sender),
        created_at=created_at,
        seen_at=place.seen_at,
        time_doubt=doubt,
        title=letter.subject,
        text=with_files(letter.words.strip(), letter),
        links=links_of(letter, letter.words),
        audience=Audience.OWN_MAILBOX,
    )


def writer_of(letter: LetterRead) -> Person:
    """Return who wrote the letter: behind the form of a web site, the one whom an answer would reach."""
    if _MACHINE.match(letter.sender.address) is None:
        return letter.sender
    return next(iter(people_in(letter.heads.get("reply-to", ())[:1])), letter.sender)


def when(said: datetime | None, place: MailPlace) -> tuple[datetime, TimeDoubt | None]:
    """Return the instant that a letter claims, as far as it can be believed, and the doubt about it."""
    if said is None:
        return min(place.taken_at, place.seen_at), TimeDoubt.MISSING
    try:
        at = (said if said.tzinfo else said.replace(tzinfo=place.zone)).astimezone(UTC)
    except OverflowError:
        return min(place.taken_at, place.seen_at), TimeDoubt.MISSING
    if at > place.seen_at:
        return place.seen_at, TimeDoubt.FUTURE
    if at < _EPOCH:
        return at, TimeDoubt.IMPLAUSIBLE
    return at, None if said.tzinfo else TimeDoubt.NO_ZONE


def links_of(letter: LetterRead, text: str) -> tuple[str, ...]:
    """Return the web addresses in the text, and those behind words of the HTML when it is the body."""
    found = dict.fromkeys(links_in(text))
    if letter.html and not letter.text.strip():
        for written in read_html(letter.html).links:
            url = canonical_url(written)
            if url is not None:
                found[url] = None
    return tuple(found)[:LINKS_KEPT]


def with_files(text: str, letter: LetterRead) -> str:
    """Return the text, followed by the names of what is attached: they may say all ("facture.pdf")."""
    return "\n".join([text, *(f"[{name}]" for name in letter.files)]).strip()


def _forwarded_post(letter: LetterRead, passed: Forwarded, place: MailPlace) -> Post:
    created_at, doubt = when(passed.sent_at, place)
    text = said_now(passed.text)
    links = links_of(passed.letter, text) if passed.letter is not None else links_of(letter, passed.text)
    return Post(
        platform=PLATFORM,
        native_id=letter_id(passed.letter) if passed.letter is not None else letter_id(letter),
        kind=PostKind.MESSAGE,
        url=links[0] if len(links) == 1 else None,
        author=_author(passed.sender),
        created_at=created_at,
        seen_at=place.seen_at,
        time_doubt=doubt,
        title=passed.subject,
        text=with_files(text, passed.letter or letter),
        links=links,
        audience=Audience.OWN_MAILBOX,
    )


def _author(person: Person) -> Author | None:
    handle = person.address or person.name
    return Author(platform=PLATFORM, handle=handle, name=person.name or None) if handle else None

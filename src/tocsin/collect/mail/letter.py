"""Read a letter as it lies in a mailbox (RFC 5322, MIME), whatever its program, its charset or its nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

import msgspec

from tocsin.base.html import looks_like_html
from tocsin.base.url import canonical_url
from tocsin.collect.feed.decode import decode_text
from tocsin.collect.sanitise import clean_text

PARTS_READ = 200
TEXT_KEPT = 200_000  # characters of one letter; its attachments are never read
NAMES_KEPT = 50
# What the reader of the standard library raises on hostile letters; each has been seen or is documented.
FAULTS = (AssertionError, AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError)
_WHITE = re.compile(r"[\s\x00]+")
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{3,500})\s*>")
_NO_TEXT = ("text/calendar", "text/x-vcard", "text/vcard", "text/directory", "text/rfc822-headers")
_LINK = re.compile(r"https?://[^\s<>\"'«»\]]+")
_TRAILING = ".,;:!?)…"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody a letter names. address: in lower case, "" when there is none that can be read."""

    address: str = ""
    name: str = ""

    @property
    def domain(self) -> str:
        """What follows the @ of the address."""
        return self.address.rpartition("@")[2]


class LetterRead(msgspec.Struct, frozen=True, kw_only=True):
    """A letter. heads: fields by lower-case name, decoded, in their order from the top; text, html: of its body.

    inner: letters that it holds whole, as some programs forward. sent_at: aware, or naive when it says no zone.
    files: names of what is attached. kinds: content types of its parts, without their parameters.
    """

    heads: dict[str, tuple[str, ...]]
    sender: Person
    subject: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    text: str = ""
    html: str = ""
    files: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    inner: tuple[LetterRead, ...] = ()
    notes: dict[str, int] = {}

    def head(self, name: str) -> str:
        """Return the topmost field of that name, "" when there is none."""
        found = self.heads.get(name)
        return found[0] if found else ""

    @property
    def words(self) -> str:
        """What a person reads in it: its plain text, or that of its HTML when it has no other."""
        return self.text.strip() or clean_text(self.html)


def read_letter(raw: bytes) -> LetterRead | None:
    """Return the letter, or None when nothing in `raw` can be read as one."""
    try:
        return _read(message_from_bytes(raw.lstrip(b"\r\n")), depth=0)
    except FAULTS:
        return None


def links_in(text: str) -> tuple[str, ...]:
    """Return the web addresses written in plain text, in their one spelling, each once.

    >>> links_in("Voir https://example.org/a?utm_source=x, puis (https://example.org/b).")
    ('https://example.org/a', 'https://example.org/b')
    """
    found: dict[str, None] = {}
    for written in _LINK.findall(text):
        url = canonical_url(written.rstrip(_TRAILING))
        if url is not None:
            found[url] = None
    return tuple(found)


def _read(message: Message, depth: int) -> LetterRead | None:
    heads: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        heads.setdefault(name.lower(), []).append(_decoded(str(value)))
    if not heads.keys() & {"from", "subject", "date", "message-id", "received", "to"}:
        return None
    body = _Body()
    for part in _parts(message):
        body.take(part, depth)
    fields = {name: tuple(values) for name, values in heads.items()}
    return LetterRead(
        heads=fields,
        sender=_person(message, fields),
        subject=" ".join(fields.get("subject", ("",))[0].split()),
        message_id=_message_id(fields),
        sent_at=_sent_at(fields),
        text="\n".join(body.plain)[:TEXT_KEPT],
        html="\n".join(body.html)[:TEXT_KEPT],
        files=tuple(body.files[:NAMES_KEPT]),
        kinds=tuple(dict.fromkeys(body.kinds)),
        inner=tuple(body.inner),
        notes=body.notes,
    )


class _Body:
    """The parts of a letter, sorted as they come."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.html: list[str] = []
        self.files: list[str] = []
        self.kinds: list[str] = []
        self.inner: list[LetterRead] = []
        self.notes: dict[str, int] = {}

    def take(self, part: Message, depth: int) -> None:
        kind = part.get_content_type()
        self.kinds.append(kind)
        if kind == "message/rfc822":
            self._take_letter(part, depth)
            return
        if part.is_multipart():
            return
        name = _file_name(part)
        if name or part.get_content_disposition() == "attachment":
            if name:
                self.files.append(name)
        elif kind in ("text/plain", "text/html") or (kind.startswith("text/") and kind not in _NO_TEXT):
            text = _text(part, self.notes)
            # Some programs send HTML under the name of plain text.
            is_html = kind == "text/html" or (not text.lstrip()[:1].isalnum() and looks_like_html(text[:2000]))
            (self.html if is_html else self.plain).append(text)

    def _take_letter(self, part: Message, depth: int) -> None:
        held = part.get_payload()
        first = held[0] if isinstance(held, list) and held else None
        if isinstance(first, Message) and depth < 3:
            letter = _read(first, depth + 1)
            if letter is not None:
                self.inner.append(letter)


def _parts(message: Message) -> Iterator[Message]:
    """Return the parts in their order, of the inside of a letter within the letter none."""
    waiting = [message]
    for _ in range(PARTS_READ):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        held = part.get_payload()
        if part.get_content_type() != "message/rfc822" and isinstance(held, list):
            waiting.extend(one for one in reversed(held) if isinstance(one, Message))


def _text(part: Message, notes: dict[str, int]) -> str:
    held = part.get_payload(decode=True)
    if not isinstance(held, bytes):
        return ""
    text, guessed = decode_text(held[: 4 * TEXT_KEPT], _charset(part))
    if guessed:
        notes["charset_guessed"] = 1
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if str(part.get_param("format", "")).lower() == "flowed":
        return _unflowed(text, is_del_sp=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset("") or ""
    except FAULTS:
        return ""


def _unflowed(text: str, *, is_del_sp: bool) -> str:
    """Return the paragraphs of a text whose lines were folded at spaces (RFC 3676)."""
    lines: list[str] = []
    is_open = False
    for line in text.split("\n"):
        if is_open and not line.startswith(">") and line != "-- ":
            lines[-1] += line.removeprefix(" ")
        else:
            lines.append(line)
        flows = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if flows and is_del_sp:
            lines[-1] = lines[-1][:-1]
        is_open = flows
    return "\n".join(lines)


def _file_name(part: Message) -> str:
    try:
        written = part.get_filename("") or ""
    except FAULTS:
        return ""
    return " ".join(_decoded(written).split())[:200]


def _decoded(written: str) -> str:
    """Return a header field as a person reads it: encoded words decoded, raw bytes read as the charset they look like.

    Never raises, and never leaves half a surrogate.
    """
    if "=?" not in written:
        return _without_escapes(written)
    try:
        pieces = decode_header(written)
    except FAULTS:
        return _without_escapes(written)
    text = ""
    for piece, name in pieces:
        if isinstance(piece, str):
            text += _without_escapes(piece)
        else:
            text += decode_text(piece, name or "")[0]
    return text


def _without_escapes(text: str) -> str:
    if text.isascii():
        return text
    # Bytes above 127 come as lone surrogates; what is left of them when they are no escapes is replaced.
    raw = text.encode("utf-8", "surrogateescape") if _is_escaped(text) else text.encode("utf-8", "replace")
    return decode_text(raw, "")[0]


def _is_escaped(text: str) -> bool:
    return all(not "\ud800" <= one <= "\udfff" or "\udc80" <= one <= "\udcff" for one in text)


def _person(message: Message, heads: dict[str, tuple[str, ...]]) -> Person:
    # Addresses are parted before encoded words are decoded: a name may hold a comma, or a false address.
    raw = [str(value) for name, value in message.raw_items() if name.lower() == "from"] or [
        heads.get("sender", ("",))[0]
    ]
    return people_in(raw[:1])[0] if people_in(raw[:1]) else Person()


def people_in(fields: Sequence[str]) -> list[Person]:
    """Return who stands in address fields as written, those without an address left out."""
    found = []
    for name, address in getaddresses([_WHITE.sub(" ", one) for one in fields]):
        said = " ".join(_decoded(name).split())
        place = _without_escapes(address).strip().lower()
        if place.count("@") == 1 and not place.startswith("@") and len(place) <= 254:
            found.append(Person(address=place, name="" if said.lower() == place else said[:200]))
    return found


def _message_id(heads: dict[str, tuple[str, ...]]) -> str:
    for name in ("message-id", "x-message-id", "resent-message-id"):
        match = _MESSAGE_ID.search(heads.get(name, ("",))[0])
        if match is not None:
            return match.group(1)
    return ""


def ids_in(field: str) -> list[str]:
    """Return the message ids in a field such as References, in order."""
    return _MESSAGE_ID.findall(field[:20_000])


def _sent_at(heads: dict[str, tuple[str, ...]]) -> datetime | None:
    for name in ("date", "resent-date"):
        try:
            moment = parsedate_to_datetime(heads.get(name, ("",))[0])
            return moment.astimezone(UTC) if moment.tzinfo else moment
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
    return None

"""Parse what an IMAP server says (RFC 9051, 3501) as its bytes come, in bounded memory; write names and days for it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import msgspec

# A literal is announced at the end of a line: {12}, {12+} or ~{12}.
_LITERAL = re.compile(rb"~?\{(\d{1,20})\+?\}$")
_TOKEN = re.compile(rb' *(?:([()])|"((?:[^"\\]|\\.)*)"|([^ ()"]+))', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_SEARCH = b"* SEARCH"
_NUMBER = re.compile(rb"\d{1,10}")
_CODE = re.compile(rb"\[([A-Za-z0-9-]+)(?: ([^\]]*))?\]")
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$")
_LINE_COST = 100  # what a piece of a response takes besides its bytes
_MOST_TOKENS = 1_000  # of one FETCH response; what we ask for takes ten, flags one each
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class TooLongError(ValueError):
    """A line or a literal is larger than its limit. size: of a literal as announced, 0 for a line."""

    def __init__(self, limit: int, size: int = 0) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit
        self.size = size


class GarbledError(ValueError):
    """What came is no IMAP."""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One response. lines: its text, cut where a literal stood; literals: one fewer than lines."""

    lines: tuple[bytes, ...]
    literals: tuple[bytes, ...] = ()

    @property
    def line(self) -> bytes:
        """The text before the first literal: all of it in most responses."""
        return self.lines[0]


class ResponseReader:
    """Takes the bytes of a connection in pieces of any size and gives its responses in order.

    line_bytes: of one line. search_bytes: of the line that lists the numbers of letters, the only one that grows with
    the mailbox. literal_bytes: of all literals of one response.
    """

    def __init__(self, line_bytes: int, search_bytes: int, literal_bytes: int) -> None:
        self._line_bytes = line_bytes
        self._search_bytes = search_bytes
        self._literal_bytes = literal_bytes
        self._buffer = bytearray()
        self._searched = 0  # no line ends before
        self._wanted: int | None = None  # bytes of the literal that is coming
        self._lines: list[bytes] = []
        self._lines_bytes = 0  # of the response that is coming
        self._literals: list[bytes] = []
        self._literals_bytes = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits: every byte so far was given as a response."""
        return not self._buffer and not self._lines

    def feed(self, chunk: bytes) -> None:
        """Add what came."""
        self._buffer += chunk

    def next(self) -> Response | None:
        """Return the next whole response, None while its end has not come. Raises TooLongError."""
        while True:
            if self._wanted is not None:
                if len(self._buffer) < self._wanted:
                    return None
                self._literals.append(self._taken(self._wanted))
                self._wanted = None
            line = self._line()
            if line is None:
                return None
            announced = _LITERAL.search(line[-24:])
            if announced is None:
                response = Response(lines=(*self._lines, line), literals=tuple(self._literals))
                self._lines, self._literals = [], []
                self._lines_bytes = self._literals_bytes = 0
                return response
            self._lines.append(line[: len(line) - len(announced[0])])
            self._lines_bytes += len(line) + _LINE_COST
            self._wanted = int(announced[1])
            self._literals_bytes += self._wanted
            if self._literals_bytes > self._literal_bytes:
                raise TooLongError(self._literal_bytes, self._wanted)

    def _line(self) -> bytes | None:
        """Return the next line without its end; a response of many literals counts as one line."""
        end = self._buffer.find(b"\n", self._searched)
        held = (end if end >= 0 else len(self._buffer)) + self._lines_bytes
        is_search = self._buffer[: len(_SEARCH)].upper() == _SEARCH
        limit = self._search_bytes if is_search else self._line_bytes
        if held > limit:
            raise TooLongError(limit)
        self._searched = 0 if end >= 0 else len(self._buffer)
        return None if end < 0 else self._taken(end + 1).rstrip(b"\r\n")

    def _taken(self, size: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return taken


def fetched(response: Response) -> dict[str, bytes] | None:
    """Return the attributes of a FETCH response, names in upper case, lists left out; None for any other response.

    Raises GarbledError.
    """
    tokens = _tokens(response)
    if (next(tokens, b""), next(tokens, b"").isdigit(), next(tokens, b"").upper()) != (b"*", True, b"FETCH"):
        return None
    if next(tokens, b"") != b"(":
        raise GarbledError("a FETCH response without a list")
    found: dict[str, bytes] = {}
    for name in tokens:
        if name == b")":
            break
        value = next(tokens, b"")
        if value == b"(":
            _skip_list(tokens)
        else:
            found[name.decode("ascii", "replace").upper()] = value
    return found


def searched(response: Response) -> Iterator[int]:
    """Yield the numbers of a SEARCH response, none for any other."""
    if response.line[: len(_SEARCH)].upper() == _SEARCH:
        for number in _NUMBER.finditer(response.line, len(_SEARCH)):
            yield int(number[0])


def code_of(text: bytes) -> tuple[str, bytes]:
    """Return name (upper case) and content of the response code in brackets that a text begins with; "" for none.

    >>> code_of(b"[UIDVALIDITY 3857529045] UIDs valid")
    ('UIDVALIDITY', b'3857529045')
    """
    code = _CODE.match(text)
    return (code[1].decode("ascii").upper(), code[2] or b"") if code else ("", b"")


def instant_of(text: bytes) -> datetime | None:
    """Return the instant of an INTERNALDATE, aware, in UTC; None for what is none.

    >>> instant_of(b"17-Jul-1996 02:44:25 -0700").isoformat()
    '1996-07-17T09:44:25+00:00'
    """
    found = _DATE.match(text)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, zone_h, zone_m = (part.decode("ascii") for part in found.groups())
    behind = timedelta(hours=int(zone_h), minutes=int(zone_m)) * (-1 if sign == "-" else 1)
    try:
        number = _MONTHS.index(month.capitalize()) + 1
        zone = timezone(behind)
        return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day_of(instant: datetime) -> str:
    """Return the day, in UTC, as SEARCH wants it; in English whatever the machine speaks.

    >>> day_of(datetime(2026, 3, 4, tzinfo=UTC))
    '4-Mar-2026'
    """
    day = instant.astimezone(UTC)
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year:04}"


def folder_name(name: str) -> str:
    """Return the name of a folder as IMAP writes it: quoted, in modified UTF-7 (RFC 3501, 5.1.3).

    >>> folder_name("Réclamations"), folder_name("A&B")
    ('"R&AOk-clamations"', '"A&-B"')
    """
    written: list[str] = []
    for run in re.findall(r"[ -~]+|[^ -~]+", name):
        if " " <= run[0] <= "~":
            written.append(run.replace("&", "&-").replace("\\", "\\\\").replace('"', '\\"'))
        else:
            packed = base64.b64encode(run.encode("utf-16-be")).decode("ascii")
            written.append(f"&{packed.rstrip('=').replace('/', ',')}-")
    return f'"{"".join(written)}"'


def _tokens(response: Response) -> Iterator[bytes]:
    """Yield parentheses, atoms, strings and literals; a literal that reads as a parenthesis is none.

    Strings and literals come with their quotes gone; b"(" and b")" as content are told apart by an added blank.
    """
    left = _MOST_TOKENS
    for number, raw in enumerate(response.lines):
        line, at = raw.rstrip(b" "), 0
        while at < len(line):
            token = _TOKEN.match(line, at)
            left -= 1
            if token is None or left < 0:
                raise GarbledError("a string without an end" if token is None else "a response of too many words")
            at = token.end()
            sign, quoted, atom = token.groups()
            yield sign or atom or _content(_ESCAPED.sub(rb"\1", quoted))
        if number < len(response.literals):
            yield _content(response.literals[number])


def _content(text: bytes) -> bytes:
    return text + b" " if text in (b"(", b")") else text


def _skip_list(tokens: Iterator[bytes]) -> None:
    depth = 1
    for token in tokens:
        depth += {b"(": 1, b")": -1}.get(token, 0)
        if depth == 0:
            return
    raise GarbledError("a list without an end")

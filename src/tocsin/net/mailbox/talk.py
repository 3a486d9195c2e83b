"""One talk with an IMAP server: commands and their answers, within limits of time, bytes and responses."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import msgspec

from tocsin.base.errors import SourceError
from tocsin.net.mailbox.place import Place, Way, encrypted
from tocsin.net.wire.imap import GarbledError, Response, ResponseReader, TooLongError, code_of

_LINE_BYTES = 65_536
_SEARCH_BYTES = 8_000_000  # the numbers of a million letters stand in one line
_CHUNK_BYTES = 65_536
_TOLD_CHARACTERS = 200
# Response codes that say "later" and not "never" (RFC 5530), besides servers that say so in words.
_PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA", "THROTTLED"})
_PASSING_WORDS = ("too many", "try again", "temporar", "unavailable", "rate limit")


class MailLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a mail server's time and bytes are taken in one look.

    letter_bytes: larger letters are skipped and told. all_bytes: of the letters of one look together; what is left is
    read at the next. responses: lines that a server may send in all.
    """

    total_s: float = 60.0
    connect_s: float = 10.0
    letter_bytes: int = 8_000_000
    all_bytes: int = 16_000_000
    responses: int = 20_000


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one command. text: after its status. responses: the untagged ones that came before."""

    text: bytes
    responses: list[Response]


class RefusedError(Exception):
    """The server answered NO or BAD. code: its response code, "" for none. words: what it said, made printable."""

    def __init__(self, status: str, text: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.code = code_of(text)[0]
        self.words = printable(text)

    @property
    def is_passing(self) -> bool:
        """Whether the same may go well later."""
        return self.code in _PASSING or any(word in self.words.lower() for word in _PASSING_WORDS)


class MailTalk:
    """Speaks over a connected socket, which it closes at the end of its `with` block.

    Raises TimeoutError when the time is up, OSError when the talk breaks off, SourceError for what is no proper IMAP.
    """

    def __init__(self, plain: socket.socket, place: Place, limits: MailLimits, until_s: float) -> None:
        self.place = place
        self._socket = plain
        self._limits = limits
        self._until_s = until_s
        self._left_bytes = limits.all_bytes + limits.letter_bytes + _SEARCH_BYTES
        self._left_responses = limits.responses
        self._tags = 0
        self._reader = ResponseReader(_LINE_BYTES, _SEARCH_BYTES, limits.letter_bytes + limits.letter_bytes // 4)

    def __enter__(self) -> MailTalk:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    @property
    def left_s(self) -> float:
        """Seconds of the look that are left, negative once its time is up."""
        return self._until_s - time.monotonic()

    def begin(self, context: ssl.SSLContext | None) -> bool:
        """Encrypt as the place asks, hear the greeting; return whether we are signed in already.

        Raises RefusedError.
        """
        if self.place.way is Way.TLS:
            self._socket = encrypted(self._socket, self.place, self._patience(), context)
        greeting = self._response().line
        mark, status, rest = [*greeting.split(b" ", 2), b"", b""][:3]
        status = status.upper() if mark == b"*" else b""
        if status == b"BYE":
            raise RefusedError("BYE", rest)
        if status not in (b"OK", b"PREAUTH"):
            self.garbled(greeting)
        if self.place.way is not Way.STARTTLS:
            return status == b"PREAUTH"
        if status == b"PREAUTH":  # somebody between us and the server keeps the talk in clear; RFC 9051, 11.1
            self.garbled(greeting)
        self.command("STARTTLS")
        if not self._reader.is_empty:  # words slipped in before the encryption, RFC 9051, 6.2.1
            self.garbled(b"words before the encryption")
        self._socket = encrypted(self._socket, self.place, self._patience(), context)
        return False

    def capabilities(self) -> set[str]:
        """Return what the server can do, in upper case."""
        found: set[str] = set()
        for response in self.command("CAPABILITY").responses:
            words = response.line.decode("ascii", "replace").upper().split()
            if words[:2] == ["*", "CAPABILITY"]:
                found.update(words[2:])
        return found

    def sign_in(self, user: str, password: str) -> None:
        """Sign in by SASL PLAIN where the server knows it, by LOGIN elsewhere. Raises RefusedError."""
        known = self.capabilities()
        if "AUTH=PLAIN" in known:
            self.command("AUTHENTICATE PLAIN", [sasl_plain(user, password)])
            return
        if "LOGINDISABLED" in known:
            raise RefusedError("NO", b"it takes no password here")
        texts = [text.encode("utf-8") for text in (user, password)]
        # Each text goes as a literal once the server asks for it: any character may stand there.
        self.command(f"LOGIN {{{len(texts[0])}}}", [texts[0] + b" {%d}" % len(texts[1]), texts[1]])

    def sign_in_by_token(self, user: str, token: str) -> None:
        """Sign in by an OAuth token: OAUTHBEARER (RFC 7628) or XOAUTH2, as the server knows. Raises RefusedError."""
        known = self.capabilities()
        name = "OAUTHBEARER" if "AUTH=OAUTHBEARER" in known else "XOAUTH2"
        if f"AUTH={name}" not in known:
            raise RefusedError("NO", b"it takes no OAuth token here")
        # A server that refuses says why as a challenge, and waits for an empty answer before its NO.
        empty = b"AQ==" if name == "OAUTHBEARER" else b""
        self.command(f"AUTHENTICATE {name}", [sasl_token(user, token, name), empty])

    def command(self, text: str, then: Sequence[bytes] = ()) -> Said:
        """Return the answer to a command. then: lines to send one after the other when the server asks to go on.

        Raises RefusedError for NO and BAD.
        """
        self._tags += 1
        tag = b"t%d" % self._tags
        self._send(tag + b" " + text.encode("ascii"))
        waiting, responses = list(then), list[Response]()
        while True:
            response = self._response()
            mark, _, rest = response.line.partition(b" ")
            if mark == tag:
                status, _, said = rest.partition(b" ")
                if status.upper() == b"OK":
                    return Said(text=said, responses=responses)
                raise RefusedError(printable(status), said)
            if mark == b"+" and waiting:
                self._send(waiting.pop(0))
            elif mark == b"*":
                if rest[:4].upper() == b"BYE ":
                    raise RefusedError("BYE", rest[4:])
                responses.append(response)
            else:
                self.garbled(response.line)

    def leave(self) -> None:
        """Say goodbye without waiting for an answer; a connection that is gone already needs none."""
        self._tags += 1
        with suppress(OSError):
            self._send(b"t%d LOGOUT" % self._tags)

    def garbled(self, line: bytes) -> NoReturn:
        """Raise that the server does not speak as it should."""
        raise SourceError(
            "{host} does not answer as a mail server does ({words!r}); check its name and its port.",
            permanent=False,
            host=self.place.host,
            words=printable(line),
        )

    def _send(self, line: bytes) -> None:
        self._socket.settimeout(self._patience())
        self._socket.sendall(line + b"\r\n")

    def _response(self) -> Response:
        try:
            while (response := self._reader.next()) is None:
                self._reader.feed(self._received())
        except TooLongError as error:
            self._too_much(error.size or error.limit)
        except GarbledError as error:
            self.garbled(str(error).encode("ascii", "replace"))
        self._left_responses -= 1
        if self._left_responses < 0:
            self._too_much(self._limits.responses)
        return response

    def _received(self) -> bytes:
        self._socket.settimeout(self._patience())
        chunk = self._socket.recv(_CHUNK_BYTES)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self._left_bytes -= len(chunk)
        if self._left_bytes < 0:
            self._too_much(self._limits.all_bytes)
        return chunk

    def _patience(self) -> float:
        left_s = self.left_s
        if left_s <= 0:
            raise TimeoutError
        return left_s

    def _too_much(self, size: int) -> NoReturn:
        raise SourceError(
            "The mail server {host} sends or announces more than is taken at once ({size}); it was left.",
            permanent=False,
            host=self.place.host,
            size=size,
        )


def sasl_plain(user: str, password: str) -> bytes:
    """Return what signs in by SASL PLAIN (RFC 4616)."""
    return base64.b64encode(f"\0{user}\0{password}".encode("utf-8", "surrogatepass"))


def sasl_token(user: str, token: str, mechanism: str) -> bytes:
    """Return what signs in by a token (RFC 7628, 3.1; XOAUTH2 as Google and Microsoft describe it, read 2026-11)."""
    if mechanism == "OAUTHBEARER":
        name = user.replace("=", "=3D").replace(",", "=2C")
        said = f"n,a={name},\1auth=Bearer {token}\1\1"
    else:
        said = f"user={user}\1auth=Bearer {token}\1\1"
    return base64.b64encode(said.encode("utf-8", "surrogatepass"))


def printable(text: bytes) -> str:
    """Return the start of what a server said, without what a terminal or a page could stumble over."""
    shown = text[:_TOLD_CHARACTERS].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "?" for character in shown)

"""Read a mailbox by IMAP without changing it, over a guarded socket, bounded in time, bytes and letters.

The talk is our own and small: the library of the language reads whatever a server announces, however long. The folder
is opened with EXAMINE and letters come by BODY.PEEK, so that nothing is marked as read. The password goes over an
encrypted connection whose certificate is checked; in clear only to hosts of one's own (allow_hosts).
"""

from __future__ import annotations

import heapq
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from tocsin.base.errors import SourceError, TocsinError
from tocsin.net.fill import hush
from tocsin.net.mailbox.place import Place, Resolve, Way, connected, place_of
from tocsin.net.mailbox.talk import MailLimits, MailTalk, RefusedError, sasl_plain, sasl_token
from tocsin.net.wire.imap import GarbledError, Response, code_of, day_of, fetched, folder_name, instant_of, searched

_AT_ONCE = 200  # letters whose sizes are asked for in one line
_MOST = 1_000
_LONGEST_TOKEN = 10_000
_UNSENDABLE = re.compile("[\0\r\n\ud800-\udfff]")


class MailLook(msgspec.Struct, frozen=True, kw_only=True):
    """One look into a mailbox: its letters above `after`, oldest first, `most` at once.

    validity: of the numbers known so far (UIDVALIDITY), 0 for none; when the server's is another, `after` says nothing
    and the letters that the server took since the day before `since` are read (all when it is None). by_token: the
    password is an OAuth token. tls: None to let
    port, `starttls` and allow_hosts say (see `mailbox.place.place_of`), True for TLS from the first byte on any port.
    """

    host: str
    user: str
    password: str
    folder: str = "INBOX"
    port: int = 993
    starttls: bool = False
    validity: int = 0
    after: int = 0
    since: datetime | None = None
    most: int = 200
    tls: bool | None = None
    by_token: bool = False

    def __repr__(self) -> str:
        return f"MailLook({self.host!r}, user={self.user!r}, folder={self.folder!r}, after={self.after})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("shown", repr(self))]


class MailLetter(NamedTuple):
    """One letter. number: its UID. raw: as it lies there (RFC 5322). at: when the server took it, aware, in UTC."""

    number: int
    raw: bytes
    at: datetime


class MailFound(msgspec.Struct, frozen=True, kw_only=True):
    """What a look gave. letters: numbers rising. more: others stand above the last number of letters and skipped.

    skipped: numbers of the letters that are larger than the limit.
    """

    validity: int
    letters: tuple[MailLetter, ...]
    at: datetime
    more: bool = False
    skipped: tuple[int, ...] = ()


def read_mailbox(
    look: MailLook,
    *,
    allow_hosts: Sequence[str] = (),
    limits: MailLimits = MailLimits(),  # noqa: B008  frozen
    resolve: Resolve | None = None,
    context: ssl.SSLContext | None = None,
) -> MailFound:
    """Return what stands in the mailbox; blocks for `limits.total_s` seconds at most (a name's resolution not counted).

    resolve: who finds the addresses of the host, as `socket.getaddrinfo` gives them; they are checked whoever finds
    them. context: whose certificates are trusted; by default whom the machine trusts.
    Raises AddressError, and SourceError: permanent when the password or the folder is refused. When the time is up
    after some letters were read these are returned, with more=True. No error holds the password.
    """
    try:
        _check_texts(look)
        place = place_of(look.host, look.port, _way(look), allow_hosts)
        return _looked(look, place, limits, resolve, context)
    except TocsinError as error:
        hush(error, {"password": look.password, **_sign_ins(look)})
        raise


def _looked(
    look: MailLook, place: Place, limits: MailLimits, resolve: Resolve | None, context: ssl.SSLContext | None
) -> MailFound:
    """Connect, sign in, read; failures of the network in words."""
    try:
        plain = connected(place, limits.connect_s, resolve)
        with MailTalk(plain, place, limits, time.monotonic() + limits.total_s) as talk:
            _enter(talk, look, context)
            found = _read(talk, look, limits)
            talk.leave()
            return found
    except TimeoutError:
        raise SourceError(
            "The mail server {host} did not answer within {limit_s} s; it will be asked again later.",
            permanent=False,
            host=place.host,
            limit_s=limits.total_s,
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise SourceError(
            "{host} cannot prove who it is ({error}); its certificate must be mended by its owner.",
            permanent=False,
            host=place.host,
            error=error.verify_message,
        ) from None
    except OSError as error:
        raise SourceError(
            "The talk with the mail server {host} broke off ({error}); it will be asked again later.",
            permanent=False,
            host=place.host,
            error=error,
        ) from None
    except RefusedError as error:
        raise SourceError(
            "The mail server {host} refuses to go on ({words!r}); it will be asked again later.",
            permanent=False,
            host=place.host,
            words=error.words,
        ) from None
    except GarbledError as error:
        raise SourceError(
            "The mail server {host} garbles its answers ({error}); it will be asked again later.",
            permanent=False,
            host=place.host,
            error=error,
        ) from None


def _sign_ins(look: MailLook) -> dict[str, str]:
    """What goes over the line in place of the password, by the way of signing in."""
    tokens = {name: sasl_token(look.user, look.password, name) for name in ("OAUTHBEARER", "XOAUTH2")}
    ways = {"sign-in": sasl_plain(look.user, look.password), **tokens}
    return {name: text.decode("ascii") for name, text in ways.items()}


def _way(look: MailLook) -> Way | None:
    if look.starttls:
        return Way.STARTTLS
    return Way.TLS if look.tls else None


def _check_texts(look: MailLook) -> None:
    for text, longest in (
        (look.host, 1_000),
        (look.user, 1_000),
        (look.password, _LONGEST_TOKEN if look.by_token else 1_000),
        (look.folder, 1_000),
    ):
        if not text or len(text) > longest or _UNSENDABLE.search(text):
            raise SourceError(
                "The server, the user, the password or the folder of the mailbox is empty or holds what cannot be "
                "sent; write them again.",
                permanent=True,
            )


def _enter(talk: MailTalk, look: MailLook, context: ssl.SSLContext | None) -> None:
    """Greet, encrypt, sign in."""
    try:
        is_in = talk.begin(context)
    except RefusedError as error:
        if error.status == "BYE" or error.is_passing:
            raise
        raise SourceError(
            "The mail server {host} does not encrypt ({words!r}); use port 993, or ask whoever runs it.",
            permanent=True,
            host=look.host,
            words=error.words,
        ) from None
    try:
        if not is_in and look.by_token:
            talk.sign_in_by_token(look.user, look.password)
        elif not is_in:
            talk.sign_in(look.user, look.password)
    except RefusedError as error:
        if error.is_passing or error.status == "BYE":
            raise
        if look.by_token:
            # The next session may be let in; one that cannot be opened stops the source where it is asked for.
            raise SourceError(
                "The mail server {host} refuses the OAuth session of {user} ({words!r}); see that IMAP is allowed for"
                " this mailbox and that the session was given for mail. It will be asked again later.",
                permanent=False,
                host=look.host,
                user=look.user,
                words=error.words,
            ) from None
        raise SourceError(
            "The mail server {host} refuses the password of {user} ({words!r}); make an app password for this mailbox "
            "and write it in the source again.",
            permanent=True,
            host=look.host,
            user=look.user,
            words=error.words,
        ) from None


def _read(talk: MailTalk, look: MailLook, limits: MailLimits) -> MailFound:
    validity = _opened(talk, look)
    is_known = validity == look.validity
    after = look.after if is_known else 0
    most = min(max(look.most, 1), _MOST)
    numbers = _numbers(talk, after, None if is_known else look.since, most + 1)
    more = len(numbers) > most
    asked = _sizes(talk, numbers[:most])
    letters: list[MailLetter] = []
    skipped: list[int] = []
    size_bytes = 0
    for number, size, at in asked:
        if size > limits.letter_bytes:
            skipped.append(number)
            continue
        if letters and (size_bytes + size > limits.all_bytes or _is_late(talk, limits)):
            more = True
            break
        try:
            raw = _letter(talk, number)
        except TimeoutError:
            if not letters:
                raise
            more = True
            break
        if raw is not None:  # else it was deleted meanwhile
            letters.append(MailLetter(number, raw, at or datetime.now(UTC)))
            size_bytes += len(raw)
    if more and not letters and not skipped:
        raise GarbledError("it lists letters and gives none")
    return MailFound(validity=validity, letters=tuple(letters), at=datetime.now(UTC), more=more, skipped=tuple(skipped))


def _is_late(talk: MailTalk, limits: MailLimits) -> bool:
    return talk.left_s < limits.total_s / 4


def _opened(talk: MailTalk, look: MailLook) -> int:
    """Open the folder for reading; return the validity of its numbers."""
    try:
        said = talk.command(f"EXAMINE {folder_name(look.folder)}")
    except RefusedError as error:
        if error.is_passing or error.status == "BYE":
            raise
        raise SourceError(
            "The mailbox of {user} on {host} has no folder {folder!r} that can be read ({words!r}); correct its name.",
            permanent=True,
            user=look.user,
            host=look.host,
            folder=look.folder,
            words=error.words,
        ) from None
    for response in said.responses:
        name, content = code_of(response.line[5:]) if response.line[:5].upper() == b"* OK " else ("", b"")
        if name == "UIDVALIDITY" and content.isdigit() and 0 < int(content[:20]) < 2**32:
            return int(content)
    raise SourceError(
        "The mail server {host} does not number its letters for good (UIDVALIDITY), so that they cannot be followed.",
        permanent=True,
        host=look.host,
    )


def _numbers(talk: MailTalk, after: int, since: datetime | None, most: int) -> list[int]:
    """Return the lowest numbers above `after`, rising, at most `most`."""
    wanted = f"UID {after + 1}:*"
    if since is not None:
        # The server compares days, in a zone of its own: a day more, so that none is lost.
        wanted = f"{wanted} SINCE {day_of(since - timedelta(days=1))}"
    said = talk.command(f"UID SEARCH {wanted}")
    # `n:*` also gives the last letter when its number is below n.
    above = (number for response in said.responses for number in searched(response) if after < number < 2**32)
    return sorted(set(heapq.nsmallest(most, above)))


def _sizes(talk: MailTalk, numbers: Sequence[int]) -> Iterator[tuple[int, int, datetime | None]]:
    """Yield number, size in bytes and instant of each letter that still stands, numbers rising."""
    for start in range(0, len(numbers), _AT_ONCE):
        wanted = numbers[start : start + _AT_ONCE]
        told: dict[int, tuple[int, datetime | None]] = {}
        said = talk.command(f"UID FETCH {','.join(map(str, wanted))} (UID RFC822.SIZE INTERNALDATE)")
        for attributes in _attributes(said.responses):
            number, size = _whole(attributes.get("UID")), _whole(attributes.get("RFC822.SIZE"))
            if number is not None and size is not None:
                told[number] = size, instant_of(attributes.get("INTERNALDATE", b""))
        for number in wanted:
            if number in told:
                yield number, *told[number]


def _letter(talk: MailTalk, number: int) -> bytes | None:
    said = talk.command(f"UID FETCH {number} (UID BODY.PEEK[])")
    for attributes in _attributes(said.responses):
        if _whole(attributes.get("UID")) == number and "BODY[]" in attributes:
            raw = attributes["BODY[]"]
            return None if raw.upper() == b"NIL" else raw
    return None


def _attributes(responses: Sequence[Response]) -> Iterator[dict[str, bytes]]:
    return (found for found in map(fetched, responses) if found is not None)


def _whole(text: bytes | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and len(text) < 20 else None

"""The one contract of all sources: plan what to ask, parse what came; no socket, no clock, no memory of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from tocsin.base.post import Post
from tocsin.collect.about import About


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source as its owner set it up.

    name: unique in the installation. adapter: name in the registry. options: the adapter's own settings, text to text;
    never a secret. time_zone: in which times without a zone are read. past: None to read what is new; else the instant
    back to which posts are fetched, on a timeline and with a cursor of their own.
    """

    name: str
    adapter: str
    options: dict[str, str] = {}
    time_zone: str = "Europe/Paris"
    past: datetime | None = None


def secret_ref(name: str) -> str:
    """Return the mark that stands for a secret of the source in a header, an address or a body.

    The adapter never sees the secret: it is put in on the way out, towards the hosts that `Terms.hosts` allows only.
    """
    return f"{{{{secret:{name}}}}}"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP question. `headers` are what the adapter wants on top of the guarded client's own.

    body: sent by POST when not empty; its kind is the header `content-type`. reads_status: statuses that are no
    success and that `parse` wants to see all the same (404 for "gone", 401 for "sign in again").
    """

    url: str
    headers: dict[str, str] = {}
    accept: str = "*/*"
    body: bytes = b""
    reads_status: tuple[int, ...] = ()


class Wire(StrEnum):
    """What a lasting connection speaks."""

    EVENTS = "events"  # server-sent events, WHATWG HTML 9.2
    WEB_SOCKET = "web_socket"  # RFC 6455


class Subscribe(msgspec.Struct, frozen=True, kw_only=True):
    """One lasting connection from which frames come. hello: messages to send first, over a web socket only.

    silence_s: a connection on which nothing came for so long, not even a sign of life, is opened anew.
    """

    url: str
    wire: Wire
    headers: dict[str, str] = {}
    hello: tuple[str, ...] = ()
    silence_s: float = 90.0


class ReadMail(msgspec.Struct, frozen=True, kw_only=True):
    """One look into a mailbox by IMAP (RFC 9051), which changes nothing in it: letters above a number, oldest first.

    password: a `secret_ref`. by_token: it is an OAuth token. validity: of the numbers (UIDVALIDITY) known so far, 0 for
    none: when the server's differs the letters since `since` are read anew. most: letters to take at once.
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
    by_token: bool = False


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to ask now. `next_at`: when to plan again, or None when the source is exhausted for good."""

    next_at: datetime | None = None


Plan = Request | Subscribe | ReadMail | Done


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said. `url` is the last after redirects; header names are lower case; `body` is decompressed."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    moved_to: str | None = None  # target of a permanent redirect (301, 308), if every hop was permanent


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a lasting connection. event, event_id: as server-sent events carry them."""

    body: bytes
    event: str = ""
    event_id: str = ""


class Frames(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of a lasting connection since the last that were parsed, in order. at: when the last of them came.

    is_first: the connection was opened anew before them, so that something may lie between. An empty batch comes first
    where a new connection says nothing for a while; the next batch is then told as the first again.
    """

    frames: Sequence[Frame]
    at: datetime
    is_first: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a mailbox as it lies there. number: its UID. raw: RFC 5322. at: when the server took it."""

    number: int
    raw: bytes
    at: datetime


class Letters(msgspec.Struct, frozen=True, kw_only=True):
    """What a look into a mailbox gave. validity: UIDVALIDITY. more: there are others above the last number.

    skipped: numbers of letters too large to be taken.
    """

    validity: int
    letters: Sequence[Letter]
    at: datetime
    more: bool = False
    skipped: Sequence[int] = ()


Reply = Answer | Frames | Letters


class Upsert(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A post that is there, new or changed."""

    post: Post


class Delete(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A post that its platform says is gone."""

    platform: str
    native_id: str
    reason: str


class DeleteAuthor(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """An account that its platform says is gone: every post of it that this source ever gave goes with it.

    handle: as in the authors of the posts that this source gives. Posts of it that stand before this item in the page
    go too; those after it stay, since an account may come back.
    """

    platform: str
    handle: str
    reason: str


class Gap(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A stretch of time that this source could not give; `why` is a catalogue key."""

    since: datetime | None
    until: datetime | None
    why: str


class Throttled(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """The server asked us to slow down until then."""

    until: datetime


class Reject(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A line or entry that could not become a post: where it stood, why, and its raw start (at most 200 characters)."""

    line: int
    why: str
    params: dict[str, str] = {}
    raw: str = ""


PageItem = Upsert | Delete | DeleteAuthor | Gap | Throttled | Reject


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer or frame held.

    next_cursor: opaque text to hand back at the next plan and parse; stored in the same transaction as the items.
    more: ask again at once. After frames: plan anew at once, and while that gives a `Request` (what a new connection
    may have missed), ask and parse it with the connection kept open; a `Subscribe` then means that it may stay.
    next_at: when the source itself would like to be asked again, or None.
    notes: counts of what was not understood, by reason; nothing is dropped silently.
    first_read: the source never answered before, so that what came is back-fill.
    secrets: new values of secrets (a session, a renewed token), by name: sealed with the commit, never shown.
    ends: when a secret stops working, by name, as far as the answer tells.
    """

    items: Sequence[PageItem]
    next_cursor: str
    more: bool = False
    next_at: datetime | None = None
    notes: dict[str, int] = {}
    first_read: bool = False
    secrets: dict[str, str] = {}
    ends: dict[str, datetime] = {}

    @property
    def posts(self) -> list[Post]:
        """The posts among the items, in order."""
        return [item.post for item in self.items if isinstance(item, Upsert)]


class Adapter(Protocol):
    """A kind of source. All functions are pure: the same arguments give the same result."""

    name: str
    version: str
    about: About

    def plan(self, source: Source, cursor: str, now: datetime) -> Plan:
        """Return what to ask next; `cursor` is "" at the beginning. Raises SourceError for options that cannot be."""

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return what the reply held. Raises SourceError when it holds nothing that can be used."""


@runtime_checkable
class Rechecks(Protocol):
    """An adapter that can ask for one post again, to see whether it still stands and how it reads now."""

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question that tells of one post, None where there is none."""

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, its deletion, or None when the answer tells neither."""


def answered(reply: Reply) -> Answer:
    """Return the reply of a source that asks questions. Raises TypeError: a mistake of the caller."""
    if not isinstance(reply, Answer):
        raise TypeError(f"an answer is parsed here, not {type(reply).__name__}")
    return reply

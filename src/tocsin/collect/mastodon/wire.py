"""The shapes that Mastodon and its kin send, as far as they are used.

Source: the documentation of Mastodon's API 4.5 and of Pleroma's differences, read 2026-11; its kin leave fields out,
write ids as numbers, or put null where nothing is said.
"""

from __future__ import annotations

import msgspec

from tocsin.collect.lenient import Lenient


class Account(msgspec.Struct, frozen=True, gc=False):
    """Who wrote. acct: `name` on the server asked, `name@other.example` elsewhere."""

    acct: str = ""
    username: str = ""
    display_name: str | None = None
    followers_count: int | None = None
    created_at: str | None = None


class Attachment(msgspec.Struct, frozen=True, gc=False):
    """A picture, film or sound. remote_url: on the server where it was posted."""

    type: str = ""
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Option(msgspec.Struct, frozen=True, gc=False):
    """What one may vote for."""

    title: str = ""


class Poll(msgspec.Struct, frozen=True, gc=False):
    """A vote that hangs on a status."""

    options: tuple[Option, ...] = ()


class Quote(msgspec.Struct, frozen=True, gc=False):
    """What is quoted: as Mastodon writes it, or (uri) the status itself, as Pleroma's kin do."""

    quoted_status: Status | None = None
    uri: str | None = None


class Pleroma(msgspec.Struct, frozen=True, gc=False):
    """What Pleroma adds."""

    quote_url: str | None = None


class Status(msgspec.Struct, frozen=True, gc=False):
    """A post, or (with a reblog) somebody who passes one on."""

    id: str | int
    uri: str | None = None
    url: str | None = None
    created_at: str | None = None
    edited_at: str | None = None
    in_reply_to_id: str | int | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    content: str | None = None
    account: Account | None = None
    reblog: Status | None = None
    quote: Quote | None = None
    media_attachments: tuple[Attachment, ...] | None = None
    poll: Poll | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    pleroma: Pleroma | None = None


class Many(msgspec.Struct, frozen=True, gc=False):
    """One message over a web socket that carries several streams. payload: JSON in a text, or a bare id."""

    event: str
    payload: str | None = None


class Results(msgspec.Struct, frozen=True, gc=False):
    """What a search found."""

    statuses: msgspec.Raw


class _Urls(msgspec.Struct, frozen=True, gc=False):
    streaming: str = ""
    streaming_api: str = ""


class _Configuration(msgspec.Struct, frozen=True, gc=False):
    urls: _Urls | None = None


class Instance(msgspec.Struct, frozen=True, gc=False):
    """A server, as far as one asks where it streams; either version of the answer."""

    configuration: _Configuration | None = None
    urls: _Urls | None = None

    @property
    def streaming(self) -> str:
        """The address of its streams, "" where it tells none."""
        told = self.configuration.urls if self.configuration is not None else None
        return (told.streaming if told else "") or (self.urls.streaming_api if self.urls else "")


STATUSES = Lenient(Status)
MANY = Lenient(Many)
RESULTS = Lenient(Results)
INSTANCES = Lenient(Instance)

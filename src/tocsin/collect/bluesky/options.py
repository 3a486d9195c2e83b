"""What the owner of a Bluesky source set, checked."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.url import canonical_url
from tocsin.collect.adapter import Source

SIGN_IN = "https://bsky.social"  # where accounts without a server of their own sign in
OPEN_SEARCH = "https://api.bsky.app"  # answers without a session, one page a question
STREAM = "wss://jetstream2.us-east.bsky.network"
MOST_WORDS = 10
_NAMES = ("account", "every_minutes", "mode", "server", "stream", "words")
_LINES = re.compile(r"[,;\n]")
_LONGEST = 300


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a Bluesky source is read.

    is_stream: every post as it comes, else what a search finds. words: each a search of its own. account: handle or
    mail address of who signs in, "" for nobody. server: where the account signs in, "" for the usual one. stream:
    address of the Jetstream, beginning with wss://. every_s: between two searches.
    """

    is_stream: bool
    words: tuple[str, ...]
    account: str
    server: str
    stream: str
    every_s: int

    @property
    def sign_in(self) -> str:
        """Where the account signs in."""
        return self.server or SIGN_IN

    @property
    def asked(self) -> str:
        """The server that is asked for posts."""
        return self.sign_in if self.account else self.server or OPEN_SEARCH

    @property
    def open_search(self) -> str:
        """The server that is asked for single posts, without a session: where an account signs in none would do."""
        return self.server if self.server and not self.account else OPEN_SEARCH


def read_options(source: Source) -> Options:
    """Return the options of a source. Raises SourceError, permanent, that names the wrong one."""
    options = source.options
    unknown = sorted(set(options) - set(_NAMES))
    if unknown:
        raise SourceError(
            "The source {source} has an option {name!r} that Bluesky sources do not know; remove it.",
            permanent=True,
            source=source.name,
            name=unknown[0],
        )
    mode = options.get("mode", "") or "search"
    if mode not in ("search", "stream"):
        raise SourceError(
            "{source} reads neither what a search finds nor every post, but {value!r}; write search or stream.",
            permanent=True,
            source=source.name,
            value=mode[:80],
        )
    every = options.get("every_minutes", "") or "2"
    if not (every.isascii() and every.isdigit() and len(every) < 6 and int(every) > 0):
        raise SourceError(
            "The minutes between two reads of {source} ({value!r}) are no whole number; write 2, or leave it empty.",
            permanent=True,
            source=source.name,
            value=every[:80],
        )
    return Options(
        is_stream=mode == "stream",
        words=_words(source, is_needed=mode == "search"),
        account=_account(source),
        server=_server(source),
        stream=_stream(source),
        every_s=int(every) * 60,
    )


def _words(source: Source, *, is_needed: bool) -> tuple[str, ...]:
    written = source.options.get("words", "")
    words = tuple(dict.fromkeys(one for part in _LINES.split(written) if (one := part.strip())))
    if is_needed and not words:
        raise SourceError(
            "{source} has no words to search for; write at least one.", permanent=True, source=source.name
        )
    if len(words) > MOST_WORDS or any(len(one) > _LONGEST or not one.isprintable() for one in words):
        raise SourceError(
            "{source} has words that cannot be searched for ({value!r}); write at most ten searches of 300 letters.",
            permanent=True,
            source=source.name,
            value=written[:80],
        )
    return words


def _account(source: Source) -> str:
    account = source.options.get("account", "").strip().removeprefix("@")
    if len(account) > _LONGEST or not account.isprintable() or " " in account:
        raise SourceError(
            "The account of {source} ({value!r}) is no handle; write one such as maison-alba.bsky.social.",
            permanent=True,
            source=source.name,
            value=account[:80],
        )
    return account


def _server(source: Source) -> str:
    written = source.options.get("server", "").strip()
    if not written:
        return ""
    url = canonical_url(written if "://" in written else f"https://{written}")
    if url is None:
        raise SourceError(
            "The server of {source} ({value!r}) is no web address; write one that begins with https://.",
            permanent=True,
            source=source.name,
            value=written[:80],
        )
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _stream(source: Source) -> str:
    """Return the address of a Jetstream, without query; its path tells the version, where there is one."""
    address = source.options.get("stream", "").strip() or STREAM
    scheme, mark, rest = address.partition("://")
    scheme = {"https": "wss", "http": "ws"}.get(scheme.lower(), scheme.lower()) if mark else "wss"
    secure = scheme == "wss"
    url = canonical_url(f"{'https' if secure else 'http'}://{rest if mark else address}")
    if scheme not in ("ws", "wss") or url is None:
        raise SourceError(
            "The stream of {source} ({value!r}) has no address of a Jetstream; write one that begins with wss://.",
            permanent=True,
            source=source.name,
            value=address[:80],
        )
    parts = urlsplit(url)
    return SplitResult(scheme, parts.netloc, parts.path.rstrip("/"), "", "").geturl()

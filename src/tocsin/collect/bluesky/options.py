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
        """The server that is asked for single posts, without a session."""
        return self.server or OPEN_SEARCH


def read_options(source: Source) -> Options:
    """Return the options of a source. Raises SourceError, permanent, that names the wrong one."""
    options = source.options
    for name in sorted(set(options) - set(_NAMES)):
        raise _wrong(source, name, options[name], "Bluesky sources do not know it; remove it")
    mode = options.get("mode", "") or "search"
    if mode not in ("search", "stream"):
        raise _wrong(source, "mode", mode, "write search or stream")
    words = tuple(dict.fromkeys(one for part in _LINES.split(options.get("words", "")) if (one := part.strip())))
    if mode == "search" and not words:
        raise _wrong(source, "words", "", "write at least one word to search for")
    if len(words) > MOST_WORDS or any(len(one) > _LONGEST or not one.isprintable() for one in words):
        raise _wrong(source, "words", options["words"], "write at most ten searches of at most 300 letters")
    account = options.get("account", "").strip().removeprefix("@")
    if len(account) > _LONGEST or not account.isprintable() or " " in account:
        raise _wrong(source, "account", account, "write a handle such as maison-alba.bsky.social")
    every = options.get("every_minutes", "") or "2"
    if not (every.isascii() and every.isdigit() and len(every) < 6 and int(every) > 0):
        raise _wrong(source, "every_minutes", every, "write a whole number of minutes")
    return Options(
        is_stream=mode == "stream",
        words=words,
        account=account,
        server=_server(source, options.get("server", "").strip()),
        stream=_stream(source, options.get("stream", "").strip()),
        every_s=int(every) * 60,
    )


def _server(source: Source, written: str) -> str:
    if not written:
        return ""
    url = canonical_url(written if "://" in written else f"https://{written}")
    if url is None:
        raise _wrong(source, "server", written, "write the address of the server, beginning with https://")
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _stream(source: Source, written: str) -> str:
    """Return the address of a Jetstream, without query; its path tells the version, where there is one."""
    address = written or STREAM
    scheme, mark, rest = address.partition("://")
    scheme = {"https": "wss", "http": "ws"}.get(scheme.lower(), scheme.lower()) if mark else "wss"
    secure = scheme == "wss"
    url = canonical_url(f"{'https' if secure else 'http'}://{rest if mark else address}")
    if scheme not in ("ws", "wss") or url is None:
        raise _wrong(source, "stream", written, "write the address of a Jetstream, beginning with wss://")
    parts = urlsplit(url)
    return SplitResult(scheme, parts.netloc, parts.path.rstrip("/"), "", "").geturl()


def _wrong(source: Source, name: str, value: str, remedy: str) -> SourceError:
    return SourceError(
        "The source {source} has an option {name} that cannot be read ({value!r}): {remedy}.",
        permanent=True,
        source=source.name,
        name=name,
        value=value[:80],
        remedy=remedy,
    )

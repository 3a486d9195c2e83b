"""What the owner of a Mastodon source set, checked, and the questions that follow from it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.url import canonical_url
from tocsin.collect.adapter import Request, Source, secret_ref

PAGE_STATUSES = 40
MOST_LISTS = 10
_NAMES = ("every_minutes", "hashtags", "live", "reads", "server", "signed_in", "stream", "words")
_READS = ("hashtags", "local", "public", "search")
_BETWEEN = re.compile(r"[\s,;#]+")
_TAG = re.compile(r"[\w·]{1,200}")
_LINES = re.compile(r"[,;\n]")
_LONGEST = 300


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a Mastodon source is read.

    server: its address, without path. reads: hashtags, search, local (what is written on the server) or public (all
    that it sees). lists: hashtags without #, or searches; one list without a name for the rest. is_live: as it comes.
    is_signed_in: an access token is given. stream: where the server streams, "" to ask it. every_s: between two reads
    where it is not live.
    """

    server: str
    reads: str
    lists: tuple[str, ...]
    is_live: bool
    is_signed_in: bool
    stream: str
    every_s: int

    @property
    def host(self) -> str:
        """The name of the server, as in the handles of its people."""
        return urlsplit(self.server).netloc

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"authorization": f"Bearer {secret_ref('token')}"} if self.is_signed_in else {}

    def page(self, number: int, *, after: str = "", before: str = "") -> Request:
        """Return the question for one page of a list: the oldest after an id, or the newest before one, or of all."""
        fields = {"limit": str(PAGE_STATUSES)}
        name = self.lists[min(number, len(self.lists) - 1)]
        path = "/api/v1/timelines/public"
        if self.reads == "hashtags":
            path = f"/api/v1/timelines/tag/{quote(name, safe='')}"
        elif self.reads == "search":
            path = "/api/v2/search"
            fields |= {"q": name, "type": "statuses"}
        elif self.reads == "local":
            fields["local"] = "true"
        if after:
            fields["min_id"] = after
        if before:
            fields["max_id"] = before
        return Request(
            url=f"{self.server}{path}?{urlencode(fields)}",
            headers=self.headers,
            accept="application/json",
            reads_status=(401, 403, 422),
        )


def read_options(source: Source) -> Options:
    """Return the options of a source. Raises SourceError, permanent, that names the wrong one."""
    options = source.options
    unknown = sorted(set(options) - set(_NAMES))
    if unknown:
        raise SourceError(
            "The source {source} has an option {name!r} that Mastodon sources do not know; remove it.",
            permanent=True,
            source=source.name,
            name=unknown[0],
        )
    reads = options.get("reads", "") or "hashtags"
    if reads not in _READS:
        raise SourceError(
            "{source} cannot read {value!r} of a server; write hashtags, search, local or public.",
            permanent=True,
            source=source.name,
            value=reads[:80],
        )
    every = options.get("every_minutes", "") or "2"
    if not (every.isascii() and every.isdigit() and len(every) < 6 and int(every) > 0):
        raise SourceError(
            "The minutes between two reads of {source} ({value!r}) are no whole number; write 2, or leave it empty.",
            permanent=True,
            source=source.name,
            value=every[:80],
        )
    is_signed_in = _flag(source, "signed_in")
    if reads == "search" and not is_signed_in:
        raise SourceError(
            "{source} cannot search without an access token; make one on the server, and say that it is used.",
            permanent=True,
            source=source.name,
        )
    return Options(
        server=_address(source, "server"),
        reads=reads,
        lists=_lists(source, reads),
        is_live=_flag(source, "live") and reads != "search",
        is_signed_in=is_signed_in,
        stream=_address(source, "stream") if options.get("stream", "").strip() else "",
        every_s=int(every) * 60,
    )


def _lists(source: Source, reads: str) -> tuple[str, ...]:
    if reads in ("local", "public"):
        return ("",)
    if reads == "search":
        written = source.options.get("words", "")
        found = [one for part in _LINES.split(written) if (one := part.strip())]
        if not found or len(found) > MOST_LISTS or any(len(one) > _LONGEST or not one.isprintable() for one in found):
            raise SourceError(
                "{source} has no words that can be searched for ({value!r}); write one to ten searches of 300 letters.",
                permanent=True,
                source=source.name,
                value=written[:80],
            )
        return tuple(dict.fromkeys(found))
    written = source.options.get("hashtags", "")
    found = [one.casefold() for one in _BETWEEN.split(written) if one]
    if not found or len(found) > MOST_LISTS or any(_TAG.fullmatch(one) is None for one in found):
        raise SourceError(
            "{source} has no hashtags that can be read ({value!r}); write one to ten, of letters, digits and _.",
            permanent=True,
            source=source.name,
            value=written[:80],
        )
    return tuple(dict.fromkeys(found))


def _flag(source: Source, name: str) -> bool:
    written = source.options.get(name, "") or "no"
    if written not in ("yes", "no"):
        raise SourceError(
            "The option {name} of {source} is neither yes nor no ({value!r}); write one of them.",
            permanent=True,
            source=source.name,
            name=name,
            value=written[:80],
        )
    return written == "yes"


def _address(source: Source, name: str) -> str:
    written = source.options.get(name, "").strip()
    plain = re.sub(r"\A(ws)(s?)://", r"http\2://", written, flags=re.IGNORECASE)
    url = canonical_url(plain if "://" in plain else f"https://{plain}") if plain else None
    if url is None or not urlsplit(url).netloc.strip("."):
        raise SourceError(
            "{source} has no address of a server ({value!r}); write one such as https://mastodon.example.",
            permanent=True,
            source=source.name,
            value=written[:80],
        )
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"

"""Which titles of the press are national, local or specialised, by the host of their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

import msgspec

from tocsin.base.errors import InputError
from tocsin.spread.values import Press

_TABLE = "media.tsv"
_COLUMNS = 5
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_TWO = re.compile(r"[A-Za-z]{2}")
# Under these anybody may have a host: one of them is no title, whatever an owner may have meant.
_SUFFIXES = frozenset(
    (
        *("asso.fr", "blogspot.com", "co.in", "co.nz", "co.uk", "co.za", "com.au", "com.tn", "free.fr", "github.io"),
        *("gouv.fr", "ltd.uk", "medium.com", "net.au", "org.au", "org.nz", "org.uk", "over-blog.com", "plc.uk"),
        *("substack.com", "tm.fr", "tumblr.com", "wordpress.com"),
    )
)


class TitleKind(StrEnum):
    """What a title is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MAGAZINE = "magazine"
    WIRE = "wire"
    TV = "tv"
    RADIO = "radio"
    PURE_PLAYER = "pure_player"
    TRADE = "trade"
    TECHNOLOGY = "technology"
    CONSUMER = "consumer"


class Title(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A title of the press. host: it and its sub-domains. country: ISO 3166, of the title. language: ISO 639.

    scope: None for a host that is no press, whatever a shorter host of the table says.
    """

    host: str
    scope: Press | None
    kind: TitleKind
    country: str
    language: str


Media = Mapping[str, Title]


@cache
def shipped_media() -> Media:
    """Return the titles that ship, by the end of their host."""
    return read_media(files(__package__).joinpath(_TABLE).read_text(encoding="utf-8").splitlines())


def read_media(lines: Iterable[str]) -> dict[str, Title]:
    """Return the titles of a table: host, scope, kind, country and language in columns parted by tabulators.

    The scope `none` hides a host. Empty lines and those that begin with `#` are looked over; the last line of a host
    holds. Raises InputError with the line and what is wrong with it.
    """
    found: dict[str, Title] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        if len(cells) != _COLUMNS:
            raise InputError(
                "Line {line} of the table of media holds {count} columns in place of five: host, scope, kind, country"
                " and language, parted by tabulators. Mend the line or remove it.",
                line=number,
                count=len(cells),
            )
        try:
            title = read_title(*cells)
        except InputError as error:
            raise InputError("Line {line} of the table of media: {error}", line=number, error=error) from None
        found[title.host] = title
    return found


def read_title(host: str, scope: str, kind: str, country: str, language: str) -> Title:
    """Return a title as a person or a table writes it; of an address, its host. Raises InputError, naming the value."""
    name = read_host(host)
    if scope not in ("none", *Press):
        raise InputError("{value!r} is no scope; write national, local, specialised or none.", value=scope)
    if kind not in frozenset(TitleKind):
        raise InputError("{value!r} is no kind of title; write one of {kinds}.", value=kind, kinds=", ".join(TitleKind))
    for value in (country, language):
        if not _TWO.fullmatch(value):
            raise InputError("{value!r} is no code of two letters, such as FR for a country or fr.", value=value)
    return Title(
        host=name,
        scope=None if scope == "none" else Press(scope),
        kind=TitleKind(kind),
        country=country.upper(),
        language=language.lower(),
    )


def read_host(text: str) -> str:
    """Return the host that a person wrote, or that of the address they pasted, without www. Raises InputError."""
    host = _host_of(text if "//" in text else f"//{text.strip()}").removeprefix("www.")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise InputError("{value!r} is no host; write one such as lemonde.fr.", value=text)
    if host in _SUFFIXES:
        raise InputError("Anybody may have a host under {value}: name the title's own.", value=host)
    return host


def title_of(url: str | None, media: Media | None = None) -> Title | None:
    """Return the title that an address belongs to, by the longest end of its host; None for an address of none.

    >>> title_of("https://www.lemonde.fr/a").host
    'lemonde.fr'
    >>> title_of("https://lemonde.fr.evil.example/a") is None
    True
    """
    table = shipped_media() if media is None else media
    parts = _host_of(url or "").split(".")
    for start in range(len(parts) - 1):
        found = table.get(".".join(parts[start:]))
        if found is not None:
            return found
    return None


def press_of(url: str | None, media: Media | None = None) -> Press | None:
    """Return the scope of the title that an address belongs to, None for an address of no known title.

    >>> press_of("https://www.lemonde.fr/a").value
    'national'
    """
    title = title_of(url, media)
    return None if title is None else title.scope


def _host_of(url: str) -> str:
    """The host of an address in lower case, "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""

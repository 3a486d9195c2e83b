"""Propose the first query of a brand from what its owner says of it, and warn where the name is too common."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.text import fold_words
from tocsin.flows.i18n import N_
from tocsin.flows.watches.chips import Chips, near_chip
from tocsin.flows.watches.ordinary import is_ordinary
from tocsin.screen.query import FUZZY_LETTERS

CONTEXT_WORDS = 12  # how near a word of the trade must stand to a name that is an ordinary word
_SHORT = 3
_MOST_HANDLES = 20
# What customers speak of, whatever the trade; prefixes, so that plurals and verbs come too.
_CONTEXT = {
    "fr": ("client*", "command*", "livr*", "boutique*", "service*", "factur*", "prix"),
    "en": ("customer*", "order*", "deliver*", "store*", "bill*", "price*"),
}


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner says of a brand. site: host or address, or "". handles: without @. languages: ISO 639-1 codes."""

    name: str
    site: str = ""
    handles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("fr", "en")


class Doubt(StrEnum):
    """Why a name alone would bring noise; the value is the sentence that says so and what was done."""

    ORDINARY = N_(
        "{name} is also an ordinary word: it is asked for with its capital, near a word that customers use. Its "
        "handles and its site need no such care."
    )
    SHORT = N_("{name} is short and stands in many texts: it is asked for exactly as written.")


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A first query. doubts: what its owner should know. accounts: own accounts, folded, without @."""

    chips: Chips
    doubts: tuple[Doubt, ...] = ()
    accounts: tuple[str, ...] = ()


def propose_query(brand: Introduction) -> Proposal:
    """Return the query that a brand may begin with: its name, joined, its handles, its site, a usual misspelling.

    Raises InputError when the name holds no word.

    >>> propose_query(Introduction(name="Maison Alba", site="https://www.maisonalba.example/")).chips.any
    ('"Maison Alba"', '#MaisonAlba', '"maisonalba.example"')
    """
    name = " ".join(brand.name.replace('"', " ").split())
    words = fold_words(name)
    if not words:
        raise InputError("The name {name!r} holds no letter or digit to look for.", name=brand.name)
    chips: list[str] = []
    doubts: list[Doubt] = []
    if len(words) == 1 and is_ordinary(words[0]):
        doubts.append(Doubt.ORDINARY)
        context = ", ".join(dict.fromkeys(word for code in brand.languages for word in _CONTEXT.get(code, ())))
        chips.append(near_chip(f'="{name}"', context or "brand*", CONTEXT_WORDS))
    elif len(words) == 1 and len(words[0]) <= _SHORT:
        doubts.append(Doubt.SHORT)
        chips.append(f'="{name}"')
    else:
        chips.append(f'"{name}"' if " " in name or len(words) > 1 else name)
    if len(words) > 1:
        chips.append("#" + "".join(part for part in name.title() if part.isalnum()))
    elif not doubts and len(words[0]) >= FUZZY_LETTERS:
        chips.append(f"{words[0]}~")
    handles = tuple(handle.lstrip("@").strip() for handle in brand.handles[:_MOST_HANDLES])
    chips += [_handle(handle) for handle in handles if fold_words(handle)]
    host = host_of(brand.site)
    if host:
        chips.append(f'"{host}"')
    accounts = tuple(handle.lower() for handle in handles if handle)
    return Proposal(chips=Chips(any=tuple(dict.fromkeys(chips))), doubts=tuple(doubts), accounts=accounts)


def host_of(site: str) -> str:
    """Return the host of a site as its owner writes it, without www; "" when there is none.

    >>> host_of("www.maisonalba.example/boutique"), host_of("")
    ('maisonalba.example', '')
    """
    text = site.strip().lower()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if "." in host and fold_words(host) else ""


def _handle(handle: str) -> str:
    """A handle as a chip: alba.paris and alba@social.example are written between quotes."""
    return f"@{handle}" if handle.replace("_", "").isalnum() else f'"@{handle}"'

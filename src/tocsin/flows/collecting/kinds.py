"""The kinds of source as people choose among them, and what they typed until they decide."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from tocsin.base.errors import InputError, StoreError, TocsinError
from tocsin.collect.about import About
from tocsin.collect.adapter import Source
from tocsin.collect.registry import load_adapter
from tocsin.flows.collecting.life import adapters
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.store.secret.seal import Seal

_PURPOSE = "source being added"
_LONGEST_NAME = 200


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of source. name: of its adapter."""

    name: str
    about: About

    @property
    def thousand_usd(self) -> float:
        """What a thousand posts cost, in US dollars; 0 where nothing is asked."""
        return round(self.about.terms.cost_a_post * 1000, 2)


class KindGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Kinds that ask alike. title, what: catalogue sentences."""

    title: str
    what: str
    kinds: tuple[Kind, ...]


def kind_groups() -> list[KindGroup]:
    """Return the kinds of source by what they ask: nothing, a key of one's own, an approval or money; none empty."""
    kinds = sorted((Kind(name=name, about=about) for name, about in adapters()), key=_rank)
    groups = (
        (
            N_("Open to all"),
            N_("These are read without the word of anybody; some bring more with an account of yours."),
            [kind for kind in kinds if _is_open(kind.about)],
        ),
        (
            N_("Your own accounts"),
            N_("These are read in your name, with a key that you make and may withdraw at any time."),
            [kind for kind in kinds if not _is_open(kind.about) and not _has_conditions(kind.about)],
        ),
        (
            N_("On conditions of the platform"),
            N_("These ask for money or for an approval first. They stay off until you declare it."),
            [kind for kind in kinds if _has_conditions(kind.about)],
        ),
    )
    return [KindGroup(title=title, what=what, kinds=tuple(found)) for title, what, found in groups if found]


def kind_named(name: str) -> Kind | None:
    """Return a kind that people may add, or None."""
    return next((Kind(name=name, about=about) for found, about in adapters() if found == name), None)


def about_of(adapter: str) -> About | None:
    """Return what an adapter says of itself, None for one that is no longer installed."""
    try:
        return load_adapter(adapter).about
    except InputError:
        return None


def free_name(engine: Engine, source: Source) -> str:
    """Return a name for a source that no other bears: what tells it from others of its kind."""
    taken = {row.source.name for row in engine.store.sources()}
    base = _telling(source)
    return next(name for name in (base, *(f"{base} {number}" for number in range(2, 1000))) if name not in taken)


def announced(source: Source, error: TocsinError) -> Source | None:
    """Return the source of the feed that a page announces, where that is what the error says; else None."""
    feed = error.params.get("feed")
    if source.adapter != "feed" or not isinstance(feed, str) or feed == source.options.get("url"):
        return None
    return msgspec.structs.replace(source, options={**source.options, "url": feed})


def put_aside(engine: Engine, secrets: Mapping[str, str]) -> str:
    """Return secrets sealed, to be carried by a form until their owner decides; "" for none."""
    if not secrets:
        return ""
    return Seal(engine.settings.data_dir).close(msgspec.json.encode(dict(secrets)).decode(), _PURPOSE)


def kept_aside(engine: Engine, sealed: str) -> dict[str, str]:
    """Return the secrets that `put_aside` sealed; none when the text is not one of its own."""
    if not sealed:
        return {}
    try:
        opened = Seal(engine.settings.data_dir).open(sealed, _PURPOSE)
    except StoreError:
        return {}
    return msgspec.json.decode(opened, type=dict[str, str])


def _is_open(about: About) -> bool:
    required = {field.name for field in about.fields if field.required}
    return not required.intersection(about.secrets) and not _has_conditions(about)


def _has_conditions(about: About) -> bool:
    return about.terms.approval or about.terms.cost_a_post > 0


def _rank(kind: Kind) -> tuple[bool, str]:
    return kind.name != "feed", kind.about.title.casefold()


def _telling(source: Source) -> str:
    """The host of what is read, else the first option that says something, else the kind."""
    options = source.options
    for name in ("url", "server", "site", "place"):
        written = options.get(name, "")
        host = urlsplit(written if "://" in written else f"https://{written}").hostname if written else None
        if host and "." in host:
            told = next((options[one] for one in ("tag", "hashtags", "words", "query") if options.get(one)), "")
            return f"{host.removeprefix('www.')} {told}".strip()[:_LONGEST_NAME]
    told = next((value for name, value in options.items() if value and name not in ("mode", "list", "kind")), "")
    return f"{source.adapter.replace('_', ' ')} {told}".strip()[:_LONGEST_NAME]

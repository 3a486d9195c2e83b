"""Import a list of feeds as sources, or write one of those there are."""

from __future__ import annotations

import msgspec

from tocsin.base.url import canonical_url, host_of
from tocsin.collect.adapter import Reject, Source
from tocsin.collect.feed.opml import OpmlFeed, read_opml, write_opml
from tocsin.flows.engine import Engine

LONGEST_NAME = 200


class OpmlImported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a list. known: feeds that were sources already, or stood twice in it. rejects: see `Reject`."""

    added: tuple[Source, ...]
    known: int
    rejects: tuple[Reject, ...]


def import_opml(engine: Engine, body: bytes, brand: str = "") -> OpmlImported:
    """Store each feed of a list that is no source yet; they are read from then on, at their own pace.

    brand: the only one that they serve, or "" for all. Raises InputError when `body` is no list of feeds.
    """
    read = read_opml(body)
    rows = engine.store.sources()
    known = {canonical_url(row.source.options.get("url", "")) for row in rows if row.source.adapter == "feed"}
    names = {row.source.name for row in rows}
    fresh = [feed for feed in read.feeds if feed.url not in known]
    added = tuple(Source(name=_free_name(feed, names), adapter="feed", options={"url": feed.url}) for feed in fresh)
    engine.store.save_sources(added, brand)
    return OpmlImported(added=added, known=len(read.feeds) - len(added) + read.repeated, rejects=read.rejects)


def export_opml(engine: Engine, title: str) -> bytes:
    """Return the feeds there are as a list that other readers take."""
    feeds = [
        OpmlFeed(url=row.source.options.get("url", ""), name=row.source.name)
        for row in engine.store.sources()
        if row.source.adapter == "feed"
    ]
    return write_opml(feeds, title)


def _free_name(feed: OpmlFeed, names: set[str]) -> str:
    """Return a name that no source has, and take it: that of the list, else of the host, with a number if need be."""
    wanted = (feed.name or host_of(feed.url))[: LONGEST_NAME - 6].strip()
    name, number = wanted, 2
    while name in names:
        name, number = f"{wanted} {number}", number + 1
    names.add(name)
    return name

"""Sources as their owner sees them: how each fares, what is not watched, what leaves this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import msgspec

from tocsin.base.errors import InputError, NotFoundError, SourceError
from tocsin.base.time import minute_of
from tocsin.collect.adapter import ReadMail, Request, Source, Subscribe
from tocsin.collect.registry import load_adapter
from tocsin.flows.collecting.life import SecretLine, ending_secrets
from tocsin.flows.collecting.push.shown import hub_host
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_
from tocsin.store.queries.figures import Bucket
from tocsin.store.queries.sources import SourceFigures
from tocsin.store.rows import SourceRow

LATE = timedelta(minutes=30)  # a read that is overdue by more than this: nobody collects
_SEEN_DAYS = 30

# Where companies are spoken of, by the platform names of posts; the words are shown as they are.
_NETWORKS = (
    ("Bluesky", ("bluesky",)),
    ("Mastodon", ("mastodon",)),
    ("X", ("x", "twitter")),
    ("Instagram", ("instagram",)),
    ("TikTok", ("tiktok",)),
    ("Facebook", ("facebook",)),
    ("LinkedIn", ("linkedin",)),
    ("YouTube", ("youtube",)),
    ("Reddit", ("reddit",)),
    ("Google", ("google", "reviews")),
    ("Trustpilot", ("trustpilot", "reviews")),
    ("Threads", ("threads",)),
)


class Health(StrEnum):
    """How a source fares."""

    GOOD = "good"
    NEW = "unread"  # never read yet
    FAILING = "failing"  # the last reads failed; it is tried again
    STOPPED = "stopped"  # failed for good; waits for its owner
    LATE = "late"  # should have been read and was not: no worker runs
    PAUSED = "paused"


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """One source. lag_s: seconds since the last good read, None before the first. figures: what it brought in all."""

    row: SourceRow
    health: Health
    lag_s: float | None
    figures: SourceFigures
    host: str

    @property
    def needs_somebody(self) -> bool:
        """Whether a person must look at it."""
        return self.health in (Health.FAILING, Health.STOPPED, Health.LATE)


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One address that this machine speaks to. why, params: a catalogue sentence."""

    host: str
    why: str
    params: dict[str, str] = {}


class SourceBoard(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. unseen: networks from which nothing came in the last 30 days, so that nobody believes them watched.

    ending: secrets of these sources that stop working within 14 days, or did.
    """

    sources: tuple[SourceView, ...]
    unseen: tuple[str, ...]
    outgoing: tuple[Outgoing, ...]
    ending: tuple[SecretLine, ...] = ()

    @property
    def in_trouble(self) -> int:
        """How many sources need a person."""
        return sum(view.needs_somebody for view in self.sources)


def source_board(engine: Engine, brand: str, now: datetime, *, all_brands: bool) -> SourceBoard:
    """Return the sources that serve a brand, those in trouble first, with what is unseen and what goes out.

    all_brands: what goes out for other brands is told too; only for whoever owns them all.
    """
    figures = engine.store.source_figures()
    rows = [row for row in engine.store.sources() if row.brand in ("", brand)]
    views = [_view(row, figures.get(row.source.name, SourceFigures()), now) for row in rows]
    views.sort(key=lambda view: (not view.needs_somebody, view.row.source.name.casefold()))
    return SourceBoard(
        sources=tuple(views),
        unseen=tuple(_unseen(engine, brand, now)),
        outgoing=tuple(_outgoing(engine, rows if not all_brands else engine.store.sources())),
        ending=tuple(one for one in ending_secrets(engine, now) if one.source in {row.source.name for row in rows}),
    )


def find_source(engine: Engine, brand: str, name: str) -> SourceRow:
    """Return a source that serves the brand. Raises NotFoundError."""
    for row in engine.store.sources():
        if row.source.name == name and row.brand in ("", brand):
            return row
    raise NotFoundError("There is no source {name!r}. Add it, or mend the name.", name=name)


def set_reading(engine: Engine, row: SourceRow, *, enabled: bool) -> None:
    """Pause a source, or read it again, at once; one that had stopped starts anew."""
    engine.store.save_source(row.source, row.brand, enabled=enabled)


def source_view(engine: Engine, row: SourceRow, now: datetime) -> SourceView:
    """Return how one source fares."""
    return _view(row, engine.store.source_figures().get(row.source.name, SourceFigures()), now)


def _view(row: SourceRow, figures: SourceFigures, now: datetime) -> SourceView:
    lag_s = None if row.last_good_at is None else max(0.0, (now - row.last_good_at).total_seconds())
    return SourceView(
        row=row,
        health=_health(row, now),
        lag_s=lag_s,
        figures=figures,
        host=next(iter(_hosts(row.source)), ""),
    )


def _health(row: SourceRow, now: datetime) -> Health:
    if row.stopped:
        return Health.STOPPED
    if not row.enabled:
        return Health.PAUSED
    if row.failures:
        return Health.FAILING
    if row.last_good_at is None:
        return Health.NEW
    if row.next_at is not None and now - row.next_at > LATE:
        return Health.LATE
    return Health.GOOD


def _unseen(engine: Engine, brand: str, now: datetime) -> Iterator[str]:
    minute = minute_of(now)
    rows = engine.store.counts(brand, since_minute=minute - _SEEN_DAYS * 1440, until_minute=minute, bucket=Bucket.DAY)
    seen = {row.platform for row in rows}
    for name, platforms in _NETWORKS:
        if not seen.intersection(platforms):
            yield name


def _outgoing(engine: Engine, rows: Sequence[SourceRow]) -> Iterator[Outgoing]:
    for row in rows:
        for host in _hosts(row.source) if row.enabled else ():
            yield Outgoing(host=host, why=N_("reads the source {name}"), params={"name": row.source.name})
    names = {row.source.name for row in rows if row.enabled}
    for hub in engine.store.collecting.hubs.wanted():
        if hub.source in names:
            why = N_("is asked to push what is new in {name}")
            yield Outgoing(host=hub_host(hub), why=why, params={"name": hub.source})
    settings = engine.settings
    if settings.smtp_host:
        yield Outgoing(host=settings.smtp_host, why=N_("sends the mails of alerts"))
    for channel in engine.store.alerting.channels():
        yield Outgoing(host=channel.scheme, why=N_("tells people of alerts by this service"))
    for address in settings.notify_urls:
        # The rest of such an address is a secret.
        yield Outgoing(host=address.partition(":")[0], why=N_("tells people of alerts by this service"))


def _hosts(source: Source) -> list[str]:
    """Return the hosts that a source asks: the one its owner named, or those of its platform."""
    for name in ("url", "server", "site", "host", "stream"):
        written = source.options.get(name, "")
        host = urlsplit(written if "://" in written else f"https://{written}").hostname if written else None
        if host:
            return [host]
    try:
        asked = load_adapter(source.adapter).plan(source, "", datetime.now(UTC))
    except (InputError, SourceError):
        return []
    if isinstance(asked, ReadMail):
        return [asked.host]
    return [host] if isinstance(asked, Request | Subscribe) and (host := urlsplit(asked.url).hostname) else []

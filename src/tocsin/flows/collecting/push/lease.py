"""Ask hubs to push, to go on before the lease ends, and to stop when a source is no longer read."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from tocsin.base.errors import SourceError, StoreError
from tocsin.base.ids import stable_int
from tocsin.collect.adapter import Done, Page, Source
from tocsin.collect.adapters.feed import FeedAdapter, hub_of
from tocsin.collect.feed.websub import Mode, Subscription, hub_request
from tocsin.flows.collecting.asked import Asked, Question
from tocsin.flows.collecting.push.trust import has_missed, is_reachable, may_ask, pushes_well, slower
from tocsin.flows.collecting.reach import Reach
from tocsin.flows.engine import Engine
from tocsin.net.politeness import backoff_s
from tocsin.store.collecting.hubs import HubRow, HubState
from tocsin.store.collecting.secrets import hub_purpose
from tocsin.store.rows import SourceRow
from tocsin.store.secret.seal import Seal

CONFIRMS = timedelta(hours=1)  # a hub that did not confirm by then is asked again, later and later
STEADY = timedelta(hours=1)  # a feed that names another hub, or another topic, sooner than this is not followed
_GOODBYES = 3


def after_read(engine: Engine, asked: Asked, page: Page, next_at: datetime, now: datetime) -> datetime:
    """Note the hub that a good read of a feed named; return when to read the feed again.

    What the hub should have pushed and did not makes the feed be read at its own pace, until it pushes again.
    """
    source = asked.question.source
    if source.adapter != FeedAdapter.name or not is_reachable(engine.settings.web_address):
        return next_at
    hubs = engine.store.collecting.hubs
    row = hubs.of_source(source.name)
    hub = hub_of(page.next_cursor)
    if hub is not None and not may_ask(hub.url, engine.settings.allow_hosts):
        hub = None
    if row is not None and (hub is None or (row.hub, row.topic) != (hub.url, hub.topic)):
        if row.asked_at is not None and now - row.asked_at < STEADY:
            return next_at
        hubs.leave(row.number, now)
        row = None
    if row is None:
        if hub is not None:
            token = secrets.token_urlsafe(32)
            sealed = Seal(engine.settings.data_dir).close(secrets.token_urlsafe(48), hub_purpose(token))
            hubs.add(source.name, (hub.url, hub.topic), (token, sealed), now)
        return next_at
    if not pushes_well(row, now):
        return next_at
    if has_missed(row, page.posts, now):
        hubs.missed(row.number, now)
        return next_at
    return slower(row, source.options, next_at, now)


def ask_hubs(engine: Engine, reach: Reach, rows: dict[str, SourceRow], now: datetime) -> list[Asked]:
    """Ask the hubs whose turn has come; called at every turn of the worker. rows: the sources, by name."""
    if not is_reachable(engine.settings.web_address):
        return []
    hubs = engine.store.collecting.hubs
    hubs.leave_idle(now)
    asked = []
    for row in hubs.due(now):
        if row.state is HubState.LEAVING and _is_over(row, now):
            hubs.end(row.number)
            continue
        wait_s = max(CONFIRMS.total_seconds(), backoff_s(row.failures + 1, row.token))
        try:
            wanted = subscription_of(engine, row)
        except StoreError as error:
            hubs.asked(row.number, now, now + timedelta(seconds=wait_s))
            hubs.failed(row.number, SourceError(error.template, permanent=False, **error.params))  # type: ignore[arg-type]
            continue
        hubs.asked(row.number, now, now + timedelta(seconds=wait_s))
        mode = Mode.UNSUBSCRIBE if row.state is HubState.LEAVING else Mode.SUBSCRIBE
        source = rows[row.source] if row.source in rows else _gone(row)
        question = Question(
            row=source, source=source.source, timeline=f"hub:{row.number}", to_hub=hub_request(wanted, mode)
        )
        one = reach.ask(question, now)
        asked += [one] if one is not None else []
    return asked


def keep_asked(engine: Engine, asked: Asked, result: Done | SourceError) -> None:
    """Note what became of a question to a hub: nothing to do when it took it, since it confirms at the callback."""
    if isinstance(result, SourceError):
        engine.store.collecting.hubs.failed(int(asked.question.timeline.partition(":")[2]), result)


def subscription_of(engine: Engine, row: HubRow) -> Subscription:
    """Return what is asked of a hub, opened. Raises StoreError when the key file is another."""
    return Subscription(
        hub=row.hub,
        topic=row.topic,
        callback=f"{engine.settings.web_address}/hub/{row.token}",
        secret=Seal(engine.settings.data_dir).open(row.sealed, hub_purpose(row.token)),
        until=row.until,
    )


def renewal_at(row: HubRow, until: datetime, now: datetime) -> datetime:
    """Return when to ask for the next lease: after 72 to 80 % of this one, so that many do not come back together."""
    share = stable_int("renew", row.token, until.isoformat()) / 2**63
    return now + (until - now) * (0.72 + 0.08 * share)


def _is_over(row: HubRow, now: datetime) -> bool:
    """Whether there is nothing left to end: it was never granted, has run out, or the hub does not listen."""
    return row.until is None or row.until <= now or row.failures >= _GOODBYES


def _gone(row: HubRow) -> SourceRow:
    """Stand in for a source that is listed no more."""
    return SourceRow(source=Source(name=row.source, adapter=FeedAdapter.name), enabled=False)

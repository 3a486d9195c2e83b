"""Collect: ask each due source what it has, and store it; a source in trouble never holds the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import AddressError, SourceError
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Answer, Done, Page, Request, Source, Subscribe
from tocsin.collect.registry import load_adapter
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, ingest_collected
from tocsin.net.http import HttpClient
from tocsin.net.values import Fetched, HttpRequest
from tocsin.store.rows import SourceRow

AT_ONCE = 16
RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave this time: counts, or the error that stopped it."""

    source: str
    ingested: Ingested | None = None
    error: SourceError | None = None
    next_at: datetime | None = None


def collect_due(engine: Engine, network: asyncio.Runner, client: HttpClient, now: datetime) -> list[Collected]:
    """Read every source that is due at `now`, at most AT_ONCE at a time; return what each gave.

    Only the asking is concurrent, on the event loop of `network`; posts are stored one source at a time, in the order
    of the sources, since there is one writer.
    """
    due = engine.store.due_sources(now)
    if not due:
        return []
    questions = [(row.source, engine.store.cursor(row.source.name, LIVE)) for row in due]
    answers = network.run(_read_all(client, questions, now))
    return [_keep(engine, row, answer, now) for row, answer in zip(due, answers, strict=True)]


async def _read_all(
    client: HttpClient, questions: Sequence[tuple[Source, str]], now: datetime
) -> list[Page | SourceError | Done]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def read(source: Source, cursor: str) -> Page | SourceError | Done:
        async with gate:
            return await _read(client, source, cursor, now)

    return await asyncio.gather(*(read(source, cursor) for source, cursor in questions))


def client_of(settings: Settings) -> HttpClient:
    """Return the guarded client of an installation, not yet opened."""
    return HttpClient(contact=settings.contact, allow_hosts=settings.allow_hosts)


def check_feed(settings: Settings, url: str, now: datetime) -> Page:
    """Return what a feed holds, storing nothing. Raises SourceError, AddressError."""
    source = Source(name="check", adapter="feed", options={"url": url})

    async def read() -> Page | SourceError | Done:
        async with client_of(settings) as client:
            return await _read(client, source, "", now)

    answer = asyncio.run(read())
    if isinstance(answer, SourceError):
        raise answer
    return answer if isinstance(answer, Page) else Page(items=[], next_cursor="")


async def _read(client: HttpClient, source: Source, cursor: str, now: datetime) -> Page | SourceError | Done:
    try:
        adapter = load_adapter(source.adapter)
        plan = adapter.plan(source, cursor, now)
        if isinstance(plan, Done):
            return plan
        if isinstance(plan, Subscribe):
            raise SourceError(
                "The source {name} wants a lasting connection, which this version cannot keep.",
                permanent=True,
                name=source.name,
            )
        fetched = await _fetch(client, plan)
        return adapter.parse(source, cursor, answer_of(fetched), now)
    except SourceError as error:
        return error
    except AddressError as error:
        return SourceError("The address is refused: {reason}", permanent=True, reason=error)


async def _fetch(client: HttpClient, request: Request) -> Fetched:
    return await client.get(HttpRequest(url=request.url, headers=request.headers, accept=request.accept))


def answer_of(fetched: Fetched) -> Answer:
    """Return what the network brought in the words of the adapters."""
    return Answer(
        url=fetched.url,
        status=fetched.status,
        headers=fetched.headers,
        body=fetched.body,
        at=fetched.at,
        moved_to=fetched.moved_to,
    )


def _keep(engine: Engine, row: SourceRow, answer: Page | SourceError | Done, now: datetime) -> Collected:
    name = row.source.name
    if isinstance(answer, Done):
        next_at = answer.next_at or now + RETRY[-1]
        engine.store.note_good(name, now, next_at)
        return Collected(source=name, next_at=next_at)
    if isinstance(answer, SourceError):
        next_at = _retry_at(row.failures, answer, now)
        engine.store.note_error(name, now, answer, next_at)
        return Collected(source=name, error=answer, next_at=next_at)
    cursor = engine.store.cursor(name, LIVE)
    done = ingest_collected(engine, name, answer, cursor, row.last_good_at, now)
    next_at = now if answer.more else (answer.next_at or now + RETRY[2])
    engine.store.note_good(name, now, next_at)
    return Collected(source=name, ingested=done, next_at=next_at)


def _retry_at(failures: int, error: SourceError, now: datetime) -> datetime:
    wait = RETRY[min(failures, len(RETRY) - 1)]
    asked = timedelta(seconds=error.retry_after_s or 0)
    return now + max(wait, min(asked, timedelta(hours=24)))


def failed(collected: Sequence[Collected]) -> list[Collected]:
    """Return those that ended in an error."""
    return [one for one in collected if one.error is not None]

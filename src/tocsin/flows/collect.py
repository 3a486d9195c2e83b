"""Collect: ask each due source what it has, and store it; a source in trouble never holds the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType

import msgspec

from tocsin.base.errors import AddressError, SourceError
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Answer, Done, Page, Request, Source
from tocsin.collect.registry import load_adapter
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, ingest_collected
from tocsin.net.http import HttpClient
from tocsin.net.politeness import backoff_s
from tocsin.net.values import Fetched, HttpRequest
from tocsin.net.worker import BoundedWorker
from tocsin.store.rows import SourceRow

AT_ONCE = 16
UNTOLD = timedelta(minutes=15)  # between reads of a source that does not say when to come back


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave this time: counts, or the error that stopped it."""

    source: str
    ingested: Ingested | None = None
    error: SourceError | None = None
    next_at: datetime | None = None


class Reach:
    """What it takes to read sources: an event loop, the guarded client, and a child process for hostile answers.

    Use it as `with Reach(settings) as reach`. Only the asking is concurrent; the callers stay plain functions.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = HttpClient(contact=settings.contact, allow_hosts=settings.allow_hosts)
        self._worker = BoundedWorker()
        self._network = asyncio.Runner()

    def __enter__(self) -> Reach:
        self._network.run(self._client.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._network.run(self._client.__aexit__(kind, error, trace))
        self._worker.close()
        self._network.close()

    def read(self, questions: Sequence[tuple[Source, str]], now: datetime) -> list[Page | SourceError | Done]:
        """Return what each source gives after its cursor, in the order of the questions; errors stand as values."""
        return self._network.run(self._read_all(questions, now))

    async def _read_all(
        self, questions: Sequence[tuple[Source, str]], now: datetime
    ) -> list[Page | SourceError | Done]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def read(source: Source, cursor: str) -> Page | SourceError | Done:
            async with gate:
                return await self._read(source, cursor, now)

        return await asyncio.gather(*(read(source, cursor) for source, cursor in questions))

    async def _read(self, source: Source, cursor: str, now: datetime) -> Page | SourceError | Done:
        try:
            adapter = load_adapter(source.adapter)
            plan = adapter.plan(source, cursor, now)
            if isinstance(plan, Done):
                return plan
            if not isinstance(plan, Request):
                raise SourceError(
                    "The source {name} wants a lasting connection, which this version cannot keep.",
                    permanent=True,
                    name=source.name,
                )
            request = HttpRequest(url=plan.url, headers=plan.headers, accept=plan.accept)
            answer = _answer_of(await self._client.get(request))
            return await asyncio.to_thread(self._worker.call, adapter.parse, source, cursor, answer, now)
        except SourceError as error:
            return error
        except AddressError as error:
            return SourceError("The address is refused: {reason}", permanent=True, reason=error)


def collect_due(engine: Engine, reach: Reach, now: datetime) -> list[Collected]:
    """Read every source that is due at `now`; return what each gave.

    Posts are stored one source at a time, in the order of the sources, since there is one writer.
    """
    due = engine.store.due_sources(now)
    if not due:
        return []
    answers = reach.read([(row.source, engine.store.cursor(row.source.name, LIVE)) for row in due], now)
    return [_keep(engine, row, answer, now) for row, answer in zip(due, answers, strict=True)]


def check_feed(settings: Settings, url: str, now: datetime) -> Page:
    """Return what a feed holds, storing nothing. Raises SourceError."""
    with Reach(settings) as reach:
        (answer,) = reach.read([(Source(name="check", adapter="feed", options={"url": url}), "")], now)
    if isinstance(answer, SourceError):
        raise answer
    return answer if isinstance(answer, Page) else Page(items=[], next_cursor="")


def _answer_of(fetched: Fetched) -> Answer:
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
        next_at = answer.next_at or now + UNTOLD
        engine.store.note_good(name, now, next_at)
        return Collected(source=name, next_at=next_at)
    if isinstance(answer, SourceError):
        wait_s = max(backoff_s(row.failures + 1, name), min(answer.retry_after_s or 0.0, 86_400.0))
        next_at = now + timedelta(seconds=wait_s)
        engine.store.note_error(name, now, answer, next_at)
        return Collected(source=name, error=answer, next_at=next_at)
    done = ingest_collected(engine, row, answer, engine.store.cursor(name, LIVE), now)
    next_at = now if answer.more else (answer.next_at or now + UNTOLD)
    engine.store.note_good(name, now, next_at)
    return Collected(source=name, ingested=done, next_at=next_at)

"""Reach: the event loop on which sources are asked and listened to, beside the thread that keeps what comes."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import msgspec

from tocsin.base.errors import AddressError, InputError, SourceError, TocsinError
from tocsin.base.settings import Settings
from tocsin.collect.adapter import (
    Adapter,
    Done,
    Frame,
    Frames,
    Page,
    Plan,
    ReadMail,
    Rechecks,
    Reject,
    Reply,
    Request,
    Subscribe,
)
from tocsin.collect.feed.websub import pushed
from tocsin.collect.registry import load_adapter
from tocsin.flows.collecting.asked import Asked, Checked, Outcome, Question, Result
from tocsin.flows.collecting.frames import FrameBuffer
from tocsin.flows.collecting.packed import packed_page, unpacked_page
from tocsin.flows.collecting.wire import Line
from tocsin.net.http import HttpClient
from tocsin.net.politeness import Buckets
from tocsin.net.worker import BoundedWorker

QUIET_S = 5.0  # a connection that says nothing for so long is taken for open: an empty batch is read
AT_ONCE = 16  # questions that are answered or read at the same time
_THREADS = 32  # for resolving names, waiting for the reader, and mailboxes

P = ParamSpec("P")
R = TypeVar("R")


class Reach:
    """What it takes to read sources: an event loop in a thread of its own, the guarded client, and child processes for
    hostile answers. Use it as `with Reach(settings) as reach`; then `ask`, and take what came by `ready`.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = HttpClient(contact=settings.contact, allow_hosts=settings.allow_hosts)
        self._line = Line(self._client, Buckets(), settings.allow_hosts)
        self._reader = BoundedWorker()
        self._listener = BoundedWorker()  # so that one slow page never holds a stream
        self._threads = ThreadPoolExecutor(_THREADS, "tocsin-reach")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tocsin-reach", daemon=True)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._news = threading.Condition()
        self._outcomes: list[Outcome] = []
        self._under_way: dict[tuple[str, str, bool], Asked] = {}
        self._fault: BaseException | None = None
        self._bad_frames: dict[str, bytes] = {}

    def __enter__(self) -> Reach:
        self._loop.set_default_executor(self._threads)
        self._thread.start()
        self._call(self._client.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._leave())
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._reader.close()
        self._listener.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # From the thread that keeps

    def ask(self, question: Question, now: datetime, round_: int = 0) -> Asked | None:
        """Ask a question, or hold the connection that it plans; None when the same is under way."""
        if question.key in self._under_way:
            return None
        asked = self._under_way[question.key] = Asked(question, now, round_)
        self._loop.call_soon_threadsafe(self._begin, asked)
        return asked

    def under_way(self) -> list[Asked]:
        """Return what is being asked or held."""
        return list(self._under_way.values())

    def ready(self, timeout_s: float) -> list[Outcome]:
        """Return what came, in order; wait so long for it at most. Each must be given back to `kept`."""
        with self._news:
            if not self._outcomes and self._fault is None:
                self._news.wait(timeout_s)
            outcomes, self._outcomes = self._outcomes, []
        if self._fault is not None:
            raise self._fault
        return [outcome for outcome in outcomes if not outcome.asked.is_dropped]

    def kept(self, outcome: Outcome) -> None:
        """Note that an outcome is stored, so that the next may come."""
        asked = outcome.asked
        if asked.received:
            asked.received.popleft()
        if outcome.is_last:
            self._forget(asked)
        else:
            self._loop.call_soon_threadsafe(asked.room.release)

    def drop(self, asked: Asked) -> None:
        """Leave a question or a connection; what came of it is passed over."""
        asked.is_dropped = True
        self._forget(asked)
        self._loop.call_soon_threadsafe(self._cancel, asked)

    def sample(self, question: Question, now: datetime, listen_s: float) -> list[Page | Done]:
        """Return what a source gives first, listened to for so long at most. Raises SourceError."""
        return self._call(self._sample(Asked(question, now), listen_s))

    # On the event loop

    def _begin(self, asked: Asked) -> None:
        asked.task = self._loop.create_task(self._run(asked))
        asked.task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A mistake in the program ends the worker as any other would: it is raised by `ready`."""
        if not task.cancelled() and task.exception() is not None:
            with self._news:
                self._fault = task.exception()
                self._news.notify()

    def _cancel(self, asked: Asked) -> None:
        if asked.task is not None:
            asked.task.cancel()

    async def _run(self, asked: Asked) -> None:
        result: Result
        try:
            with told():
                result = await self._result(asked)
        except SourceError as error:
            result = error
        self._put(Outcome(asked, asked.cursor, result, is_last=True))

    async def _result(self, asked: Asked) -> Result:
        if asked.question.to_hub is not None:
            return await self._tell(asked.question.to_hub)
        adapter = load_adapter(asked.question.source.adapter)
        if asked.question.checks:
            return await self._check(asked, adapter)
        if asked.question.pushes:
            asked.receive()
            frames = [pushed(one.body, one.content_type) for one in asked.question.pushes]
            return await self._page(self._listener, asked, adapter, Frames(frames=frames, at=asked.now))
        plan = self._plan(asked, adapter)
        if isinstance(plan, Subscribe):
            asked.is_held = True
            await self._hold(asked, adapter, plan)
        return await self._answer(asked, adapter, plan)

    async def _tell(self, request: Request) -> Done:
        """Tell a hub something; it answers by calling back."""
        async with self._line.host(request), self._gate:
            await self._line.tell(request)
        return Done()

    def _plan(self, asked: Asked, adapter: Adapter) -> Plan:
        return adapter.plan(asked.question.source, asked.cursor, asked.now)

    async def _answer(self, asked: Asked, adapter: Adapter, plan: Plan) -> Page | Done:
        if isinstance(plan, Done):
            return plan
        if not isinstance(plan, Request | ReadMail):
            raise TypeError(f"{type(plan).__name__} is no question")
        waits = self._line.waits(asked, adapter, plan)
        if waits is not None:
            return waits
        async with self._line.host(plan), self._gate:
            reply = await self._line.reply(asked, adapter, plan)
            asked.receive()
            return await self._page(self._reader, asked, adapter, reply)

    async def _check(self, asked: Asked, adapter: Adapter) -> Checked:
        """Ask for posts again, one after the other; what came before an error is told with it."""
        found: list[Any] = []
        source = asked.question.source
        if not isinstance(adapter, Rechecks):
            raise TypeError(f"{adapter.name} asks for no post again")
        try:
            with told():
                for row in asked.question.checks:
                    plan = adapter.plan_check(source, row.native_id, row.url, asked.now)
                    if plan is None:
                        found.append((row, None))
                        continue
                    async with self._line.host(plan), self._gate:
                        answer = await self._line.answer(asked, adapter, plan)
                        read = adapter.parse_check
                        item = await self._read(self._reader, read, source, row.native_id, answer, asked.now)
                    found.append((row, item))
        except SourceError as error:
            return Checked(found=found, error=error)
        return Checked(found=found)

    async def _hold(self, asked: Asked, adapter: Adapter, plan: Subscribe) -> None:
        """Listen until the connection breaks: raises SourceError."""
        buffer = asked.buffer = FrameBuffer()
        listening = asyncio.create_task(self._listen(asked, adapter, plan, buffer))
        try:
            is_first = True
            quiet_s: float | None = QUIET_S
            while True:
                try:
                    async with asyncio.timeout(quiet_s):
                        frames, first_at, last_at = await buffer.take()
                except TimeoutError:
                    # The adapter may have to catch up on what came just before, and must not wait for the next word.
                    frames, first_at, last_at = [], datetime.now(UTC), datetime.now(UTC)
                quiet_s = None
                asked.received.append(first_at)
                batch = Frames(frames=frames, at=last_at, is_first=is_first)
                async with aclosing(self._pages(asked, adapter, batch)) as pages:
                    async for page in pages:
                        await self._hand_on(asked, page)
                        if page.more:
                            await self._catch_up(asked, adapter)
                is_first = is_first and not frames
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, asked: Asked, adapter: Adapter, plan: Subscribe, buffer: FrameBuffer) -> None:
        try:
            with told():
                async with aclosing(self._line.frames(asked, adapter, plan)) as frames:
                    async for frame in frames:
                        await buffer.put(frame)
        except TocsinError as error:
            await buffer.fail(error)

    async def _hand_on(self, asked: Asked, page: Page) -> None:
        """Put a page of a connection before the thread that keeps, once that has room, and move the cursor."""
        await asked.room.acquire()
        self._put(Outcome(asked, asked.cursor, page, is_last=False))
        asked.cursor = page.next_cursor
        if page.secrets:
            renewed = {**asked.question.secrets, **page.secrets}
            asked.question = msgspec.structs.replace(asked.question, secrets=renewed)

    async def _catch_up(self, asked: Asked, adapter: Adapter) -> None:
        """Ask for what a new connection may have missed, while it stays open."""
        while isinstance(plan := self._plan(asked, adapter), Request):
            page = await self._answer(asked, adapter, plan)
            if not isinstance(page, Page):
                return
            await self._hand_on(asked, page)

    async def _pages(self, asked: Asked, adapter: Adapter, batch: Frames) -> AsyncGenerator[Page, None]:
        """Yield what the frames hold. A frame that cannot be read ends the connection once, and is passed over then."""
        name = asked.question.source.name
        try:
            yield await self._page(self._listener, asked, adapter, batch)
        except SourceError as error:
            if error.permanent or not batch.frames:
                raise
            if len(batch.frames) > 1:
                half = len(batch.frames) // 2
                asked.received.append(batch.at)  # there will be a page more
                for part, is_first in ((batch.frames[:half], batch.is_first), (batch.frames[half:], False)):
                    async for page in self._pages(asked, adapter, Frames(frames=part, at=batch.at, is_first=is_first)):
                        yield page
                return
            body = batch.frames[0].body
            mark = hashlib.blake2b(body, digest_size=16).digest()
            if self._bad_frames.get(name) != mark:
                self._bad_frames[name] = mark
                raise
            params = {key: str(value) for key, value in error.params.items()}
            refused = Reject(line=1, why=error.template, params=params, raw=body[:200].decode("utf-8", "replace"))
            yield Page(items=[refused], next_cursor=asked.cursor)

    async def _sample(self, asked: Asked, listen_s: float) -> list[Page | Done]:
        adapter = load_adapter(asked.question.source.adapter)
        with told():
            plan = self._plan(asked, adapter)
            if not isinstance(plan, Subscribe):
                return [await self._answer(asked, adapter, plan)]
            heard: list[Frame] = []
            try:
                async with (
                    asyncio.timeout(listen_s),
                    aclosing(self._line.frames(asked, adapter, plan)) as frames,
                ):
                    async for frame in frames:
                        heard.append(frame)
            except TimeoutError:
                pass
            if not heard:
                return []
            return [await self._page(self._listener, asked, adapter, Frames(frames=heard, at=asked.now, is_first=True))]

    async def _page(self, worker: BoundedWorker, asked: Asked, adapter: Adapter, reply: Reply) -> Page:
        packed = await self._read(worker, packed_page, adapter, asked.question.source, asked.cursor, reply, asked.now)
        return unpacked_page(packed)

    async def _read(self, worker: BoundedWorker, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._loop.run_in_executor(self._threads, partial(worker.call, function, *args, **kwargs))

    async def _leave(self) -> None:
        tasks = [asked.task for asked in self._under_way.values() if asked.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.__aexit__(None, None, None)

    def _put(self, outcome: Outcome) -> None:
        if outcome.is_last:
            outcome.asked.is_over = True
        with self._news:
            self._outcomes.append(outcome)
            self._news.notify()

    def _forget(self, asked: Asked) -> None:
        if self._under_way.get(asked.question.key) is asked:
            del self._under_way[asked.question.key]

    def _call(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def final(error: TocsinError) -> SourceError:
    """Return an error as one of a source that waits for its owner."""
    params: dict[str, Any] = error.params
    return SourceError(error.template, permanent=True, **params)


@contextmanager
def told() -> Iterator[None]:
    """Turn a refused address, or an adapter that is not there, into what is told of a source."""
    try:
        yield
    except AddressError as error:
        raise SourceError("The address is refused: {reason}", permanent=True, reason=error) from None
    except InputError as error:
        raise final(error) from None

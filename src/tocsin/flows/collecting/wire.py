"""From what an adapter plans to what the network does, and back: secrets put in, paces kept, answers translated."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import (
    Adapter,
    Answer,
    Done,
    Frame,
    Letter,
    Letters,
    ReadMail,
    Reply,
    Request,
    Subscribe,
    Wire,
)
from tocsin.flows.collecting.asked import Asked
from tocsin.net.fill import fill, fill_messages, fill_request
from tocsin.net.http import HttpClient
from tocsin.net.imap import MailLook, read_mailbox
from tocsin.net.politeness import Buckets
from tocsin.net.status import check_status
from tocsin.net.stream import events, web_socket
from tocsin.net.values import HttpRequest

PATIENCE_S = 10.0  # a longer wait for the pace of a credential is not waited for, but come back from
_OWN_HOSTS = ("url", "server", "host", "stream")


class Line:
    """The way to the servers of sources, for everything on one event loop."""

    def __init__(self, client: HttpClient, buckets: Buckets, allow_hosts: Sequence[str]) -> None:
        self._client = client
        self._buckets = buckets
        self._allow_hosts = tuple(allow_hosts)
        self._hosts: dict[str, tuple[asyncio.Lock, int]] = {}

    def waits(self, asked: Asked, adapter: Adapter, plan: Request | ReadMail) -> Done | None:
        """Return when to come back if the pace of the platform allows no question for a while, else None."""
        pace = adapter.about.terms.pace
        if pace is None:
            return None
        wait_s = self._buckets.wait_s(_credential(asked, adapter), pace.requests, pace.per_s)
        return Done(next_at=asked.now + timedelta(seconds=wait_s)) if wait_s > PATIENCE_S else None

    @asynccontextmanager
    async def host(self, plan: Request | ReadMail) -> AsyncIterator[None]:
        """Hold the turn of a host: those who wait for a slow one stand before the gate, and hold nobody up in it."""
        name = plan.host if isinstance(plan, ReadMail) else urlsplit(plan.url).hostname or ""
        lock, users = self._hosts.get(name, (asyncio.Lock(), 0))
        self._hosts[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._hosts[name]
            if users == 1:
                del self._hosts[name]
            else:
                self._hosts[name] = (lock, users - 1)

    async def reply(self, asked: Asked, adapter: Adapter, plan: Request | ReadMail) -> Reply:
        """Return what the server says to a question. Raises SourceError and AddressError."""
        if isinstance(plan, ReadMail):
            return await self._letters(asked, adapter, plan)
        return await self.answer(asked, adapter, plan)

    async def answer(self, asked: Asked, adapter: Adapter, plan: Request) -> Answer:
        """Return what the server answers. Raises SourceError, for a status that `parse` does not want, too."""
        request = HttpRequest(url=plan.url, headers=plan.headers, accept=plan.accept, body=plan.body)
        await self._take_turn(asked, adapter)
        fetched = await self._client.fetch(self._filled(asked, adapter, request))
        if fetched.status not in plan.reads_status:
            check_status(fetched.status, fetched.headers, fetched.url, fetched.at)
        return Answer(
            url=fetched.url,
            status=fetched.status,
            headers=fetched.headers,
            body=fetched.body,
            at=fetched.at,
            moved_to=fetched.moved_to,
        )

    async def tell(self, request: Request) -> None:
        """Tell a hub something. Raises SourceError unless it takes it, and AddressError."""
        fetched = await self._client.fetch(HttpRequest(url=request.url, headers=request.headers, body=request.body))
        if fetched.status >= 400:
            raise SourceError(
                "The hub {url} does not take what it is asked (status {status}: {said!r}).",
                permanent=False,
                url=request.url,
                status=fetched.status,
                said=" ".join(fetched.body[:200].decode("utf-8", "replace").split()),
            )

    async def frames(self, asked: Asked, adapter: Adapter, plan: Subscribe) -> AsyncGenerator[Frame, None]:
        """Yield the frames of a lasting connection; it ends by SourceError or AddressError alone."""
        secrets = asked.question.secrets
        request = self._filled(asked, adapter, HttpRequest(url=plan.url, headers=plan.headers))
        if plan.wire is Wire.EVENTS:
            heard = events(self._client, request, silence_s=plan.silence_s)
        else:
            hosts = _hosts(asked, adapter)
            hello = fill_messages(plan.hello, secrets, plan.url, hosts, allow_hosts=self._allow_hosts)
            heard = web_socket(self._client, request, hello=hello, silence_s=plan.silence_s)
        async with aclosing(heard) as frames:
            async for one in frames:
                yield Frame(body=one.body, event=one.event, event_id=one.event_id)

    async def _letters(self, asked: Asked, adapter: Adapter, plan: ReadMail) -> Letters:
        if plan.host not in asked.question.source.options.values() and plan.host not in adapter.about.terms.hosts:
            raise SourceError(
                "The secret of this source must not be sent to {host}; correct the address.",
                permanent=True,
                host=plan.host,
            )
        await self._take_turn(asked, adapter)
        wanted = msgspec.structs.asdict(plan)
        wanted["password"] = fill(plan.password, asked.question.secrets)
        found = await asyncio.to_thread(read_mailbox, MailLook(**wanted), allow_hosts=self._allow_hosts)
        letters = [Letter(number=number, raw=raw, at=at) for number, raw, at in found.letters]
        return Letters(
            validity=found.validity, letters=letters, at=found.at, more=found.more, skipped=tuple(found.skipped)
        )

    async def _take_turn(self, asked: Asked, adapter: Adapter) -> None:
        pace = adapter.about.terms.pace
        if pace is not None:
            await self._buckets.turn(_credential(asked, adapter), pace.requests, pace.per_s)

    def _filled(self, asked: Asked, adapter: Adapter, request: HttpRequest) -> HttpRequest:
        hosts = _hosts(asked, adapter)
        return fill_request(request, asked.question.secrets, hosts, allow_hosts=self._allow_hosts)


def _hosts(asked: Asked, adapter: Adapter) -> list[str]:
    """The hosts to which the secrets of a source may be sent: those of its platform, and those its owner named."""
    options = asked.question.source.options
    return [*adapter.about.terms.hosts, *(options[name] for name in _OWN_HOSTS if options.get(name))]


def _credential(asked: Asked, adapter: Adapter) -> str:
    """What a pace counts by: the secrets of the source, which the name does not tell; the host where there is none."""
    secrets = asked.question.secrets
    if not secrets:
        return f"{adapter.name}:{asked.question.source.options.get('server', '')}"
    whole = "\x1f".join(f"{name}={secrets[name]}" for name in sorted(secrets))
    return f"{adapter.name}:{hashlib.blake2b(whole.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"

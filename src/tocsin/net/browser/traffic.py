"""Watch all that a page asks and is answered: let requests go or refuse them, keep bodies, meet the bounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

from tocsin.base.capture import Outcome, StepKind, Visit
from tocsin.net.browser.bodies import Bodies, is_file, read_file
from tocsin.net.browser.gate import Gate, Passage
from tocsin.net.browser.launch import CLOSED_SCRIPT
from tocsin.net.browser.ledger import Hop, Ledger
from tocsin.net.browser.log import Log
from tocsin.net.browser.session import Child, Handler, Params, ProtocolError, Session, send_all

MAX_REQUESTS = 1_500
MAX_NAVIGATIONS = 12
# Answers are held for documents alone: what would be a download is read there, or nowhere.
_PATTERNS = [
    {"urlPattern": "*", "requestStage": "Request"},
    {"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"},
]
_OWN_SCHEMES = frozenset({"data", "blob", "about"})
_REASONS = {Passage.NO_NAME: "NameNotResolved", Passage.NO_ANSWER: "NameNotResolved", Passage.INNER: "BlockedByClient"}


class Traffic:
    """Watches the sessions of one visit. `main_frame` is known once the page is there."""

    def __init__(self, visit: Visit, gate: Gate, log: Log) -> None:
        self.ledger = Ledger(2 * MAX_REQUESTS)
        self.main_frame = ""
        self.main_request: str | None = None  # the browser's id of the page's own last request
        self.navigations = 0
        self.is_frozen = False  # the page may no longer leave itself
        self.loaded = asyncio.Event()
        self.quiet_since_s = time.monotonic()
        self._visit = visit
        self._gate = gate
        self._log = log
        self._bodies = Bodies(visit.max_bytes)
        self._received_bytes = 0
        self._paused_count = 0
        self._is_full = False
        self._root: Session | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def handlers(self) -> dict[str, Handler]:
        """Return what hears which event of the browser."""
        return {
            "Fetch.requestPaused": self._paused,
            "Fetch.authRequired": self._asked_who,
            "Network.requestWillBeSent": self._sent,
            "Network.requestWillBeSentExtraInfo": lambda _s, params: self.ledger.wired(params, answer=False),
            "Network.responseReceived": self._answered,
            "Network.responseReceivedExtraInfo": lambda _s, params: self.ledger.wired(params, answer=True),
            "Network.requestServedFromCache": self._from_cache,
            "Network.dataReceived": self._received,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
            "Network.webSocketCreated": self._socket,
            "Network.webTransportCreated": self._socket,
            "Page.loadEventFired": lambda _s, _params: self.loaded.set(),
            "Page.frameNavigated": self._navigated,
            "Page.windowOpen": lambda _s, params: self._note(StepKind.WINDOW, params["url"]),
            "Page.downloadWillBegin": lambda _s, params: self._note(StepKind.DOWNLOAD, params["url"]),
            "Inspector.targetCrashed": self._crashed,
        }

    async def watch(self, session: Session) -> None:
        """Begin to watch the page; frames and workers follow by themselves. Raises ProtocolError."""
        self._root = self._bodies.root = session
        await self._prepare(session)

    async def settle(self, quiet_s: float, limit_s: float) -> bool:
        """Wait until nothing is under way for `quiet_s`; return whether it came to that within `limit_s`."""
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s:
            if self.rests(quiet_s):
                return True
            await asyncio.sleep(0.02)
        return False

    def rests(self, quiet_s: float) -> bool:
        """Return whether nothing is under way, and nothing was for `quiet_s`."""
        is_idle = (self._is_full or self.ledger.pending == 0) and not self._tasks
        return is_idle and time.monotonic() - self.quiet_since_s >= quiet_s

    def page_failed(self, error: str) -> None:
        """Note why the page itself did not come, in the browser's words; the request alone is told less."""
        hop = self.ledger.hop(self.main_request or "")
        if hop is not None and hop.answer is None:
            hop.failure, hop.is_done = error, True

    async def end(self) -> None:
        """Let go of all that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _prepare(self, session: Session) -> None:
        keep = {"maxTotalBufferSize": self._visit.max_bytes, "maxResourceBufferSize": self._visit.max_body_bytes}
        commands: list[tuple[str, Params]] = [
            ("Network.enable", keep | {"maxPostDataSize": 1_000_000, "enableDurableMessages": session.kind == "page"}),
            ("Network.setBypassServiceWorker", {"bypass": True}),
        ]
        if session.kind in ("page", "iframe"):
            commands.append(("Fetch.enable", {"patterns": _PATTERNS, "handleAuthRequests": True}))
            commands.append(("Page.enable", {}))
            closing = {"source": CLOSED_SCRIPT, "runImmediately": True}
            commands.append(("Page.addScriptToEvaluateOnNewDocument", closing))
        if session.kind == "page":
            commands += [("Page.setPrerenderingAllowed", {"isAllowed": False}), ("Network.clearBrowserCache", {})]
        await send_all(session, commands)
        await session.attach(lambda child: self._spawn(self._adopt(child)))

    async def _adopt(self, child: Child) -> None:
        """Watch a frame or a worker before it runs; one that cannot be watched stays still for ever."""
        await self._prepare(child)
        await child.go()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(_bearing(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _note(self, kind: StepKind, detail: str) -> None:
        self._log.step(kind, detail)

    def _paused(self, session: Session, params: Params) -> None:
        if "responseStatusCode" in params or "responseErrorReason" in params:
            self._spawn(self._let_in(session, params))
            return
        if self._is_full:
            return  # held for ever: to answer ten thousand of them would take the time of the visit
        self._paused_count += 1
        if self._paused_count > MAX_REQUESTS:
            self._fill("requests")
            return
        self._spawn(self._decide(session, params))

    async def _let_in(self, session: Session, params: Params) -> None:
        """Let a document's answer in; where the page itself is a file, read it here instead."""
        status, headers = params.get("responseStatusCode", 0), params.get("responseHeaders", ())
        hop = self.ledger.hop(params.get("networkId", ""))
        is_page = self._is_page(params.get("frameId"), params.get("resourceType"))
        if hop is None or not is_page or not is_file(status, headers):
            await session.send("Fetch.continueResponse", {"requestId": params["requestId"]})
            return
        self._note(StepKind.DOWNLOAD, hop.url)
        shown = {"status": status, "headers": {header["name"]: header["value"] for header in headers}}
        is_open = await self._comes_from_outside(hop)
        body = await read_file(session, params["requestId"], self._visit.max_body_bytes) if is_open else None
        self.ledger.filed(hop, shown, body)
        await session.send("Fetch.failRequest", {"requestId": params["requestId"], "errorReason": "Aborted"})

    async def _comes_from_outside(self, hop: Hop) -> bool:
        """Return whether what is held came from a public address; only its kind is told of an answer that is held."""
        for _ in range(50):
            space = self.ledger.space_of(hop)
            if space is not None:
                break
            await asyncio.sleep(0.02)
        reason = None if space == "Public" else self._gate.judge_answer(hop.url, f"an address that is {space}")
        if reason is None:
            return True
        hop.refused = reason
        self._log.step(StepKind.BLOCKED, f"{hop.url[:500]} (answered from {reason})")
        self._log.halt(Outcome.REFUSED)
        return False

    def _fill(self, bound: str) -> None:
        """Take nothing more: what is under way is stopped, what would begin is refused by the browser itself."""
        self._is_full = True
        self._log.bound(bound)
        self.loaded.set()
        if self._root is not None:
            self._spawn(self._stop(self._root))

    def _asked_who(self, session: Session, params: Params) -> None:
        """Give no name and no password: the page of those who have none is recorded."""
        none = {"response": "CancelAuth"}
        self._spawn(
            _say(session, "Fetch.continueWithAuth", {"requestId": params["requestId"], "authChallengeResponse": none})
        )

    async def _decide(self, session: Session, params: Params) -> None:
        refused, error = await self._refusal(params)
        if refused is None:
            await session.send("Fetch.continueRequest", {"requestId": params["requestId"]})
            return
        self.ledger.refuse(params.get("networkId", ""), refused)
        await session.send("Fetch.failRequest", {"requestId": params["requestId"], "errorReason": error})

    async def _refusal(self, params: Params) -> tuple[str | None, str]:
        """Return why a request may not leave, None where it may, and the error its page is told."""
        url, is_page = params["request"]["url"], self._is_page(params.get("frameId"), params.get("resourceType"))
        scheme = urlsplit(url).scheme
        if scheme in _OWN_SCHEMES and not is_page:
            return None, ""
        if is_page and self.is_frozen:
            self._log.step(StepKind.BLOCKED, f"{url} (the page leaves itself)")
            return "frozen", "Aborted"
        judged = await self._gate.judge(url)
        if judged.passage is Passage.OPEN:
            return None, ""
        self._log.step(StepKind.BLOCKED, f"{url[:500]} ({judged.reason})")
        if is_page and judged.passage is not Passage.TOO_MANY:
            ends = {Passage.INNER: Outcome.REFUSED, Passage.NO_NAME: Outcome.GONE}
            self._log.halt(ends.get(judged.passage, Outcome.FAILED))
        return judged.reason or judged.passage.value, _REASONS.get(judged.passage, "BlockedByClient")

    def _is_page(self, frame: str | None, resource: str | None) -> bool:
        return resource == "Document" and frame == self.main_frame

    def _sent(self, session: Session, params: Params) -> None:
        self._busy()
        if self._is_page(params.get("frameId"), params.get("type")):
            self.main_request = params["requestId"]
        ended = self.ledger.sent(params)
        if ended is not None:
            self._judge_answer(ended)
            if ended.request_id == self.main_request:
                self._log.step(StepKind.REDIRECTED, params["request"]["url"])
        if params["request"].get("hasPostData"):
            self._spawn(self._bodies.read_posted(session, self.ledger.hop(params["requestId"])))

    def _answered(self, _session: Session, params: Params) -> None:
        self._busy()
        hop = self.ledger.answered(params)
        if hop is not None:
            self._judge_answer(hop)

    def _judge_answer(self, hop: Hop) -> None:
        """Keep nothing of what an inner address answered, and end the visit: its page may hold it by now."""
        reason = self._gate.judge_answer(hop.url, (hop.answer or {}).get("remoteIPAddress"))
        if reason is not None and hop.url.startswith("http"):
            hop.refused, hop.body = reason, None
            self._log.step(StepKind.BLOCKED, f"{hop.url[:500]} (answered from {reason})")
            self._log.halt(Outcome.REFUSED)

    def _from_cache(self, _session: Session, params: Params) -> None:
        hop = self.ledger.hop(params["requestId"])
        if hop is not None:
            hop.from_memory = True

    def _received(self, _session: Session, params: Params) -> None:
        self._busy()
        hop, count = self.ledger.hop(params["requestId"]), int(params["dataLength"])
        self._received_bytes += count
        if hop is not None:
            hop.received_bytes += count
            if hop.received_bytes > self._visit.max_body_bytes:
                hop.body_missing = "too_big"
        if self._received_bytes > self._visit.max_bytes and not self._is_full:
            self._fill("bytes")

    async def _stop(self, root: Session) -> None:
        await root.send("Network.setBlockedURLs", {"urlPatterns": [{"urlPattern": "*://*:*/*", "block": True}]})
        await root.send("Page.stopLoading")

    def _finished(self, session: Session, params: Params) -> None:
        self._busy()
        hop = self.ledger.hop(params["requestId"])
        if hop is None or hop.is_done:
            return
        hop.is_done = True
        if hop.refused is None and hop.body_missing is None:
            self._spawn(self._bodies.read(session, hop))

    def _failed(self, _session: Session, params: Params) -> None:
        self._busy()
        self.ledger.failed(params)

    def _socket(self, _session: Session, params: Params) -> None:
        """Tell of a socket, which only a worker can open here: what it says is not recorded."""
        self._log.want("sockets", f"not_recorded: {params['url'][:500]}")

    def _navigated(self, _session: Session, params: Params) -> None:
        frame = params["frame"]
        if frame["id"] != self.main_frame or frame["url"] == "about:blank":
            return
        self.navigations += 1
        if self.navigations > 1:
            self._log.step(StepKind.REDIRECTED, frame["url"])
        if self.navigations >= MAX_NAVIGATIONS:
            self._log.bound("navigations")
            self.is_frozen = True

    def _crashed(self, session: Session, _params: Params) -> None:
        self._log.step(StepKind.CRASHED, session.kind)
        if session.kind == "page":
            self._log.halt(Outcome.FAILED)

    def _busy(self) -> None:
        self.quiet_since_s = time.monotonic()


async def _say(session: Session, method: str, params: Params) -> None:
    await session.send(method, params)


async def _bearing(work: Coroutine[Any, Any, None]) -> None:
    """Do the work; that what it talks to went away meanwhile is part of every visit."""
    try:
        await work
    except ProtocolError:
        return

"""Take from the page what is shown: title, text, DOM, pictures, MHTML, PDF; and the certificates of its hosts."""

from __future__ import annotations

import asyncio
import base64
import binascii
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tocsin.base.capture import Certificates, Exchange, Picture, StepKind, Visit
from tocsin.net.browser.ledger import Ledger
from tocsin.net.browser.log import Log
from tocsin.net.browser.session import Params, ProtocolError, Session

TAKE_SHARE = 0.25  # of the time of a visit, for each thing
TILE_PX = 8_000  # half of what a texture may measure: taller pictures repeat their beginning
MAX_WIDTH_PX = 4_000
MAX_TEXT_CHARS = 8_000_000
MAX_DOM_CHARS = 24_000_000
MAX_PICTURES_BYTES = 96_000_000
MAX_FILE_BYTES = 64_000_000
MAX_CERTIFIED_HOSTS = 40


@dataclass
class Taken:
    """What was taken until now; a visit that ends early keeps it."""

    final_url: str = ""
    title: str = ""
    text: str = ""
    dom: str = ""
    height_px: int = 0
    pictures: list[Picture] = field(default_factory=list)
    mhtml: bytes | None = None
    pdf: bytes | None = None
    certificates: list[Certificates] = field(default_factory=list)


class Taker:
    """Takes one thing after the other; what cannot be taken is a want, and the next is taken."""

    def __init__(self, session: Session, visit: Visit, log: Log, main_frame: str) -> None:
        self.taken = Taken()
        self._session = session
        self._visit = visit
        self._log = log
        self._main_frame = main_frame
        self._world: int | None = None

    async def take_all(self, ledger: Ledger) -> None:
        """Take everything, what can be quoted first. Printing comes last: it shows itself to the page."""
        await self._try("text", self._words)
        await self._try("dom", self._dom)
        await self._try("certificates", lambda: self._certificates(ledger))
        await self._try("pictures", self._pictures)
        await self._try("mhtml", self._mhtml)
        await self._try("pdf", self._pdf)

    async def evaluate(self, expression: str) -> Any:
        """Return what the expression gives, in a world of its own that the page's scripts cannot touch."""
        try:
            return await self._evaluate(expression)
        except ProtocolError:
            self._world = None  # it went with the document it belonged to
            return await self._evaluate(expression)

    async def _evaluate(self, expression: str) -> Any:
        if self._world is None:
            made = {"frameId": self._main_frame, "worldName": "tocsin"}
            self._world = (await self._session.send("Page.createIsolatedWorld", made))["executionContextId"]
        asked = {"expression": expression, "contextId": self._world, "returnByValue": True}
        got = await self._session.send("Runtime.evaluate", asked)
        if "exceptionDetails" in got:
            raise ProtocolError(str(got["exceptionDetails"].get("text")))
        return got["result"].get("value")

    async def _try(self, name: str, take: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(self._visit.max_s * TAKE_SHARE):
                await take()
        except TimeoutError:
            self._log.bound(name)
            self._log.want(name, "no_time")
        except (ProtocolError, binascii.Error, struct.error) as error:
            self._log.want(name, f"not_given: {str(error)[:200]}")

    async def _words(self) -> None:
        self.taken.final_url = str(await self.evaluate("location.href"))
        self.taken.title = str(await self.evaluate("document.title"))
        self.taken.text = await self._long("document.body ? document.body.innerText : ''", "text", MAX_TEXT_CHARS)

    async def _dom(self) -> None:
        # The doctype stands outside of the element: without it the page would be laid out otherwise.
        doctype = "(document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '')"
        whole = f"{doctype} + document.documentElement.outerHTML"
        self.taken.dom = await self._long(whole, "dom", MAX_DOM_CHARS)

    async def _long(self, expression: str, name: str, limit: int) -> str:
        """Return the text, "" with a want where it is longer than `limit`: half a text would be another text."""
        script = f"(() => {{ const text = {expression}; return text.length > {limit} ? null : text }})()"
        found = await self.evaluate(script)
        if found is None:
            self._log.want(name, "too_big")
            self._log.bound(name)
            return ""
        self._log.step(StepKind.TOOK, name)
        return str(found)

    async def _pictures(self) -> None:
        measures = (await self._session.send("Page.getLayoutMetrics"))["cssContentSize"]
        width, whole = max(1, min(int(measures["width"]), MAX_WIDTH_PX)), max(1, int(measures["height"]))
        self.taken.height_px = whole
        height = min(whole, self._visit.max_height_px)
        try:
            await self._tiles(width, height)
        finally:
            pictured = sum(picture.height_px for picture in self.taken.pictures)
            if pictured < whole:
                self._log.bound("height" if pictured == height else "pictures")
                self._log.want("pictures", f"below_{pictured}_px_of_{whole}")

    async def _tiles(self, width: int, height: int) -> None:
        left_bytes = MAX_PICTURES_BYTES
        for top in range(0, height, TILE_PX):
            picture = await self._tile(top, width, min(TILE_PX, height - top))
            left_bytes -= len(picture.png)
            if left_bytes < 0:
                return
            self.taken.pictures.append(picture)
            self._log.step(StepKind.TOOK, f"png {top}-{top + picture.height_px}")

    async def _tile(self, top: int, width: int, height: int) -> Picture:
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        asked = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
        png = base64.b64decode((await self._session.send("Page.captureScreenshot", asked))["data"])
        width_px, height_px = struct.unpack(">II", png[16:24])
        return Picture(top_px=top, width_px=width_px, height_px=height_px, png=png)

    async def _mhtml(self) -> None:
        text = (await self._session.send("Page.captureSnapshot", {"format": "mhtml"}))["data"]
        self.taken.mhtml = self._bounded("mhtml", text.encode("utf-8", "surrogatepass"))

    async def _pdf(self) -> None:
        asked: Params = {"printBackground": True, "preferCSSPageSize": False, "displayHeaderFooter": True}
        self.taken.pdf = self._bounded(
            "pdf", base64.b64decode((await self._session.send("Page.printToPDF", asked))["data"])
        )

    def _bounded(self, name: str, content: bytes) -> bytes | None:
        if len(content) > MAX_FILE_BYTES:
            self._log.want(name, "too_big")
            return None
        self._log.step(StepKind.TOOK, name)
        return content

    async def _certificates(self, ledger: Ledger) -> None:
        for host, details in list(secured_hosts(ledger).items())[:MAX_CERTIFIED_HOSTS]:
            got = await self._session.send("Network.getCertificate", {"origin": f"https://{host}"})
            chain = tuple(base64.b64decode(one) for one in got["tableNames"])
            protocol, cipher = str(details.get("protocol", "")), str(details.get("cipher", ""))
            if chain:
                self.taken.certificates.append(Certificates(host=host, protocol=protocol, cipher=cipher, chain=chain))
            else:
                self._log.want(f"certificates.{host}", "not_given")


def secured_hosts(ledger: Ledger) -> dict[str, Params]:
    """Return what the browser told of the security of each host that answered over TLS, with its port where odd."""
    found: dict[str, Params] = {}
    for hop in ledger.hops:
        parts = urlsplit(hop.url)
        if parts.scheme == "https" and hop.answer is not None and parts.netloc not in found:
            found[parts.netloc] = hop.answer.get("securityDetails") or {}
    return found


def page_status(exchanges: tuple[Exchange, ...], url: str) -> int | None:
    """Return the status of the last answer for the page at `url`, None where it never answered, or only led on."""
    address = url.partition("#")[0]
    found = [one for one in exchanges if one.resource == "document" and one.url.partition("#")[0] == address]
    last = next((one for one in reversed(found) if one.status is not None), None)
    return None if last is None or last.body_missing == "redirect" else last.status

"""Read what was sent and received, within bounds; a file in place of a page too, which is never given to the disk."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence

from tocsin.net.browser.ledger import Hop
from tocsin.net.browser.session import Params, ProtocolError, Session

_PIECE_BYTES = 1 << 20
_SHOWN = ("text/", "image/", "application/xhtml", "application/xml", "application/json", "multipart/x-mixed")


class Bodies:
    """Reads the bodies of one visit, of `max_bytes` together. root: the page's session, once it is there."""

    def __init__(self, max_bytes: int) -> None:
        self.root: Session | None = None
        self._left_bytes = max_bytes

    async def read(self, session: Session, hop: Hop) -> None:
        """Keep the body of an answer that has come, or say why not. Raises ProtocolError where it is gone."""
        if hop.received_bytes > self._left_bytes:
            hop.body_missing = "over_total"
            return
        self._left_bytes -= hop.received_bytes
        hop.body_missing = "not_given"
        asked = {"requestId": hop.request_id}
        try:
            got = await session.send("Network.getResponseBody", asked)
        except ProtocolError:
            if self.root is None or session is self.root:
                raise
            got = await self.root.send("Network.getResponseBody", asked)
        text = got["body"]
        body = base64.b64decode(text) if got["base64Encoded"] else text.encode("utf-8", "surrogatepass")
        self._left_bytes -= len(body) - hop.received_bytes
        if hop.refused is None:
            hop.body, hop.body_missing = body, None

    async def read_posted(self, session: Session, hop: Hop | None) -> None:
        """Keep what a request sent, where it was not told with it. Raises ProtocolError."""
        if hop is not None and hop.request_body is None:
            got = await session.send("Network.getRequestPostData", {"requestId": hop.request_id})
            hop.request_body = got["postData"].encode("utf-8", "surrogatepass")


def is_file(status: int, headers: Sequence[Params]) -> bool:
    """Return whether the browser would not show an answer but save it. headers: of `Fetch.requestPaused`.

    >>> is_file(200, [{"name": "Content-Type", "value": "application/pdf"}])
    True
    >>> is_file(404, [{"name": "content-type", "value": "text/html; charset=utf-8"}])
    False
    """
    told = {header["name"].lower(): header["value"].strip().lower() for header in headers}
    if status in (204, 205, 304) or 300 <= status < 400:
        return False
    kind = told.get("content-type", "")
    return told.get("content-disposition", "").startswith("attachment") or bool(kind and not kind.startswith(_SHOWN))


async def read_file(session: Session, paused_id: str, max_bytes: int) -> bytes | None:
    """Return the body of the answer that is held, None where it is longer than `max_bytes`. Raises ProtocolError."""
    stream = (await session.send("Fetch.takeResponseBodyAsStream", {"requestId": paused_id}))["stream"]
    pieces: list[bytes] = []
    left_bytes = max_bytes
    try:
        while left_bytes >= 0:
            got = await session.send("IO.read", {"handle": stream, "size": _PIECE_BYTES})
            piece = base64.b64decode(got["data"]) if got.get("base64Encoded") else got["data"].encode()
            pieces.append(piece)
            left_bytes -= len(piece)
            if got["eof"]:
                return b"".join(pieces) if left_bytes >= 0 else None
        return None
    finally:
        await asyncio.shield(_close(session, stream))


async def _close(session: Session, stream: str) -> None:
    try:
        await session.send("IO.close", {"handle": stream})
    except ProtocolError:
        return

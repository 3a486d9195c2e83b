"""What a request may send: nobody fills the disk, and a stranger sends forms alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.web.world import World
from tocsin.web.house.body import FORM_BYTES, UPLOAD_PATH, BodyLimit

PIECE = 500_000


def _send_body(world: World, who: str | None, path: str, size: int, *, told: bool) -> tuple[int, int]:
    """Return the status of the answer and how many bytes the application was handed."""
    taken = 0

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        nonlocal taken
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            taken += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    pieces = [b"x" * min(PIECE, size - start) for start in range(0, size, PIECE)]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        body = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    cookie = world.as_(who).cookies["tocsin_session"].value if who else ""
    headers = [(b"cookie", f"tocsin_session={cookie}".encode())]
    if told:
        headers.append((b"content-length", str(size).encode()))
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    asyncio.run(BodyLimit(application)(scope, receive, send))
    return statuses[0], taken


@pytest.mark.parametrize("told", [True, False])
def test_too_large_a_form_is_refused_whether_its_size_is_told_or_not(web: World, told: bool) -> None:
    status, taken = _send_body(web, "alice", "/sign-in", FORM_BYTES + 1, told=told)
    assert status == 413
    assert taken <= FORM_BYTES


def test_a_form_of_ordinary_size_passes(web: World) -> None:
    assert _send_body(web, None, "/sign-in", 20_000, told=True) == (200, 20_000)


@pytest.mark.parametrize(("who", "status"), [(None, 413), ("alice", 200)])
def test_only_somebody_known_may_send_a_file(web: World, who: str | None, status: int) -> None:
    assert _send_body(web, who, UPLOAD_PATH, 4 * FORM_BYTES, told=False)[0] == status

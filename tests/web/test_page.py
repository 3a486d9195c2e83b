"""The status page: what it shows, in which language, and what it never lets through."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.settings import Settings
from tocsin.flows.i18n import translator
from tocsin.flows.set_up import set_up
from tocsin.flows.status import BrandStatus, SourceStatus, Status
from tocsin.web.page import StatusApp, render

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def ask(app: StatusApp, path: str, method: str = "GET", language: str = "fr") -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def run() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"accept-language", language.encode())]
        await app({"type": "http", "method": method, "path": path, "headers": headers}, None, send)

    asyncio.run(run())
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture
def app(tmp_path: Path) -> StatusApp:
    settings = Settings(data_dir=tmp_path)
    set_up(settings, brand="Maison Alba")
    return StatusApp(settings, lambda: NOON)


@pytest.mark.parametrize(("language", "word"), [("fr", "Aucune alerte"), ("en", "No alert")])
def test_the_page_speaks_the_reader_s_language(app: StatusApp, language: str, word: str) -> None:
    status, headers, body = ask(app, "/", language=language)
    assert status == 200
    assert word in body.decode()
    assert "Maison Alba" in body.decode()
    assert (
        b"script-src" in headers[b"content-security-policy"]
        or b"default-src 'none'" in headers[b"content-security-policy"]
    )


def test_other_addresses_and_methods_are_refused(app: StatusApp) -> None:
    assert ask(app, "/nothing")[0] == 404
    assert ask(app, "/", method="POST")[0] == 405
    assert ask(app, "/healthz")[2] == b"ok"


def test_a_script_in_any_text_is_shown_as_text() -> None:
    evil = "<script>alert(1)</script>"
    alert = Alert(
        id="a",
        brand=evil,
        timeline="live",
        cause=AlertCause.DANGER,
        level="danger",
        at=NOON,
        subject="s",
        title=evil,
    )
    state = Status(
        at=NOON,
        brands=(BrandStatus(name=evil, slug="x", mentions_24h=1, negative_24h=0),),
        sources=(SourceStatus(name=evil, last_good_at=None, trouble="", trouble_params={}),),
        alerts=(alert,),
    )
    page = render(state, translator("fr"))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4

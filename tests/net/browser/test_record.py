from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import Callable
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509

from tests.evidence.make import make_pdf
from tests.net.browser.conftest import Warm
from tests.net.browser.site import PICTURES, POSTS, SOCIAL_POST, Site, make_tls, passage, site
from tocsin.base.capture import Outcome, Recording, StepKind, Visit
from tocsin.base.errors import InputError
from tocsin.net.browser import Browser, BrowserOptions, launch
from tocsin.net.browser.machine.fields import FIELDS
from tocsin.net.browser.machine.memory import group_memory

Record = Callable[..., Recording]


@pytest.fixture(scope="module")
def thread(warm: Warm, local: Site) -> Recording:
    """The record of the thread of the forum, made once."""
    return warm.record(local.base + "/fil", max_s=30.0)


def test_every_request_of_a_page_is_recorded_with_its_answer(thread: Recording, local: Site) -> None:
    assert thread.outcome is Outcome.WHOLE and thread.status == 200
    assert thread.final_url == local.base + "/fil/7"
    told = {exchange.url.removeprefix(local.base): exchange for exchange in thread.exchanges}
    assert {f"/photo/{n}.png" for n in range(PICTURES)} <= set(told), "pictures that load when they come into sight"
    assert {"/fil", "/fil/7", "/app.js", "/frame", "/api/count"} <= set(told)
    for exchange in thread.exchanges:
        assert exchange.remote_ip == "127.0.0.1" and exchange.protocol == "http/1.1"
        assert not exchange.from_cache and not exchange.from_service_worker
        assert exchange.body is not None or exchange.body_missing == "redirect"
        assert exchange.answered_at is not None and exchange.answered_at >= exchange.at
        assert abs(exchange.at - thread.started_at) < timedelta(seconds=30)
    assert [exchange.number for exchange in thread.exchanges] == list(range(len(thread.exchanges)))


def test_a_redirect_is_an_exchange_of_its_own_with_its_cookie(thread: Recording) -> None:
    first, second = thread.exchanges[:2]
    assert (first.status, dict(first.headers)["Location"]) == (302, "/fil/7")
    assert dict(first.headers)["Set-Cookie"] == "from=fil"
    assert dict(second.request_headers)["Cookie"] == "from=fil"
    assert any(step.kind is StepKind.REDIRECTED and step.detail.endswith("/fil/7") for step in thread.steps)


def test_bodies_are_what_the_page_was_given_and_headers_what_came(thread: Recording) -> None:
    page = thread.exchanges[1]
    assert dict(page.headers)["Content-Encoding"] == "gzip"
    assert page.body is not None and b"&amp; fils" in page.body, "decoded"
    (count,) = (exchange for exchange in thread.exchanges if exchange.method == "POST")
    assert count.request_body == b'{"thread":7}' and count.body == b'{"answers": 61}'
    assert dict(count.request_headers)["Content-Type"] == "application/json"


def test_the_text_is_that_of_the_rendered_page(thread: Recording) -> None:
    assert all(passage(number) in thread.text for number in range(POSTS))
    assert "61 réponses" in thread.text and "Texte écrit par le script : 3-1-4" in thread.text
    assert thread.title == "Le fil de discussion"
    assert thread.dom.startswith("<!DOCTYPE html>") and "3-1-4" in thread.dom


def test_the_whole_page_is_pictured_in_tiles_without_a_gap(record: Record) -> None:
    page = record("/tall", max_s=30.0)
    assert page.outcome is Outcome.WHOLE
    places = [(picture.top_px, picture.height_px) for picture in page.pictures]
    assert places[0] == (0, 8_000) and sum(height for _, height in places) > 20_000
    assert all(top + height == after for (top, height), (after, _) in pairwise(places))
    for picture in page.pictures:
        assert struct.unpack(">II", picture.png[16:24]) == (picture.width_px, picture.height_px)


def test_print_and_archive_are_taken(thread: Recording) -> None:
    assert thread.pdf is not None and thread.pdf.startswith(b"%PDF-")
    assert thread.mhtml is not None and b"multipart/related" in thread.mhtml
    took = [step.detail.partition(" ")[0] for step in thread.steps if step.kind is StepKind.TOOK]
    assert took == ["text", "dom", "png", "mhtml", "pdf"]


def test_each_field_of_the_method_is_told_or_its_want_is(thread: Recording) -> None:
    told, wanted = dict(thread.method.fields), {want.field: want.reason for want in thread.wants}
    assert len(FIELDS) == 17
    assert [name for name, _ in thread.method.fields] == [name for name in FIELDS if name in told]
    assert set(told) | set(wanted) >= set(FIELDS) and not set(told) & set(wanted)
    assert told["browser.version"].startswith("Chromium ") and "--no-proxy-server" in told["net.proxy"]
    assert wanted["net.public_ip"] == wanted["clock.offset"] == "not_configured"


def test_times_are_aware_and_both_clocks_agree(thread: Recording) -> None:
    assert thread.started_at.tzinfo is UTC and thread.started_at < thread.ended_at
    assert abs(thread.clock.wall_s - thread.clock.monotonic_s) < 0.5
    elapsed = [step.elapsed_ms for step in thread.steps]
    assert elapsed == sorted(elapsed)


def test_nothing_is_left_from_one_visit_to_the_next(thread: Recording, record: Record) -> None:
    assert "Cookie" in dict(thread.exchanges[1].request_headers)
    assert "Cookie" not in dict(record("/social").exchanges[0].request_headers)


def test_a_page_over_tls_shows_its_certificates(needs_browser: None, tmp_path: Path) -> None:
    tls = make_tls(tmp_path)

    async def go(base: str) -> tuple[Recording, Recording]:
        async with Browser(BrowserOptions(allow_hosts=("127.0.0.1",), trusted_keys=(tls.key_sha256,))) as trusting:
            known = await trusting.record(Visit(url=base + "/social", max_s=10.0))
        async with Browser(BrowserOptions(allow_hosts=("127.0.0.1",))) as strict:
            return known, await strict.record(Visit(url=base + "/social", max_s=10.0))

    with site(tls) as running:
        known, unknown = asyncio.run(go(running.base))
    (shown,) = known.certificates
    assert shown.host in running.base and shown.protocol == "TLS 1.3" and shown.cipher
    assert "127.0.0.1" in x509.load_der_x509_certificate(shown.chain[0]).subject.rfc4514_string()
    assert unknown.outcome is Outcome.FAILED and "ERR_CERT" in str(unknown.exchanges[0].failure)
    assert unknown.text == "" and not unknown.pictures


@pytest.mark.parametrize("path, status", [("/gone", 410), ("/missing", 404)])
def test_a_page_that_is_gone_is_recorded_too(record: Record, path: str, status: int) -> None:
    page = record(path)
    assert (page.outcome, page.status) == (Outcome.GONE, status)
    assert "introuvable" in page.text and page.pictures


def test_a_refused_page_is_told_by_its_status(record: Record) -> None:
    assert (page := record("/forbidden")).outcome is Outcome.WHOLE and page.status == 403


def test_a_name_that_is_no_more_is_gone(warm: Warm) -> None:
    page = warm.record("https://no-such-host.invalid/page")
    assert page.outcome in (Outcome.GONE, Outcome.FAILED), "failed where no resolver answers at all"
    assert page.status is None and page.resolutions[0].error in ("not_known", "no_answer")
    assert {want.field for want in page.wants} >= {"text", "dom", "pictures", "mhtml", "pdf"}
    assert page.exchanges[0].failure is not None


def test_a_server_that_refuses_the_connection_fails(warm: Warm) -> None:
    with site() as closed:
        base = closed.base
    page = warm.record(base + "/fil")
    assert page.outcome is Outcome.FAILED and "ERR_CONNECTION_REFUSED" in str(page.exchanges[0].failure)


def test_a_social_post_is_small(record: Record) -> None:
    page = record("/social")
    files = [page.mhtml or b"", page.pdf or b"", page.text.encode(), page.dom.encode()]
    files += [picture.png for picture in page.pictures] + [exchange.body or b"" for exchange in page.exchanges]
    assert SOCIAL_POST in page.text
    assert sum(map(len, files)) < 1_000_000


def test_a_browser_that_died_is_replaced_at_the_next_visit(needs_browser: None, local: Site) -> None:
    async def go() -> tuple[Recording, Recording, int]:
        async with Browser(BrowserOptions(allow_hosts=("127.0.0.1",))) as browser:
            await browser.record(Visit(url=local.base + "/social", max_s=10.0))
            first = browser.pid or 0
            going = asyncio.ensure_future(browser.record(Visit(url=local.base + "/silent", max_s=20.0)))
            while "/silent" not in local.asked:
                await asyncio.sleep(0.02)
            os.kill(first, 9)
            return await going, await browser.record(Visit(url=local.base + "/social", max_s=10.0)), first

    local.asked.clear()
    began = time.monotonic()
    dead, alive, first = asyncio.run(go())
    assert dead.outcome is Outcome.FAILED and time.monotonic() - began < 20
    assert any(step.kind is StepKind.CRASHED for step in dead.steps) and dead.exchanges[0].url.endswith("/silent")
    assert alive.outcome is Outcome.WHOLE
    assert not group_memory(first)


def test_no_process_is_left_behind(needs_browser: None, local: Site) -> None:
    async def go() -> int:
        async with Browser(BrowserOptions(allow_hosts=("127.0.0.1",))) as browser:
            await browser.record(Visit(url=local.base + "/social", max_s=10.0))
            assert group_memory(browser.pid or 0)
            return browser.pid or 0

    assert not group_memory(asyncio.run(go()))


def test_a_visit_without_bounds_is_a_misuse(warm: Warm) -> None:
    with pytest.raises(InputError):
        warm.record("http://127.0.0.1/", max_s=0.0)


def test_a_browser_that_is_not_there_is_told(tmp_path: Path) -> None:
    async def go() -> None:
        async with Browser(BrowserOptions(path=str(tmp_path / "none"))):
            pass

    with pytest.raises(InputError, match=r"no_chromium|no_playwright"):
        asyncio.run(go())


def test_profiles_of_killed_processes_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = ("tocsin-browser-999999999-a", f"tocsin-browser-{os.getpid()}-b", "tocsin-browser-old", "other")
    for name in names:
        (tmp_path / name).mkdir()
    launch._sweep()
    assert {folder.name for folder in tmp_path.iterdir()} == set(names[1:])


def test_a_page_that_asks_for_a_password_is_recorded_without_one(record: Record) -> None:
    page = record("/asks-who")
    assert (page.outcome, page.status) == (Outcome.WHOLE, 401) and "Qui va là ?" in page.text


def test_a_file_in_place_of_a_page_is_kept_byte_by_byte(record: Record) -> None:
    page = record("/paper.pdf")
    (one,) = page.exchanges
    assert page.outcome is Outcome.CUT and one.body == make_pdf() and one.body_missing is None
    assert dict(one.headers)["Content-Type"] == "application/pdf" and one.status == 200
    assert record("/paper.pdf", max_body_bytes=100).exchanges[0].body_missing == "too_big"

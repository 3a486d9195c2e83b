"""Pages that mean harm: each ends in bounded time with a clear record, and nothing inner is reached."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.net.browser.conftest import Warm
from tests.net.browser.site import Site
from tocsin.base.capture import Outcome, Recording, StepKind
from tocsin.net.browser import browser, traffic

Record = Callable[..., Recording]


def _details(recording: Recording, kind: StepKind) -> list[str]:
    return [step.detail for step in recording.steps if step.kind is kind]


def test_an_endless_page_is_cut_at_its_height(record: Record) -> None:
    page = record("/endless", max_height_px=12_000, max_s=20.0)
    assert page.outcome is Outcome.CUT and "height" in _details(page, StepKind.BOUND)
    assert sum(picture.height_px for picture in page.pictures) == 12_000
    assert any(want.field == "pictures" and want.reason.startswith("below_12000_px_of_") for want in page.wants)
    assert page.text and page.pdf


def test_a_dialog_is_closed_and_told(record: Record) -> None:
    page = record("/a-dialog")
    assert page.outcome is Outcome.WHOLE and _details(page, StepKind.DIALOG) == ["alert: Bienvenue"]
    assert "Après la boîte." in page.text


def test_dialogs_without_end_are_ended(record: Record) -> None:
    page = record("/dialogs", max_s=10.0)
    assert page.outcome is Outcome.CUT and "dialogs" in _details(page, StepKind.BOUND)
    assert "Du texte." in page.text and page.pictures
    assert len(_details(page, StepKind.DIALOG)) <= 200


def test_a_page_that_will_not_be_left_is_left(record: Record) -> None:
    began = time.monotonic()
    assert record("/unload").outcome is Outcome.WHOLE
    assert time.monotonic() - began < 10


def test_a_download_is_refused_and_told(record: Record) -> None:
    page = record("/download")
    assert page.outcome is Outcome.CUT and page.status == 200
    assert {want.reason for want in page.wants if want.field in ("text", "pdf", "pictures")} == {"download"}


def test_a_service_worker_is_not_registered(record: Record, local: Site) -> None:
    page = record("/worker")
    assert page.outcome is Outcome.WHOLE and not any(exchange.from_service_worker for exchange in page.exchanges)
    assert "/worker.js" not in local.asked


def test_windows_are_refused_before_they_ask_for_anything(record: Record, local: Site) -> None:
    page = record("/windows")
    assert page.outcome is Outcome.WHOLE and len(_details(page, StepKind.WINDOW)) == 5
    assert not any(path.startswith("/social") for path in local.asked)


def test_a_page_may_see_that_a_robot_reads_it(record: Record) -> None:
    assert "robot reconnu" in record("/detects").text


def test_a_redirect_to_an_inner_address_is_refused_and_nothing_is_kept(record: Record) -> None:
    page = record("/to-inner")
    assert page.outcome is Outcome.REFUSED and page.text == "" and not page.pictures
    assert page.final_url == "http://10.0.0.7/secret"
    assert any("10.0.0.7" in detail for detail in _details(page, StepKind.BLOCKED))
    assert str(page.exchanges[-1].failure).startswith("guard: ") and page.exchanges[-1].remote_ip is None


def test_parts_from_inner_addresses_are_refused_and_the_page_is_kept(record: Record) -> None:
    page = record("/inner")
    assert page.outcome is Outcome.WHOLE and "Une page" in page.text
    inner = [exchange for exchange in page.exchanges if not exchange.url.startswith("http://127.0.0.1")]
    assert len(inner) >= 4 and all(exchange.status is None for exchange in inner)
    assert all(str(exchange.failure).startswith("guard: ") for exchange in inner if "[::1]" not in exchange.url)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.7/",
        "http://[::ffff:10.0.0.7]/",
        "http://2130706433/",
        "http://localhost/",
        "file:///etc/passwd",
        "chrome://version",
        "view-source:http://127.0.0.1/",
        "data:text/html,x",
        "ftp://example.org/",
        "http://user:secret@example.org/",
    ],
)
def test_an_address_that_may_not_be_asked_is_refused_before_the_browser_sees_it(warm: Warm, url: str) -> None:
    page = warm.record(url)
    assert page.outcome is Outcome.REFUSED and page.exchanges == () and page.steps[0].kind is StepKind.BLOCKED


def test_a_page_cannot_start_a_program(record: Record) -> None:
    page = record("/to-program", max_s=30.0)
    assert page.outcome is Outcome.WHOLE and page.final_url.endswith("/to-program")


def test_a_page_cannot_lead_to_a_file(record: Record) -> None:
    page = record("/to-file")
    assert page.outcome is Outcome.WHOLE and page.final_url.endswith("/to-file") and "root:" not in page.text


def test_an_image_of_two_hundred_megabytes_is_cut(record: Record) -> None:
    page = record("/big-page", max_bytes=8_000_000, max_body_bytes=2_000_000, max_s=15.0)
    assert page.outcome is Outcome.CUT and "bytes" in _details(page, StepKind.BOUND)
    (image,) = (exchange for exchange in page.exchanges if exchange.url.endswith("/big.png"))
    assert image.body is None and image.body_missing == "too_big"
    assert "Une page" in page.text and page.pictures


def test_a_page_that_leaves_itself_at_the_end_is_held(record: Record) -> None:
    page = record("/leaves")
    assert page.outcome is Outcome.WHOLE
    told = {"/leaves": "Du texte.", "/social": "personne ne répond"}
    assert any(page.final_url.endswith(path) and words in page.text for path, words in told.items())


def test_a_page_that_turns_round_is_cut(record: Record) -> None:
    page = record("/refresh")
    assert page.outcome is Outcome.CUT and "navigations" in _details(page, StepKind.BOUND)
    assert "Je tourne." in page.text


def test_redirects_without_end_fail(record: Record) -> None:
    page = record("/loop")
    assert (page.outcome, page.status) == (Outcome.FAILED, None)
    assert "ERR_TOO_MANY_REDIRECTS" in str(page.exchanges[-1].failure)


def test_a_page_that_never_ends_is_cut_with_what_came(record: Record) -> None:
    page = record("/never", max_s=4.0)
    assert page.outcome is Outcome.CUT and "load" in _details(page, StepKind.BOUND) and "encore" in page.text


def test_a_server_that_never_answers_fails_in_bounded_time(record: Record) -> None:
    began = time.monotonic()
    assert record("/silent", max_s=4.0).outcome is Outcome.FAILED
    assert time.monotonic() - began < 8


@pytest.mark.slow
def test_a_script_without_end_is_ended_and_the_page_taken(record: Record) -> None:
    page = record("/busy", max_s=6.0)
    assert page.outcome is Outcome.CUT and "Du texte." in page.text and page.pictures


@pytest.mark.slow
def test_thousands_of_requests_are_cut(record: Record, local: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "MAX_REQUESTS", 200)
    page = record("/many", max_s=20.0)
    assert page.outcome is Outcome.CUT and "requests" in _details(page, StepKind.BOUND)
    assert len(local.asked) <= 250 and "Du texte." in page.text


@pytest.mark.slow
def test_a_huge_document_ends_in_bounded_time(record: Record) -> None:
    began = time.monotonic()
    page = record("/huge", max_s=10.0)
    assert page.outcome is Outcome.CUT and "rang 19999" in page.text
    assert time.monotonic() - began < 25


@pytest.mark.slow
def test_a_page_that_unpacks_to_hundreds_of_megabytes_ends_in_bounded_time(record: Record) -> None:
    began = time.monotonic()
    assert record("/bomb", max_s=4.0).outcome in (Outcome.CUT, Outcome.FAILED), (
        "failed where its time or memory is over"
    )
    assert time.monotonic() - began < 15


@pytest.mark.slow
def test_a_browser_that_takes_too_much_memory_is_stopped(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "MAX_MEMORY_BYTES", 100 << 20)
    page = record("/eats", max_s=10.0)
    assert page.outcome is Outcome.FAILED and "memory" in _details(page, StepKind.BOUND)


@pytest.mark.slow
def test_a_page_that_eats_memory_fails_and_the_next_visit_goes_on(record: Record) -> None:
    page = record("/eats", max_s=20.0)
    assert page.outcome in (Outcome.FAILED, Outcome.CUT)
    assert record("/social").outcome is Outcome.WHOLE

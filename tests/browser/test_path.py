"""The main path: an empty installation, the first brand, an affair, what one does with it; in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.browser.served import PASSWORD, Served, serve_fresh
from tests.web.affair import break_out

_MENTION = re.compile(r"/stream/\d+")


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """The language in which the path is gone."""
    return str(request.param)


@pytest.fixture()
def say(language: str) -> Callable[[str], str]:
    """Return the words of the pages in that language."""

    def said(english: str) -> str:
        with translation.override(language):
            return str(gettext(english))

    return said


@pytest.fixture()
def fresh(tmp_path: Path, language: str) -> Iterator[Served]:
    """An installation right after `tocsin init --owner alice@example.org`."""
    served = serve_fresh(tmp_path / "tocsin", language)
    yield served
    served.stop()


def _past(folder: Path) -> Path:
    """Write twenty-four posts of the last days, two of them about something else."""
    now = datetime.now(UTC)
    lines = [
        {
            "id": f"https://example.org/past/{number}",
            "text": f"Le goûter numéro {number} chez Maison Alba" if number % 12 else f"La maison d’à côté, {number}",
            "created_at": (now - timedelta(hours=6 + 3 * number)).isoformat(),
        }
        for number in range(24)
    ]
    path = folder / "passé.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def _join_and_sign_in(reader: Reader, say: Callable[[str], str], language: str) -> None:
    page = reader.page
    page.goto(reader.served.entrance)
    page.fill("input[name=name]", "Alice")
    page.select_option("select[name=language]", language)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name=say("Join")).click()
    page.wait_for_url("**/welcome")
    page.get_by_role("button", name=say("Sign out")).first.click()
    reader.sign_in("alice", PASSWORD)


def _begin_a_brand(reader: Reader, say: Callable[[str], str], past: Path) -> None:
    page = reader.page
    page.wait_for_url("**/welcome")
    page.fill("#name", "Maison Alba")
    page.fill("#handles", "@maisonalba")
    page.get_by_role("button", name=say("Propose the words")).click()
    expect(page.locator("#builder")).to_contain_text("Maison Alba")
    page.get_by_role("button", name=say("Look at what they bring")).click()
    page.get_by_role("link", name=say("Look in a file of mine")).click()
    page.set_input_files("#file", str(past))
    page.get_by_role("button", name=say("Send it")).click()
    expect(page.get_by_text("Le goûter numéro 1 chez Maison Alba").first).to_be_visible()
    page.get_by_role("button", name=say("Look at what the words bring in it")).click()
    expect(page.locator("ol.hits > li")).to_have_count(20)
    page.get_by_role("button", name=say("Save, and begin to watch")).click()
    page.wait_for_url("**/welcome/maison-alba/sources")
    page.get_by_role("link", name=say("Go to Today")).click()
    expect(page.get_by_role("heading", level=1, name=say("Today"))).to_be_visible()


def _work_in_the_stream(reader: Reader, say: Callable[[str], str]) -> None:
    page = reader.page
    reader.see("stream/")
    page.get_by_role("searchbox", name=say("Search the mentions")).fill("plastique")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=plastique**")
    page.locator("details.filters > summary").click()
    page.locator("label.chip", has=page.locator("input[name=state][value=all]")).click()
    page.locator(".filter-box button").first.click()
    page.wait_for_url("**state=all**")
    page.locator("[data-item] a.cover").first.click()
    page.wait_for_url(_MENTION)
    correction = page.locator("section.why footer form .chips button").first
    told = correction.inner_text()
    correction.click()
    expect(page.locator(".given").first).to_be_visible()
    assert told
    page.locator("#toasts").get_by_role("button", name=say("Undo")).click()
    expect(page.locator(".given")).to_have_count(0)
    page.locator("#mention").get_by_role("button", name=re.compile(f"^{say('Done')}")).click()
    expect(page.get_by_role("button", name=say("To do again"))).to_be_visible()
    reader.see("stream/?state=all")
    for at in (1, 2):
        page.locator("[data-item] input[name=row]").nth(at).check(force=True)
    page.locator(".bulk").get_by_role("button", name=say("Done")).click()
    expect(page.locator("#toasts")).to_contain_text(re.compile(r"\d"))
    done = page.locator("[data-item].done")
    many = done.count()
    assert many >= 2
    page.locator("#toasts").get_by_role("button", name=say("Undo")).click()
    expect(page.locator("#toasts")).to_be_visible()
    assert done.count() < many


def _look_at_the_story(reader: Reader, say: Callable[[str], str]) -> None:
    page = reader.page
    reader.see("stories/")
    page.locator("a.story-title").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".chart-box.is-drawn").first).to_be_visible()
    page.get_by_role("link", name=say("Split")).click()
    page.locator("input[name=row]").first.check()
    page.get_by_role("button", name=say("Show what it gives")).click()
    expect(page.get_by_role("heading", name=say("What it would give"))).to_be_visible()
    page.get_by_role("link", name=say("Choose others")).click()
    page.get_by_role("link", name=say("Leave it whole")).click()
    expect(page.get_by_role("link", name=say("Merge"))).to_be_visible()


def _look_at_the_alarm_record(reader: Reader, say: Callable[[str], str]) -> None:
    page = reader.page
    reader.see("watches")
    page.get_by_role("link", name=say("Alarm record"), exact=True).click()
    expect(page.locator("#would")).to_be_visible()
    reader.awake()
    page.focus("#alarms")
    page.keyboard.press("End")
    expect(page.locator("label[for=alarms] b")).not_to_have_text("1", timeout=30_000)
    page.get_by_role("button", name=say("Keep this budget")).click()
    expect(page.locator("#would")).to_be_visible()


def _act_on_the_alert(reader: Reader, say: Callable[[str], str]) -> None:
    page = reader.page
    reader.see("alerts/")
    page.locator(".alert-line a.plain").first.click()
    page.locator("button[value=take]").click()
    expect(page.locator("ol.lines")).to_contain_text("Alice")
    page.fill("#note", "un exercice")
    page.locator("button[name=act][value=false]").click()
    expect(page.locator("ol.lines")).to_contain_text("un exercice")
    page.locator("#toasts").get_by_role("button", name=say("Undo")).click()
    expect(page.locator("button[value=take]")).to_be_visible()


@pytest.mark.slow
def test_from_nothing_to_an_alert_in_hand(
    fresh: Served, opened: Callable[..., Reader], say: Callable[[str], str], language: str, tmp_path: Path
) -> None:
    reader = opened(fresh, locale={"fr": "fr-FR", "en": "en-GB"}[language])
    _join_and_sign_in(reader, say, language)
    _begin_a_brand(reader, say, _past(tmp_path))
    fresh.ask(lambda engine: break_out(engine, datetime.now(UTC)))
    _work_in_the_stream(reader, say)
    _look_at_the_story(reader, say)
    _look_at_the_alarm_record(reader, say)
    _act_on_the_alert(reader, say)
    assert reader.faults() == ""

"""The ways in which pages are used: in haste, without scripts, on paper, with a thumb, by keys, while things happen."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.browser.served import BRAND, PASSWORD, Served
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.store.secret.password import hash_password

FIRST_VISIT_BYTES = 300_000
TOUCH_PX = 44
_NUMBERS = itertools.count(1)
# A page grows while it is read: lines arrive. What is asked is that its end can be reached.
_REACHED = """
  (selector) => {
    window.scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    const bar = document.querySelector(".tabbar").getBoundingClientRect();
    // What a closed fold holds has a place, too, and is not seen.
    const all = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    return all.at(-1).getBoundingClientRect().bottom <= bar.top + 1;
  }
"""
_SMALL = """
  () => [...document.querySelectorAll("main .btn-ink, main .btn-alarm, .filters > summary, .tabbar a")]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
    .filter(([, box]) => box.height < TOUCH || box.width < TOUCH)
    .map(([said, box]) => `${said}: ${box.width} x ${box.height}`)
""".replace("TOUCH", str(TOUCH_PX))


@pytest.fixture()
def bruno(demo: Served) -> Served:
    """The demonstration, in which Bruno has a password."""

    def give(engine: Engine) -> None:
        person = engine.store.people.by_email("bruno@example.org")
        assert person is not None
        engine.store.people.set_password(person.id, hash_password(PASSWORD))

    demo.ask(give)
    return demo


def _post(text: str) -> Callable[[Engine], None]:
    """Return what stores one live post, as a worker does."""

    def store(engine: Engine) -> None:
        now, number = datetime.now(UTC), next(_NUMBERS)
        author = Author(platform="mastodon", handle=f"tard{number}", name=f"Tard {number}", followers=3)
        post = Post(
            platform="mastodon",
            native_id=f"https://example.org/late/{number}",
            created_at=now,
            seen_at=now,
            text=text,
            author=author,
        )
        ingest_page(engine, Place("late", LIVE), Page(items=[Upsert(post=post)], next_cursor=""), now)

    return store


def test_today_is_one_screen(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo).enter()
    reader.see()
    assert reader.page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0


def test_a_first_visit_is_light(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo)
    session = reader.context.new_cdp_session(reader.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": False})
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda told: names.update({told["requestId"]: told["response"]["url"]}))
    session.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
    reader.page.goto(reader.served.entrance)
    reader.settle()
    expect(reader.page.locator("h1")).to_be_visible()
    loaded = {names.get(key, key): size for key, size in sizes.items() if "charts.js" not in names.get(key, key)}
    assert sum(loaded.values()) <= FIRST_VISIT_BYTES, sorted(loaded.items(), key=lambda pair: -pair[1])[:6]


def test_without_scripts_one_signs_in_searches_corrects_and_takes_an_alert(
    bruno: Served, opened: Callable[..., Reader]
) -> None:
    reader = opened(bruno, java_script_enabled=False).sign_in("bruno", PASSWORD)
    page = reader.page
    reader.see("stream/?q=plastique&state=all")
    page.locator("a.cover").first.click()
    page.wait_for_url(re.compile(r"/stream/\d+"))
    page.locator("section.why footer form .chips > button").first.click()
    expect(page.locator(".given")).to_have_count(1)
    page.locator("#toasts button").first.click()
    expect(page.locator(".given")).to_have_count(0)
    reader.see("alerts/")
    page.locator(".alert-line a.plain").first.click()
    page.locator("button[value=take]").first.click()
    expect(page.locator("ol.lines")).to_contain_text("Bruno")
    page.locator("#toasts button").first.click()
    expect(page.locator("button[value=take]").first).to_be_visible()
    reader.see()
    expect(page.locator("details summary").first).to_be_visible()


def test_on_paper_there_are_sheets_and_curves_and_nothing_to_press(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo, theme="dark").enter()
    reader.see()
    reader.page.emulate_media(media="print")
    expect(reader.page.locator(".rail")).to_be_hidden()
    expect(reader.page.locator(".tabbar")).to_be_hidden()
    expect(reader.page.locator(".btn:visible")).to_have_count(0)
    expect(reader.page.locator(".day-level")).to_be_visible()
    expect(reader.page.locator(".chart-box svg").first).to_be_visible()
    assert reader.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    ("room", "last"),
    [
        ("", ".day-ready"),
        ("stream/", "[data-item], .older"),
        ("alerts/", ".alert-line"),
        ("stories/", ".story-line"),
        ("watches", ".watch-card"),
        ("sources", "main .sheet"),
        ("people/", "main .sheet"),
    ],
)
def test_a_thumb_reaches_everything(demo: Served, opened: Callable[..., Reader], room: str, last: str) -> None:
    reader = opened(demo, size="phone", has_touch=True).enter()
    reader.see(room)
    reader.page.wait_for_function(_REACHED, arg=last)
    assert reader.page.evaluate(_SMALL) == []


def test_what_arrives_is_told_and_moves_nothing(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo).enter()
    page = reader.page
    reader.see("stream/?state=all")
    page.locator("[data-item] a.cover").nth(3).click()
    page.wait_for_url(re.compile(r"/stream/\d+"))
    reader.awake()
    text = page.locator("#mention .said").inner_text()
    page.eval_on_selector(".pane-list", "(list) => list.scrollTo({ top: 250, behavior: 'instant' })")
    read = page.locator("[data-item]").nth(4)
    before = read.bounding_box()
    for count in (1, 2):
        demo.ask(_post("Maison Alba, une de plus, à l’instant"))
        expect(page.locator("#arrivals")).to_contain_text(re.compile(rf"^\s*{count}\b"), timeout=_soon_ms())
    assert read.bounding_box() == pytest.approx(before, abs=1)
    assert page.locator("#mention .said").inner_text() == text
    page.locator("#arrivals a").click()
    expect(page.locator("[data-item]").first).to_contain_text("une de plus")


def test_the_number_of_questions_does_not_grow_with_what_arrives(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo).enter()
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url) if "/stream/since" in request.url else None)
    reader.see("stream/?state=all")
    reader.awake()
    for count in (1, 2, 3):
        demo.ask(_post("Maison Alba, encore une"))
        expect(reader.page.locator("#arrivals")).to_contain_text(re.compile(rf"^\s*{count}\b"), timeout=_soon_ms())
    assert len(asked) <= 6


def _soon_ms() -> float:
    """Two seconds, and as much again for a machine on which other tests run."""
    return 4_000


def test_the_page_of_a_story_survives_a_missing_chart_library(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo)
    reader.context.route("**/vendor/charts.js", lambda route: route.abort())
    reader.enter()
    reader.see()
    expect(reader.page.locator(".chart-box.is-bare").first).to_be_visible()
    reader.page.locator(".chart-box summary").first.click()
    expect(reader.page.locator(".chart-box table").first).to_be_visible()


def test_keys_alone_lead_through_the_work(bruno: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(bruno)
    page: Any = reader.page
    reader.go("/sign-in")
    _tab_to(page, "input[name=email]")
    page.keyboard.type("bruno@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/b/{BRAND}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    _tab_to(page, f"a[href='/b/{BRAND}/stream/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stream/")
    reader.awake()
    page.keyboard.press("/")
    page.keyboard.type("plastique")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=plastique**")
    reader.awake()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/stream/\d+"))
    _tab_to(page, "section.why footer form .chips button")
    page.keyboard.press("Enter")
    expect(page.locator(".given").first).to_be_visible()
    _tab_to(page, "#toasts button")
    page.keyboard.press("Enter")
    expect(page.locator(".given")).to_have_count(0)
    reader.awake()
    page.keyboard.press("e")
    expect(page.locator("#mention button[value=todo]")).to_be_visible()
    reader.awake()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    _tab_to(page, f"a[href='/b/{BRAND}/alerts/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/")
    _tab_to(page, ".alert-line a.plain")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/alerts/[^/]+/$"))
    _tab_to(page, "button[value=take]")
    page.keyboard.press("Enter")
    expect(page.locator("ol.lines")).to_contain_text("Bruno")
    _tab_to(page, "#toasts button")
    page.keyboard.press("Enter")
    expect(page.locator("button[value=take]").first).to_be_visible()


def test_keys_alone_serve_somebody_who_asks_for_their_data(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo).enter()
    page: Any = reader.page
    reader.see("personal/")
    _tab_to(page, "input#id_q")
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=a**")
    _tab_to(page, "a[href*='/personal/authors/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/personal/authors/\d+$"))
    _tab_to(page, "a[href$='/object']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/object")
    _tab_to(page, "textarea")
    page.keyboard.type("demande du 3 mars")
    _tab_to(page, "main form button.btn-ink")
    page.keyboard.press("Enter")
    page.wait_for_url("**/personal/**objections")
    expect(page.locator("#objections")).to_contain_text("demande du 3 mars")
    _tab_to(page, "#objections form button")
    page.keyboard.press("Enter")
    expect(page.locator("#objections")).not_to_contain_text("demande du 3 mars")


def test_keys_alone_rename_a_watch_and_take_it_back(demo: Served, opened: Callable[..., Reader]) -> None:
    reader = opened(demo).enter()
    page: Any = reader.page
    reader.see("watches")
    _tab_to(page, ".watch-card a.btn, .watch-list a.btn")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/watches/\d+$"))
    before = page.locator("h1").inner_text()
    _tab_to(page, "a[href$='/name']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/name")
    _tab_to(page, "input#new-name")
    page.keyboard.type("Autre nom")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/watches/\d+$"))
    expect(page.locator("h1")).to_contain_text("Autre nom")
    _tab_to(page, "#toasts button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(before)


def _tab_to(page: Any, selector: str) -> None:
    """Press Tab until an element that matches has the focus, and see that the focus can be seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")

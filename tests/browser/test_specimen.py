from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.browser.accessible import faults
from tests.helpers import ROOT

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "img-src 'self' data:; script-src 'self'; style-src 'self'"
)
SIZES = {"desk": (1440, 900), "tablet": (900, 1100), "phone": (360, 760)}


class _Files(SimpleHTTPRequestHandler):
    """The project's folder, under the policy of the product."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def specimen() -> Iterator[str]:
    if not (ROOT / "src/tocsin/web/static/vendor/ready").is_file():
        pytest.skip("the front-end files of others are not built: make front")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/tests/browser/specimen.html"
    server.shutdown()


@pytest.fixture()
def open_at(browser: Any, specimen: str) -> Iterator[Any]:
    contexts = []

    def opened(size: str = "desk", theme: str = "light", **options: Any) -> Any:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, **options)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(specimen, wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_component_is_within_reach_of_everybody(open_at: Any, size: str, theme: str) -> None:
    page = open_at(size, theme)
    page.wait_for_selector(".chart-box.is-drawn")
    assert faults(page) == []
    assert page.said == []  # nothing was refused by the policy either
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_a_chart_follows_the_theme_without_being_drawn_again(open_at: Any) -> None:
    page = open_at()
    page.wait_for_selector(".chart-box.is-drawn")
    colour = "getComputedStyle(document.querySelector('.draw path[stroke*=\"--tc-ink\"]')).stroke"
    light = page.evaluate(colour)
    page.click("button[name=theme][value=dark]")
    page.wait_for_selector("html[data-bs-theme=dark]")
    assert page.evaluate(colour) != light


def test_a_phone_gets_the_narrow_drawing(open_at: Any) -> None:
    page = open_at("phone")
    page.wait_for_selector(".chart-box.is-drawn")
    box = page.locator(".chart-box svg").bounding_box()
    assert box["width"] <= 330
    assert box["height"] < 260


def test_the_list_is_walked_and_chosen_from_by_keys(open_at: Any) -> None:
    page = open_at()
    page.keyboard.press("j")
    assert "Mon fils dort" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("x")
    assert page.locator("[data-bulk-count]").inner_text() == "1 choisie"
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("[data-bulk-count]").inner_text() == "2 choisies"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("j")  # a letter for the field, not a step
    assert page.input_value("#search") == "j"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog#keys").is_hidden()


def test_a_range_is_chosen_with_shift(open_at: Any) -> None:
    page = open_at()
    boxes = page.locator("[data-bulk-item]")
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert page.locator("[data-bulk-count]").inner_text() == "4 choisies"
    page.get_by_role("button", name="Ne rien choisir").click()
    assert page.locator("[data-bulk-bar]").is_hidden()


def test_a_question_comes_before_what_cannot_be_taken_lightly(open_at: Any) -> None:
    page = open_at()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.method) if request.method == "POST" else None)
    page.get_by_role("button", name="Fausse alerte").click()
    page.get_by_role("button", name="Revenir").click()
    assert posts == []
    page.get_by_role("button", name="Fausse alerte").click()
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_role("button", name="C’est une fausse alerte").click()


def test_a_chip_writes_the_query(open_at: Any) -> None:
    page = open_at()
    page.fill("#f-query", "alba OR nuage")
    page.get_by_role("button", name="en français").click()
    assert page.input_value("#f-query") == "(alba OR nuage) AND lang:fr"


def test_without_scripts_the_page_is_whole_and_its_chart_a_table(open_at: Any) -> None:
    page = open_at(java_script_enabled=False)
    assert page.get_by_role("heading", name="Aujourd’hui").is_visible()
    page.get_by_text("Les chiffres de la courbe").click()
    assert page.get_by_role("row", name="7 h 69 5 à 15").is_visible()


def test_paper_is_light_and_without_what_is_pressed(open_at: Any) -> None:
    page = open_at(theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".rail").is_hidden()
    assert page.locator(".ring .btn").first.is_hidden()

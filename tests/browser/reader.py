"""A person at a browser: one page, everything it said and asked for, and what must hold on every page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.served import BRAND, Served

SIZES = {"wide": (1440, 900), "laptop": (1180, 760), "tablet": (900, 1100), "phone": (360, 740)}
_SPILLED = """
  () => [...document.querySelectorAll("main .sheet")].filter((sheet) => sheet.clientWidth).flatMap((sheet) => {
    const edge = sheet.getBoundingClientRect().right + 1;
    const held = ".table-box, .visually-hidden, .menu, pre, .clip, .scroll-x";
    const over = [...sheet.querySelectorAll("a, button, td, input, p, h1, h2")].find((one) =>
      one.getBoundingClientRect().right > edge && !one.closest(held));
    return over ? [over.outerHTML.slice(0, 120)] : [];
  })
"""
_LOOPBACK = ("127.0.0.1", "localhost")


class Reader:
    """Keeps what the page says on its console, and every request that leaves this machine, which is refused."""

    def __init__(self, context: Any, served: Served, has_scripts: bool) -> None:
        self.context = context
        self.has_scripts = has_scripts
        self.served = served
        self.said: list[str] = []
        self.left: list[str] = []
        context.route(lambda url: _is_elsewhere(url), self._refuse)
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(f"{urlsplit(self.page.url).path}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"{urlsplit(self.page.url).path}: {error}"))
        self.page.on("dialog", self._refuse_dialog)

    def enter(self) -> Reader:
        """Sign in as Alice by the entrance that the demonstration prints."""
        self.page.goto(self.served.entrance, wait_until="commit")
        return self

    def sign_in(self, name: str, password: str) -> Reader:
        """Sign in by the form."""
        self.go("/sign-in")
        self.page.fill("input[name=email]", f"{name}@example.org")
        self.page.fill("input[name=password]", password)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self

    def go(self, path: str) -> Any:
        """Open an address of the server and return the answer, once the charts are drawn too."""
        answer = self.page.goto(f"{self.served.address}{path}")
        self.settle()
        return answer

    def see(self, room: str = "") -> Any:
        """Open a page of the brand."""
        return self.go(f"/b/{BRAND}/{room}")

    def settle(self) -> None:
        """Wait until every chart of the page is drawn or has stayed a table; without scripts they all are tables."""
        if not self.has_scripts:
            return
        expect(self.page.locator("[data-chart]:not(.is-drawn, .is-bare):visible")).to_have_count(0, timeout=30_000)

    def awake(self) -> None:
        """Wait until the scripts of the page listen, the line of what happens included."""
        expect(self.page.locator(".live-state")).to_have_attribute("data-state", "open")

    def faults(self) -> str:
        """What the page said on its console and what it wanted from elsewhere, a line each."""
        return "\n".join(self.said + self.left)

    def resize(self, size: str) -> None:
        """Make the window wide, as a tablet's, or as a phone's."""
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def overflow_px(self) -> int:
        """How much wider than the window the page is."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def spilled(self) -> list[str]:
        """Return what is drawn over the edge of its sheet."""
        found: list[str] = self.page.evaluate(_SPILLED)
        return found

    def close(self) -> None:
        """Close the browser of this person."""
        self.context.close()

    def _refuse(self, route: Any) -> None:
        self.left.append(route.request.url)
        route.abort()

    def _refuse_dialog(self, dialog: Any) -> None:
        self.said.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


def open_reader(browser: Any, served: Served, *, size: str = "wide", theme: str = "light", **more: Any) -> Reader:
    """Return a person at a fresh browser, not signed in."""
    width, height = SIZES[size]
    more.setdefault("locale", "fr-FR")
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, **more)
    context.set_default_timeout(30_000)
    return Reader(context, served, more.get("java_script_enabled", True))


def _is_elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss", "ftp") and parts.hostname not in _LOOPBACK

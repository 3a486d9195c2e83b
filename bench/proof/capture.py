"""What a capture costs: a long page and a social post, by a warm browser, beside what a plain look at them costs.

`python -m bench.proof.capture [RUNS]` prints one JSON object and exits 1 over a bound. The plain look is the least that
anybody could do with the same browser: load the page, scroll to its end, take one whole picture; both take turns.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from typing import Any

from tests.net.browser.site import site
from tocsin.base.capture import Outcome, Recording, Visit
from tocsin.net.browser import Browser, BrowserOptions, available
from tocsin.net.browser.find import browser_path

RUNS = 3
LONG_S = 10.0  # asked for a page of 40,000 points with 40 photographs; told, and held as a ratio to the plain look
LONG_OVER_PLAIN = 2.0
SOCIAL_BYTES = 1_000_000  # at most, all files of a post of text
_PATHS = {"long": "/long", "social": "/social", "thread": "/fil"}


def main(runs: int = RUNS) -> int:
    """Print the figures; return 1 if one is over its bound."""
    lack = available()
    if lack is not None:
        print(json.dumps({"skipped": lack.value}))
        return 0
    figures = asyncio.run(measure(runs))
    print(json.dumps(figures | {"long_s_asked": LONG_S}))
    return 1 if figures["long_over_plain"] > LONG_OVER_PLAIN or figures["social_bytes"] > SOCIAL_BYTES else 0


async def measure(runs: int) -> dict[str, float]:
    """Return the figures: median seconds of the captures and of the plain looks, their ratio, and bytes."""
    from playwright.async_api import async_playwright

    figures: dict[str, float] = {"runs": runs}
    options = BrowserOptions(allow_hosts=("127.0.0.1",))
    with site() as running:
        async with Browser(options) as browser, async_playwright() as play:
            began = time.monotonic()
            await browser.record(Visit(url=running.base + "/long"))
            figures["first_s"] = time.monotonic() - began
            plain = await play.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
            for name, path in _PATHS.items():
                spent: list[float] = []
                looked: list[float] = []
                for _ in range(runs):
                    began = time.monotonic()
                    recording = await browser.record(Visit(url=running.base + path))
                    spent.append(time.monotonic() - began)
                    looked.append(await look(plain, running.base + path))
                if recording.outcome is not Outcome.WHOLE:
                    raise AssertionError(f"{path} was not recorded whole: {recording.steps}")
                figures[f"{name}_s"] = statistics.median(spent)
                figures[f"{name}_over_plain"] = statistics.median(spent) / statistics.median(looked)
                figures[f"{name}_bytes"] = sum(sizes(recording).values())
            await plain.close()
    return {name: round(figure, 3) for name, figure in figures.items()}


async def look(browser: Any, url: str) -> float:
    """Return the seconds of a plain look: load, scroll to the end, one whole picture."""
    began = time.monotonic()
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(url, wait_until="networkidle")
    for _ in range(await page.evaluate("Math.ceil(document.body.scrollHeight / 810)")):
        await page.evaluate("scrollBy(0, 810)")
    await page.wait_for_load_state("networkidle")
    await page.screenshot(full_page=True)
    await page.close()
    return time.monotonic() - began


def sizes(recording: Recording) -> dict[str, int]:
    """Return the bytes of each kind of thing that was taken, before any packing."""
    return {
        "pictures": sum(len(picture.png) for picture in recording.pictures),
        "bodies": sum(len(exchange.body or b"") for exchange in recording.exchanges),
        "pdf": len(recording.pdf or b""),
        "mhtml": len(recording.mhtml or b""),
        "text": len(recording.text.encode()) + len(recording.dom.encode()),
    }


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

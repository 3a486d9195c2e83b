"""Every page, in both languages and both themes, at three widths: nothing said, nothing refused, nothing foreign."""

from __future__ import annotations

from typing import Any

import pytest

from tests.addresses import filled, ids_of
from tests.browser.accessible import faults
from tests.browser.reader import SIZES, Reader, open_reader
from tests.browser.served import BRAND, Served
from tests.browser.words import foreign_sentences

# At which width axe looks, so that each theme is looked at wide and on a phone.
_AXE_AT = {("fr", "light"): "wide", ("fr", "dark"): "phone", ("en", "light"): "phone", ("en", "dark"): "wide"}
_LEADS_ELSEWHERE = {"home", "enter:sign_in", "enter:code"}  # for whoever is signed in


def _pages(reader: Reader) -> dict[str, str]:
    """Return name and address of all that answers with a whole page; the others are forms' ends, parts and files."""
    found = {}
    for name, address in filled(BRAND, reader.served.ask(lambda engine: ids_of(engine.store, BRAND))):
        answer = reader.context.request.get(f"{reader.served.address}{address}", max_redirects=0)
        is_page = answer.ok and "<html" in answer.text()
        assert is_page or answer.status in (200, 302, 405), (name, answer.status)
        if is_page:
            found[name] = address
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme"), _AXE_AT)
def test_every_page_is_whole(browser: Any, demo: Served, language: str, theme: str) -> None:
    demo.speak("alice", language)
    reader = open_reader(browser, demo, theme=theme).enter()
    wrong: list[str] = []
    pages = _pages(reader)
    assert len(pages) > 25
    for name, address in pages.items():
        reader.resize("wide")
        answer = reader.go(address)
        if answer.status != 200 or reader.page.get_attribute("html", "lang") != language:
            wrong.append(f"{name}: {answer.status}, {reader.page.get_attribute('html', 'lang')}")
        for size in SIZES:
            reader.resize(size)
            if reader.overflow_px() > 0:
                wrong.append(f"{name}: {reader.overflow_px()} px too wide, {size}")
            wrong += [f"{name}: over its sheet, {size}: {one}" for one in reader.spilled()]
            if size == _AXE_AT[language, theme]:
                wrong += [f"{name}: {fault}" for fault in faults(reader.page)]
        if language == "fr" and theme == "light":
            wrong += [f"{name}: in English: {sentence}" for sentence in foreign_sentences(reader.page)]
    reader.close()
    told = "\n".join([*wrong, reader.faults()]).strip()
    assert not told, told
    demo.speak("alice", "fr")

import os, sys
from tests.browser.conftest import *
from tests.browser.accessible import faults
from tests.browser.served import BRAND
from tocsin.store.affairs.rows import StoryFilter


def test_look(browser, demo):
    ids = demo.ask(
        lambda e: [
            (s.id, s.posts, s.title) for s in e.store.affairs.stories(BRAND, StoryFilter(limit=8, largest_first=True))
        ]
    )
    print(ids)
    demo.speak("alice", "en")
    for theme, size in (("light", "wide"), ("dark", "phone")):
        reader = open_reader(browser, demo, theme=theme).enter()
        for k, (i, n, t) in enumerate(ids[:1]):
            reader.resize(size)
            a = reader.go(f"/b/{BRAND}/stories/{i}/")
            print(theme, size, k, n, t, a.status, reader.overflow_px(), reader.spilled(), faults(reader.page))
            txt = reader.page.inner_text("main") if reader.page.query_selector("main") else ""
            print([l for l in txt.splitlines() if "accounts, " in l or "trace" in l or "read" in l][:6])
            reader.page.screenshot(path=f"/tmp/spread-{theme}-{size}-{k}.png", full_page=True)
        reader.close()
    demo.speak("alice", "fr")

"""A capture's package is valid to those who wrote the format, and plays in their players with the site switched off."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.evidence.make import SITE, make_exchanges, make_recording, passage
from tests.net.browser.site import site
from tests.real.replay import fetch, player, pywb, run_python
from tocsin.base.capture import Recording, Visit
from tocsin.evidence.corroborate import TieStrength, corroborate_page
from tocsin.evidence.pack import files_of
from tocsin.net.browser import Browser, BrowserOptions, available

_VALIDATE = "import sys; sys.argv[0] = 'wacz'; from wacz.main import main; sys.exit(main())"
_CHECK = "import sys; sys.argv[0] = 'warcio'; from warcio.cli import main; main()"
_CHROMIUM = Path("/usr/bin/chromium")
# The page of the thread asks for the number of answers by a POST, and writes it.
_SCRIPT = b"""<script>
fetch('/api/count', {method: 'POST', headers: {'content-type': 'application/json'}, body: '{"thread": 7}'})
  .then(answer => answer.json()).then(told => {
    document.getElementById('count').textContent = told.answers + ' r\xc3\xa9ponses';
  });
</script>"""


def recording() -> Recording:
    exchanges = list(make_exchanges())
    page = exchanges[2]
    assert page.body is not None
    exchanges[2] = msgspec.structs.replace(page, body=page.body.replace(b"</body>", _SCRIPT + b"</body>"))
    return make_recording(exchanges=tuple(exchanges))


@pytest.fixture
def wacz(tmp_path: Path) -> Path:
    path = tmp_path / "capture.wacz"
    path.write_bytes(files_of(recording(), number="2026-0042-01", salt=b"salt")[0].content)
    return path


def test_the_official_tool_finds_the_package_valid_and_refuses_it_with_one_byte_changed(
    wacz: Path, tmp_path: Path
) -> None:
    done = run_python(_VALIDATE, "validate", "-f", str(wacz), folder=tmp_path)
    assert done.returncode == 0 and "passed WACZ is valid" in done.stdout, done.stdout + done.stderr
    forged = tmp_path / "forged.wacz"
    with zipfile.ZipFile(wacz) as package, zipfile.ZipFile(forged, "w") as other:
        for entry in package.infolist():
            content = package.read(entry)
            other.writestr(
                entry, content.replace(b"Message 3 ", b"Message 4 ") if "pages" in entry.filename else content
            )
    done = run_python(_VALIDATE, "validate", "-f", str(forged), folder=tmp_path)
    assert done.returncode == 1 and "pages.jsonl" in done.stdout


def test_warcio_finds_every_record_as_its_digests_say(wacz: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wacz) as package:
        package.extract("archive/data.warc.gz", tmp_path)
    done = run_python(_CHECK, "check", "-v", "archive/data.warc.gz", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    records = 2 * len(recording().exchanges) + 2  # each with its request or failure; what the file is; the text
    assert done.stdout.count("digest pass") == records and done.stdout.count("WARC-Record-ID") == records


def test_our_index_is_the_one_that_cdxj_indexer_makes(wacz: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wacz) as package:
        package.extractall(tmp_path)
    code = (
        "import gzip, json, sys; from cdxj_indexer.main import write_cdx_index\n"
        "write_cdx_index('theirs', ['archive/data.warc.gz'], dict(post_append=True, sort=True, fields='referrer'))\n"
        "read = lambda lines: [(line.split(' {')[0].lower(), json.loads(line.split(' ', 2)[2])) for line in lines]\n"
        "theirs = dict(read(open('theirs')))\n"
        "ours = dict(read(gzip.open('indexes/index.cdx.gz', 'rt')))\n"
        "[one.pop('recordDigest') for one in ours.values()]\n"
        "print(json.dumps([theirs, ours]))"
    )
    done = run_python(code, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    theirs, ours = json.loads(done.stdout)
    ours = {key: one for key, one in ours.items() if not key.startswith("urn:")}
    theirs = {key: one for key, one in theirs.items() if "text:" not in key}
    assert list(ours) == list(theirs)
    for key, one in theirs.items():
        assert {name: ours[key].get(name) for name in one if one[name]} == {
            name: one[name] for name in one if one[name]
        }


def test_pywb_plays_the_page_its_redirects_its_pictures_and_its_post(wacz: Path, tmp_path: Path) -> None:
    with pywb(wacz, tmp_path) as at:
        page = fetch(f"{at}http://forum.example.org/fil").decode()
        assert "Message 60" in page and "/api/count" in page
        picture = next(one.body for one in recording().exchanges if one.url.endswith("/photo/7.png"))
        assert fetch(f"{at}{SITE}/photo/7.png") == picture
        answer = json.loads(fetch(f"{at}{SITE}/api/count", b'{"thread": 7}'))
        assert answer == {"answers": 61, "last": passage(60)}


def test_replayweb_page_plays_the_page_and_its_script_with_the_site_switched_off(wacz: Path, tmp_path: Path) -> None:
    with played(wacz, f"{SITE}/fil/7", tmp_path / "player") as (page, expect):
        expect(page.locator("#count")).to_have_text("61 réponses", timeout=15_000)
        assert page.locator("#p60 p").inner_text() == passage(60)
        page.locator("img").last.scroll_into_view_if_needed()
        expect(page.locator("img").last).to_have_js_property("naturalWidth", 8, timeout=15_000)
        assert page.locator("img").count() == 20


def test_what_the_robot_recorded_is_valid_tied_and_plays_when_the_site_is_gone(tmp_path: Path) -> None:
    if available() is not None:
        pytest.skip(f"no page can be captured here ({available()})")
    found = asyncio.run(visit())
    ties = corroborate_page(found)
    assert [one.passage for one in ties if one.strength is TieStrength.PARTLY] == ["61 réponses"]
    assert [one.passage for one in ties if one.strength is TieStrength.NONE] == ["Texte écrit par le script : 3-1-4"]
    path = tmp_path / "capture.wacz"
    path.write_bytes(files_of(found, number="2026-0042-01", salt=b"salt")[0].content)
    done = run_python(_VALIDATE, "validate", "-f", str(path), folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    with pywb(path, tmp_path) as at:
        assert "Message 60" in fetch(f"{at}{found.visit.url}").decode()
    with played(path, found.final_url, tmp_path / "player") as (page, expect):
        expect(page.locator("#count")).to_have_text("61 réponses", timeout=15_000)
        expect(page.frame_locator("iframe").locator("p")).to_have_text("Texte du cadre.")


async def visit() -> Recording:
    """What the robot records of the thread; the site ends with it."""
    with site() as running:
        async with Browser(BrowserOptions(allow_hosts=("127.0.0.1",))) as browser:
            return await browser.record(Visit(url=f"{running.base}/fil", max_s=30.0))


@contextmanager
def played(wacz: Path, url: str, folder: Path) -> Iterator[tuple[Any, Any]]:
    """Play `url` in replayweb.page; give the frame with the page, and what expects. Nothing else may be asked for."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not _CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    strangers: list[str] = []
    with player(wacz, url, folder) as at, playwright.sync_playwright() as driver:
        house = at.rpartition("/")[0]
        browser = driver.chromium.launch(executable_path=str(_CHROMIUM), args=["--no-sandbox", "--no-proxy-server"])
        try:
            page = browser.new_page()
            page.on("request", lambda one: None if one.url.startswith(house) else strangers.append(one.url))
            inner = page.frame_locator("replay-web-page iframe").locator("iframe[name=___wb_replay_top_frame]")
            for _ in range(4):  # the player's service worker does not always answer the first time it is asked
                page.goto(at)
                with suppress(playwright.TimeoutError):
                    inner.content_frame.locator("body *").first.wait_for(state="attached", timeout=12_000)
                    break
            else:  # pywb plays the same file in the test before, so that a broken one does not pass for this
                pytest.skip("the service worker of replayweb.page did not answer in four tries")
            yield inner.content_frame, playwright.expect
        finally:
            browser.close()
    assert [one for one in strangers if not one.startswith(("blob:", "data:"))] == []

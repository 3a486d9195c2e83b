"""Captures and dossiers as the other rooms show them: the stream, stories, today, the installation."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.evidence.make import make_recording
from tests.web.affair import post, tell
from tests.web.world import BRAND, World
from tocsin.base.capture import Recording, Visit
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Page, Upsert
from tocsin.evidence.authorities import shipped_authorities
from tocsin.flows import capture_means
from tocsin.flows.dossiers import due
from tocsin.flows.dossiers.beside import story_addresses
from tocsin.flows.evidence.dossiers import open_dossier
from tocsin.flows.evidence.request import request_capture
from tocsin.flows.evidence.robot import Robot
from tocsin.flows.evidence.seal import OWN_LIST
from tocsin.flows.examine import examine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.law.dossier_clocks import start_clock, stop_clock
from tocsin.net.browser import Lack
from tocsin.store.affairs.rows import StoryFilter
from tocsin.store.dossiers.rows import NewDossier
from tocsin.store.evidence.rows import CaptureScope, CaptureState

HOME = f"/b/{BRAND}/"
RULE = "fr.1881.diffamation_publique"


@pytest.fixture
def told(web: World) -> World:
    tell(web)
    return web


def story_of(world: World) -> str:
    return world.store.affairs.stories(BRAND, StoryFilter(words=("plastique",), largest_first=True))[0].id


def row_of(world: World, url: str = "https://courrier.example/a") -> int:
    return next(row.row for row in world.store.latest_mentions(BRAND, limit=200) if row.post.url == url)


def opened(world: World, story: str = "") -> str:
    new = NewDossier(brand=BRAND, title="Rappel supposé", by=world.people["alice"].mark, at=world.now, story=story)
    return open_dossier(world.engine, new).number


def page(world: World, who: str, address: str) -> str:
    world.store.people.save(msgspec.structs.replace(world.people[who], language="en"))
    answer = world.as_(who).get(address)
    assert answer.status_code == 200, (who, address)
    return answer.content.decode()


def start(world: World, number: str, online: str) -> int:
    sheet = start_clock(world.engine, number, RULE, "alice", world.now, events={"first_online": online})
    return sheet.row.id


def visited(world: World) -> None:
    """Let the robot work: the visit is invented, all that is kept and sealed of it is real; no authority is asked."""
    table = "[[authority]]\nname = {name!r}\ntitle = {title!r}\nurl = {url!r}\nusable = false\n"
    rows = [table.format(name=one.name, title=one.title, url=one.url) for one in shipped_authorities()]
    (world.engine.settings.data_dir / OWN_LIST).write_text("\n".join(rows), encoding="utf-8")

    def record(visit: Visit) -> Recording:
        return make_recording()

    Robot(world.engine, record, lambda: world.now + timedelta(seconds=5)).turn()


@pytest.mark.parametrize(("who", "may"), [("alice", True), ("bruno", True), ("carla", True), ("chloe", False)])
def test_the_page_of_a_mention_is_captured_from_the_stream_and_its_state_stands_there(
    told: World, who: str, may: bool
) -> None:
    address = f"{HOME}stream/{row_of(told)}"
    before = page(told, who, address)
    assert ('data-key="c"' in before) is may
    answer = told.as_(who).post(f"{HOME}captures/new", {"mention": str(row_of(told))})
    assert (answer.status_code == 302) is may
    if may:
        assert answer["Location"] == address
    captures = told.store.evidence.captures(CaptureScope(brand=BRAND))
    assert [one.url for one in captures] == (["https://courrier.example/a"] if may else [])
    after = page(told, who, address)
    assert ("Captures of this post" in after) is may
    assert (f"captures/{captures[0].number}/" in after if captures else False) is (who in ("alice", "carla"))


def test_what_the_robot_did_of_a_post_is_told_beside_it(told: World) -> None:
    row = row_of(told)
    request_capture(told.engine, BRAND, "", "alice", told.now, mention=row)
    assert "Waits for the robot" in page(told, "bruno", f"{HOME}stream/{row}")
    visited(told)
    assert "Sealed here, time-stamp awaited" in page(told, "bruno", f"{HOME}stream/{row}")
    assert "Sealed here" not in page(told, "chloe", f"{HOME}stream/{row}")


def test_a_letter_has_no_page_to_capture(told: World) -> None:
    mail = post(2_000, told.now, "Maison Alba, remboursez-moi, c’est une honte", url=None)
    ingest_page(told.engine, Place("boite", LIVE), Page(items=[Upsert(post=mail)], next_cursor=""), told.now)
    row = next(row.row for row in told.store.latest_mentions(BRAND, limit=200) if row.post.url is None)
    assert 'data-key="c"' not in page(told, "alice", f"{HOME}stream/{row}")


def test_a_story_opens_a_dossier_then_leads_to_it(told: World) -> None:
    story = story_of(told)
    address = f"{HOME}stories/{story}/"
    assert f"dossiers/new?story={story}" in page(told, "carla", address)
    number = opened(told, story)
    shown = page(told, "carla", address)
    assert f"dossiers/{number}/" in shown and "dossiers/new" not in shown
    assert "dossiers/" not in page(told, "bruno", address)


def test_a_dossier_follows_its_story_into_the_one_it_was_merged_with(told: World) -> None:
    one, other = [line.id for line in told.store.affairs.stories(BRAND, StoryFilter(largest_first=True))][:2]
    number = opened(told, other)
    told.as_("alice").post(f"{HOME}stories/{one}/merge/do", {"with": other})
    assert f"dossiers/{number}/" in page(told, "alice", f"{HOME}stories/{one}/")
    assert story_addresses(told.engine, BRAND, other) == story_addresses(told.engine, BRAND, one)


def test_the_gravest_posts_of_a_story_are_offered_once_each(told: World) -> None:
    story = story_of(told)
    found = story_addresses(told.engine, BRAND, story, limit=5)
    assert len(found) == 5
    assert len({url for _row, url, _title in found}) == 5
    scores = [told.store.mention(row).verdict.severity.score for row, _url, _title in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == max(row.verdict.severity.score for row in told.store.story_mentions(story, 200))
    assert all(title for _row, _url, title in found)
    assert story_addresses(told.engine, "autre-maison", story) == []


def test_a_deadline_that_comes_near_stands_on_today_and_in_the_rail(web: World) -> None:
    number = opened(web)  # now is 2 March 2026
    far = start(web, number, "2026-02-20")
    assert not due.near_deadlines(web.engine, web.store.brand(BRAND), web.now)
    start(web, number, "2025-12-08")  # the last day is a Sunday, the safe one the Friday before
    (near,) = due.near_deadlines(web.engine, web.store.brand(BRAND), web.now)
    assert near.dossier == number and 0 < near.left <= 15
    for who in ("alice", "carla"):
        shown = page(web, who, HOME)
        assert f"safe day in {near.left} day" in shown and number in shown
        assert 'class="n bronze b num">1<' in shown
    assert "safe day in" not in page(web, "bruno", HOME)
    stop_clock(web.engine, BRAND, far, "alice", web.now)


def test_a_safe_day_that_has_passed_tells_what_is_left_and_then_nothing(web: World) -> None:
    number = opened(web)
    start(web, number, "2025-12-08")
    brand = web.store.brand(BRAND)
    (near,) = due.near_deadlines(web.engine, brand, web.now)
    web.now = web.now + timedelta(days=near.left + 1)
    (past,) = due.near_deadlines(web.engine, brand, web.now)
    assert past.left == -1 and past.last_left >= 0
    assert "the safe day has passed" in page(web, "alice", HOME)
    assert not due.near_deadlines(web.engine, brand, web.now + timedelta(days=past.last_left + 1))


def test_captures_that_no_robot_takes_are_told_with_what_is_missing(
    web: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_capture(web.engine, BRAND, "https://93.184.216.34/rumeur", "alice", web.now)
    monkeypatch.setattr(due, "available", lambda path: Lack.NO_PLAYWRIGHT)
    assert "for the robot" not in page(web, "alice", HOME)  # it was asked for just now
    web.now = web.now + timedelta(minutes=11)
    shown = page(web, "alice", HOME)
    assert "1 capture waits for the robot" in shown and "tocsin[capture]" in shown
    assert "for the robot" not in page(web, "bruno", HOME)
    monkeypatch.setattr(due, "available", lambda path: None)
    assert "is the worker running?" in page(web, "alice", HOME)


def test_seals_that_wait_a_day_for_time_stamps_are_told(web: World) -> None:
    request_capture(web.engine, BRAND, "https://93.184.216.34/rumeur", "alice", web.now)
    visited(web)
    (one,) = web.store.evidence.captures(CaptureScope(brand=BRAND))
    assert one.state is CaptureState.AWAITING_STAMP
    assert "time-stamps" not in page(web, "alice", HOME)
    web.now = web.now + timedelta(days=1, hours=1)
    assert "1 seal awaits its time-stamps" in page(web, "carla", HOME)


def test_a_dossier_says_why_its_captures_wait(web: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = opened(web)
    monkeypatch.setattr(capture_means, "available", lambda path: Lack.NO_CHROMIUM)
    assert "No page can be captured" not in page(web, "alice", f"{HOME}dossiers/{number}/")
    request_capture(web.engine, BRAND, "https://93.184.216.34/rumeur", "alice", web.now, dossier=number)
    assert "No page can be captured" in page(web, "alice", f"{HOME}dossiers/{number}/")


@pytest.mark.parametrize(
    ("lack", "browser", "said"),
    [
        (None, "", "Pages can be captured on this machine"),
        (Lack.NO_PLAYWRIGHT, "", "tocsin[capture]"),
        (Lack.NO_CHROMIUM, "", "chromium"),
        (Lack.NO_CHROMIUM, "/no/such/browser", "/no/such/browser"),
    ],
)
def test_the_installation_says_whether_pages_can_be_captured(
    web: World, monkeypatch: pytest.MonkeyPatch, lack: Lack | None, browser: str, said: str
) -> None:
    monkeypatch.setattr(capture_means, "available", lambda path: lack)
    web.engine.settings = msgspec.structs.replace(web.engine.settings, capture_browser=browser)
    assert said in page(web, "alice", "/installation")
    codes = [finding.code for finding in examine(web.engine, web.now)]
    assert ("no_browser" in codes) is (lack is not None)

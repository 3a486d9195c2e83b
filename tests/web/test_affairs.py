"""Today, stories, rises and alerts: what people see of an affair, and what they do with it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.affair import HOSTILE, tell
from tests.web.world import BRAND, OTHER, World
from tocsin.base.alert import AlertState
from tocsin.store.affairs.rows import AlertFilter, StoryFilter

HOME = f"/b/{BRAND}/"


@pytest.fixture
def told(web: World) -> World:
    tell(web)
    return web


def story_of(world: World) -> str:
    return world.store.affairs.stories(BRAND, StoryFilter(words=("plastique",), largest_first=True))[0].id


def alert_of(world: World) -> str:
    return world.store.affairs.alerts(BRAND, AlertFilter())[0].id


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_a_brand_without_anything_says_what_to_do(web: World) -> None:
    page = read(web.as_("alice", "en"), HOME)
    assert page.count("<h1>") == 1
    assert "watches/" in page and 'class="ring"' not in page
    for name in ("stories/", "alerts/"):
        assert "empty" in read(web.as_("alice"), HOME + name)


def test_today_rings_says_the_usual_and_offers_to_take_it(told: World) -> None:
    page = read(told.as_("bruno"), HOME)
    assert page.count('class="ring"') == 1
    assert re.search(r'class="figure[^"]*">4[23]<', page)
    assert 'data-chart="chart-level-now"' in page and 'type="application/json"' in page
    assert "chart/level/now.svg" in page and "<table" in page


def test_nothing_of_a_post_is_ever_markup(told: World) -> None:
    client = told.as_("alice")
    story, alert = story_of(told), alert_of(told)
    for address in (
        "",
        "board",
        "stories/",
        f"stories/{story}/",
        f"stories/{story}/split",
        f"alerts/{alert}/",
        "alerts/",
    ):
        page = read(client, HOME + address)
        assert "<script>alert" not in page and "onerror=alert(1)>" not in page, address
        assert " style=" not in page and "<img src=x" not in page, address
    assert "plastique" in read(client, f"{HOME}stories/{story}/")


def test_a_story_tells_its_first_post_its_carriers_and_its_way_into_the_press(told: World) -> None:
    page = read(told.as_("alice"), f"{HOME}stories/{story_of(told)}/")
    assert "Le Courrier du Val" in page and "Gazette" in page
    assert "Voisin 1000" not in page  # a private person's name is masked
    assert "chart-spread-" in page and "chart-story-" in page
    assert 'rel="noreferrer noopener"' in page
    assert "ring-note" in page  # forty accounts, the same words


def test_charts_are_pictures_for_those_who_may_see_the_page(told: World) -> None:
    story = story_of(told)
    for address in ("level/now", f"story/{story}", f"spread/{story}"):
        answer = told.as_("remi").get(f"{HOME}chart/{address}.svg")
        assert answer["Content-Type"] == "image/svg+xml" and answer.content.startswith(b"<svg")
        assert told.as_("denis").get(f"{HOME}chart/{address}.svg").status_code == 404
    assert told.as_("alice").get(f"{HOME}chart/story/nothing.svg").status_code == 404
    assert told.as_("alice").get(f"{HOME}chart/other/now.svg").status_code == 404


def test_an_alert_is_taken_and_opened_again(told: World) -> None:
    client, number = told.as_("chloe"), alert_of(told)
    answer = client.post(f"{HOME}alerts/{number}/act", {"act": "take", "next": HOME}, follow=True)
    assert answer.redirect_chain == [(HOME, 302)]
    assert told.store.alert(number).state is AlertState.ACKNOWLEDGED
    assert f"{HOME}alerts/{number}/reopen" in answer.content.decode()
    assert "Chloé" in read(told.as_("bruno"), f"{HOME}alerts/{number}/")
    client.post(f"{HOME}alerts/{number}/reopen")
    assert told.store.alert(number).state is AlertState.OPEN
    assert [entry.action for entry in told.store.audit(2)] == ["alert.reopen", "alert.take"]


def test_an_act_on_a_part_fetched_live_leads_to_its_page(told: World) -> None:
    answer = told.as_("bruno").post(f"{HOME}alerts/{alert_of(told)}/act", {"act": "take", "next": f"{HOME}board"})
    assert answer["Location"] == HOME


def test_an_alert_is_put_off_until_eight_where_the_reader_is(told: World) -> None:
    number = alert_of(told)
    told.as_("bruno").post(f"{HOME}alerts/{number}/act", {"act": "snooze-morning"})
    until = told.store.alert(number).snoozed_until
    assert until is not None and until.isoformat() == "2026-03-03T07:00:00+00:00"
    assert 'class="ring"' not in read(told.as_("bruno"), HOME) or number not in read(told.as_("bruno"), HOME)
    told.now = until
    assert number in read(told.as_("bruno"), f"{HOME}alerts/?state=open")


def test_a_false_alarm_is_noted_with_its_reason_and_leaves_today(told: World) -> None:
    number = alert_of(told)
    told.as_("bruno").post(f"{HOME}alerts/{number}/act", {"act": "false", "note": "un concours"})
    assert told.store.alert(number).state is AlertState.FALSE
    assert "un concours" in read(told.as_("alice"), f"{HOME}alerts/{number}/")


def test_a_link_of_a_mail_only_asks(told: World) -> None:
    number = alert_of(told)
    page = read(told.as_("bruno"), f"{HOME}alerts/{number}/confirm/false")
    assert "<form" in page and told.store.alert(number).state is AlertState.OPEN
    assert told.as_("bruno").get(f"{HOME}alerts/{number}/confirm/burn").status_code == 404
    assert told.as_(None).get(f"{HOME}alerts/{number}/confirm/false").status_code == 302


def test_an_act_never_leads_away_from_here(told: World) -> None:
    number = alert_of(told)
    for wanted in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = told.as_("bruno").post(f"{HOME}alerts/{number}/act", {"act": "take", "next": wanted})
        assert answer["Location"] == f"{HOME}alerts/{number}/"


def test_readers_look_and_change_nothing(told: World) -> None:
    number, story = alert_of(told), story_of(told)
    remi = told.as_("remi")
    assert 'name="act"' not in read(remi, HOME) + read(remi, f"{HOME}alerts/{number}/")
    assert remi.post(f"{HOME}alerts/{number}/act", {"act": "take"}).status_code == 404
    assert remi.post(f"{HOME}stories/{story}/rename", {"title": "x"}).status_code == 404
    assert told.as_("chloe").get(f"{HOME}stories/{story}/merge").status_code == 404


def test_things_of_another_brand_are_not_there(told: World) -> None:
    number, story = alert_of(told), story_of(told)
    (surge,) = told.store.surges(BRAND)[:1]
    other = f"/b/{OTHER}/"
    alice = told.as_("alice")
    for address in (f"alerts/{number}/", f"stories/{story}/", f"surges/{surge.id}/", f"chart/story/{story}.svg"):
        assert alice.get(other + address).status_code == 404, address
    assert alice.post(f"{other}alerts/{number}/act", {"act": "take"}).status_code == 404
    assert alice.post(f"{other}stories/{story}/rename", {"title": "x"}).status_code == 404
    assert told.store.alert(number).state is AlertState.OPEN


def test_a_rise_says_how_much_since_when_and_why(told: World) -> None:
    (surge,) = told.store.surges(BRAND)[:1]
    page = read(told.as_("alice", "en"), f"{HOME}surges/{surge.id}/")
    assert f">{surge.seen}<" in page and "chart-level-now" in page
    assert f"{HOME}stories/{surge.story}/" in page


def test_a_title_of_ones_own_stands_in_lists(told: World) -> None:
    story = story_of(told)
    told.as_("bruno").post(f"{HOME}stories/{story}/rename", {"title": f"Plastique, {HOSTILE}"})
    page = read(told.as_("alice"), f"{HOME}stories/")
    assert "Plastique, &lt;script&gt;" in page
    told.as_("bruno").post(f"{HOME}stories/{story}/rename", {"title": "x" * 200})
    assert "Plastique" in read(told.as_("alice"), f"{HOME}stories/")


def test_a_story_is_split_after_a_preview_and_made_whole_again(told: World) -> None:
    story, bruno = story_of(told), told.as_("bruno")
    whole = told.store.affairs.story(BRAND, story).posts
    rows = re.findall(r'name="row" value="(\d+)"', read(bruno, f"{HOME}stories/{story}/split"))[:3]
    preview = bruno.post(f"{HOME}stories/{story}/split", {"row": rows}).content.decode()
    assert "split/do" in preview and told.store.affairs.story(BRAND, story).posts == whole
    made = bruno.post(f"{HOME}stories/{story}/split/do", {"row": rows})
    assert told.store.affairs.story(BRAND, story).posts == whole - 3
    new = made["Location"].rstrip("/").rsplit("/", 1)[1]
    (move,) = told.store.affairs.moves(BRAND, new)
    bruno.post(f"{HOME}stories/moves/{move.id}/undo")
    assert told.store.affairs.story(BRAND, story).posts == whole
    assert told.store.doctor() == []


def test_a_merged_story_leads_to_where_its_posts_are(told: World) -> None:
    alice = told.as_("alice")
    one, other = [line.id for line in told.store.affairs.stories(BRAND, StoryFilter(largest_first=True))][:2]
    assert "merge/do" in read(alice, f"{HOME}stories/{one}/merge?with={other}")
    alice.post(f"{HOME}stories/{one}/merge/do", {"with": other})
    answer = alice.get(f"{HOME}stories/{other}/")
    assert answer.status_code == 302 and answer["Location"] == f"{HOME}stories/{one}/"


@pytest.mark.parametrize(
    "query", ["state=nope&kind=<b>", "before=yesterday", "before=2026-02-30T00:00:00", "period=9&order=x", "q=%25_!"]
)
def test_a_strange_filter_is_a_filter_not_said(told: World, query: str) -> None:
    for name in ("stories/", "alerts/"):
        read(told.as_("alice"), f"{HOME}{name}?{query}")


def test_several_brands_have_one_line_each(told: World) -> None:
    page = read(told.as_("alice"), "/")
    assert "Maison Alba" in page and "Autre Maison" in page and "level-" in page

"""Personal data: owner and counsel alone, a typed confirmation, nothing on a mere visit, no list of people."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from tests.web.world import BRAND, OTHER, World
from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import Watch
from tocsin.base.ids import stable_int
from tocsin.base.personal import Purpose
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.correct import Hand
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.letters.links import Links
from tocsin.flows.personal.keep import is_due, let_go, set_days, waits_for_wipe

PAGE = f"/b/{BRAND}/personal/"
EVE = Author(platform="forum", handle="eve", name="<b>Ève</b>", followers=12)
NUMBER = stable_int("forum", "eve")
INSULT = "Maison Alba, bande de voleurs et d'escrocs, honte à vous"


@pytest.fixture
def held(web: World) -> World:
    """Eve and Zoé spoke of Maison Alba; Eve of the other house too when asked for."""
    web.store.save_watch(Watch(brand=BRAND, name="alba", query='"Maison Alba"'))
    said(web, 1, INSULT, EVE)
    said(web, 2, "Maison Alba <script>alert(1)</script>, secret de Zoé", Author(platform="forum", handle="zoe"))
    return web


def said(web: World, number: int, text: str, author: Author, cursor: str = "") -> None:
    at = web.now - timedelta(days=40, minutes=number)
    post = Post(platform="forum", native_id=str(number), created_at=at, seen_at=at, text=text, author=author)
    ingest_page(web.engine, Place(f"forum{number}", LIVE), Page(items=[Upsert(post=post)], next_cursor="1"), at)


def archive_of(answer: object) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:  # type: ignore[attr-defined]
        return {name: found.read(name).decode() for name in found.namelist()}


@pytest.mark.parametrize(
    ("who", "code"), [("alice", 200), ("carla", 200), ("bruno", 404), ("chloe", 404), ("denis", 404)]
)
def test_owner_and_counsel_alone_come_in(held: World, who: str, code: int) -> None:
    for path in (PAGE, f"{PAGE}authors/{NUMBER}", f"{PAGE}drafts/register.txt", f"{PAGE}authors/{NUMBER}/erase"):
        assert held.as_(who).get(path).status_code == code


def test_an_author_is_found_and_their_name_is_no_markup(held: World) -> None:
    page = held.as_("carla").get(PAGE, {"q": "eve"}).content.decode()
    assert "@eve" in page
    assert "&lt;b&gt;Ève" in page
    assert "<b>Ève" not in page
    assert "zoe" not in page


def test_a_copy_holds_that_author_alone_and_no_secret(held: World) -> None:
    answer = held.as_("carla").post(f"{PAGE}authors/{NUMBER}/export")
    files = archive_of(answer)
    assert set(files) == {"data.json", "page.html"}
    for content in files.values():
        assert "voleurs" in content
        assert "Zoé" not in content
        assert "zoe" not in content
        assert "@example.org" not in content
    assert json.loads(files["data.json"])["account"]["handle"] == "eve"
    assert held.store.audit(1)[0].action == "personal.exported"
    assert "eve" not in held.store.audit(1)[0].subject


def test_a_copy_is_not_made_by_a_visit(held: World) -> None:
    assert held.as_("carla").get(f"{PAGE}authors/{NUMBER}/export").status_code == 405


def test_nothing_is_erased_before_the_handle_is_typed(held: World) -> None:
    carla = held.as_("carla")
    answer = carla.post(f"{PAGE}authors/{NUMBER}/erase", {"typed": "zoe"})
    assert answer.status_code == 200
    assert held.store.post("forum", "1") is not None
    assert carla.post(f"{PAGE}authors/{NUMBER}/erase", {"typed": "@eve"}).status_code == 302
    assert held.store.post("forum", "1") is None
    assert held.store.post("forum", "2") is not None


def test_an_erased_author_stands_in_no_file_and_no_page(held: World) -> None:
    carla = held.as_("carla")
    assert carla.post(f"{PAGE}authors/{NUMBER}/erase", {"typed": "eve"}).status_code == 302
    page = carla.get(PAGE).content.decode()
    assert "posts 1" in page
    assert carla.get(f"{PAGE}authors/{NUMBER}").status_code == 404
    assert waits_for_wipe(held.engine) is not None
    assert "note bronze-n" in page
    let_go(held.engine, held.now.replace(hour=14))
    assert waits_for_wipe(held.engine) is not None  # by day nobody is kept waiting
    let_go(held.engine, (held.now + timedelta(days=1)).replace(hour=2))
    assert waits_for_wipe(held.engine) is None
    assert "note bronze-n" not in carla.get(PAGE).content.decode()
    held.store.close()
    for file in held.engine.settings.data_dir.glob("tocsin.sqlite3*"):
        content = file.read_bytes()
        assert b"voleurs" not in content
        assert "Ève".encode() not in content


def test_an_author_whom_another_brand_heard_is_the_owners_to_erase(held: World) -> None:
    held.store.save_watch(Watch(brand=OTHER, name="autre", query="voleurs"))
    said(held, 3, "Autre Maison, voleurs aussi", EVE)
    carla = held.as_("carla")
    carla.post(f"{PAGE}authors/{NUMBER}/erase", {"typed": "eve"})
    assert held.store.post("forum", "1") is not None
    assert carla.post(f"{PAGE}authors/{NUMBER}/export").status_code == 302
    held.as_("alice").post(f"{PAGE}authors/{NUMBER}/erase", {"typed": "eve"})
    assert held.store.post("forum", "1") is None


def test_an_objection_holds_and_can_be_lifted(held: World) -> None:
    carla = held.as_("carla")
    assert carla.post(f"{PAGE}authors/{NUMBER}/object", {"note": "lettre du 2 mars"}).status_code == 302
    said(held, 4, "Maison Alba encore", EVE)
    assert held.store.post("forum", "4") is None
    assert "lettre du 2 mars" in carla.get(PAGE).content.decode()
    (row,) = held.store.personal.objections(BRAND)
    carla.post(f"{PAGE}objections/{row.id}/lift")
    said(held, 5, "Maison Alba encore", EVE)
    assert held.store.post("forum", "5") is not None


def test_offence_kinds_stand_on_the_page_of_one_author_and_on_no_list(held: World) -> None:
    carla = held.as_("carla")
    row = held.store.personal.holding(BRAND, NUMBER)
    offences = {"insult", "defamation", "denigration", "threat"} & set(row.kinds)
    assert offences
    assert 'id="offences"' in carla.get(f"{PAGE}authors/{NUMBER}").content.decode()
    assert "injure" not in carla.get(PAGE, {"q": "eve"}).content.decode()


def test_the_owner_alone_sets_how_long_things_are_kept(held: World) -> None:
    path = f"{PAGE}keep/mentions"
    assert held.as_("carla").get(path, {"days": "30"}).status_code == 404
    assert held.as_("alice").get(path, {"days": "30"}).status_code == 200
    assert held.store.personal.keeps() == []
    assert held.as_("alice").post(path, {"days": "30"}).status_code == 302
    assert held.store.personal.keeps()[0].days == 30
    held.as_("alice").post(path, {"days": "0"})
    assert held.store.personal.keeps()[0].days == 30
    held.as_("alice").post(path, {"days": ""})
    assert held.store.personal.keeps() == []


def test_what_was_announced_goes_in_the_coming_night_and_not_before(held: World) -> None:
    held.store.save_alert(
        Alert(
            id="a1",
            brand=BRAND,
            timeline=LIVE,
            cause=AlertCause.DANGER,
            level="danger",
            at=held.now,
            subject=str(held.store.latest_mentions(BRAND)[0].row),
            title="",
        )
    )
    set_days(
        held.engine,
        held.store.brand(BRAND),
        Purpose.MENTIONS,
        30,
        Hand(brand=BRAND, person=held.people["alice"], at=held.now),
    )
    hours = [let_go(held.engine, held.now + timedelta(hours=hour)) for hour in range(24)]
    assert [hour for hour, gone in enumerate(hours) if gone] == [12]  # one in the morning in Paris
    assert sum(hours) == 1
    assert len(held.store.latest_mentions(BRAND)) == 1


def test_a_night_that_was_missed_is_made_up_for_by_day(held: World) -> None:
    hand = Hand(brand=BRAND, person=held.people["alice"], at=held.now)
    set_days(held.engine, held.store.brand(BRAND), Purpose.MENTIONS, 30, hand)
    (keep,) = held.store.personal.keeps()
    zone = ZoneInfo("Europe/Paris")
    assert not is_due(keep, held.now + timedelta(hours=20), zone)
    assert is_due(keep, held.now + timedelta(hours=31), zone)


@pytest.mark.parametrize("kind", ["register", "notice"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_drafts_are_filled_from_the_installation_and_say_who_must_check(held: World, kind: str, language: str) -> None:
    carla = held.as_("carla")
    for ending in ("txt", "html"):
        answer = carla.get(f"{PAGE}drafts/{kind}.{ending}", {"lang": language})
        text = answer.content.decode()
        assert answer["Content-Disposition"].endswith(f'{language}-{held.now:%Y-%m-%d}.{ending}"')
        assert "Maison Alba" in text
        assert "alba" in text
    assert carla.get(f"{PAGE}drafts/register.exe").status_code == 404
    assert carla.get(f"{PAGE}drafts/other.txt").status_code == 404


def test_links_of_mails_are_those_of_the_pages(held: World) -> None:
    alert = Alert(
        id="a1", brand=BRAND, timeline=LIVE, cause=AlertCause.SURGE, level="alarm", at=held.now, subject="s", title=""
    )
    settings = type(held.engine.settings)(data_dir=held.engine.settings.data_dir, web_address="https://t.example")
    links = Links(settings, BRAND)
    for made, name, more in (
        (links.settings(), "enter:me", None),
        (links.today(), "today:page", {}),
        (links.alert(alert), "alerts:page", {"number": "a1"}),
        (links.confirm(alert, "snooze-4h"), "alerts:confirm", {"number": "a1", "wanted": "snooze-4h"}),
        (links.mention(7), "stream:mention", {"row": 7}),
        (links.story("s1"), "stories:page", {"number": "s1"}),
        (links.alerts(), "alerts:list", {}),
        (links.stream(), "stream:list", {}),
        (links.sources(), "sources:list", {}),
    ):
        kwargs = None if more is None else {"brand": BRAND, **more}
        assert made == "https://t.example" + reverse(name, kwargs=kwargs)

"""The pages of watches: the list, the builder and its preview, the alarm record, who may change what."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.web.world import BRAND, OTHER, World
from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import AlarmBudget, Brand, Watch
from tocsin.base.errors import ConflictError
from tocsin.base.post import Audience, Author, Post
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.watches.precision import keep_ticks, kept_ticks
from tocsin.flows.watches.record import Record, Rung
from tocsin.store.people.audit import AuditScope

LIST = f"/b/{BRAND}/watches"
NEW = f"{LIST}/new"
PREVIEW = f"{LIST}/preview"
RECORD = f"{LIST}/record"


def _post(number: int, text: str, world: World, audience: Audience = Audience.PUBLIC) -> Post:
    at = world.now - timedelta(hours=number)
    author = Author(platform="forum", handle=f"lecteur{number}")
    return Post(
        platform="forum",
        native_id=str(number),
        created_at=at,
        seen_at=at,
        text=text,
        author=author,
        url="https://forum.example.org/1",
        audience=audience,
    )


def _bring(world: World, *texts: str, audience: Audience = Audience.PUBLIC) -> None:
    world.store.ensure_timeline("backfill:test")
    posts = [Upsert(post=_post(number, text, world, audience)) for number, text in enumerate(texts)]
    ingest_page(world.engine, Place("forum", "backfill:test"), Page(items=posts, next_cursor="1"), world.now)
    close_timeline(world.engine, "backfill:test", minute_of(world.now), world.now)


@pytest.fixture
def watched(web: World) -> World:
    """Maison Alba with one watch and a few posts."""
    web.store.save_watch(Watch(brand=BRAND, name="La marque", query='("Maison Alba" OR #MaisonAlba) NOT "rue Alba"'))
    _bring(web, *[f"Les sablés de la Maison Alba, jour {number}" for number in range(6)], "Rien à voir ici du tout")
    return web


def _undo_of(page: str) -> str:
    """The address of the button that takes the last act back."""
    (address,) = re.findall(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*(?:Annuler|Undo)', page, re.DOTALL)
    return html.unescape(address)


def test_a_watch_is_renamed_with_all_that_hangs_on_it_and_back(watched: World) -> None:
    alice = watched.as_("alice")
    (kept,) = watched.store.watching.watches(BRAND)
    keep_ticks(watched.engine, BRAND, "La marque", {"k": True}, ("person:1", watched.now))
    address = f"{LIST}/{kept.number}/name"
    assert "La marque" in alice.get(address).content.decode()
    page = alice.post(address, {"name": "  Maison   Alba "}, follow=True).content.decode()
    assert watched.store.watching.watch(BRAND, kept.number).watch.name == "Maison Alba"
    assert kept_ticks(watched.engine, BRAND, "Maison Alba") == {"k": True}
    assert watched.store.watching.last_minute(BRAND, kept.number, "backfill:test") is not None
    for name in ("La marque", "Maison Alba"):  # links that hold the former name go on
        assert "Les sablés" in alice.get(f"/b/{BRAND}/stream/", {"state": "all", "watch": name}).content.decode()
    assert alice.post(_undo_of(page), follow=True).status_code == 200
    assert [one.watch.name for one in watched.store.watching.watches(BRAND)] == ["La marque"]
    said = [line.entry for line in watched.store.people.audit(AuditScope(action="watch.rename", limit=5))]
    assert {entry.text for entry in said} == {"La marque → Maison Alba", "Maison Alba → La marque"}


def test_a_name_that_another_watch_bears_or_bore_is_refused(watched: World) -> None:
    alice = watched.as_("alice")
    first = watched.store.watching.watches(BRAND)[0].number
    watched.store.save_watch(Watch(brand=BRAND, name="Autre", query="sablés"))
    alice.post(f"{LIST}/{first}/name", {"name": "Nouvelle"})
    second = next(one.number for one in watched.store.watching.watches(BRAND) if one.watch.name == "Autre")
    for name in ("Nouvelle", "La marque", " ", "x" * 300):
        assert alice.post(f"{LIST}/{second}/name", {"name": name}).status_code == 400
    with pytest.raises(ConflictError):
        watched.store.save_watch(Watch(brand=BRAND, name="La marque", query="sablés"))
    assert watched.as_("chloe").get(f"{LIST}/{first}/name").status_code == 404


def test_the_brand_is_renamed_under_the_same_address_and_back(watched: World) -> None:
    alice = watched.as_("alice")
    before = watched.store.brand(BRAND).name
    assert "La marque" not in alice.get(f"/b/{BRAND}/name").content.decode()
    page = alice.post(f"/b/{BRAND}/name", {"name": "Alba & Filles"}, follow=True).content.decode()
    assert "Alba &amp; Filles" in page
    assert watched.store.brand(BRAND).name == "Alba & Filles"
    alice.post(_undo_of(page))
    assert watched.store.brand(BRAND).name == before
    assert alice.post(f"/b/{BRAND}/name", {"name": watched.store.brand(OTHER).name}).status_code == 400
    assert watched.as_("bruno").get(f"/b/{BRAND}/name").status_code == 404


def test_an_empty_list_teaches_how_to_begin(alice: Client) -> None:
    page = alice.get(LIST).content.decode()
    assert NEW in page
    assert "/welcome" in page


def test_the_list_draws_each_query_as_chips(watched: World) -> None:
    page = watched.as_("remi").get(LIST).content.decode()
    assert "Maison Alba</span>" in page
    assert "rue Alba</span>" in page
    assert NEW not in page


def test_the_rings_of_one_watch_are_a_sentence(watched: World) -> None:
    number = watched.store.watching.watches(BRAND)[0].number
    assert watched.as_("remi").get(f"{LIST}/{number}/rings").status_code == 200


def test_a_typed_phrase_becomes_a_chip_and_brings_its_hits(watched: World) -> None:
    page = watched.as_("bruno").post(PREVIEW, {"mode": "chips", "any_new": "Maison Alba"}).content.decode()
    assert 'value="&quot;Maison Alba&quot;"' in page
    assert "<mark>Maison Alba</mark>" in page


def test_htmx_is_answered_with_the_form_alone(watched: World) -> None:
    answer = watched.as_("bruno").post(PREVIEW, {"mode": "chips", "any_new": "alba"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<form")


def test_a_chip_is_taken_out_by_its_button(alice: Client) -> None:
    page = alice.post(PREVIEW, {"mode": "chips", "any": ["alba", "sablé"], "drop": "any:0"}).content.decode()
    assert 'name="any" value="sablé"' in page
    assert 'name="any" value="alba"' not in page


def test_a_chip_is_made_exact_by_its_button(alice: Client) -> None:
    page = alice.post(PREVIEW, {"mode": "chips", "any": ["Alba"], "flip": "any:0:exact"}).content.decode()
    assert 'value="=&quot;Alba&quot;"' in page


def test_a_wrong_query_shows_where_it_goes_wrong(alice: Client) -> None:
    page = alice.post(PREVIEW, {"mode": "text", "query": '"maison alba'}).content.decode()
    assert 'class="caret"' in page
    assert "^" in page


def test_a_query_that_chips_cannot_draw_stays_text(alice: Client) -> None:
    page = alice.post(PREVIEW, {"mode": "chips", "to_mode": "text", "any": ["alba"]}).content.decode()
    assert "<textarea" in page
    page = alice.post(PREVIEW, {"mode": "text", "query": "(a AND b) OR c", "to_mode": "chips"}).content.decode()
    assert "<textarea" in page


def test_noise_is_left_out_in_one_click(alice: Client) -> None:
    page = alice.post(PREVIEW, {"mode": "chips", "any": ["alba"], "exclude": '"jessica alba"'}).content.decode()
    assert 'name="none" value="&quot;jessica alba&quot;"' in page


def test_a_watch_is_saved_with_its_ticks_and_a_line_in_the_trail(watched: World) -> None:
    form = {"mode": "chips", "any": ['"Maison Alba"'], "name": "Sablés", "danger": "70", "save": "1", "tick-abc": "yes"}
    answer = watched.as_("bruno").post(PREVIEW, form)
    assert answer.status_code == 302
    watch = next(watch for watch in watched.store.watches(BRAND) if watch.name == "Sablés")
    assert watch.danger_severity == 70
    assert [label.label for label in watched.store.labels(subject_kind="watch")] == ["hit.yes"]
    assert watched.store.audit()[0].action == "watch.save"


@pytest.mark.parametrize(
    ("field", "value"), [("danger", "haut"), ("danger", "130"), ("name", ""), ("private_person", "on")]
)
def test_what_cannot_be_saved_is_said_and_nothing_is_stored(web: World, field: str, value: str) -> None:
    form = {"mode": "chips", "any": ["alba"], "name": "Alba", "danger": "80", "save": "1", field: value}
    answer = web.as_("bruno").post(PREVIEW, form)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert web.store.watches(BRAND) == []


def test_a_watch_of_a_private_person_is_saved_with_its_ground(web: World) -> None:
    form = {
        "mode": "chips",
        "any": ["alice"],
        "name": "Alice",
        "private_person": "on",
        "ground": "Menaces",
        "save": "1",
    }
    web.as_("alice").post(PREVIEW, form)
    assert web.store.watches(BRAND)[0].ground == "Menaces"


def test_a_watch_is_switched_off_and_on_again(watched: World) -> None:
    number = watched.store.watching.watches(BRAND)[0].number
    browser = watched.as_("bruno")
    page = browser.post(f"{LIST}/{number}/off", follow=True).content.decode()
    assert watched.store.watches(BRAND) == []
    assert f"{LIST}/{number}/on" in page
    browser.post(f"{LIST}/{number}/on")
    assert len(watched.store.watches(BRAND)) == 1


def test_an_agent_reads_the_list_and_changes_nothing(watched: World) -> None:
    number = watched.store.watching.watches(BRAND)[0].number
    browser = watched.as_("chloe")
    assert browser.get(LIST).status_code == 200
    for address in (NEW, PREVIEW, f"{LIST}/{number}", f"{LIST}/{number}/off", f"{RECORD}/budget"):
        assert browser.post(address).status_code == 404


def test_a_watch_of_another_brand_is_not_found(web: World) -> None:
    web.store.save_watch(Watch(brand=OTHER, name="Autre", query="autre"))
    number = web.store.watching.watches(OTHER)[0].number
    browser = web.as_("bruno")
    assert browser.get(f"{LIST}/{number}").status_code == 404
    assert browser.post(PREVIEW, {"number": number, "save": "1", "any": ["x"]}).status_code == 404


def test_posts_kept_for_another_brand_are_not_looked_at(web: World) -> None:
    web.store.save_watch(Watch(brand=OTHER, name="Autre", query="secret"))
    _bring(web, "Un secret bien gardé")
    page = web.as_("bruno").post(PREVIEW, {"mode": "chips", "any": ["secret"]}).content.decode()
    assert "bien gardé" not in page
    assert "bien gardé" in web.as_("alice").post(PREVIEW, {"mode": "chips", "any": ["secret"]}).content.decode()


def test_what_was_written_to_a_few_never_leaves_the_ring(web: World) -> None:
    web.store.save_watch(Watch(brand=BRAND, name="Rien", query="introuvable"))
    _bring(web, "Un mot pour mes abonnés", audience=Audience.RESTRICTED)
    page = web.as_("alice").post(PREVIEW, {"mode": "chips", "any": ["abonnés"]}).content.decode()
    assert "Un mot pour" not in page


def test_a_script_in_a_post_or_a_name_stays_text(web: World) -> None:
    evil = "<script>alert(1)</script> alba"
    web.store.save_watch(Watch(brand=BRAND, name=evil, query="alba"))
    _bring(web, evil)
    for page in (
        web.as_("alice").get(LIST).content.decode(),
        web.as_("alice").post(PREVIEW, {"mode": "chips", "any": ["alba"], "name": evil}).content.decode(),
    ):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_the_record_without_a_past_says_so(alice: Client) -> None:
    answer = alice.get(RECORD)
    assert answer.status_code == 200
    assert 'type="range"' in answer.content.decode()


def test_the_record_replays_under_the_budget_of_the_address(watched: World) -> None:
    burst = [f"La Maison Alba brûle, message {number}" for number in range(60)]
    at = watched.now - timedelta(hours=1)
    posts = [
        Upsert(
            post=Post(
                platform="forum",
                native_id=f"b{number}",
                created_at=at + timedelta(seconds=20 * number),
                seen_at=at,
                text=text,
                author=Author(platform="forum", handle=f"voix{number}"),
            )
        )
        for number, text in enumerate(burst)
    ]
    watched.store.ensure_timeline("backfill:burst")
    ingest_page(watched.engine, Place("forum", "backfill:burst"), Page(items=posts, next_cursor="1"), watched.now)
    close_timeline(watched.engine, "backfill:burst", minute_of(watched.now), watched.now)
    page = watched.as_("remi").get(RECORD, {"alarms": "8", "watches": "40"}).content.decode()
    assert "66" in page
    assert "<svg" in page


def test_the_budget_is_kept_and_taken_back(web: World) -> None:
    browser = web.as_("bruno")
    page = browser.post(f"{RECORD}/budget", {"alarms": "2.5", "watches": "12"}, follow=True).content.decode()
    assert web.store.brand(BRAND).budget.alarms_per_month == 2.5
    assert "budget?alarms=1&amp;watches=5" in page
    browser.post(f"{RECORD}/budget?alarms=1&watches=5")
    assert web.store.brand(BRAND).budget.alarms_per_month == 1.0
    assert web.store.audit()[0].action == "brand.budget"


@pytest.mark.parametrize("value", ["-4", "inf", "nan", "beaucoup", "1e300"])
def test_an_odd_budget_is_brought_within_bounds(web: World, value: str) -> None:
    assert web.as_("bruno").get(RECORD, {"alarms": value, "watches": value}).status_code == 200
    web.as_("bruno").post(f"{RECORD}/budget", {"alarms": value, "watches": value})
    assert 0.25 <= web.store.brand(BRAND).budget.alarms_per_month <= 8


def test_a_ring_is_judged_in_one_click_and_that_is_taken_back_in_another(watched: World) -> None:
    bruno, key = watched.as_("bruno"), "a" * 16
    page = bruno.post(f"{RECORD}/judge", {"key": key, "said": "false", "days": "30"}, follow=True).content.decode()
    assert watched.store.labels(subject_kind="record")[-1].label == "false"
    undo = f"{RECORD}/judge?key={key}&amp;said=&amp;"
    assert undo in page
    bruno.post(f"{RECORD}/judge?key={key}&said=&days=30")
    assert watched.store.labels(subject_kind="record")[-1].label == ""
    assert [entry.action for entry in watched.store.audit(2)] == ["record.judge", "record.judge"]
    bruno.post(f"{RECORD}/judge", {"key": "<b>", "said": "false"})
    bruno.post(f"{RECORD}/judge", {"key": key, "said": "maybe"})
    assert len(watched.store.labels(subject_kind="record")) == 2


def _loud(_engine: object, brand: Brand, days: int, *_: object, **__: object) -> Record:
    """A past of ninety days that rang six hundred times."""
    until = datetime(2026, 3, 2, 12, tzinfo=UTC)
    place = {"brand": brand.slug, "timeline": "replay:record", "cause": AlertCause.DANGER, "level": "danger"}
    rungs = [
        Rung(
            key=f"{number:016d}",
            alert=Alert(id=str(number), at=until - timedelta(hours=3 * number), subject="s", title="t", **place),
            surge=None,
            title=f"Une publication assez longue pour tenir deux lignes du tableau, la {number}e",
        )
        for number in range(1, 601)
    ]
    since = until - timedelta(days=days)
    return Record(budget=AlarmBudget(), days=days, since=since, until=until, rungs=tuple(rungs))


def test_a_past_that_rang_often_is_told_thirty_rings_at_a_time(watched: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.web.watches.record.replayed", _loud)
    bruno, wish = watched.as_("bruno"), {"alarms": "3", "watches": "7"}
    first = bruno.get(RECORD, wish).content.decode()
    assert len(first) < 100_000
    assert first.count('class="what-rang"') == 30
    assert '<b class="num">600</b>' in first  # the figures are of all rings
    (more,) = re.findall(r'href="([^"]*after=30[^"]*)#rings"', first)
    second = bruno.get(RECORD + html.unescape(more)).content.decode()
    assert "la 31e" in second and "la 30e" not in second
    kept = bruno.post(f"{RECORD}/judge?key={31:016d}", {**wish, "said": "real", "after": "30"}, follow=True)
    assert "la 31e" in kept.content.decode()  # the page that was read stays before the reader
    last = bruno.get(RECORD, {**wish, "after": "570"}).content.decode()
    assert "la 600e" in last and "after=600" not in last
    for odd in ("600", "-1", "x", "9" * 30):
        assert "la 1e" in bruno.get(RECORD, {**wish, "after": odd}).content.decode()


def test_the_volume_of_one_watch_is_replayed_by_itself(watched: World) -> None:
    kept = watched.store.watching.watches(BRAND)[0]
    page = watched.as_("remi").get(RECORD, {"watch": str(kept.number)}).content.decode()
    assert f'value="{kept.number}" selected' in page
    for odd in ("999999", "-1", "x"):
        assert watched.as_("remi").get(RECORD, {"watch": odd}).status_code == 200

"""Who is told: what the pages show of it, and who may change it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.flows.alerting.make import BRAND
from tests.web.affair import tell
from tests.web.test_affairs import read
from tests.web.world import World
from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.routing import When
from tocsin.base.seam import LIVE
from tocsin.flows.alerting.route import route_due
from tocsin.flows.deliver import deliver

HOME = f"/b/{BRAND}/"
WHO = f"{HOME}alerts/who/"
RULES = {
    f"{level}-{name}": value
    for level in ("watch", "alarm", "danger", "silence")
    for name, value in (("when", "at_once"), ("first", "on_call"), ("by", "both"), ("wait", "20"))
} | {"do": "rules", "gather": "5"}


def ring(world: World, number: str = "a1", **more: object) -> Alert:
    alert = Alert(
        id=number,
        brand=BRAND,
        timeline=LIVE,
        cause=AlertCause.SURGE,
        level="alarm",
        at=world.now,
        subject="s",
        title="<b>Le rappel</b>",
        story="st1",
        due_at=world.now,
    )
    alert = msgspec.structs.replace(alert, **more)
    assert world.store.save_alert(alert)
    return alert


@pytest.fixture
def mailing(web: World) -> World:
    web.engine.settings = msgspec.structs.replace(
        web.engine.settings, smtp_host="127.0.0.1", smtp_port=1, smtp_tls=False, mail_from="t@example.org"
    )
    for person in web.people.values():
        web.store.people.save(msgspec.structs.replace(person, language="en"))
    return web


def test_everybody_of_the_brand_reads_who_is_told_in_words(mailing: World) -> None:
    for name in ("alice", "bruno", "chloe", "remi"):
        page = read(mailing.as_(name), WHO)
        assert "Saturday 23:00, alarm: Alice at once (mail); Bruno at once (mail)" in page.replace("\u00a0", " ")
    assert mailing.as_("denis").get(WHO).status_code == 404


def test_an_alert_says_who_was_told_and_who_is_next(mailing: World) -> None:
    ring(mailing)
    route_due(mailing.engine, mailing.now)
    page = read(mailing.as_("bruno"), f"{HOME}alerts/a1/")
    assert "Bruno is called in 30" in page.replace("\u00a0", " ")
    assert "Taking the alert stops it." in page
    assert "<b>Le rappel</b>" not in page
    assert "Bruno is called in 30" in read(mailing.as_("alice"), f"{HOME}alerts/").replace("\u00a0", " ")
    mailing.as_("bruno").post(f"{HOME}alerts/a1/act", {"act": "take"})
    page = read(mailing.as_("alice"), f"{HOME}alerts/a1/")
    assert "is called in" not in page
    assert "It was taken: nobody else is called." in page


def test_what_is_held_back_is_shown_under_what_speaks_for_it(mailing: World) -> None:
    ring(mailing)
    for number in range(3):
        ring(mailing, f"h{number}", muted_by="a1", state=AlertState.CLOSED, due_at=None)
    listed = read(mailing.as_("bruno"), f"{HOME}alerts/")
    assert "3 others held back" in listed
    assert f"{HOME}alerts/h1/" not in listed
    assert f"{HOME}alerts/h1/" in read(mailing.as_("bruno"), f"{HOME}alerts/a1/")
    assert "speaks for it" in read(mailing.as_("bruno"), f"{HOME}alerts/h1/")


def test_alerts_of_one_affair_stand_together(mailing: World) -> None:
    for number in range(3):
        ring(mailing, f"a{number}", at=mailing.now - timedelta(minutes=number))
    ring(mailing, "z", story="other")
    page = read(mailing.as_("bruno"), f"{HOME}alerts/")
    assert "2 more alerts of this affair" in page
    assert "4 wait for somebody" in page


def test_leaders_change_the_rules_and_others_do_not(mailing: World) -> None:
    answer = mailing.as_("bruno").post(f"{WHO}change", RULES)
    assert answer.status_code == 302
    kept = mailing.store.alerting.routing(BRAND).routing
    assert (kept.alarm.wait_min, kept.alarm.wakes, kept.watch.wait_min, kept.gather_min) == (20, False, 0, 5)
    assert kept.watch.when is When.AT_ONCE
    for name in ("chloe", "carla", "remi", "denis"):
        assert mailing.as_(name).post(f"{WHO}change", RULES).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"alarm-when": "never"},
        {"alarm-when": "page"},
        {"alarm-wait": "soon"},
        {"alarm-wait": "9999999"},
        {"gather": "-1"},
        {"danger-by": ""},
    ],
)
def test_a_wrong_rule_is_told_and_changes_nothing(mailing: World, wrong: dict[str, str]) -> None:
    answer = mailing.as_("alice").post(f"{WHO}change", RULES | wrong, follow=True)
    assert answer.status_code == 200
    assert mailing.store.alerting.routing(BRAND).version == 0


def test_the_week_absences_and_the_order_are_kept_and_taken_away(mailing: World) -> None:
    alice, chloe = mailing.as_("alice"), mailing.people["chloe"].id
    turn = {"do": "turn", "person": chloe, "days": ["5", "6"], "start": "22:00", "end": "06:00"}
    alice.post(f"{WHO}change", turn)
    dated = {"do": "dated", "person": chloe, "first": "2026-12-24", "last": "2026-12-26", "away": "on"}
    alice.post(f"{WHO}change", dated)
    alice.post(f"{WHO}change", {"do": "order", f"place-{chloe}": "2", f"place-{mailing.people['alice'].id}": "1"})
    kept = mailing.store.alerting.routing(BRAND).routing
    assert (kept.turns[0].start, kept.turns[0].days, kept.dated[0].is_away) == (1320, (5, 6), True)
    assert kept.order == (mailing.people["alice"].id, chloe)
    page = read(mailing.as_("bruno"), WHO)
    assert "22:00 – 06:00" in page
    alice.post(f"{WHO}change", turn | {"do": "turn-off"})
    alice.post(f"{WHO}change", dated | {"do": "dated-off"})
    kept = mailing.store.alerting.routing(BRAND).routing
    assert (kept.turns, kept.dated) == ((), ())


@pytest.mark.parametrize(
    "form",
    [
        {"do": "turn", "person": "x", "days": "1", "start": "22:00", "end": "06:00"},
        {"do": "turn", "person": "1", "days": "9", "start": "25:00", "end": "06:00"},
        {"do": "dated", "person": "1", "first": "2026-13-40", "last": "x"},
        {"do": "order"},
        {"do": "order", "place-999": "1"},
    ],
)
def test_what_cannot_be_read_is_told(mailing: World, form: dict[str, str]) -> None:
    assert mailing.as_("alice").post(f"{WHO}change", form, follow=True).status_code == 200
    assert mailing.store.alerting.routing(BRAND).version == 0
    assert mailing.as_("alice").post(f"{WHO}change", {"do": "burn"}).status_code == 404


def test_a_channel_is_ones_own_sealed_and_never_shown(mailing: World) -> None:
    bruno = mailing.as_("bruno")
    bruno.post(f"{WHO}channel", {"do": "add", "label": "SMS", "url": "json://127.0.0.1:9/top-secret"})
    (row,) = mailing.store.alerting.channels()
    assert row.person == mailing.people["bruno"].id
    for name in ("alice", "bruno", "remi"):
        page = read(mailing.as_(name), WHO)
        assert "SMS" in page and "top-secret" not in page
    chloe = mailing.as_("chloe")
    assert chloe.post(f"{WHO}channel", {"do": "remove", "channel": row.id}).status_code == 404
    theirs = {"person": row.person, "channel": row.id}
    assert chloe.post(f"{WHO}channel", theirs | {"do": "remove"}).status_code == 404
    assert bruno.post(f"{WHO}channel", {"do": "try", "channel": row.id}).status_code == 302  # fails, and says so
    assert len(mailing.store.alerting.faults()) == 1
    mailing.as_("alice").post(f"{WHO}channel", theirs | {"do": "remove"})
    assert (mailing.store.alerting.channels(), mailing.store.alerting.faults()) == ([], [])


def test_a_channel_that_cannot_be_is_refused_with_a_sentence(mailing: World) -> None:
    answer = mailing.as_("bruno").post(
        f"{WHO}channel", {"do": "add", "label": "x", "url": "rien://top-secret"}, follow=True
    )
    assert "rien://" in answer.content.decode()
    assert "top-secret" not in answer.content.decode()


def test_a_channel_that_fails_for_an_hour_is_shown_where_alerts_are(mailing: World) -> None:
    ring(mailing)
    for minutes in (0, 30, 70):
        deliver(mailing.engine, mailing.now + timedelta(minutes=minutes))
    mailing.now += timedelta(minutes=71)
    for address in (f"{HOME}alerts/", WHO, HOME):
        assert "Mail to Alice fails since" in read(mailing.as_("bruno"), address), address


def test_a_silent_source_and_a_deaf_machine_have_their_names(mailing: World) -> None:
    ring(mailing, "s1", cause=AlertCause.SILENCE, level="watch", subject="journal", title="journal", story="")
    ring(mailing, "s2", cause=AlertCause.SILENCE, level="watch", subject="*", title="", story="")
    page = read(mailing.as_("bruno"), f"{HOME}alerts/")
    assert "The source journal is silent" in page
    assert "Nothing is heard any more" in page
    assert "Silence leaves no post." in read(mailing.as_("bruno"), f"{HOME}alerts/s1/")


def test_a_real_affair_is_told_in_rounds(mailing: World) -> None:
    tell(mailing)
    route_due(mailing.engine, mailing.now)
    page = read(mailing.as_("bruno"), f"{HOME}alerts/")
    assert "is called in" in page

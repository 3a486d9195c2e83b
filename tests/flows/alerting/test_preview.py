"""Who would be told, in words; and changing it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.flows.alerting.make import BRAND, NOON, House, house
from tocsin.base.errors import ConflictError, InputError
from tocsin.base.person import Rhythm
from tocsin.base.routing import Dated, Level, Routing, Rule, Turn, When
from tocsin.flows.alerting.preview import routing_page
from tocsin.flows.alerting.wishes import add_dated, add_turn, remove_turn, set_order, set_rules
from tocsin.flows.correct import Hand
from tocsin.flows.i18n import translator
from tocsin.flows.moments import Reader

TODAY = date(2026, 3, 2)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def hand(home: House) -> Hand:
    return Hand(brand=BRAND, person=home.person("alice"), at=NOON)


def said(home: House) -> tuple[str, ...]:
    reader = Reader(translator("en"), ZoneInfo("Europe/Paris"))
    shown = routing_page(home.engine, home.store.brand(BRAND), NOON, reader)
    return tuple(line.replace("\u00a0", " ") for line in shown.previews)


def kept(home: House) -> Routing:
    found: Routing = home.store.alerting.routing(BRAND).routing
    return found


def test_a_saturday_night_is_told_in_words(home: House) -> None:
    home.give_phone("alice")
    bruno = home.person("bruno")
    home.store.people.save(msgspec.structs.replace(bruno, night_until=9 * 60))
    assert said(home)[1] == (
        "Saturday 23:00, alarm: Alice at once (SMS, mail); Bruno on Sunday at 9:00 (mail); "
        "if nobody answers within 30 min, Bruno is told even at night (SMS, mail); "
        "without an answer within 30 min, everybody at once."
    ).replace("Bruno is told even at night (SMS, mail)", "Bruno is told even at night")


def test_a_watch_says_who_gets_it_with_the_summary(home: House) -> None:
    home.store.people.save(msgspec.structs.replace(home.person("alice"), digest=Rhythm.DAILY))
    assert said(home)[3] == "Saturday 23:00, watch: Alice, with the summary; Bruno on Sunday at 7:00 (mail)."
    home.route(watch=Rule(when=When.PAGE))
    assert said(home)[3] == "Saturday 23:00, watch: nobody is told, it stands on the page."


def test_rules_are_kept_within_reason_and_a_watch_never_wakes(home: House) -> None:
    set_rules(home.engine, hand(home), {Level.WATCH: Rule(wakes=True, wait_min=5)}, 5)
    assert (kept(home).watch.wakes, kept(home).watch.wait_min, kept(home).gather_min) == (False, 0, 5)
    for rules, gather in (
        ({Level.ALARM: Rule(wait_min=2000)}, 5),
        ({Level.ALARM: Rule(when=When.PAGE)}, 5),
        ({}, 90),
    ):
        with pytest.raises(InputError):
            set_rules(home.engine, hand(home), rules, gather)
    assert home.store.audit()[0].action == "alerts.routing"


def test_the_week_and_the_days_on_call_are_added_and_taken_away(home: House) -> None:
    turn = Turn(person=home.person("chloe").id, days=(5, 6), start=540, end=1080)
    add_turn(home.engine, hand(home), turn)
    add_dated(home.engine, hand(home), Dated(person=turn.person, first=TODAY, last=TODAY, is_away=True), TODAY)
    assert (kept(home).turns, len(kept(home).dated)) == ((turn,), 1)
    remove_turn(home.engine, hand(home), turn)
    assert kept(home).turns == ()


def test_what_makes_no_sense_is_refused(home: House) -> None:
    alice = home.person("alice").id
    for wrong in (
        lambda: add_turn(home.engine, hand(home), Turn(person=99, days=(1,), start=0, end=60)),
        lambda: add_turn(home.engine, hand(home), Turn(person=alice, days=(), start=0, end=60)),
        lambda: add_turn(home.engine, hand(home), Turn(person=alice, days=(1,), start=0, end=2000)),
        lambda: set_order(home.engine, hand(home), [alice, 99]),
        lambda: add_dated(
            home.engine, hand(home), Dated(person=alice, first=TODAY, last=date(2026, 3, 1), is_away=True), TODAY
        ),
        lambda: add_dated(
            home.engine,
            hand(home),
            Dated(person=alice, first=date(2025, 1, 1), last=date(2025, 1, 2), is_away=True),
            TODAY,
        ),
    ):
        with pytest.raises(InputError):
            wrong()


def test_two_who_change_at_once_do_not_undo_each_other(home: House) -> None:
    store = home.store.alerting
    store.save_routing(BRAND, Routing(gather_min=1), 0)
    with pytest.raises(ConflictError):
        store.save_routing(BRAND, Routing(gather_min=2), 0)
    store.save_routing(BRAND, Routing(gather_min=3), 1)
    assert kept(home).gather_min == 3

"""Rounds of telling: nobody is forgotten, nobody told twice, nobody woken for nothing, and taking it ends them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.flows.alerting.make import BRAND, MORNING, NIGHT, NOON, House, house
from tocsin.base.alert import AlertState
from tocsin.base.person import Rhythm
from tocsin.base.routing import First, Rule, Turn, When
from tocsin.base.settings import Settings
from tocsin.flows.alerting.route import route_due
from tocsin.flows.alerting.shown import next_round
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine
from tocsin.store.connect import open_store
from tocsin.store.rows import OutboxState

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.route(gather_min=0)
        yield made


def take(home: House, at: object, number: str = "a1") -> None:
    home.store.set_alert_state(number, AlertState.ACKNOWLEDGED, by="person:1", at=at)


def test_an_alarm_goes_to_the_owner_then_to_the_next_then_to_all_and_then_rests(home: House) -> None:
    home.ring()
    deliver(home.engine, NOON)
    assert home.told() == ["alice", "bruno"]  # Bruno has his copy: he is awake
    deliver(home.engine, NOON + HALF_HOUR - timedelta(seconds=1))
    assert home.told() == []
    deliver(home.engine, NOON + HALF_HOUR)
    assert home.told() == ["bruno"]
    deliver(home.engine, NOON + 2 * HALF_HOUR)
    assert sorted(home.told()) == ["alice", "bruno"]
    for hours in range(1, 48):
        deliver(home.engine, NOON + timedelta(hours=hours))
    assert home.told() == []


@pytest.mark.parametrize("state", [AlertState.ACKNOWLEDGED, AlertState.FALSE, AlertState.CLOSED])
def test_nobody_is_called_once_somebody_took_or_settled_it(home: House, state: AlertState) -> None:
    home.ring()
    deliver(home.engine, NOON)
    home.told()
    home.store.set_alert_state("a1", state, by="person:1", at=NOON + timedelta(minutes=29))
    for minutes in range(30, 180, 10):
        deliver(home.engine, NOON + timedelta(minutes=minutes))
    assert home.told() == []
    assert next_round(home.engine, home.store.alert("a1")) is None


def test_what_was_taken_between_the_round_and_the_sending_is_not_sent(home: House) -> None:
    home.ring()
    assert route_due(home.engine, NOON) == 1
    take(home, NOON)
    assert deliver(home.engine, NOON).spared == 2
    assert home.told() == []
    assert {one.state for one in home.store.alerting.tellings(["a1"])["a1"]} == {OutboxState.SPARED}


def test_a_round_that_another_worker_made_meanwhile_is_refused_whole(home: House) -> None:
    home.ring()
    (stale,) = home.store.alerting.due(NOON, 10)
    assert route_due(home.engine, NOON) == 1
    assert not home.store.alerting.advance(stale, NOON + HALF_HOUR, [], NOON)
    assert home.store.alert("a1").step == 1


def test_a_round_is_refused_when_somebody_takes_the_alert_while_it_is_made(home: House) -> None:
    home.ring()
    (stale,) = home.store.alerting.due(NOON, 10)
    take(home, NOON)
    assert not home.store.alerting.advance(stale, NOON + HALF_HOUR, [], NOON)


def test_at_night_only_the_one_on_call_is_woken_and_the_copy_waits_for_the_morning(home: House) -> None:
    home.ring(at=NIGHT)
    deliver(home.engine, NIGHT)
    assert home.told() == ["alice"]
    take(home, NIGHT + timedelta(minutes=5))
    deliver(home.engine, MORNING)
    assert home.told() == []


def test_an_escalation_passes_through_quiet_hours_where_the_level_may_wake(home: House) -> None:
    home.ring(at=NIGHT)
    deliver(home.engine, NIGHT)
    home.told()
    deliver(home.engine, NIGHT + HALF_HOUR)
    assert home.told() == ["bruno"]


def test_an_escalation_waits_for_the_morning_where_the_level_may_not_wake(home: House) -> None:
    home.route(alarm=Rule(wakes=False, copies=False))
    home.ring(at=NIGHT)
    for minutes in (0, 30, 60, 90):
        deliver(home.engine, NIGHT + timedelta(minutes=minutes))
    assert "bruno" not in home.told()
    deliver(home.engine, MORNING)
    assert home.told() == ["bruno"]  # called as the next, and then with all: one message


def test_a_watch_wakes_nobody_and_is_never_escalated(home: House) -> None:
    home.ring(level="watch", at=NIGHT)
    deliver(home.engine, NIGHT)
    assert home.told() == ["alice"]  # she keeps no quiet hours, and gets no summary
    for hours in range(1, 7):
        deliver(home.engine, NIGHT + timedelta(hours=hours, seconds=-1))
    assert home.told() == []
    deliver(home.engine, MORNING)
    assert home.told() == ["bruno"]
    assert home.store.alert("a1").due_at is None


def test_a_watch_is_not_mailed_to_those_who_get_it_in_their_summary(home: House) -> None:
    for name in ("alice", "bruno"):
        home.store.people.save(msgspec.structs.replace(home.person(name), digest=Rhythm.DAILY))
    home.ring(level="watch")
    deliver(home.engine, NOON)
    assert home.told() == []


def test_a_level_that_stands_on_the_page_alone_tells_nobody(home: House) -> None:
    home.route(watch=Rule(when=When.PAGE))
    home.ring(level="watch")
    assert deliver(home.engine, NOON).done == 0
    assert home.store.alert("a1").due_at is None


def test_everybody_first_then_everybody_again(home: House) -> None:
    home.route(danger=Rule(first=First.EVERYBODY, wait_min=15))
    home.ring(level="danger")
    deliver(home.engine, NOON)
    assert sorted(home.told()) == ["alice", "bruno"]
    deliver(home.engine, NOON + timedelta(minutes=15))
    assert sorted(home.told()) == ["alice", "bruno"]
    deliver(home.engine, NOON + timedelta(minutes=30))
    assert home.told() == []


def test_the_one_on_call_may_be_somebody_who_answers_customers(home: House) -> None:
    chloe = home.person("chloe").id
    home.route(turns=(Turn(person=chloe, days=tuple(range(7)), start=0, end=0),))
    home.ring()
    deliver(home.engine, NOON)
    assert home.told() == ["chloe", "alice", "bruno"]


def test_putting_off_puts_the_next_round_off_too(home: House) -> None:
    home.ring()
    deliver(home.engine, NOON)
    home.told()
    until = NOON + timedelta(hours=4)
    home.store.set_alert_state("a1", AlertState.SNOOZED, by="person:1", at=NOON, until=until)
    for minutes in (30, 60, 120, 239):
        deliver(home.engine, NOON + timedelta(minutes=minutes))
    assert home.told() == []
    deliver(home.engine, until)
    assert home.told() == ["bruno"]


def test_what_waited_is_put_off_with_its_alert(home: House) -> None:
    home.ring(at=NIGHT)
    deliver(home.engine, NIGHT)
    home.told()
    until = MORNING + timedelta(hours=3)
    home.store.set_alert_state("a1", AlertState.SNOOZED, by="person:1", at=NIGHT, until=until)
    deliver(home.engine, MORNING)
    assert home.told() == []
    deliver(home.engine, until)
    assert set(home.told()) == {"bruno"}


def test_an_alert_opened_again_waits_as_long_as_at_first_before_it_calls_the_next(home: House) -> None:
    home.ring()
    deliver(home.engine, NOON)
    home.told()
    take(home, NOON + timedelta(minutes=1))
    again = NOON + timedelta(hours=5)
    home.store.set_alert_state("a1", AlertState.OPEN, by="person:1", at=again)
    deliver(home.engine, again)
    assert home.told() == []
    assert next_round(home.engine, home.store.alert("a1")).at == again + HALF_HOUR
    deliver(home.engine, again + HALF_HOUR)
    assert home.told() == ["bruno"]


def test_who_is_next_is_known_before(home: House) -> None:
    home.ring()
    deliver(home.engine, NOON)
    following = next_round(home.engine, home.store.alert("a1"))
    assert (following.at, following.names, following.is_everybody) == (NOON + HALF_HOUR, ("Bruno",), False)


def test_the_addresses_of_the_settings_are_told_once(home: House) -> None:
    home.engine.settings = msgspec.structs.replace(
        home.engine.settings, mail_to=("Alice@example.org", "duty@example.org")
    )
    home.ring()
    deliver(home.engine, NOON)
    assert sorted(home.told()) == ["alice", "bruno", "duty"]


def test_an_alert_of_another_timeline_calls_nobody(home: House) -> None:
    home.ring(timeline="drill:1")
    assert deliver(home.engine, NOON).done == 0


def test_nothing_is_lost_when_the_process_ends_between_two_steps(home: House, tmp_path: Path) -> None:
    home.ring()
    route_due(home.engine, NOON)
    home.store.outbox_claim(NOON, 50)  # and dies here
    later = NOON + timedelta(minutes=11)
    other = Engine(home.engine.settings, open_store(Settings(data_dir=tmp_path)))
    assert deliver(other, later).done == 2
    assert home.told() == ["alice", "bruno"]
    other.store.close()


def test_somebody_who_cannot_be_reached_is_passed_over_at_once(home: House) -> None:
    home.engine.settings = msgspec.structs.replace(home.engine.settings, smtp_host="", mail_from="")
    home.give_phone("bruno")
    home.ring()
    deliver(home.engine, NOON)
    deliver(home.engine, NOON + timedelta(seconds=5))
    assert [call["to"] for call in home.calls] == ["bruno"]
    told = [(one.channel[:5], one.state) for one in home.store.alerting.tellings(["a1"])["a1"]]
    assert told == [("none:", OutboxState.GIVEN_UP), ("phone", OutboxState.DONE)]


def test_where_nobody_can_be_reached_the_rounds_end(home: House) -> None:
    home.engine.settings = msgspec.structs.replace(home.engine.settings, smtp_host="", mail_from="")
    home.ring()
    for seconds in range(0, 60, 5):
        deliver(home.engine, NOON + timedelta(seconds=seconds))
    assert home.store.alert("a1").due_at is None
    assert len(home.store.alerting.tellings(["a1"])["a1"]) == 4  # each by themselves, then both


def test_a_service_of_the_settings_hears_of_an_alarm_at_night_and_of_a_watch_in_the_morning(home: House) -> None:
    home.engine.settings = msgspec.structs.replace(home.engine.settings, notify_urls=(f"{home.phone}/team/chat",))
    home.ring("w", level="watch", at=NIGHT)
    home.ring("a", at=NIGHT)
    deliver(home.engine, NIGHT)
    assert len(home.calls) == 1
    deliver(home.engine, MORNING - timedelta(seconds=1))
    assert len(home.calls) == 1
    deliver(home.engine, MORNING)
    assert [call["to"] for call in home.calls] == ["chat", "chat"]


def test_what_is_taken_while_those_before_are_sent_is_not_sent(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def send(_: object, mail: object) -> None:
        sent.append(mail.to[0])  # type: ignore[attr-defined]
        take(home, NOON)

    monkeypatch.setattr("tocsin.flows.alerting.tell.send_mail", send)
    home.ring()
    report = deliver(home.engine, NOON)
    assert (sent, report.done, report.spared) == (["alice@example.org"], 1, 1)


def test_the_letter_says_why_and_who_is_next(home: House) -> None:
    home.ring()
    deliver(home.engine, NOON)
    assert b"Bruno" in home.mails[0].replace(b"=\r\n", b"")
    deliver(home.engine, NOON + HALF_HOUR)
    assert b"<alert.a1.1@tocsin.invalid>" in home.mails[-1]
    deliver(home.engine, NOON + 2 * HALF_HOUR)
    assert b"<alert.a1.2@tocsin.invalid>" in home.mails[-1]


def test_somebody_who_left_is_no_longer_called_and_their_address_is_forgotten(home: House) -> None:
    home.ring()
    deliver(home.engine, NOON)
    deliver(home.engine, NOON + HALF_HOUR)
    deliver(home.engine, NOON + 2 * HALF_HOUR)
    bruno = home.person("bruno").id
    home.store.people.set_active(bruno, False)
    home.store.people.forget(bruno)
    assert all("bruno@" not in item.action for item in home.store.outbox_list())
    home.told()
    home.ring("a2", at=NOON + timedelta(hours=6))
    for minutes in (0, 30, 60):
        deliver(home.engine, NOON + timedelta(hours=6, minutes=minutes))
    assert home.told() == ["alice", "alice"]
    assert home.store.alert("a2").brand == BRAND

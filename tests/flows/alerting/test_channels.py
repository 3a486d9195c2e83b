"""Telephones: sealed, tried, and helped out by the next way when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.flows.alerting.make import BRAND, NIGHT, NOON, House, house
from tocsin.base.errors import AddressError, InputError, NotFoundError, SettingsError, SourceError
from tocsin.base.routing import By, Rule
from tocsin.flows.alerting.channels import add_channel, own_channel, remove_channel, try_channel
from tocsin.flows.alerting.shown import standing_faults
from tocsin.flows.deliver import deliver, retry_after
from tocsin.store.rows import OutboxState

HOUR = timedelta(hours=1)
DEAD = {"smtp_port": 1}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.route(gather_min=0)
        yield made


def without_mail(home: House) -> None:
    home.engine.settings = msgspec.structs.replace(home.engine.settings, smtp_port=1)


def minutes(home: House, first: int, last: int) -> None:
    for minute in range(first, last):
        deliver(home.engine, NOON + timedelta(minutes=minute))


def test_an_alarm_rings_the_phone_and_comes_by_mail(home: House) -> None:
    home.give_phone("alice")
    home.ring(at=NIGHT)
    deliver(home.engine, NIGHT)
    assert [call["to"] for call in home.calls] == ["alice"]
    assert "tocsin alerts ack a1" in home.calls[0]["text"]
    assert home.told() == ["alice"]


def test_a_phone_alone_is_rung_where_the_rule_says_so_and_who_has_none_is_mailed(home: House) -> None:
    home.route(alarm=Rule(by=By.PHONE, copies=False))
    home.give_phone("alice")
    home.ring()
    deliver(home.engine, NOON)
    assert ([call["to"] for call in home.calls], home.told()) == (["alice"], [])
    deliver(home.engine, NOON + timedelta(minutes=30))
    assert home.told() == ["bruno"]


def test_the_address_of_a_phone_is_sealed_and_never_shown(home: House) -> None:
    home.give_phone("alice", "secret-token")
    (row,) = home.store.alerting.channels()
    assert (row.label, row.scheme) == ("SMS", "json")
    assert "secret-token" not in repr(row)
    assert "secret-token" not in repr(home.store.audit())


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("rien://x", SettingsError),
        ("file:///etc/passwd", SettingsError),
        ("json://10.0.0.1/x", AddressError),
        ("", SettingsError),
        ("json://" + "x" * 2000, InputError),
    ],
)
def test_an_address_that_cannot_serve_is_refused(home: House, url: str, error: type[Exception]) -> None:
    alice = home.person("alice")
    with pytest.raises(error):
        add_channel(home.engine, alice, "SMS", url, (alice.mark, NOON))
    assert home.store.alerting.channels() == []


def test_a_channel_needs_a_name_and_there_are_five_at_most(home: House) -> None:
    alice = home.person("alice")
    with pytest.raises(InputError, match="name"):
        add_channel(home.engine, alice, "  ", f"{home.phone}/x", (alice.mark, NOON))
    for number in range(5):
        add_channel(home.engine, alice, f"SMS {number}", f"{home.phone}/x", (alice.mark, NOON))
    with pytest.raises(InputError, match="5 channels"):
        add_channel(home.engine, alice, "SMS", f"{home.phone}/x", (alice.mark, NOON))


def test_a_channel_is_tried_and_says_whether_it_works(home: House) -> None:
    home.give_phone("alice")
    home.give_phone("alice", "broken")
    good, bad = home.store.alerting.channels()
    try_channel(home.engine, good, NOON)
    assert home.calls[0]["to"] == "alice"
    with pytest.raises(SourceError, match="json"):
        try_channel(home.engine, bad, NOON)
    assert [fault.channel for fault in home.store.alerting.faults()] == [bad.action]


def test_the_channel_of_somebody_else_is_not_there(home: House) -> None:
    home.give_phone("alice")
    (row,) = home.store.alerting.channels()
    bruno = home.person("bruno")
    with pytest.raises(NotFoundError):
        own_channel(home.engine, bruno.id, row.id)
    with pytest.raises(NotFoundError):
        remove_channel(home.engine, bruno.id, row.id, (bruno.mark, NOON))


def test_mails_that_fail_for_an_hour_are_helped_out_by_the_phone_and_it_is_shown(home: House) -> None:
    home.route(alarm=Rule(by=By.MAIL, copies=False, wait_min=0))
    home.give_phone("alice")
    without_mail(home)
    home.ring()
    minutes(home, 0, 60)
    assert (home.calls, standing_faults(home.engine, BRAND, NOON + timedelta(minutes=59))) == ([], [])
    minutes(home, 60, 180)
    assert [call["to"] for call in home.calls] == ["alice"]
    (line,) = standing_faults(home.engine, BRAND, NOON + 2 * HOUR)
    assert (line.who, line.by, line.fault.since, line.others) == ("Alice", "mail", NOON, 1)


def test_the_next_alert_takes_the_way_that_works_at_once(home: House) -> None:
    home.route(alarm=Rule(by=By.MAIL, copies=False, wait_min=0))
    home.give_phone("alice")
    without_mail(home)
    home.ring()
    minutes(home, 0, 100)
    home.calls.clear()
    home.ring("a2", at=NOON + 2 * HOUR)
    deliver(home.engine, NOON + 2 * HOUR)
    assert [call["to"] for call in home.calls] == ["alice"]


def test_what_worked_again_is_no_fault_any_more(home: House) -> None:
    right = home.engine.settings
    without_mail(home)
    home.ring()
    deliver(home.engine, NOON)
    assert home.store.alerting.faults()
    home.engine.settings = right
    deliver(home.engine, NOON + HOUR)
    assert home.store.alerting.faults() == []


def test_a_mailbox_that_refuses_for_good_calls_the_next_person_at_once(home: House) -> None:
    home.route(alarm=Rule(by=By.MAIL, copies=False))
    home.store.people.save(home.person("alice"))
    home.ring()
    alice = home.person("alice")
    home.store.alerting.note_fault(f"mail:{alice.email}", SourceError("refused", permanent=True), NOON, is_final=True)
    item_of = home.store.alerting.tellings
    deliver(home.engine, NOON)
    assert home.told() == ["alice"]  # it works again, and says so
    assert home.store.alerting.faults() == []
    assert item_of(["a1"])["a1"][0].state is OutboxState.DONE


def test_a_server_that_does_not_answer_is_asked_once_a_turn(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(_: object, mail: object) -> None:
        asked.append("x")
        raise SourceError("no answer", permanent=False)

    monkeypatch.setattr("tocsin.flows.alerting.tell.send_mail", refuse)
    home.ring()
    assert deliver(home.engine, NOON).failed == 2
    assert len(asked) == 1


def test_a_mailbox_that_refuses_for_good_hastens_the_next_round(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    home.route(alarm=Rule(by=By.MAIL, copies=False))
    told: list[str] = []

    def send(_: object, mail: object) -> None:
        told.append(mail.to[0])  # type: ignore[attr-defined]
        if mail.to[0].startswith("alice"):  # type: ignore[attr-defined]
            raise SourceError("refused", permanent=True)

    monkeypatch.setattr("tocsin.flows.alerting.tell.send_mail", send)
    home.ring()
    deliver(home.engine, NOON)
    deliver(home.engine, NOON + timedelta(seconds=5))
    assert told == ["alice@example.org", "bruno@example.org"]


def test_waits_between_tries_grow_and_differ_from_one_to_the_other() -> None:
    waits = [retry_after(tries, "a") for tries in range(1, 12)]
    assert waits == sorted(waits)
    assert len({retry_after(1, str(seed)) for seed in range(50)}) > 40

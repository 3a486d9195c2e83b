"""What comes together leaves together: the first at once, those that follow in one message, the louder at once."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flows.alerting.make import MORNING, NIGHT, NOON, House, house
from tocsin.base.alert import AlertState
from tocsin.base.routing import Level, Rule
from tocsin.base.time import to_ms
from tocsin.flows.alerting.route import leave_at
from tocsin.flows.deliver import deliver
from tocsin.store.alerting.rows import ToldRow

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.route(gather_min=10, alarm=Rule(copies=False), danger=Rule(copies=False), watch=Rule(copies=False))
        yield made


def read(raw: bytes) -> tuple[str, str, str]:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return mail["Subject"], mail["Message-ID"], body.get_content()


def test_the_first_leaves_at_once_and_those_that_follow_leave_as_one_message_that_says_how_many(home: House) -> None:
    for number, minutes in enumerate((0, 2, 5)):
        home.ring(f"a{number}", at=NOON + minutes * MINUTE)
        deliver(home.engine, NOON + minutes * MINUTE)
    assert len(home.mails) == 1
    deliver(home.engine, NOON + 9 * MINUTE)
    assert len(home.mails) == 1
    deliver(home.engine, NOON + 10 * MINUTE)
    assert len(home.mails) == 2
    subject, name, text = read(home.mails[1])
    assert name == "<alert.a1@tocsin.invalid>"
    assert "2" in text and "Le sujet a2" in text
    assert subject.endswith(")")
    deliver(home.engine, NOON + 25 * MINUTE)
    assert len(home.mails) == 2


def test_what_comes_in_the_same_minute_is_one_message(home: House) -> None:
    for number in range(4):
        home.ring(f"a{number}")
    assert deliver(home.engine, NOON).done == 4
    assert len(home.mails) == 1


def test_an_alarm_is_not_held_up_by_a_watch(home: House) -> None:
    home.ring("w1", level="watch")
    deliver(home.engine, NOON)
    home.ring("a1", at=NOON + MINUTE)
    deliver(home.engine, NOON + MINUTE)
    assert len(home.mails) == 2


def test_one_that_was_taken_meanwhile_is_left_out(home: House) -> None:
    for number in range(3):
        home.ring(f"a{number}", at=NOON + number * MINUTE)
        deliver(home.engine, NOON + number * MINUTE)
    home.store.set_alert_state("a1", AlertState.ACKNOWLEDGED, by="person:1", at=NOON + 3 * MINUTE)
    deliver(home.engine, NOON + 10 * MINUTE)
    assert "Le sujet a1" not in read(home.mails[1])[2]


def test_a_message_tried_again_after_a_crash_is_the_same_one(home: House) -> None:
    for number in range(3):
        home.ring(f"a{number}", at=NOON + number * MINUTE)
        deliver(home.engine, NOON + number * MINUTE)
    right = home.engine.settings
    home.engine.settings = type(right)(
        **{name: getattr(right, name) for name in right.__struct_fields__} | {"smtp_port": 1}
    )
    deliver(home.engine, NOON + 10 * MINUTE)
    home.engine.settings = right
    home.ring("a9", at=NOON + 11 * MINUTE)
    for minutes in range(11, 30):
        deliver(home.engine, NOON + minutes * MINUTE)
    names = [read(mail)[1] for mail in home.mails]
    assert names.count("<alert.a1@tocsin.invalid>") == 1
    assert "Le sujet a9" not in read(next(mail for mail in home.mails if b"<alert.a1@" in mail))[2]
    assert "<alert.a9@tocsin.invalid>" in names


def test_what_waited_for_the_morning_is_one_message(home: House) -> None:
    home.route(alarm=Rule(wakes=False, copies=True, wait_min=0))
    for number in range(3):
        at = NIGHT + number * timedelta(hours=1)
        home.ring(f"a{number}", at=at)
        deliver(home.engine, at)
    home.told()
    deliver(home.engine, MORNING)
    assert home.told() == ["bruno"]


def test_an_alert_told_twice_to_one_person_in_the_morning_is_one_message_that_names_it_once(home: House) -> None:
    home.route(alarm=Rule(wakes=False, copies=True))
    home.ring(at=NIGHT)
    for minutes in (0, 30):
        deliver(home.engine, NIGHT + minutes * MINUTE)  # Bruno's copy, and the call that makes him next
    home.told()
    home.store.alerting.postpone(home.store.alert("a1"), None)
    assert deliver(home.engine, MORNING).done == 2
    assert read(home.mails[0])[2].count("Le sujet a1") == read(home.mails[0])[2].count("Le sujet")
    assert not read(home.mails[0])[0].endswith(")")
    assert home.told() == ["bruno"]


def test_without_gathering_each_leaves_by_itself_unless_in_one_turn(home: House) -> None:
    home.route(gather_min=0)
    for number in range(3):
        home.ring(f"a{number}", at=NOON + number * MINUTE)
        deliver(home.engine, NOON + number * MINUTE)
    assert len(home.mails) == 3


rows = st.lists(
    st.builds(
        ToldRow,
        alert=st.just("x"),
        way=st.just("mail:a"),
        level=st.sampled_from(Level),
        ms=st.integers(-20, 40).map(lambda minutes: to_ms(NOON + minutes * MINUTE)),
        is_done=st.booleans(),
    ),
    max_size=6,
)


@given(st.sampled_from(Level), rows, st.integers(0, 30))
def test_nothing_is_held_longer_than_the_window(level: Level, recent: list[ToldRow], window: int) -> None:
    leaves = leave_at(level, [row for row in recent if not row.is_done or row.ms <= to_ms(NOON)], NOON, window * MINUTE)
    assert NOON <= leaves <= NOON + window * MINUTE

"""A source that should speak and does not rings once, and closes by itself; a machine that hears nothing rings once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.flows.alerting.make import BRAND, House, house
from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Source
from tocsin.flows.alerting.silence import MACHINE, watch_silence
from tocsin.flows.deliver import deliver
from tocsin.store.affairs.rows import AlertFilter

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)  # noon in Paris
HOUR = timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def source(home: House, name: str, weeks: int = 4, *, until: datetime = NOON) -> None:
    """A source that was read every hour, and spoke six times an hour by day."""
    home.store.save_source(Source(name=name, adapter="feed", options={"url": "https://example.org/f"}))
    hours(home, name, MONDAY - timedelta(weeks=weeks), until)
    home.store.note_good(name, until, until + HOUR)


def hours(home: House, name: str, first: datetime, until: datetime, posts: int = 6) -> None:
    at = first
    while at < until:
        local = at.astimezone(PARIS).hour
        home.store.alerting.note_heard(name, at + timedelta(minutes=55), posts if 7 <= local < 22 else 0)
        at += HOUR


def silences(home: House) -> list[Alert]:
    found: list[Alert] = home.store.affairs.alerts(BRAND, AlertFilter(causes=(AlertCause.SILENCE,)))
    return found


def test_a_source_that_stops_speaking_rings_once_is_told_and_closes_when_it_speaks_again(home: House) -> None:
    source(home, "journal")
    source(home, "forum", until=NOON + 12 * HOUR)
    for number in range(10):
        at = NOON + number * HOUR
        home.store.alerting.note_heard("journal", at, 0)
        watch_silence(home.engine, at)
        deliver(home.engine, at)
    (alert,) = silences(home)
    assert (alert.subject, alert.level, alert.state) == ("journal", "watch", AlertState.OPEN)
    assert 2 * HOUR <= alert.at - NOON <= 4 * HOUR
    assert home.told() == ["alice"]
    home.store.alerting.note_heard("journal", NOON + 11 * HOUR, 2)
    watch_silence(home.engine, NOON + 12 * HOUR)
    (alert,) = silences(home)
    assert (alert.state, alert.by) == (AlertState.CLOSED, "tocsin")


def test_a_source_that_sleeps_rings_on_no_night(home: House) -> None:
    source(home, "journal")
    source(home, "forum")
    for day in range(5):
        begin = NOON + timedelta(days=day)
        for name in ("journal", "forum"):
            hours(home, name, begin, begin + timedelta(days=1))
        for number in range(24):
            watch_silence(home.engine, begin + number * HOUR)
    assert silences(home) == []


def test_a_fresh_source_never_rings(home: House) -> None:
    source(home, "journal", weeks=1)
    source(home, "forum", until=NOON + 40 * HOUR)
    hours(home, "journal", NOON, NOON + 40 * HOUR, posts=0)
    watch_silence(home.engine, NOON + 40 * HOUR)
    assert silences(home) == []


def test_a_machine_that_was_off_rings_once_for_all_and_not_for_each(home: House) -> None:
    for name in ("journal", "forum", "blog"):
        source(home, name)
    back = NOON + 20 * HOUR
    assert watch_silence(home.engine, back) == 1
    (alert,) = silences(home)
    assert alert.subject == MACHINE
    for name in ("journal", "forum", "blog"):
        home.store.alerting.note_heard(name, back, 30)
    assert watch_silence(home.engine, back + timedelta(minutes=5)) == 0
    assert [one.state for one in silences(home)] == [AlertState.CLOSED]


def test_a_machine_that_is_off_every_night_rings_on_none(home: House) -> None:
    for name in ("journal", "forum"):
        home.store.save_source(Source(name=name, adapter="feed", options={}))
        for day in range(-28, 1):
            for hour in range(8, 19):  # from 9 to 20 in Paris
                home.store.alerting.note_heard(name, MONDAY + timedelta(days=day, hours=hour), 6)
    assert watch_silence(home.engine, MONDAY + timedelta(days=1, hours=8)) == 0
    assert watch_silence(home.engine, MONDAY + timedelta(days=1, hours=12)) == 1


def test_when_no_source_answers_one_alert_rings(home: House) -> None:
    for name in ("journal", "forum"):
        source(home, name, weeks=1)
        home.store.note_error(name, NOON + HOUR, SourceError("no answer", permanent=False), NOON + 2 * HOUR)
    assert watch_silence(home.engine, NOON + HOUR) == 1
    assert [alert.subject for alert in silences(home)] == [MACHINE]
    home.store.note_good("forum", NOON + 2 * HOUR, None)
    watch_silence(home.engine, NOON + 2 * HOUR)
    assert [alert.state for alert in silences(home)] == [AlertState.CLOSED]


def test_a_source_that_refuses_for_good_rings_at_once(home: House) -> None:
    source(home, "journal", weeks=1)
    source(home, "forum", weeks=1)
    home.store.note_error("journal", NOON + HOUR, SourceError("gone", permanent=True), None)
    watch_silence(home.engine, NOON + HOUR)
    assert [alert.subject for alert in silences(home)] == ["journal"]
    watch_silence(home.engine, NOON + 2 * HOUR)
    assert len(silences(home)) == 1


def test_a_source_that_was_paused_or_removed_is_not_missed(home: House) -> None:
    source(home, "journal")
    source(home, "forum", until=NOON + 30 * HOUR)
    hours(home, "journal", NOON, NOON + 30 * HOUR, posts=0)
    home.store.save_source(Source(name="journal", adapter="feed", options={}), enabled=False)
    watch_silence(home.engine, NOON + 30 * HOUR)
    assert silences(home) == []


def test_two_workers_look_at_silence_once(home: House) -> None:
    source(home, "journal", weeks=1)
    source(home, "forum", weeks=1)
    home.store.note_error("journal", NOON, SourceError("gone", permanent=True), None)
    assert [watch_silence(home.engine, NOON) for _ in range(2)] == [1, 0]


def test_a_silence_at_night_waits_for_the_morning_of_its_reader(home: House) -> None:
    home.store.people.set_owner(home.person("bruno").id, True)
    home.route(order=(home.person("bruno").id,))
    source(home, "journal", weeks=1)
    source(home, "forum", weeks=1)
    night = NOON + 12 * HOUR
    home.store.note_error("journal", night, SourceError("gone", permanent=True), None)
    watch_silence(home.engine, night)
    assert deliver(home.engine, night).later == 1
    assert home.told() == []

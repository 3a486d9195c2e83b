"""Rounds of telling, routes and channels, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.errors import ConflictError, NotFoundError, SourceError
from tocsin.base.routing import Level, Routing
from tocsin.base.seam import LIVE, Delivery, Event, EventKind, OutboxRow
from tocsin.collect.adapter import Source
from tocsin.store.affairs.rows import AlertFilter
from tocsin.store.alerting.rows import ChannelRow, TellingBody
from tocsin.store.rows import OutboxState
from tocsin.store.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BRAND = "maison-alba"
LATER = NOON + timedelta(minutes=30)


def alert(number: str = "a1", **more: object) -> Alert:
    given = Alert(
        id=number,
        brand=BRAND,
        timeline=LIVE,
        cause=AlertCause.SURGE,
        level="alarm",
        at=NOON,
        subject="s",
        title="t",
        due_at=NOON,
    )
    return msgspec.structs.replace(given, **more)


def telling(number: str = "a1", way: str = "mail:alice@example.org", **more: object) -> OutboxRow:
    body = msgspec.json.encode(TellingBody(alert=number, person=1, wakes=True))
    return OutboxRow(event=number, timeline=LIVE, action=way, delivery=Delivery.AT_LEAST_ONCE, body=body, **more)  # type: ignore[arg-type]


def test_an_alert_keeps_its_round_and_who_speaks_for_it(store: Store) -> None:
    store.save_alert(alert(muted_by="a0", step=2, due_at=LATER))
    assert store.alert("a1") == alert(muted_by="a0", step=2, due_at=LATER)


def test_a_round_is_made_once_with_all_that_it_tells(store: Store) -> None:
    store.save_alert(alert())
    (due,) = store.alerting.due(NOON, 10)
    assert store.alerting.advance(due, LATER, [telling()], NOON)
    assert not store.alerting.advance(due, LATER, [telling(way="mail:bruno@example.org")], NOON)
    assert [one.channel for one in store.alerting.tellings(["a1"])["a1"]] == ["mail:alice@example.org"]
    assert store.alerting.due(NOON, 10) == []
    assert [one.step for one in store.alerting.due(LATER, 10)] == [1]


@pytest.mark.parametrize("state", [AlertState.ACKNOWLEDGED, AlertState.CLOSED, AlertState.FALSE])
def test_what_was_taken_or_settled_is_due_no_more_and_opened_again_is(store: Store, state: AlertState) -> None:
    store.save_alert(alert())
    (due,) = store.alerting.due(NOON, 10)
    store.set_alert_state("a1", state, by="person:1", at=NOON)
    assert store.alert("a1").due_at is None
    assert not store.alerting.advance(due, LATER, [telling()], NOON)
    store.set_alert_state("a1", AlertState.OPEN, by="person:1", at=LATER)
    assert [one.due_at for one in store.alerting.due(LATER, 10)] == [LATER]


def test_what_is_put_off_is_due_then(store: Store) -> None:
    store.save_alert(alert())
    store.set_alert_state("a1", AlertState.SNOOZED, by="person:1", at=NOON, until=LATER)
    assert store.alerting.due(LATER - timedelta(seconds=1), 10) == []
    assert len(store.alerting.due(LATER, 10)) == 1


def test_what_another_speaks_for_is_in_no_list_and_never_due(store: Store) -> None:
    store.save_alert(alert())
    store.save_alert(alert("h1", muted_by="a1", due_at=None, state=AlertState.CLOSED))
    store.save_alert(alert("h2", muted_by="a1", due_at=None, state=AlertState.CLOSED))
    assert [one.id for one in store.alerts(brand=BRAND)] == ["a1"]
    assert [one.id for one in store.affairs.alerts(BRAND, AlertFilter())] == ["a1"]
    assert store.alerting.held(["a1", "h1"]) == {"a1": 2}
    assert sorted(one.id for one in store.alerting.held_by("a1")) == ["h1", "h2"]
    store.set_alert_state("h1", AlertState.OPEN, by="person:1", at=LATER)
    assert store.alert("h1").due_at is None


def test_a_telling_may_wait_and_what_left_is_known_by_its_way(store: Store) -> None:
    store.save_alert(alert())
    store.alerting.put_tellings([telling(), telling(way="phone:3", not_before=LATER)])
    (first,) = store.outbox_claim(NOON, 10)
    store.outbox_done(first.id, NOON)
    told = store.alerting.last_told(BRAND, NOON - timedelta(minutes=1))
    assert sorted((row.way, row.level, row.is_done) for row in told) == [
        ("mail:alice@example.org", Level.ALARM, True),
        ("phone:3", Level.ALARM, False),
    ]
    assert [item.action for item in store.outbox_claim(LATER, 10)] == ["phone:3"]


def test_tellings_are_sealed_together_and_spared(store: Store) -> None:
    store.save_alert(alert())
    store.alerting.put_tellings([telling()])
    (item,) = store.outbox_claim(NOON, 10)
    store.alerting.set_bodies([(item.id, TellingBody(alert="a1", person=1, lead="a0"))])
    store.alerting.spare(item.id, NOON)
    (one,) = store.alerting.tellings(["a1"])["a1"]
    assert (one.body.lead, one.state, one.at) == ("a0", OutboxState.SPARED, NOON)
    assert store.outbox_claim(LATER, 10) == []


def test_the_next_round_is_hastened_only_where_one_is_to_come(store: Store) -> None:
    store.save_alert(alert(due_at=LATER))
    store.save_alert(alert("a2", due_at=None))
    for number in ("a1", "a2"):
        store.alerting.hasten(number, NOON)
    assert [one.id for one in store.alerting.due(NOON, 10)] == ["a1"]


def test_a_ring_without_a_closing_is_written_once_with_its_event(store: Store) -> None:
    event = Event(id="silence:a1", timeline=LIVE, brand=BRAND, kind=EventKind.SILENCE, at=NOON, subject="a1")
    assert store.alerting.ring_once(alert(), event)
    assert not store.alerting.ring_once(alert(), event)
    assert [row.event.id for row in store.events()] == ["silence:a1"]


def test_routes_are_kept_and_two_who_change_them_do_not_undo_each_other(store: Store) -> None:
    assert store.alerting.routing(BRAND).version == 0
    store.alerting.save_routing(BRAND, Routing(gather_min=3), 0)
    kept = store.alerting.routing(BRAND)
    assert (kept.routing.gather_min, kept.version) == (3, 1)
    for stale in (0, 7):
        with pytest.raises(ConflictError):
            store.alerting.save_routing(BRAND, Routing(), stale)


def test_channels_come_and_go_with_their_faults(store: Store) -> None:
    new = ChannelRow(id=0, person=3, label="SMS", scheme="json", sealed="s1:x", at=NOON)
    row = store.alerting.add_channel(new)
    assert store.alerting.channels(3) == store.alerting.channels() == [row]
    fault = store.alerting.note_fault(
        row.action, SourceError("no {why}", permanent=False, why="line"), NOON, is_final=False
    )
    again = store.alerting.note_fault(row.action, SourceError("no", permanent=True), LATER, is_final=True)
    assert (fault.params, again.since, again.last, again.is_final) == ({"why": "line"}, NOON, LATER, True)
    store.alerting.remove_channel(row.id)
    assert store.alerting.faults() == []
    with pytest.raises(NotFoundError):
        store.alerting.channel(row.id)


def test_hours_of_a_source_add_up_and_old_ones_go(store: Store) -> None:
    store.save_source(Source(name="journal", adapter="feed", options={}))
    for minutes, posts in ((0, 2), (10, 0), (20, 3), (70, 0)):
        store.alerting.note_heard("journal", NOON + timedelta(minutes=minutes), posts)
    first, second = store.alerting.hours(NOON - timedelta(days=1))["journal"]
    assert (first.asks, first.posts, first.last_at) == (3, 5, NOON + timedelta(minutes=20))
    assert (second.asks, second.posts, second.last_at) == (1, 0, None)
    store.alerting.forget_hours(NOON + timedelta(weeks=9))
    assert store.alerting.hours(NOON - timedelta(days=1)) == {}

"""One alert and not ten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.seam import Event, EventKind
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.flows.ring import Titles, ring

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def surge_event(at: datetime, level: SurgeLevel, story: str = "s1") -> Event:
    surge = Surge(
        id=f"surge-{at:%d%H%M}-{level}-{story}",
        brand="maison-alba",
        timeline="live",
        level=level,
        at=at,
        since=at,
        window_min=60,
        expected=2.0,
        seen=40,
        excess_p=1e-9,
        story=story,
    )
    return Event(
        id=f"event-{surge.id}",
        timeline="live",
        brand="maison-alba",
        kind=EventKind.SURGE,
        at=at,
        subject=surge.id,
        body=msgspec.json.encode(surge),
    )


def rung(events: list[Event], recent: list[Alert] | None = None) -> list[Alert]:
    return ring(events, Titles(), recent or [])[0]


def test_the_same_story_rings_once_within_the_cooldown() -> None:
    events = [surge_event(NOON + timedelta(minutes=10 * n), SurgeLevel.WATCH) for n in range(10)]
    assert len(rung(events)) == 1


def test_a_louder_level_rings_again() -> None:
    events = [surge_event(NOON, SurgeLevel.WATCH), surge_event(NOON + timedelta(minutes=10), SurgeLevel.ALARM)]
    assert [alert.level for alert in rung(events)] == ["watch", "alarm"]


def test_another_story_rings_by_itself() -> None:
    events = [surge_event(NOON, SurgeLevel.ALARM, "s1"), surge_event(NOON, SurgeLevel.ALARM, "s2")]
    assert len(rung(events)) == 2


def test_a_snoozed_story_stays_quiet_until_its_hour_unless_louder() -> None:
    (told,) = rung([surge_event(NOON, SurgeLevel.WATCH)])
    snoozed = msgspec.structs.replace(told, state=AlertState.SNOOZED, snoozed_until=NOON + timedelta(hours=9))
    later = NOON + timedelta(hours=8)
    assert rung([surge_event(later, SurgeLevel.WATCH)], [snoozed]) == []
    assert len(rung([surge_event(later, SurgeLevel.ALARM)], [snoozed])) == 1
    assert len(rung([surge_event(NOON + timedelta(hours=10), SurgeLevel.WATCH)], [snoozed])) == 1


def test_a_replay_of_the_same_events_rings_nothing_new() -> None:
    events = [surge_event(NOON, SurgeLevel.ALARM, story="")]
    assert rung(events, rung(events)) == []


def test_what_rings_live_is_due_to_be_told_and_a_back_fill_never_is() -> None:
    (alert,) = rung([surge_event(NOON, SurgeLevel.ALARM)])
    assert (alert.due_at, alert.step) == (NOON, 0)
    replayed = msgspec.structs.replace(surge_event(NOON, SurgeLevel.ALARM), timeline="backfill:may")
    assert rung([replayed])[0].due_at is None


def test_what_another_speaks_for_is_kept_under_it_and_due_for_nobody() -> None:
    events = [surge_event(NOON + timedelta(minutes=10 * n), SurgeLevel.ALARM) for n in range(3)]
    (alert,), held = ring(events, Titles(), [])
    assert [(one.muted_by, one.state, one.due_at) for one in held] == [(alert.id, AlertState.CLOSED, None)] * 2


def test_an_alarm_speaks_for_watches_of_its_story_for_a_day_unless_it_was_settled() -> None:
    (alarm,) = rung([surge_event(NOON, SurgeLevel.ALARM)])
    later = surge_event(NOON + timedelta(hours=9), SurgeLevel.WATCH)
    assert rung([later], [alarm]) == []
    assert rung([later], [msgspec.structs.replace(alarm, state=AlertState.ACKNOWLEDGED)]) == []
    assert len(rung([later], [msgspec.structs.replace(alarm, state=AlertState.CLOSED)])) == 1
    assert len(rung([surge_event(NOON + timedelta(hours=25), SurgeLevel.WATCH)], [alarm])) == 1


def test_an_alarm_speaks_for_dangerous_posts_of_its_story_and_not_the_other_way_round() -> None:
    (alarm,) = rung([surge_event(NOON, SurgeLevel.ALARM)])
    danger = graver_event(NOON + timedelta(hours=1), story="s1")
    rang, held = ring([danger], Titles(), [alarm])
    assert (rang, [one.muted_by for one in held]) == ([], [alarm.id])
    assert len(rung([graver_event(NOON, story="s1"), surge_event(NOON + timedelta(minutes=5), SurgeLevel.ALARM)])) == 2


def danger_event(at: datetime, kinds: list[str], story: str) -> Event:
    body = {"row": 1, "severity": 90, "kinds": kinds, "story": story}
    return Event(
        id=f"danger-{story}",
        timeline="live",
        brand="maison-alba",
        kind=EventKind.DANGER,
        at=at,
        subject=story,
        body=msgspec.json.encode(body),
    )


def test_dangerous_posts_of_kinds_already_told_ring_once() -> None:
    events = [danger_event(NOON + timedelta(minutes=n), ["rumour", "complaint"], f"s{n}") for n in range(8)]
    assert len(rung(events)) == 1


def test_a_dangerous_post_of_another_kind_rings_by_itself() -> None:
    events = [danger_event(NOON, ["complaint"], "s1"), danger_event(NOON, ["leak"], "s2")]
    assert len(rung(events)) == 2


def graver_event(at: datetime, *, story: str, severity: int = 82, kinds: tuple[str, ...] = ("rumour",)) -> Event:
    name = f"{at:%d%H%M}-{story}-{severity}"
    body = {"platform": "x", "native_id": name, "severity": severity, "kinds": kinds, "story": story}
    return Event(
        id=f"event-{name}",
        timeline="live",
        brand="maison-alba",
        kind=EventKind.DANGER,
        at=at,
        subject=name,
        body=msgspec.json.encode(body),
    )


def test_a_second_dangerous_post_of_an_affair_does_not_ring_within_a_day() -> None:
    events = [graver_event(NOON + timedelta(hours=hours), story="s1") for hours in (0, 9, 20)]
    assert len(rung(events)) == 1


def test_a_threat_in_a_known_affair_rings() -> None:
    events = [
        graver_event(NOON, story="s1"),
        graver_event(NOON + timedelta(minutes=5), story="s1", kinds=("rumour", "threat")),
    ]
    assert len(rung(events)) == 2
    assert len(rung([surge_event(NOON, SurgeLevel.ALARM), events[1]])) == 2


def test_a_much_graver_post_of_a_known_affair_rings() -> None:
    events = [graver_event(NOON, story="s1"), graver_event(NOON + timedelta(hours=1), story="s1", severity=98)]
    assert len(rung(events)) == 2


def test_a_dangerous_post_in_like_words_is_of_the_same_affair() -> None:
    events = [graver_event(NOON, story="s1"), graver_event(NOON + timedelta(hours=9), story="s2", kinds=("rumour",))]
    lines = ("Du plastique dans les biscuits Maison Alba", "Maison Alba : plastique trouvé, biscuits à jeter")
    posts = {("x", event.subject): line for event, line in zip(events, lines, strict=True)}
    assert len(ring(events, Titles(posts=posts), [])[0]) == 1
    assert len(rung(events)) == 2


def test_one_dangerous_post_that_becomes_many_rings_again_as_an_alarm_alone() -> None:
    first = graver_event(NOON, story="s1")
    minutes = timedelta(minutes=20)
    watch, alarm = surge_event(NOON + minutes, SurgeLevel.WATCH), surge_event(NOON + 2 * minutes, SurgeLevel.ALARM)
    later = surge_event(NOON + 3 * minutes, SurgeLevel.ALARM)
    assert [alert.level for alert in rung([first, watch, alarm, later])] == ["danger", "alarm"]

"""Closing minutes: what waits, the one who closes, what it leaves."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tests.store.make import SECOND, START_MINUTE, WATCH, at, mention, post, put, story
from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Watch
from tocsin.base.seam import LIVE, Deletion, Delivery, Event, EventKind, OutboxRow
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.store.close import ClosedRange
from tocsin.store.rows import OutboxState
from tocsin.store.store import Store

ENDLESS = START_MINUTE + 10_000


def closed(store: Store, **fields: object) -> ClosedRange:
    """Return a close of all that waits, in one story."""
    waiting = [one for minute in store.pending_minutes(LIVE, "alba", ENDLESS, 1000) for one in minute.mentions]
    given: dict[str, object] = {
        "from_minute": START_MINUTE,
        "to_minute": START_MINUTE + 5,
        "assignments": [(one.row, "story1") for one in waiting],
        "stories": [story()],
        "fold_version": "fold-1",
        "fold_state": b"state",
    }
    return ClosedRange(timeline=LIVE, brand="alba", **(given | fields))  # type: ignore[arg-type]


def alert(number: str = "alert1", timeline: str = LIVE) -> Alert:
    return Alert(
        id=number,
        brand="alba",
        timeline=timeline,
        cause=AlertCause.SURGE,
        level="alarm",
        at=at(5),
        subject="surge1",
        title="la livraison est en retard",
        story="story1",
    )


def surge() -> Surge:
    return Surge(
        id="surge1",
        brand="alba",
        timeline=LIVE,
        level=SurgeLevel.ALARM,
        at=at(5),
        since=at(1),
        window_min=15,
        expected=0.5,
        seen=3,
        excess_p=0.001,
        story="story1",
    )


def outbox(event: str = "alert1", delivery: Delivery = Delivery.AT_LEAST_ONCE, timeline: str = LIVE) -> OutboxRow:
    return OutboxRow(event=event, timeline=timeline, action="mail:alice@example.org", delivery=delivery, body=b"{}")


def test_distinct_posts_wait_by_minute_in_a_fixed_order(store: Store) -> None:
    store.save_watch(SECOND)
    same_minute = [mention(post(number, created_at=at(1), seen_at=at(1))) for number in (9, 4)]
    put(store, [mention(post(2)), *same_minute, mention(post(4, created_at=at(1), seen_at=at(1)), SECOND)])
    minutes = store.pending_minutes(LIVE, "alba", ENDLESS, 1000)
    assert [minute.minute - START_MINUTE for minute in minutes] == [1, 2]
    assert [one.native_id[-1] for one in minutes[0].mentions] == ["4", "9"]
    digest = minutes[0].mentions[0]
    assert (digest.negative, digest.danger, digest.kinds, digest.reach) == (True, False, ("complaint",), 4)
    assert digest.source == "feed"


def test_whole_minutes_come_until_enough_rows(store: Store) -> None:
    put(store, [mention(post(number, created_at=at(number // 2), seen_at=at(number // 2))) for number in range(8)])
    minutes = store.pending_minutes(LIVE, "alba", ENDLESS, 3)
    assert [len(minute.mentions) for minute in minutes] == [2]
    assert len(store.pending_minutes(LIVE, "alba", ENDLESS, 1)) == 1
    assert store.pending_minutes(LIVE, "alba", START_MINUTE - 1, 100) == []


def test_danger_is_judged_by_the_watch(store: Store) -> None:
    store.save_watch(Watch(brand="alba", name="main", query=WATCH.query, danger_severity=30))
    put(store, [mention(post(1), severity=40)])
    assert store.pending_minutes(LIVE, "alba", ENDLESS, 10)[0].mentions[0].danger


def test_closing_gives_each_mention_its_story(store: Store) -> None:
    put(store, [mention(post(number)) for number in (1, 2)])
    assert store.brands_pending(LIVE, ENDLESS) == ["alba"]
    assert store.commit_close(closed(store))
    assert store.pending_minutes(LIVE, "alba", ENDLESS, 100) == []
    assert store.fold_state(LIVE, "alba", "fold-1") == b"state"
    assert store.fold_state(LIVE, "alba", "fold-2") is None
    assert store.active_stories(LIVE, "alba", at(0)) == [story()]
    assert store.stories("alba") == store.stories() == [story()]
    assert [one.native_id[-1] for one in store.story_posts("story1")] == ["1", "2"]
    assert store.dashboard("alba", "2026-03-02").stories[0].posts == 2
    assert store.doctor() == []


def test_two_who_close_the_same_minutes_do_it_once(store: Store) -> None:
    put(store, [mention(post(1))])
    work = closed(store)
    assert store.commit_close(work)
    assert not store.commit_close(msgspec.structs.replace(work, fold_state=b"other"))
    assert store.fold_state(LIVE, "alba", "fold-1") == b"state"


def test_a_close_worked_out_from_an_older_state_is_refused(store: Store) -> None:
    put(store, [mention(post(1))])
    store.fold_state(LIVE, "alba", "fold-1")
    other = Store(store.alias, store._db.settings)
    other.fold_state(LIVE, "alba", "fold-1")
    assert other.commit_close(closed(other))
    put(store, [mention(post(2))])
    assert not store.commit_close(closed(store))
    store.fold_state(LIVE, "alba", "fold-1")
    assert store.commit_close(closed(store))


def test_a_late_post_waits_and_reopens_nothing(store: Store) -> None:
    put(store, [mention(post(1))])
    assert store.commit_close(closed(store))
    put(store, [mention(post(0))])
    minutes = store.pending_minutes(LIVE, "alba", ENDLESS, 100)
    assert [minute.minute for minute in minutes] == [START_MINUTE]
    assert store.commit_close(closed(store, to_minute=START_MINUTE))
    assert store.doctor() == []


def test_a_post_deleted_meanwhile_does_not_hold_the_close(store: Store) -> None:
    put(store, [mention(post(1)), mention(post(2))])
    work = closed(store)
    put(store, [], deletions=[Deletion(platform="mastodon", native_id=post(1).native_id, reason="gone")])
    assert store.commit_close(work)
    assert store.doctor() == []


def test_a_state_is_lent_by_the_backfill_that_reaches_furthest(store: Store) -> None:
    for name, minute in (("a", 5), ("b", 9)):
        done = ClosedRange(
            timeline=f"backfill:{name}",
            brand="alba",
            from_minute=0,
            to_minute=minute,
            fold_version="fold-1",
            fold_state=name.encode(),
        )
        assert store.commit_close(done)
    assert store.newest_backfill_state("alba", "fold-1") == b"b"
    assert store.newest_backfill_state("alba", "fold-2") is None


def test_backfills_with_open_minutes_are_named(store: Store) -> None:
    put(store, [mention(post(1))], timeline="backfill:may", source="file:may")
    put(store, [mention(post(2))])
    assert store.open_backfills() == ["backfill:may"]


def test_surges_alerts_events_and_outbox_come_with_the_close(store: Store) -> None:
    put(store, [mention(post(1))])
    event = Event(
        id="e1", timeline=LIVE, brand="alba", kind=EventKind.SURGE, at=at(5), subject="surge1", body=b'{"seen":3}'
    )
    work = closed(store, surges=[surge()], alerts=[alert()], events=[event, event], outbox=[outbox()])
    assert store.commit_close(work)
    assert store.surge("surge1") == surge()
    assert store.surge("none") is None
    assert store.surges("alba") == [surge()]
    assert store.alert("alert1") == alert()
    assert store.alert_posts(alert()) == [post(1)]
    assert [(row.number, row.event) for row in store.events()] == [(1, event)]
    assert store.events(after_id=store.last_event()) == []
    assert [item.action for item in store.outbox_list()] == ["mail:alice@example.org"]


def test_an_action_is_claimed_by_one(store: Store) -> None:
    store.commit_close(closed(store, alerts=[alert()], outbox=[outbox()]))
    item = store.outbox_claim(at(6), 10)[0]
    assert (item.state, item.tries) == (OutboxState.SENDING, 1)
    assert store.outbox_claim(at(6), 10) == []
    store.outbox_failed(item.id, "no answer", at(7))
    assert store.outbox_claim(at(6.5), 10) == []
    again = store.outbox_claim(at(8), 10)[0]
    assert again.tries == 2
    store.outbox_done(again.id, at(8))
    assert store.outbox_list()[0].state is OutboxState.DONE


def test_after_a_crash_an_alert_is_told_again_and_a_letter_is_not(store: Store) -> None:
    letter = outbox("letter", Delivery.AT_MOST_ONCE)
    store.commit_close(closed(store, outbox=[outbox(), letter]))
    assert len(store.outbox_claim(at(6), 10)) == 2
    assert [item.event for item in store.outbox_claim(at(6) + timedelta(minutes=11), 10)] == ["alert1"]
    states = {item.event: item.state for item in store.outbox_list()}
    assert states["letter"] is OutboxState.UNKNOWN


def test_only_live_reaches_people(store: Store) -> None:
    store.commit_close(closed(store, outbox=[outbox(timeline="drill:1")]))
    assert store.outbox_claim(at(6), 10) == []
    assert len(store.outbox_list("drill:1")) == 1


def test_what_people_do_with_an_alert_is_logged(store: Store) -> None:
    store.commit_close(closed(store, alerts=[alert()]))
    told = store.set_alert_state("alert1", AlertState.SNOOZED, by="bruno", at=at(6), until=at(60), note="on the way")
    assert (told.state, told.snoozed_until, told.by) == (AlertState.SNOOZED, at(60), "bruno")
    store.set_alert_state("alert1", AlertState.FALSE, by="alice", at=at(7))
    assert [(step.by, step.note) for step in store.alert_log("alert1")] == [("bruno", "on the way"), ("alice", "")]
    assert store.alerts(brand="alba", timeline=LIVE, since=at(0)) == [store.alert("alert1")]
    assert store.alerts(since=at(6)) == []


def test_an_answer_knows_the_story_of_the_nearest_post_it_answers(store: Store) -> None:
    put(store, [mention(post(1))])
    assert store.commit_close(closed(store))
    far = post(9, parent_id="https://example.org/p/none", root_id=post(1).native_id)
    put(store, [mention(post(8, shared_id=post(1).native_id)), mention(far), mention(post(10))])
    found = [one for minute in store.pending_minutes(LIVE, "alba", ENDLESS, 100) for one in minute.mentions]
    assert [(one.answers[-4:], one.answers_story) for one in found] == [
        ("/p/1", "story1"),
        ("none", "story1"),
        ("", ""),
    ]

"""The alarm record: the past is replayed under a budget, told as it would have been, and judged by people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.base.alert import AlertState
from tocsin.base.brand import AlarmBudget, Brand, Watch
from tocsin.base.post import Author, Post
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.watches.cards import rings_of_watch, watch_cards
from tocsin.flows.watches.record import Record, Said, judge_ring, record

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LARGE = AlarmBudget(alarms_per_month=8, watches_per_month=40)
PAST = "backfill:past"
ALBA = Brand(slug="maison-alba", name="Maison Alba")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(Settings(data_dir=tmp_path), migrate=True)
    opened.store.save_brand(ALBA)
    opened.store.save_watch(Watch(brand=ALBA.slug, name="La marque", query="alba"))
    yield opened
    opened.store.close()


def _bring(engine: Engine, times: list[datetime], text: str) -> None:
    posts = [
        Upsert(
            post=Post(
                platform="forum",
                native_id=f"{text}{number}",
                created_at=at,
                seen_at=at,
                text=f"{text} {number}",
                author=Author(platform="forum", handle=f"voix{number % 40}"),
            )
        )
        for number, at in enumerate(times)
    ]
    engine.store.ensure_timeline(PAST)
    cursor = engine.store.cursor("forum", PAST)
    ingest_page(engine, Place("forum", PAST, cursor), Page(items=posts, next_cursor=cursor + "1"), NOW)
    close_timeline(engine, PAST, minute_of(NOW), NOW)


@pytest.fixture
def affair(engine: Engine) -> Engine:
    """Twenty quiet days of eight posts, and ninety posts within an hour of the last one."""
    quiet = [NOW - timedelta(days=20) + timedelta(hours=3 * number) for number in range(159)]
    rise = [NOW - timedelta(hours=2) + timedelta(seconds=40 * number) for number in range(90)]
    _bring(engine, quiet, "Les sablés de la maison Alba, lot")
    _bring(engine, rise, "La boutique Alba a pris feu cette nuit, témoin")
    return engine


def _record(engine: Engine, budget: AlarmBudget = LARGE) -> Record:
    return record(engine, ALBA, budget)


def test_a_brand_without_a_past_has_an_empty_record(engine: Engine) -> None:
    found = _record(engine)
    assert found.since is None
    assert found.rungs == ()


def test_a_rise_rings_before_its_loudest_hour_with_its_story(affair: Engine) -> None:
    found = _record(affair)
    rises = [rung for rung in found.rungs if rung.surge is not None]
    assert rises
    assert found.posts == 249
    assert any("boutique" in rung.title for rung in rises)
    assert all(rung.lead_min is not None and rung.lead_min > 0 for rung in rises)
    assert found.calendar[-1].posts == 93
    assert sum(day.posts for day in found.calendar) == found.posts
    assert 19 < found.covered_days < 21


def test_the_replay_stores_nothing_and_rings_nobody(affair: Engine) -> None:
    before = affair.store.digest()
    _record(affair)
    assert affair.store.digest() == before


def test_a_larger_budget_never_rings_less(affair: Engine) -> None:
    small = AlarmBudget(alarms_per_month=0.25, watches_per_month=1)
    assert len(_record(affair, small).rungs) <= len(_record(affair).rungs)


def test_what_people_said_of_the_alert_at_the_time_counts(affair: Engine) -> None:
    for alert in affair.store.alerts(brand=ALBA.slug):
        affair.store.set_alert_state(alert.id, AlertState.FALSE, by="person:1", at=NOW)
    assert {rung.said for rung in _record(affair).rungs} <= {Said.FALSE, Said.NOTHING}


def test_a_ring_that_is_judged_stays_judged_under_another_budget(affair: Engine) -> None:
    ring = _record(affair).rungs[0]
    judge_ring(affair, ALBA.slug, ring.key, Said.REAL, ("person:1", NOW))
    assert _record(affair).rungs[0].said is Said.REAL
    again = record(affair, ALBA, AlarmBudget(alarms_per_month=4, watches_per_month=30))
    assert any(rung.said is Said.REAL for rung in again.rungs)


def test_the_card_of_a_watch_reads_the_kept_counts(affair: Engine) -> None:
    (card,) = watch_cards(affair, ALBA, NOW)
    assert sum(card.days) == card.posts > 90
    assert card.last_at is not None
    assert (rings_of_watch(affair, ALBA, card.number) or 0) >= 1


def test_a_watch_without_a_past_has_no_rings(engine: Engine) -> None:
    (card,) = watch_cards(engine, ALBA, NOW)
    assert card.last_at is None
    assert card.negative_share is None
    assert rings_of_watch(engine, ALBA, card.number) is None

"""The alarm record: the past is replayed under a budget, told as it would have been, and judged by people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.base.alert import AlertState
from tocsin.base.brand import AlarmBudget, Brand, Watch
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.watches.cards import rings_of_watch, watch_cards
from tocsin.flows.watches.past.score import Score, wilson
from tocsin.flows.watches.record import Record, Said, judge_ring, judged, record, replayed

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


def test_what_people_say_shows_without_a_new_replay(affair: Engine) -> None:
    found = replayed(affair, ALBA, 90)
    assert all(rung.said is Said.NOTHING for rung in found.rungs)
    assert judge_ring(affair, ALBA.slug, found.rungs[0].key, Said.FALSE, ("person:1", NOW)) is Said.NOTHING
    assert judged(affair, ALBA, found).rungs[0].said is Said.FALSE
    assert judge_ring(affair, ALBA.slug, found.rungs[0].key, Said.NOTHING, ("person:1", NOW)) is Said.FALSE
    assert judged(affair, ALBA, found).rungs[0].said is Said.NOTHING


def test_a_ring_is_told_against_the_first_article_of_its_story(engine: Engine) -> None:
    quiet = [NOW - timedelta(days=20) + timedelta(hours=3 * number) for number in range(159)]
    rise = [NOW - timedelta(hours=2) + timedelta(seconds=40 * number) for number in range(90)]
    _bring(engine, quiet, "Les sablés de la maison Alba, lot")
    _bring(engine, rise, "La boutique Alba a pris feu cette nuit, témoin")
    paper = Post(
        platform="web",
        native_id="https://www.lemonde.fr/a",
        url="https://www.lemonde.fr/a",
        kind=PostKind.ARTICLE,
        created_at=NOW - timedelta(minutes=10),
        seen_at=NOW - timedelta(minutes=10),
        title="La boutique Alba a pris feu cette nuit",
        text="La boutique Alba a pris feu cette nuit, disent les témoins.",
    )
    cursor = engine.store.cursor("press", PAST)
    ingest_page(engine, Place("press", PAST, cursor), Page(items=[Upsert(post=paper)], next_cursor="1"), NOW)
    close_timeline(engine, PAST, minute_of(NOW), NOW)
    found = _record(engine)
    told = [rung for rung in found.rungs if rung.press_min is not None]
    assert told and all(0 < rung.press_min < 120 and rung.is_national for rung in told)  # type: ignore[operator]
    assert found.before_press == found.in_press == len(told)


def test_a_watch_is_replayed_by_its_volume_alone(affair: Engine) -> None:
    (card,) = watch_cards(affair, ALBA, NOW)
    found = replayed(affair, ALBA, 30, card.number)
    assert found.watch == card.number and found.rungs and found.dangers == 0
    assert all(rung.story == "" and rung.press_min is None for rung in found.rungs)
    assert {rung.key for rung in found.rungs}.isdisjoint(rung.key for rung in _record(affair).rungs)


def test_few_judged_rings_leave_wide_bounds() -> None:
    few, many = (Score(level="alarm", rings=10 * n, real=8 * n, false=2 * n, days=90) for n in (1, 20))
    assert few.precision == many.precision == 0.8
    assert few.bounds[1] - few.bounds[0] > 3 * (many.bounds[1] - many.bounds[0])
    assert wilson(0, 3)[0] == 0.0 and wilson(3, 3)[1] == 1.0


def test_false_ones_a_month_are_held_against_the_budget_with_what_nobody_judged() -> None:
    score = Score(level="alarm", rings=6, real=1, false=2, days=60, budget=0.5)
    assert (score.false_a_month, score.false_a_month_at_most, score.unjudged) == (1.0, 2.5, 3)
    assert score.is_over_budget
    assert Score(level="alarm", rings=0, real=0, false=0, days=0).precision is None

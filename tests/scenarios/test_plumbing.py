"""Machines stop, sources sleep and come back, files are brought in: real flows, a real database, no false alarm."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.surge.minutes import usual_days
from tocsin.base.brand import Brand, Watch
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import minute_of, minute_start
from tocsin.collect.adapter import Page, Source, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.excluded import excluded
from tocsin.flows.i18n import translator
from tocsin.flows.import_file import import_file, plan_import
from tocsin.flows.ingest import ingest_collected
from tocsin.flows.moments import Reader

ALBA = Brand(slug="maison-alba", name="Maison Alba")
READER = Reader(translator("en"), ZoneInfo("UTC"))
FEED, FORUM = "journal", "forum"
DAYS = 16
FIRST = datetime(2026, 1, 4, 23, tzinfo=UTC)  # where the ordinary days of the tests begin
TODAY = FIRST + timedelta(days=DAYS)
HOUR = timedelta(hours=1)
WORDS = "livraison colis retard merci sablés bravo magasin équipe recette qualité prix vitrine atelier cadeau".split()  # noqa: SIM905


def posts(times: Sequence[datetime], source: str, seen: datetime | None = None, first: int = 0) -> list[Post]:
    """Return posts about the brand, written at these times, heard then or at `seen`."""
    dice = random.Random(first)
    return [
        Post(
            platform="forum",
            native_id=f"{source}-{first + number}",
            created_at=at,
            seen_at=seen or at,
            text=f"Alba : {' '.join(dice.choices(WORDS, k=7))} {first + number}",
            author=Author(platform="forum", handle=f"voisin{dice.randrange(3000)}"),
        )
        for number, at in enumerate(times)
    ]


def hear(engine: Engine, source: str, heard: Sequence[Post], now: datetime, *, first_read: bool = False) -> None:
    """Bring a page of a source, as a read at `now` does, and close what is finished."""
    (row,) = [row for row in engine.store.sources() if row.source.name == source]
    cursor = engine.store.cursor(source, LIVE)
    page = Page(items=[Upsert(post=post) for post in heard], next_cursor=cursor + "1", first_read=first_read)
    ingest_collected(engine, row, page, cursor, now)
    engine.store.note_good(source, now, now + HOUR)
    engine.store.alerting.note_heard(source, now, len(heard))
    close_timeline(engine, LIVE, minute_of(now), now)


def day_times(day: int) -> list[datetime]:
    """Return when the posts of an ordinary day were written."""
    counts = usual_days(200, 1, seed=day)
    return [minute_start(minute + day * 1440) for minute, number in sorted(counts.items()) for _ in range(number)]


def spread(since: datetime, until: datetime, number: int) -> list[datetime]:
    dice = random.Random(number)
    return sorted(since + dice.random() * (until - since) for _ in range(number))


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house that has heard sixteen ordinary days in time, by a feed that speaks much and a forum that does not."""
    data = tmp_path_factory.mktemp("learned")
    engine = open_engine(Settings(data_dir=data), migrate=True)
    engine.store.save_brand(ALBA)
    engine.store.save_watch(Watch(brand=ALBA.slug, name="La marque", query="alba"))
    for name in (FEED, FORUM):
        engine.store.save_source(Source(name=name, adapter="feed", options={"url": f"https://example.org/{name}"}))
    for day in range(DAYS):
        end = FIRST + timedelta(days=day + 1)
        hear(engine, FEED, posts(day_times(day), FEED, first=day * 1000), end)
        hear(engine, FORUM, posts([end - 12 * HOUR], FORUM, first=day * 1000), end)
    engine.store.close()
    return data


@pytest.fixture
def engine(learned: Path, tmp_path: Path) -> Iterator[Engine]:
    data = tmp_path / "data"
    shutil.copytree(learned, data)
    opened = open_engine(Settings(data_dir=data))
    yield opened
    opened.store.close()


def surges(engine: Engine, since: datetime = TODAY) -> list[Surge]:
    return engine.store.surges(ALBA.slug, LIVE, since=since)


def said(engine: Engine, now: datetime) -> tuple[str, ...]:
    return excluded(engine, ALBA, TODAY, now, READER)


def morning(engine: Engine, until: datetime) -> list[datetime]:
    """Hear today's posts up to an instant in time; return when the others of today are written."""
    times = day_times(DAYS)
    hear(engine, FEED, posts([at for at in times if at < until], FEED, first=DAYS * 1000), until)
    return [at for at in times if at >= until]


def test_a_machine_off_for_ten_hours_catches_up_without_an_alarm_and_says_so(engine: Engine) -> None:
    rest = morning(engine, TODAY + 9 * HOUR)
    back = TODAY + 19 * HOUR
    hear(engine, FEED, posts([at for at in rest if at < back], FEED, back, first=90_000), back)
    later = back + HOUR
    hear(engine, FEED, posts([at for at in rest if back <= at < later], FEED, first=95_000), later)
    assert surges(engine) == []
    (gap, late) = said(engine, later)
    assert gap.startswith("Nothing was heard from ")
    assert f"posts of {FEED} were heard late" in late
    assert late.endswith("Nothing rang.")


def test_a_crisis_during_the_outage_is_told_once_with_its_hour(engine: Engine) -> None:
    rest = morning(engine, TODAY + 9 * HOUR)
    crisis = spread(TODAY + 12 * HOUR, TODAY + 14 * HOUR, 250)
    back = TODAY + 19 * HOUR
    missed = sorted([*[at for at in rest if at < back], *crisis])
    for page in range(0, len(missed), 120):
        now = back + timedelta(minutes=page // 60)
        hear(engine, FEED, posts(missed[page : page + 120], FEED, now, first=90_000 + page), now)
    (surge,) = surges(engine)
    assert TODAY + 11 * HOUR < surge.since < TODAY + 14 * HOUR
    assert surge.at > back
    words = [READER.t.reason(reason) for reason in surge.reasons]
    assert any("heard only afterwards" in sentence for sentence in words)
    assert any("A rise among them was told" in sentence for sentence in said(engine, back + HOUR))


def test_a_new_source_brings_its_past_and_nothing_rings(engine: Engine) -> None:
    morning(engine, TODAY + 12 * HOUR)
    now = TODAY + 12 * HOUR
    engine.store.save_source(Source(name="nouveau", adapter="feed", options={"url": "https://example.org/n"}))
    old = spread(TODAY - timedelta(days=9), now - HOUR, 200)
    hear(engine, "nouveau", posts(old, "nouveau", now), now, first_read=True)
    second = spread(now - 11 * HOUR, now, 60)
    later = now + timedelta(minutes=15)
    hear(engine, "nouveau", posts(second, "nouveau", later, first=70_000), later)
    assert surges(engine) == []
    assert any("nouveau, new here" in sentence for sentence in said(engine, later))


def test_a_source_added_today_that_says_much_is_a_watch_that_names_it(engine: Engine) -> None:
    rest = morning(engine, TODAY + 9 * HOUR)
    engine.store.save_source(Source(name="nouveau", adapter="feed", options={"url": "https://example.org/n"}))
    hear(engine, "nouveau", [], TODAY + 9 * HOUR, first_read=True)
    for quarter in range(8):
        since, now = (TODAY + 9 * HOUR + timedelta(minutes=15 * at) for at in (quarter, quarter + 1))
        hear(engine, FEED, posts([at for at in rest if since <= at < now], FEED, first=90_000 + 100 * quarter), now)
        hear(engine, "nouveau", posts(spread(since, now, 40), "nouveau", first=70_000 + 100 * quarter), now)
    told = surges(engine)
    assert {surge.level for surge in told} == {SurgeLevel.WATCH}
    assert "nouveau, read for a few days only" in READER.t.reason(told[0].reasons[0])


def test_a_rise_of_all_sources_is_an_alarm_though_one_of_them_is_new(engine: Engine) -> None:
    morning(engine, TODAY + 9 * HOUR)
    engine.store.save_source(Source(name="nouveau", adapter="feed", options={"url": "https://example.org/n"}))
    hear(engine, "nouveau", [], TODAY + 9 * HOUR, first_read=True)
    now = TODAY + 10 * HOUR
    hear(engine, FEED, posts(spread(now - HOUR, now, 200), FEED, first=90_000), now)
    hear(engine, "nouveau", posts(spread(now - HOUR, now, 100), "nouveau", first=70_000), now)
    assert SurgeLevel.ALARM in {surge.level for surge in surges(engine)}


def test_a_source_that_sends_a_day_late_rings_nothing(engine: Engine) -> None:
    morning(engine, TODAY + 15 * HOUR)
    now = TODAY + 15 * HOUR
    old = spread(now - 23 * HOUR, now - 4 * HOUR, 214)
    hear(engine, FORUM, posts(old, FORUM, now, first=80_000), now)
    assert surges(engine) == []
    assert any(sentence.startswith(f"214 posts of {FORUM} were heard late") for sentence in said(engine, now))


def test_the_same_posts_again_count_once(engine: Engine) -> None:
    morning(engine, TODAY + 12 * HOUR)
    now = TODAY + 12 * HOUR
    some = posts(day_times(DAYS)[:60], FEED, first=DAYS * 1000)
    for turn in range(5):
        hear(engine, FEED, some, now + timedelta(minutes=turn))
    assert surges(engine) == []


def test_old_posts_brought_in_from_a_file_among_live_ones_ring_nothing(engine: Engine, tmp_path: Path) -> None:
    rest = morning(engine, TODAY + 12 * HOUR)
    now = TODAY + 12 * HOUR
    file = tmp_path / "anciens.csv"
    lines = ["id,created_at,author,text"]
    lines += [
        f"f{number},{at.isoformat()},voix{number},Alba: un ancien message {number}"
        for number, at in enumerate(spread(TODAY - timedelta(days=40), now, 900))
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_file(engine, file, plan_import(engine, file, None, {}, now), now)
    later = now + HOUR
    hear(engine, FEED, posts([at for at in rest if at < later], FEED, first=90_000), later)
    assert surges(engine) == []


def test_a_dangerous_post_heard_a_day_late_still_rings(engine: Engine) -> None:
    morning(engine, TODAY + 12 * HOUR)
    now = TODAY + 12 * HOUR
    (late,) = posts([now - 20 * HOUR], FORUM, now, first=85_000)
    threat = Post(
        platform=late.platform,
        native_id=late.native_id,
        created_at=late.created_at,
        seen_at=now,
        text="Alba : je vais mettre le feu à la boutique ce soir et vous tuer tous",
        author=late.author,
    )
    hear(engine, FORUM, [threat], now)
    alerts = engine.store.alerts(brand=ALBA.slug, timeline=LIVE, since=TODAY, limit=10)
    assert [alert.level for alert in alerts] == ["danger"]

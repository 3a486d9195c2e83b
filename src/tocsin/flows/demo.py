"""Play a scenario through the real engine, on a replay timeline in a folder of its own; nobody is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

import msgspec

from tocsin.base.alert import Alert
from tocsin.base.post import Post
from tocsin.base.settings import Settings
from tocsin.base.story import Story
from tocsin.base.surge import Surge
from tocsin.base.time import minute_of, minute_start
from tocsin.collect.adapter import Page, Upsert
from tocsin.collect.scenario import Played, Scenario, play_labelled, scenario_watches
from tocsin.flows.close import close_timeline
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page

TIMELINE = "replay:demo"
FOLDER = "demo"
CURVE_HOURS = 24
CURVE_STEP_MIN = 20
STEP_MIN = 5


class DemoFrame(msgspec.Struct, frozen=True, kw_only=True):
    """The state after one step of scenario time.

    at: scenario time. curve: mentions per 20 minutes of the last 24 h, oldest first, shape (72,).
    alerts: those rung so far on this replay, newest first; rang: those of this step. surges: by id, for their figures.
    stories: the largest now. latest: the last post that concerned the brand.
    """

    at: datetime
    posts: int
    mentions: int
    curve: tuple[int, ...]
    alerts: tuple[Alert, ...]
    rang: tuple[Alert, ...]
    surges: dict[str, Surge]
    stories: tuple[Story, ...]
    latest: Post | None


def start_demo(settings: Settings, scenario: Scenario, timeline: str = TIMELINE) -> Engine:
    """Return an engine on a fresh demo folder inside the data folder, with the scenario's brands and watches."""
    folder = _fresh_folder(settings)
    mine = msgspec.structs.replace(settings, data_dir=folder, database_url="", mail_to=(), notify_urls=())
    engine = open_engine(mine, migrate=True)
    for brand in scenario.brands.values():
        engine.store.save_brand(brand)
    for watch in scenario_watches(scenario):
        engine.store.save_watch(watch)
    engine.store.ensure_timeline(timeline)
    return engine


def play_demo(
    engine: Engine,
    scenario: Scenario,
    end: datetime,
    *,
    seed: int,
    scale: float,
    live_hours: float,
    step_min: int = STEP_MIN,
) -> Iterator[DemoFrame]:
    """Yield a first frame once the past is loaded, then one per step of the last `live_hours` before `end`."""
    posts = play_labelled(scenario, seed=seed, end=end, scale=scale)
    live_from = minute_of(end - timedelta(hours=live_hours))
    past = [played for played in posts if minute_of(played.post.created_at) < live_from]
    rest = [played for played in posts if minute_of(played.post.created_at) >= live_from]
    told: set[str] = set()
    mentions = _bring(engine, past, live_from - 1, end)
    yield _frame(engine, minute_start(live_from), (len(past), mentions), told, None)
    seen = len(past)
    last = minute_of(end)
    grouped = {
        step: list(group)
        for step, group in groupby(rest, key=lambda played: (minute_of(played.post.created_at) - live_from) // step_min)
    }
    for step in range((last - live_from) // step_min + 1):
        group = grouped.get(step, [])
        upto = min(last, live_from + (step + 1) * step_min - 1)
        mentions += _bring(engine, group, upto, end)
        seen += len(group)
        yield _frame(engine, minute_start(upto + 1), (seen, mentions), told, group[-1].post if group else None)


def _bring(engine: Engine, posts: Sequence[Played], upto: int, now: datetime) -> int:
    """Store posts on the demo's timeline, close its minutes up to `upto`, and return how many concern a brand."""
    found = 0
    for source in sorted({played.source for played in posts}):
        items = [Upsert(post=played.post) for played in posts if played.source == source]
        found += ingest_page(engine, Place(source, TIMELINE), Page(items=items, next_cursor=""), now).posts
    close_timeline(engine, TIMELINE, upto, now)
    return found


def _frame(engine: Engine, at: datetime, counts: tuple[int, int], told: set[str], latest: Post | None) -> DemoFrame:
    store = engine.store
    brand = store.brands()[0].slug
    alerts = store.alerts(brand=brand, timeline=TIMELINE, limit=200)
    rang = tuple(alert for alert in reversed(alerts) if alert.id not in told)
    told.update(alert.id for alert in rang)
    surges = {surge.id: surge for surge in store.surges(brand, timeline=TIMELINE, limit=200)}
    until = minute_of(at)
    since = until - CURVE_HOURS * 60
    per_minute = store.minute_counts(brand, TIMELINE, since, until)
    curve = [0] * (CURVE_HOURS * 60 // CURVE_STEP_MIN)
    for minute, posts in per_minute.items():
        place = (minute - since) // CURVE_STEP_MIN
        if 0 <= place < len(curve):
            curve[place] += posts
    return DemoFrame(
        at=at,
        posts=counts[0],
        mentions=counts[1],
        curve=tuple(curve),
        alerts=tuple(alerts),
        rang=rang,
        surges=surges,
        stories=tuple(store.stories(brand, timeline=TIMELINE, limit=5)),
        latest=latest,
    )


def _fresh_folder(settings: Settings) -> Path:
    """Return the folder of the demo inside the data folder, emptied of an earlier run."""
    folder = settings.data_dir / FOLDER
    _clear(folder)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _clear(folder: Path) -> None:
    """Remove the demo of an earlier run; only a folder that this flow itself made bears its mark."""
    if (folder / "tocsin.sqlite3").exists() or (folder.is_dir() and not any(folder.iterdir())):
        shutil.rmtree(folder)

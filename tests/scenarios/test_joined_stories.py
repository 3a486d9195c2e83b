"""Stories put together by themselves: the same with one process, with two, and with one that dies at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.postgres import postgres_url
from tests.scenarios.closing import END, TIMELINE, opened
from tests.store.conftest import ENGINES
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Page, Upsert
from tocsin.collect.scenario import builtin_scenario, play_labelled, scenario_watches
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SLUG = "maison-alba"


def filled(folder: Path, engine: str) -> str:
    """Bring the posts of the scenario into a new store, with no minute closed; return its place."""
    url = postgres_url() if engine == "postgres" else ""
    made = open_engine(Settings(data_dir=folder, database_url=url), migrate=True)
    scenario = builtin_scenario("maison_alba")
    for brand in scenario.brands.values():
        made.store.save_brand(brand)
    for watch in scenario_watches(scenario):
        made.store.save_watch(watch)
    made.store.ensure_timeline(TIMELINE)
    posts = [Upsert(post=played.post) for played in play_labelled(scenario, seed=7, end=END, scale=0.15)]
    ingest_page(made, Place("all", TIMELINE), Page(items=posts, next_cursor=""), END)
    made.store.close()
    return url or str(folder)


def closing(place: str, late_s: int = 0) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.scenarios.closing", place, str(late_s)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def done(process: subprocess.Popen[bytes]) -> None:
    _, error = process.communicate(timeout=300)
    assert process.returncode == 0, error.decode()


def found(place: str) -> dict[str, object]:
    """All that must be the same; each post is counted once, in one story, and the doctor has nothing to say."""
    engine: Engine = opened(place)
    db = engine.store._db
    held = db.rows(
        "select p.native_id, s.name from store_mention m join store_post p on p.id = m.post_id"
        " left join store_story s on s.id = m.story_id where m.lead order by p.native_id"
    )
    stories = db.rows("select name, title, posts, copies, negative, state, last_ms from store_story order by name")
    moves = db.rows('select source, target, rows, "by", at_ms, followed from store_move order by id')
    alerts = db.rows("select id, story, level from store_alert order by id")
    assert db.value("select count(*) from store_mention where pending") == 0
    assert engine.store.doctor() == []
    engine.store.close()
    return {"held": held, "stories": stories, "moves": moves, "alerts": alerts}


@pytest.fixture(scope="module", params=ENGINES)
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, object]]:
    place = filled(tmp_path_factory.mktemp("alone"), request.param)
    done(closing(place))
    return request.param, found(place)


def test_stories_are_joined_and_no_post_is_lost(alone: tuple[str, dict[str, object]]) -> None:
    held, moves = alone[1]["held"], alone[1]["moves"]
    assert isinstance(held, list) and isinstance(moves, list)
    assert len(moves) >= 3
    assert len({post for post, _ in held}) == len(held)
    joined = {source for source, *_ in moves}
    assert not joined & {story for _, story in held}


def test_two_processes_close_as_one(alone: tuple[str, dict[str, object]], tmp_path: Path) -> None:
    place = filled(tmp_path, alone[0])
    for process in [closing(place), closing(place, 150)]:  # the lease of the first is over for the second
        done(process)
    assert found(place) == alone[1]


def test_killed_at_any_moment_the_next_goes_on(alone: tuple[str, dict[str, object]], tmp_path: Path) -> None:
    place = filled(tmp_path, alone[0])
    dice = random.Random(3)
    for late in range(0, 4 * 150, 150):
        process = closing(place, late)
        time.sleep(1.5 + 1.5 * dice.random())  # somewhere inside its closes
        process.kill()
        process.communicate()
    done(closing(place, 4 * 150))
    assert found(place) == alone[1]

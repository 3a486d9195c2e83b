"""The past of a source: read back by a cursor of its own, stopped, resumed, over when there is no more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.flows.collecting.make import BRAND, NOON, Line, Said, line, soon
from tests.flows.collecting.served import Script
from tocsin.base.errors import InputError
from tocsin.collect.adapter import Source
from tocsin.flows.collect import Reach, collect_due
from tocsin.flows.collecting.life import add
from tocsin.flows.collecting.past import PastState, past_of, running_pasts, start_past, stop_past
from tocsin.flows.engine import Engine

SINCE = NOON - timedelta(days=100)


@pytest.fixture(autouse=True)
def old_source(home: Engine, script: Script) -> None:
    script.answers = [Said()]
    add(home, BRAND, Source(name="old", adapter="script", options={"url": script.url}), {}, now=NOON)


def old(n: int, days: int) -> Line:
    return line(n, at=NOON - timedelta(days=days))


def read(home: Engine, script: Script, said: Said, now: datetime) -> None:
    """One turn in which the past answers so, after the live read is out of the way."""
    script.answers = [said]
    with Reach(home.settings) as reach:
        collect_due(home, reach, now)


def test_a_past_is_read_page_by_page_and_never_rings(home: Engine, script: Script) -> None:
    with Reach(home.settings) as reach:
        collect_due(home, reach, NOON)
    start_past(home, "old", SINCE, NOON)
    read(home, script, Said(lines=[old(90, 10), old(80, 20)], more=True), NOON)
    first = past_of(home, "old")
    assert first is not None and first.is_running and first.posts == 2
    assert first.reached == NOON - timedelta(days=20) and first.share == pytest.approx(0.2)
    assert running_pasts(home) == {"backfill:old"}
    read(home, script, Said(lines=[old(70, 90)]), soon(seconds=5))
    read(home, script, Said(), soon(seconds=10))
    done = past_of(home, "old")
    assert done is not None and (done.state, done.posts, done.share) == (PastState.DONE, 3, 1.0)
    assert running_pasts(home) == set() and home.store.cursor("old", "live") == ""
    assert home.store.pending_minutes("live", BRAND, 2**40, 10) == []
    assert len(home.store.pending_minutes("backfill:old", BRAND, 2**40, 10)) == 3


def test_a_past_that_was_stopped_goes_on_from_there(home: Engine, script: Script) -> None:
    with Reach(home.settings) as reach:
        collect_due(home, reach, NOON)
    start_past(home, "old", SINCE, NOON)
    read(home, script, Said(lines=[old(90, 10)], more=True), NOON)
    assert stop_past(home, "old", NOON) and not stop_past(home, "old", NOON)
    asked = len(script.asked)
    read(home, script, Said(lines=[old(80, 20)], more=True), NOON)
    assert len(script.asked) == asked
    start_past(home, "old", SINCE, NOON)
    read(home, script, Said(lines=[old(80, 20)], more=True), NOON)
    assert script.asked[-1][0].endswith("before=90")
    start_past(home, "old", SINCE - timedelta(days=1), NOON)  # another date begins anew
    read(home, script, Said(lines=[old(90, 10)]), NOON)
    assert script.asked[-1][0].endswith("before=")


def test_a_past_that_fails_is_tried_again_and_says_why(home: Engine, script: Script) -> None:
    with Reach(home.settings) as reach:
        collect_due(home, reach, NOON)
        start_past(home, "old", SINCE, NOON)
        script.answers = [503]
        collect_due(home, reach, NOON)
        failed = past_of(home, "old")
        assert failed is not None and failed.is_running and failed.error and running_pasts(home) == set()
        script.answers = [Said(lines=[old(90, 10)], more=True)]
        collect_due(home, reach, soon(minutes=2))
        again = past_of(home, "old")
        assert again is not None and again.error == "" and again.posts == 1


def test_what_the_first_read_brings_does_not_move_the_past(home: Engine, script: Script) -> None:
    start_past(home, "old", SINCE, NOON)
    home.store.note_good("old", NOON, NOON + timedelta(hours=1))
    read(home, script, Said(lines=[old(90, 10)], more=True), NOON)
    read(home, script, Said(lines=[old(5, 3)]), soon(hours=1, minutes=1))  # both are asked, and both get old posts
    assert home.store.cursor("old", "backfill:old") == "5!" and home.store.cursor("old", "live") == "5"
    assert {row.post.native_id for row in home.store.latest_mentions(BRAND)} == {"p90", "p5"}


def test_a_source_without_past_says_so(home: Engine) -> None:
    home.store.save_source(Source(name="feed", adapter="feed", options={"url": "https://example.org/"}))
    with pytest.raises(InputError, match="gives what is new alone"):
        start_past(home, "feed", SINCE, NOON)

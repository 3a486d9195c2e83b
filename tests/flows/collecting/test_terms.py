"""What platforms ask: an approval declared, money within bounds, posts asked for again, posts let go in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.flows.collecting.make import BRAND, NOON, Said, ScriptAdapter, line, soon
from tests.flows.collecting.served import Script
from tocsin.base.errors import SourceError
from tocsin.collect.about import About
from tocsin.collect.adapter import Source
from tocsin.collect.registry import load_adapter
from tocsin.flows.collect import Collected, Reach, collect_due
from tocsin.flows.collecting.life import add, cost_of, preview
from tocsin.flows.collecting.terms import let_go_by_terms
from tocsin.flows.engine import Engine

NIGHT = datetime(2030, 1, 15, 2, tzinfo=UTC)  # three in the morning in Paris


def ask(monkeypatch: pytest.MonkeyPatch, **terms: object) -> None:
    """Let the platform of the script ask something else."""
    about: About = ScriptAdapter.about
    changed = msgspec.structs.replace(about, terms=msgspec.structs.replace(about.terms, **terms))
    monkeypatch.setattr(ScriptAdapter, "about", changed)
    load_adapter.cache_clear()


def read(home: Engine, now: datetime = NOON) -> list[Collected]:
    with Reach(home.settings) as reach:
        return collect_due(home, reach, now)


def source(script: Script, name: str = "script", **options: str) -> Source:
    return Source(name=name, adapter="script", options={"url": script.url, **options})


def posts(home: Engine) -> set[str]:
    return {row.post.native_id for row in home.store.latest_mentions(BRAND)}


def test_nothing_is_read_before_an_approval_is_declared(
    home: Engine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, approval=True)
    script.answers = [Said(lines=[line(1)])]
    add(home, BRAND, source(script), {}, now=NOON)
    with pytest.raises(SourceError, match="before its owner declares"):
        preview(home, source(script), {}, NOON)
    assert read(home) == [] and script.asked == []
    (row,) = home.store.sources()
    assert row.stopped and row.last_error.startswith("{source} is not read before")
    home.store.save_source(source(script, approval="2026-03-02 Alice"), BRAND)
    assert read(home)[0].ingested is not None


def test_reading_stops_at_the_ceiling_until_the_next_month(
    home: Engine, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(monkeypatch, cost_a_post=0.5)
    at = datetime(2030, 1, 15, tzinfo=UTC)
    script.answers = [Said(lines=[line(1), line(2)], more=True), Said(lines=[line(3)])]
    add(home, BRAND, source(script, most_usd="1.50"), {}, now=at)
    read(home, at)
    cost = cost_of(home, "script", at)
    assert cost is not None and (cost.posts, cost.spent_usd, cost.is_over) == (3, 1.5, True)
    asked = len(script.asked)
    assert read(home, at + timedelta(hours=1)) == [] and len(script.asked) == asked
    (row,) = home.store.sources()
    assert not row.stopped and row.next_at == datetime(2030, 2, 1, tzinfo=UTC)
    assert row.last_error_params["spent"] == "1.50"
    assert read(home, datetime(2030, 2, 1, tzinfo=UTC))[0].ingested is not None


def test_a_ceiling_that_is_no_amount_is_said(home: Engine, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch, cost_a_post=0.5)
    add(home, BRAND, source(script, most_usd="beaucoup"), {}, now=NOON)
    assert read(home) == []
    assert home.store.sources()[0].stopped and script.asked == []


def test_a_post_that_is_gone_goes_and_one_that_changed_is_read_anew(home: Engine, script: Script) -> None:
    script.answers = [Said(lines=[line(1), line(2), line(3)])]
    add(home, BRAND, source(script), {}, now=NOON)
    add(home, BRAND, source(script, "twin"), {}, now=NOON)
    read(home)
    script.answers = [Said()]
    script.posts = {"p1": line(1), "p2": line(2, "Maison Alba, ce texte est changé")}  # p3 is no longer there
    read(home, soon(hours=1))
    assert not any("post?id" in path for path, _ in script.asked)
    changed = read(home, soon(hours=2, minutes=1))
    assert sum(one.changed for one in changed) == 2
    assert posts(home) == {"p1", "p2"}
    assert [text for _, _, text in home.store.revisions("script", "p2")] == ["Maison Alba, rien à dire"]
    asked = len([path for path, _ in script.asked if "post?id" in path])
    read(home, soon(hours=4))
    assert len([path for path, _ in script.asked if "post?id" in path]) == asked  # daily, while its story is calm


def test_checks_that_fail_are_put_off_and_hurt_nothing(home: Engine, script: Script) -> None:
    script.answers = [Said(lines=[line(1), line(2)])]
    add(home, BRAND, source(script), {}, now=NOON)
    read(home)
    script.answers = [Said()]
    script.posts = {"p1": 503, "p2": line(2)}
    read(home, soon(hours=3))
    assert home.store.sources()[0].failures == 0 and posts(home) == {"p1", "p2"}
    assert home.store.collecting.due_checks("script", soon(hours=3, minutes=4), 10) == []
    assert len(home.store.collecting.due_checks("script", soon(hours=3, minutes=6), 10)) == 2


def test_what_a_platform_lets_nobody_keep_goes_at_night(home: Engine, script: Script) -> None:
    script.answers = [Said(lines=[line(1), line(2)])]
    add(home, BRAND, source(script), {}, now=NOON)
    read(home)
    assert let_go_by_terms(home, NOON + timedelta(days=1)) == 0 and posts(home) == {"p1", "p2"}
    assert let_go_by_terms(home, NIGHT) == 2 and posts(home) == set()
    assert let_go_by_terms(home, NIGHT + timedelta(seconds=5)) == 0
    script.answers = [Said(lines=[line(1), line(3)])]
    home.store.save_source(source(script, "other"), BRAND)
    read(home, NIGHT + timedelta(seconds=10))
    assert posts(home) == {"p3"}  # the tombstone keeps the first out


def test_a_post_that_another_source_saw_stays(home: Engine, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script.answers = [Said(lines=[line(1)])]
    add(home, BRAND, source(script), {}, now=NOON)
    read(home)
    home.store.save_source(Source(name="free", adapter="feed", options={}), BRAND, enabled=False)
    from tocsin.collect.adapter import Page, Upsert
    from tocsin.flows.ingest import Place, ingest_page

    kept = home.store.post("script", "p1")
    assert kept is not None
    ingest_page(home, Place("free", "live"), Page(items=[Upsert(post=kept)], next_cursor="1"), NOON)
    assert let_go_by_terms(home, NIGHT) == 1
    assert posts(home) == {"p1"}

"""Stories that become one, go on live after a back-fill, and learn what people say belongs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.postgres import postgres_url
from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import Brand, Watch
from tocsin.base.person import Person
from tocsin.base.post import Author, Post
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.correct import Hand, correct_mentions, undo_correction
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.stories import placed
from tocsin.flows.stories.change import merge_stories, mergeable, split_story, undo_move
from tocsin.flows.stories.earlier import earlier_story
from tocsin.screen.correct import Act, Change
from tocsin.store.affairs import rearrange
from tocsin.store.affairs.rows import ENGINE, AlertFilter, StoryFilter, StoryLine
from tocsin.story.group import Grouper
from tocsin.story.words import key_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = NOW - timedelta(hours=3)
ALBA = Brand(slug="maison-alba", name="Maison Alba")
PAST = "backfill:past"
BRUNO = Hand(brand=ALBA.slug, person=Person(id=2, email="bruno@example.org", name="Bruno"), at=NOW)
PARCELS = (
    "Mon colis Alba est perdu depuis lundi, personne ne répond au guichet",
    "Colis Alba perdu encore, le guichet ne répond à personne",
    "Toujours aucun colis Alba, guichet fermé, réponse zéro",
    "Le colis Alba perdu, troisième appel au guichet",
)
SAND = (
    "Du sable dans la farine des sablés Alba, mes dents en tremblent",
    "Encore du sable et un caillou dans la farine Alba ce matin",
    "Sable, caillou, farine : les sablés Alba crissent sous la dent",
    "La farine Alba pleine de sable, ma dent cassée sur un caillou",
)


class Joining(Grouper):
    """Sees two stories as one as soon as both have three posts, and one of them speaks of sand."""

    def converged(self) -> list[tuple[str, str]]:
        super().converged()
        large = sorted(
            (live.row for live in self._stories.values() if live.posts >= 3), key=lambda row: (row.first_at, row.id)
        )
        return [
            (one.id, other.id)
            for place, one in enumerate(large)
            for other in large[place + 1 :]
            if key_of("sable") in {*one.terms, *other.terms}
        ]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = postgres_url() if request.param == "postgres" else ""
    opened = _open(tmp_path, url)
    yield opened
    opened.store.close()


@pytest.fixture
def joining(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placed, "Grouper", Joining)


def _open(folder: Path, url: str = "") -> Engine:
    opened = open_engine(Settings(data_dir=folder, database_url=url), migrate=True)
    opened.store.save_brand(ALBA)
    opened.store.save_watch(Watch(brand=ALBA.slug, name="La marque", query="alba"))
    return opened


def _posts(texts: Sequence[str], start: datetime = START, name: str = "p") -> list[Post]:
    return [
        Post(
            platform="forum",
            native_id=f"{name}{number}",
            created_at=start + timedelta(minutes=number),
            seen_at=start + timedelta(minutes=number),
            text=text,
            author=Author(platform="forum", handle=f"voix{name}{number}"),
        )
        for number, text in enumerate(texts)
    ]


def _bring(engine: Engine, posts: Sequence[Post], timeline: str = LIVE) -> None:
    if timeline != LIVE:
        engine.store.ensure_timeline(timeline)
    cursor = engine.store.cursor("forum", timeline)
    page = Page(items=[Upsert(post=post) for post in posts], next_cursor=cursor + "1")
    ingest_page(engine, Place("forum", timeline, cursor), page, NOW)


def _close(engine: Engine, timeline: str = LIVE, upto: datetime = NOW) -> None:
    close_timeline(engine, timeline, minute_of(upto), NOW)


def _interleaved() -> list[Post]:
    texts = [text for pair in zip(PARCELS, SAND, strict=True) for text in pair]
    return _posts(
        [*texts, "Encore un caillou, du sable et de la farine chez Alba", "Le guichet Alba a perdu mon colis"]
    )


def _lines(engine: Engine) -> list[StoryLine]:
    return engine.store.affairs.stories(ALBA.slug, StoryFilter(largest_first=True))


def _held(engine: Engine) -> dict[str, str]:
    """The story of each post."""
    return {row.post.native_id: row.story for row in engine.store.latest_mentions(ALBA.slug, limit=1_000)}


def _state(engine: Engine) -> dict[str, object]:
    """All that must be the same however the minutes were closed."""
    moves = [
        (move.source, move.target, move.posts, move.by, move.at, move.whole)
        for line in _lines(engine)
        for move in engine.store.affairs.moves(ALBA.slug, line.id)
    ]
    lines = [(line.id, line.title, line.posts, line.negative, line.state, line.last_at) for line in _lines(engine)]
    alerts = [(one.id, one.story, one.at, one.level) for one in engine.store.alerts(brand=ALBA.slug)]
    return {"held": _held(engine), "lines": lines, "moves": moves, "alerts": alerts}


def test_two_stories_that_have_become_one_are_joined_with_every_post_once(engine: Engine, joining: None) -> None:
    _bring(engine, _interleaved())
    _close(engine)
    (line,) = _lines(engine)
    assert line.posts == 10 and set(_held(engine).values()) == {line.id} and len(_held(engine)) == 10
    (move,) = engine.store.affairs.moves(ALBA.slug, line.id)
    assert (move.target, move.by, move.whole, move.posts) == (line.id, ENGINE, True, 3)
    assert engine.store.affairs.successors(ALBA.slug, [move.source]) == {move.source: line.id}
    assert sum(engine.store.affairs.hours([line.number], 0, 10**9)[line.number].values()) == 10
    assert engine.store.doctor() == []


def test_minutes_closed_one_by_one_join_as_those_closed_at_once(tmp_path: Path, joining: None) -> None:
    once, ticked = _open(tmp_path / "once"), _open(tmp_path / "ticked")
    _bring(once, _interleaved())
    _close(once)
    for post in _interleaved():
        _bring(ticked, [post])
        _close(ticked, upto=post.seen_at)
    assert _state(ticked) == _state(once)
    for one in (once, ticked):
        assert one.store.doctor() == []
        one.store.close()


def test_a_close_that_dies_half_way_leaves_nothing_and_the_next_does_all(
    tmp_path: Path, joining: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = _open(tmp_path / "whole"), _open(tmp_path / "broken")
    for one in (whole, broken):
        _bring(one, _interleaved())
    _close(whole)
    before = broken.store.digest()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rearrange, "keep_move", die)
        with pytest.raises(KeyboardInterrupt):
            _close(broken)
    assert set(_held(broken).values()) == {""}
    _close(broken)
    assert broken.store.digest() != before
    assert _state(broken) == _state(whole)
    for one in (whole, broken):
        one.store.close()


def _alert(number: str, story: str, at: datetime) -> Alert:
    return Alert(
        id=number,
        brand=ALBA.slug,
        timeline=LIVE,
        cause=AlertCause.SURGE,
        level="alarm",
        at=at,
        subject=f"s{number}",
        title="du sable",
        story=story,
    )


def test_alerts_go_along_with_a_join_and_come_back_with_its_undo(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _bring(engine, _interleaved()[:8])
    _close(engine)
    parcels, sand = sorted(_lines(engine), key=lambda line: line.first_at)
    engine.store.save_alert(_alert("a1", sand.id, START + timedelta(minutes=8)))
    monkeypatch.setattr(placed, "Grouper", Joining)
    _bring(engine, _interleaved()[8:])
    _close(engine)
    affairs = engine.store.affairs
    assert [one.id for one in affairs.alerts(ALBA.slug, AlertFilter(stories=(parcels.id,)))] == ["a1"]
    (move,) = affairs.moves(ALBA.slug, parcels.id)
    undo_move(engine, move.id, BRUNO)
    assert [one.id for one in affairs.alerts(ALBA.slug, AlertFilter(stories=(sand.id,)))] == ["a1"]
    assert {line.id: line.posts for line in _lines(engine)} == {parcels.id: 5, sand.id: 5}
    assert affairs.successors(ALBA.slug, [sand.id]) == {}
    assert engine.store.doctor() == []


def test_a_large_affair_is_never_put_into_a_small_old_story(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(engine, [*_posts(PARCELS[:3], START - timedelta(days=3), "old"), *_posts([*SAND, SAND[0]])])
    _close(engine)
    monkeypatch.setattr(placed, "Grouper", Joining)
    _bring(engine, _posts(SAND[1:2], START + timedelta(hours=1), "more"))
    _close(engine)
    assert sorted(line.posts for line in _lines(engine)) == [3, 6]
    _bring(engine, _posts([*PARCELS, *PARCELS[:2]], NOW - timedelta(hours=1), "late"))
    _close(engine)  # the old one has grown as large
    assert [line.posts for line in _lines(engine)] == [15]
    assert engine.store.doctor() == []


def test_what_a_person_put_apart_is_never_joined_again(engine: Engine, joining: None) -> None:
    _bring(engine, _interleaved())
    _close(engine)
    (line,) = _lines(engine)
    (move,) = engine.store.affairs.moves(ALBA.slug, line.id)
    undo_move(engine, move.id, BRUNO)
    assert len(_lines(engine)) == 2
    _bring(engine, _posts([*SAND, *PARCELS], NOW - timedelta(hours=1), "q"))
    _close(engine)
    assert len(_lines(engine)) == 2
    assert sum(line.posts for line in _lines(engine)) == 18
    assert engine.store.doctor() == []


def test_a_live_post_goes_on_with_an_affair_of_the_back_fill(engine: Engine) -> None:
    _bring(engine, _posts(PARCELS, START - timedelta(hours=5)), PAST)
    _close(engine, PAST)
    (begun,) = _lines(engine)
    assert begun.timeline == PAST
    _bring(engine, _posts(["Le guichet Alba ne répond à personne, colis perdu"], START, "live"))
    _close(engine)
    (line,) = _lines(engine)
    assert (line.id, line.timeline, line.posts) == (begun.id, LIVE, 5)
    assert len(set(_held(engine).values())) == 1
    assert engine.store.outbox_list() == []
    assert engine.store.doctor() == []


def test_a_back_fill_that_only_fell_silent_stays_where_it_is(engine: Engine) -> None:
    _bring(engine, _posts(PARCELS, START - timedelta(days=3)), PAST)
    _close(engine, PAST)
    _bring(engine, _posts(["Alba fête ses vingt ans avec un gâteau géant"], START, "live"))
    _close(engine)
    assert {line.timeline for line in _lines(engine)} == {PAST}


def test_a_back_fill_closed_meanwhile_makes_live_begin_anew_and_loses_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = _posts(PARCELS[:3], START - timedelta(hours=5)), _posts(PARCELS[3:], START - timedelta(hours=4), "l")
    _bring(engine, early, PAST)
    _close(engine, PAST)
    _bring(engine, late, PAST)
    _bring(engine, _posts(["Le guichet Alba ne répond à personne, colis perdu"], START, "live"))
    commit, seen = engine.store.commit_close, []

    def meanwhile(closed: object) -> bool:
        if not seen:
            seen.append(closed)
            other = Engine(engine.settings, type(engine.store)(engine.store.alias, engine.settings))
            close_timeline(other, PAST, minute_of(NOW), NOW)
        return commit(closed)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.store, "commit_close", meanwhile)
    _close(engine)
    (line,) = _lines(engine)
    assert (line.timeline, line.posts) == (LIVE, 5)
    assert engine.store.doctor() == []


def test_people_merge_a_story_of_the_back_fill_with_a_live_one_and_take_it_back(engine: Engine) -> None:
    _bring(engine, _posts(PARCELS, START - timedelta(days=20)), PAST)
    _close(engine, PAST)
    _bring(engine, _posts(SAND, START, "live"))
    _close(engine)
    lines = {line.timeline: line for line in _lines(engine)}
    assert [one.id for one in mergeable(engine, lines[LIVE], "", START - timedelta(days=30))] == [lines[PAST].id]
    moved = merge_stories(engine, lines[LIVE].id, lines[PAST].id, BRUNO)
    (line,) = _lines(engine)
    assert (line.id, line.timeline, line.posts) == (lines[PAST].id, LIVE, 8)
    undo_move(engine, moved.id, BRUNO)
    assert {line.id: line.posts for line in _lines(engine)} == {lines[PAST].id: 4, lines[LIVE].id: 4}
    assert engine.store.doctor() == []


def test_a_chain_of_merges_is_undone_from_its_beginning(engine: Engine) -> None:
    third = ("Gâteau géant chez Alba", "Le gâteau géant des vingt ans d'Alba", "Vingt ans : gâteau géant chez Alba")
    _bring(engine, [*_interleaved()[:8], *_posts(third, START + timedelta(minutes=30), "g")])
    _close(engine)
    ids = [line.id for line in sorted(_lines(engine), key=lambda line: line.first_at)]
    assert len(ids) == 3
    first = merge_stories(engine, ids[2], ids[1], BRUNO)
    merge_stories(engine, ids[1], ids[0], BRUNO)
    assert engine.store.affairs.successors(ALBA.slug, ids) == {ids[1]: ids[0], ids[2]: ids[0]}
    undo_move(engine, first.id, BRUNO)
    assert {line.id: line.posts for line in _lines(engine)} == {ids[0]: 8, ids[2]: 3}
    assert engine.store.doctor() == []


def test_a_title_that_a_person_gave_goes_along(engine: Engine) -> None:
    from tocsin.flows.stories.change import rename_story

    _bring(engine, _interleaved()[:8])
    _close(engine)
    parcels, sand = sorted(_lines(engine), key=lambda line: line.first_at)
    rename_story(engine, sand.id, "Le sable", BRUNO)
    moved = merge_stories(engine, sand.id, parcels.id, BRUNO)
    assert engine.store.affairs.story(ALBA.slug, parcels.id).title == "Le sable"
    undo_move(engine, moved.id, BRUNO)
    assert engine.store.affairs.story(ALBA.slug, parcels.id).title == parcels.title
    assert engine.store.affairs.story(ALBA.slug, sand.id).title == "Le sable"


def test_copies_of_what_a_person_put_elsewhere_follow(engine: Engine) -> None:
    text = "Le guichet Alba a perdu mon colis et le facteur chante faux sous ma fenêtre"
    _bring(engine, _posts([*PARCELS, text]))
    _close(engine)
    (line,) = _lines(engine)
    row = next(row.row for row in engine.store.latest_mentions(ALBA.slug) if row.post.text == text)
    moved = split_story(engine, line.id, [row], "", BRUNO)
    later = _posts([f"{text} !", PARCELS[0]], START + timedelta(days=9), "later")
    _bring(engine, later)
    close_timeline(engine, LIVE, minute_of(later[1].seen_at), NOW)
    assert _held(engine)["later0"] == moved.target != line.id
    assert _held(engine)["later1"] != moved.target
    assert engine.store.affairs.story(ALBA.slug, moved.target).posts == 2
    assert engine.store.doctor() == []


def test_another_story_takes_its_copies_along_and_what_comes_follows_until_it_is_taken_back(engine: Engine) -> None:
    text = "Le guichet Alba a perdu mon colis et le facteur chante faux sous ma fenêtre"
    _bring(engine, _posts([*PARCELS, text, text]))
    _close(engine)
    (line,) = _lines(engine)
    rows = [row.row for row in engine.store.latest_mentions(ALBA.slug) if row.post.text == text]
    done = correct_mentions(engine, BRUNO, rows[:1], Change(act=Act.OTHER_STORY))
    assert done.mentions == 2
    elsewhere = engine.store.mention(rows[0]).story
    assert elsewhere not in ("", line.id) and engine.store.mention(rows[1]).story == elsewhere
    _bring(engine, _posts([text], START + timedelta(hours=1), "again"))
    _close(engine)
    assert _held(engine)["again0"] == elsewhere
    (given,) = engine.store.stream.corrections_of(rows[0])
    undo_correction(engine, BRUNO, given.id)
    assert {engine.store.mention(row).story for row in rows} == {line.id}
    _bring(engine, _posts([text], START + timedelta(hours=2), "after"))
    _close(engine)
    assert _held(engine)["after0"] == line.id
    assert engine.store.doctor() == []


def test_an_affair_like_an_earlier_one_tells_of_it(engine: Engine) -> None:
    def tell(name: str, at: datetime) -> None:
        timeline = f"backfill:{name}"
        _bring(engine, _posts([*PARCELS, *SAND], at, name), timeline)
        _close(engine, timeline)

    tell("spring", START - timedelta(days=60))
    tell("autumn", START - timedelta(days=2))
    tell("long-ago", START - timedelta(days=600))
    lines = sorted(_lines(engine), key=lambda line: line.first_at)
    assert len(lines) == 6
    for now in lines[4:]:
        found = earlier_story(engine, now)
        assert found is not None and found.line.title == now.title and found.line in lines[2:4]
        assert found.lasted_s == 180
    assert earlier_story(engine, lines[0]) is None

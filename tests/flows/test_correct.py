"""Correcting and working through mentions: at once, for copies, for what comes, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import ConflictError, InputError, NotFoundError, QueryError
from tocsin.base.kind import Kind
from tocsin.base.person import Person, Role
from tocsin.base.post import Author, Post
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Page, Upsert
from tocsin.flows.correct import Hand, correct_mentions, take_back
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.handle import assign, keep_view, set_done, undo
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.mention import Piece, excerpt, marked, read_mention
from tocsin.flows.stream import Reader, Wish, ask_of, read_stream, read_wish
from tocsin.screen.correct import Act, Change
from tocsin.store.queries.stream import State

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BUZZ = "Honte à Maison Alba : une arnaque, ma commande n’arrive jamais, boycottez cette marque, partagez !"
NOT_BUZZ = Change(act=Act.NOT_KIND, kind=Kind.BAD_BUZZ)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(Settings(data_dir=tmp_path), migrate=True)
    for slug in ("alba", "autre"):
        opened.store.save_brand(Brand(slug=slug, name=slug))
        opened.store.save_watch(Watch(brand=slug, name="main", query='"maison alba"'))
    for name in ("Alice", "Bruno"):
        opened.store.people.add(Person(id=0, email=f"{name.lower()}@example.org", name=name), NOON)
        person = opened.store.people.by_email(f"{name.lower()}@example.org")
        assert person
        opened.store.people.set_roles(person.id, {"alba": Role.MANAGER})
    yield opened
    opened.store.close()


def hand(engine: Engine, name: str = "alice", brand: str = "alba") -> Hand:
    person = engine.store.people.by_email(f"{name}@example.org")
    assert person
    return Hand(brand=brand, person=person, at=NOON)


def reader(engine: Engine) -> Reader:
    return Reader(brand="alba", person=hand(engine).person, role=Role.MANAGER, now=NOON, zone=ZoneInfo("Europe/Paris"))


def bring(engine: Engine, *texts: str) -> list[int]:
    """Store posts with these words and return their rows for Maison Alba."""
    before = engine.store.last_mention()
    for number, text in enumerate(texts):
        at = NOON - timedelta(minutes=30 - before - number)
        name = f"p{before + number}"
        author = Author(platform="mastodon", handle=name)
        post = Post(platform="mastodon", native_id=name, created_at=at, seen_at=at, text=text, author=author)
        ingest_page(engine, Place("feed", "live"), Page(items=[Upsert(post=post)], next_cursor=""), NOON)
    rows = [row.row for row in engine.store.latest_mentions("alba", limit=200) if row.row > before]
    return sorted(rows)


def kinds(engine: Engine, row: int) -> set[Kind]:
    return {score.kind for score in engine.store.mention(row).verdict.kinds}


def test_a_correction_holds_for_copies_for_what_comes_and_for_one_brand(engine: Engine) -> None:
    first, copy = bring(engine, BUZZ, BUZZ)
    done = correct_mentions(engine, hand(engine), [first], NOT_BUZZ)
    assert done.mentions == 2
    (late,) = bring(engine, BUZZ)
    assert all(Kind.BAD_BUZZ not in kinds(engine, row) for row in (first, copy, late))
    others = engine.store.latest_mentions("autre", limit=10)
    assert all(Kind.BAD_BUZZ in {score.kind for score in row.verdict.kinds} for row in others)
    assert engine.store.doctor() == []


def test_taking_a_correction_back_frees_copies_old_and_new(engine: Engine) -> None:
    first, copy = bring(engine, BUZZ, BUZZ)
    before = engine.store.mention(first)
    correct_mentions(engine, hand(engine), [first], NOT_BUZZ)
    (late,) = bring(engine, BUZZ)
    (given,) = engine.store.stream.corrections_of(copy)
    assert take_back(engine, hand(engine, "bruno"), given.id, copy) == 3
    assert engine.store.mention(first) == before
    assert Kind.BAD_BUZZ in kinds(engine, late)
    assert engine.store.doctor() == []
    with pytest.raises(NotFoundError):
        take_back(engine, hand(engine), given.id, copy)


def test_two_corrections_are_taken_back_in_any_order(engine: Engine) -> None:
    (row,) = bring(engine, BUZZ)
    before = engine.store.mention(row)
    one = correct_mentions(engine, hand(engine), [row], NOT_BUZZ)
    two = correct_mentions(engine, hand(engine), [row], Change(act=Act.LESS))
    undo(engine, hand(engine), one.undo)
    assert engine.store.mention(row).verdict.severity.score < before.verdict.severity.score
    undo(engine, hand(engine), two.undo)
    assert engine.store.mention(row) == before


def test_a_person_acts_on_their_own_brand_alone(engine: Engine) -> None:
    (row,) = bring(engine, BUZZ)
    with pytest.raises(NotFoundError):
        correct_mentions(engine, hand(engine, brand="autre"), [row], NOT_BUZZ)
    assert set_done(engine, hand(engine, brand="autre"), [row], done=True).mentions == 0
    with pytest.raises(NotFoundError):
        assign(engine, hand(engine), [row], 99)


def test_a_post_that_changed_since_keeps_its_new_reading(engine: Engine) -> None:
    (row,) = bring(engine, BUZZ)
    done = correct_mentions(engine, hand(engine), [row], NOT_BUZZ)
    mention = engine.store.mention(row)
    post = mention.post
    changed = Post(
        platform=post.platform,
        native_id=post.native_id,
        created_at=post.created_at,
        seen_at=post.seen_at,
        text="Maison Alba a tout réglé, merci, un service formidable et une équipe adorable.",
    )
    ingest_page(engine, Place("feed", "live"), Page(items=[Upsert(post=changed)], next_cursor=""), NOON)
    fresh = engine.store.mention(row).verdict
    undo(engine, hand(engine), done.undo)
    assert engine.store.mention(row).verdict == fresh
    assert engine.store.doctor() == []


def test_work_is_undone_by_whoever_did_it(engine: Engine) -> None:
    rows = bring(engine, BUZZ, "Maison Alba, une question : êtes-vous ouverts ?")
    done = set_done(engine, hand(engine), rows, done=True)
    assert read_stream(engine, reader(engine), Wish()).lines == ()
    with pytest.raises(ConflictError):
        undo(engine, hand(engine, "bruno"), done.undo)
    assert undo(engine, hand(engine), done.undo) == 2
    assert len(read_stream(engine, reader(engine), Wish()).lines) == 2
    assert {entry.action for entry in engine.store.audit()} == {"mention.done", "mention.undo"}
    with pytest.raises(InputError):
        set_done(engine, hand(engine), [], done=True)


def test_a_wave_of_copies_leaves_room_for_the_rest(engine: Engine) -> None:
    other = "Maison Alba, une honte, le vendeur de Lyon est un escroc et un menteur."
    bring(engine, other, *[BUZZ] * 60)
    lines = read_stream(engine, reader(engine), Wish()).lines
    assert [len(line.copies) for line in lines] == [59, 0]


def test_a_wish_survives_its_address() -> None:
    wish = Wish(q="a b", state=State.ALL, tone=("negative", "neutral"), severity=30, who="me", unsure=True)
    pairs: dict[str, list[str]] = {}
    for part in wish.address().split("&"):
        name, _, value = part.partition("=")
        pairs.setdefault(name, []).append(value.replace("+", " "))
    assert read_wish(pairs) == wish
    assert wish.without("tone", "neutral").tone == ("negative",)


def test_days_are_those_of_the_reader(engine: Engine) -> None:
    wish = read_wish({"period": ["between"], "begin": ["2026-03-01"], "end": ["2026-03-01"], "state": ["all"]})
    ask = ask_of(wish, reader(engine))
    assert ask.until is not None
    assert ask.since is not None
    assert ask.until - ask.since == 1440
    assert ask.since % 1440 == 23 * 60
    with pytest.raises(InputError):
        ask_of(read_wish({"period": ["between"], "begin": ["hier"]}), reader(engine))
    with pytest.raises(QueryError) as caught:
        ask_of(read_wish({"q": ["alba AND (x"]}), reader(engine))
    assert 0 <= caught.value.position <= len("alba AND (x")


def test_a_view_keeps_the_whole_list_under_a_name(engine: Engine) -> None:
    view = keep_view(engine, hand(engine), "  À moi  ", {"q": ["retard"], "who": ["me"], "junk": ["1"]}, shared=False)
    assert (view.name, view.query) == ("À moi", "q=retard&who=me")
    with pytest.raises(InputError):
        keep_view(engine, hand(engine), " ", {}, shared=False)


def test_marked_pieces_add_up_to_the_text_and_dangers_win() -> None:
    text = "Œuf 🥚 d’Alba : un étouffement, un ÉTOUFFEMENT."
    from tocsin.base.mention import Reason

    pieces = marked(text, [(8, 12)], [Reason(code="danger.injury", words=("etouffement",))])
    assert "".join(piece.text for piece in pieces) == text
    assert [piece for piece in pieces if piece.mark] == [
        Piece("Alba", "seen"),
        Piece("étouffement", "alarm"),
        Piece("ÉTOUFFEMENT", "alarm"),
    ]


def test_a_long_post_is_shown_around_the_words_that_count(engine: Engine) -> None:
    (row,) = bring(engine, "Bla bla. " * 60 + "Maison Alba a menti." + " Encore." * 60)
    shown = "".join(piece.text for piece in excerpt(engine.store.mention(row)))
    assert "Maison Alba" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 300


def test_a_mention_tells_its_copies_and_what_still_waits(engine: Engine) -> None:
    first, second, third = bring(engine, BUZZ, BUZZ, BUZZ)
    set_done(engine, hand(engine), [third], done=True)
    pane = read_mention(engine, reader(engine), first)
    assert (pane.copies_total, pane.todo_copies) == (2, 1)
    assert {row.row for row in pane.copies} == {second, third}
    assert sum(one.points for one in pane.weights) >= pane.mention.verdict.severity.score

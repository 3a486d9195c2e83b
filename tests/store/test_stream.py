"""The stream: pages that hold what was asked, work that can be taken back, corrections that count right."""

from __future__ import annotations

import msgspec
import pytest

from tests.store.make import SECOND, START_MINUTE, at, mention, post, put, story
from tocsin.base.errors import ConflictError
from tocsin.base.kind import Kind, Tone
from tocsin.base.mention import CopyKeys, Mention, PersonalData, PersonalKind, Span, TextField
from tocsin.base.post import Author
from tocsin.base.seam import Deletion
from tocsin.screen.correct import Act, Change
from tocsin.screen.query import parse_query
from tocsin.store.close import ClosedRange
from tocsin.store.queries import stream as pages
from tocsin.store.queries.stream import Ask, Order, State
from tocsin.store.queries.work import View
from tocsin.store.store import Store

BRUNO, CHLOE = 2, 3
NOT_RUMOUR = Change(act=Act.NOT_KIND, kind=Kind.RUMOUR)


def grave(number: int, severity: int, text: str = "", **fields: object) -> Mention:
    """Return a mention of its own words, so that none is a copy of another."""
    made = mention(post(number, text or f"Maison Alba numéro {number}"), severity=severity, **fields)  # type: ignore[arg-type]
    keys = CopyKeys(exact=number, bands=tuple(range(number * 100, number * 100 + 32)), terms=(f"numero{number}",))
    return msgspec.structs.replace(made, verdict=msgspec.structs.replace(made.verdict, keys=keys))


def rows(store: Store, limit: int = 40, **asked: object) -> list[int]:
    """Return the numbers of the posts of a list, in order."""
    found = store.stream.page(Ask(brand="alba", **asked), limit=limit)  # type: ignore[arg-type]
    return [int(row.post.native_id.rpartition("/")[2]) for row in store.stream.mentions(found.rows)]


def row_of(store: Store, number: int) -> int:
    return next(
        row.row for row in store.latest_mentions("alba", limit=500) if row.post.native_id.endswith(f"/{number}")
    )


def test_pages_follow_one_another_without_gap_or_repeat(store: Store) -> None:
    put(store, [grave(number, 10) for number in range(25)])
    seen: list[int] = []
    after = None
    while True:
        found = store.stream.page(Ask(brand="alba"), after, limit=10)
        seen.extend(found.rows)
        after = found.after
        if after is None:
            break
    assert seen == [row.row for row in store.latest_mentions("alba", limit=50)]
    assert len(seen) == len(set(seen)) == 25


def test_what_asks_for_somebody_is_severe_or_a_question(store: Store) -> None:
    put(store, [grave(1, 24), grave(2, 25), grave(3, 4, kinds=(Kind.QUESTION,)), grave(4, 80)])
    assert rows(store, state=State.TODO) == [4, 3, 2]


def test_the_most_severe_come_first_page_after_page(store: Store) -> None:
    put(store, [grave(number, 30 + number % 3) for number in range(9)])
    asked = Ask(brand="alba", state=State.TODO, order=Order.GRAVEST)
    first = store.stream.page(asked, limit=4)
    second = store.stream.page(asked, first.after, limit=10)
    severities = [row.verdict.severity.score for row in store.stream.mentions(first.rows + second.rows)]
    assert severities == sorted(severities, reverse=True)
    assert len(severities) == 9


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"tones": ("positive",)}, [2]),
        ({"kinds": ("praise",)}, [2]),
        ({"languages": ("en",)}, [3]),
        ({"platforms": ("feed",)}, [4]),
        ({"severity": 50}, [5]),
        ({"personal": True}, [6]),
        ({"watch": "second"}, [1]),
        ({"sources": ("feed",), "severity": 50}, [5]),
        ({"since": START_MINUTE + 5}, [6, 5]),
        ({"until": START_MINUTE + 3}, [2, 1]),
        ({"query": parse_query("numéro")}, [6, 5, 4, 3, 2, 1]),
        ({"query": parse_query("numéro"), "severity": 50}, [5]),
        ({"query": parse_query("rien")}, []),
    ],
)
def test_each_filter_keeps_what_it_says(store: Store, asked: dict[str, object], expected: list[int]) -> None:
    store.save_watch(SECOND)
    one = grave(1, 10)
    private = grave(6, 10)
    span = Span(field=TextField.TEXT, start=0, end=3)
    verdict = msgspec.structs.replace(private.verdict, personal=(PersonalData(kind=PersonalKind.PHONE, span=span),))
    elsewhere = grave(4, 10)
    away = msgspec.structs.replace(elsewhere.post, platform="feed", author=None)
    put(
        store,
        [
            one,
            msgspec.structs.replace(one, watch="second"),
            grave(2, 10, tone="positive", kinds=(Kind.PRAISE,)),
            grave(3, 10, language="en"),
            msgspec.structs.replace(elsewhere, post=away),
            grave(5, 60),
            msgspec.structs.replace(private, verdict=verdict),
        ],
    )
    assert rows(store, **asked) == expected


def test_a_list_that_finds_little_says_that_there_may_be_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "STRETCH", 5)
    monkeypatch.setattr(pages, "EXAMINED", 10)
    put(store, [grave(number, 10, language="en" if number < 3 else "fr") for number in range(23)])
    asked = Ask(brand="alba", languages=("en",))
    found = store.stream.page(asked)
    assert (found.rows, found.is_cut) == ([], True)
    further = store.stream.page(asked, found.after)
    assert further.is_cut
    last = store.stream.page(asked, further.after)
    assert len(last.rows) == 3
    assert last.after is None


def test_done_and_assigned_mentions_move_to_their_lists(store: Store) -> None:
    put(store, [grave(number, 40) for number in range(1, 5)])
    first, second = row_of(store, 1), row_of(store, 2)
    store.stream.set_work("alba", [first], by=BRUNO, at=at(60), done=True)
    store.stream.set_work("alba", [second], by=BRUNO, at=at(60), assignee=CHLOE)
    assert rows(store, state=State.TODO) == [4, 3, 2]
    assert rows(store, state=State.DONE) == [1]
    assert rows(store, assignee=CHLOE) == [2]
    assert rows(store, state=State.TODO, assignee=0) == [4, 3]
    waiting = store.stream.waiting("alba", 0)
    assert (waiting.todo, waiting.unassigned, waiting.severe) == (3, 2, 0)


def test_a_bulk_deed_is_taken_back_exactly_and_once(store: Store) -> None:
    put(store, [grave(number, 40) for number in range(1, 4)])
    one, two, three = (row_of(store, number) for number in (1, 2, 3))
    store.stream.set_work("alba", [one], by=BRUNO, at=at(60), assignee=CHLOE)
    before = store.stream.works([one, two, three])
    deed = store.stream.set_work("alba", [one, two, three, 999_999], by=BRUNO, at=at(61), done=True)
    number = store.stream.keep_undo(deed, "alba", person=BRUNO, at=at(61))
    with pytest.raises(ConflictError):
        store.stream.take_undo(number, "alba", person=CHLOE, at=at(62))
    store.stream.put_back(store.stream.take_undo(number, "alba", person=BRUNO, at=at(62)))
    assert store.stream.works([one, two, three]) == before
    with pytest.raises(ConflictError):
        store.stream.take_undo(number, "alba", person=BRUNO, at=at(63))


def test_a_day_later_a_deed_stands(store: Store) -> None:
    put(store, [grave(1, 40)])
    deed = store.stream.set_work("alba", [row_of(store, 1)], by=BRUNO, at=at(0), done=True)
    number = store.stream.keep_undo(deed, "alba", person=BRUNO, at=at(0))
    with pytest.raises(ConflictError):
        store.stream.take_undo(number, "alba", person=BRUNO, at=at(24 * 60 + 1))


def test_a_correction_is_counted_searched_and_taken_back(store: Store) -> None:
    store.save_watch(SECOND)
    one = grave(1, 40, kinds=(Kind.RUMOUR,))
    put(store, [one, msgspec.structs.replace(one, watch="second"), grave(2, 40)])
    row = store.mention(row_of(store, 1))
    given = store.stream.correct(row, NOT_RUMOUR, by=BRUNO, at=at(70))
    toned = store.stream.correct(store.mention(row.row), Change(act=Act.TONE, tone=Tone.POSITIVE), by=BRUNO, at=at(71))
    after = store.mention(row.row).verdict
    assert [score.kind for score in after.kinds] == [Kind.NEUTRAL]
    assert after.sentiment.label is Tone.POSITIVE
    assert rows(store, query=parse_query("kind:rumour numéro")) == []
    assert rows(store, tones=("positive",)) == [1]
    assert store.doctor() == []
    assert [one.id for one in store.stream.corrections_of(row.row)] == [given.id, toned.id]
    store.stream.undo_correction(given.id, at(72))
    between = store.mention(row.row).verdict
    assert [score.kind for score in between.kinds] == [Kind.RUMOUR]
    assert between.sentiment.label is Tone.POSITIVE
    store.stream.undo_correction(toned.id, at(73))
    assert store.mention(row.row) == row
    assert store.doctor() == []
    assert store.stream.undo_correction(toned.id, at(74)) == []


def test_a_mention_of_another_story_leaves_its_own_and_comes_back(store: Store) -> None:
    put(store, [grave(1, 40), grave(2, 40)])
    numbers = [row_of(store, 1), row_of(store, 2)]
    closed = ClosedRange(
        timeline="live",
        brand="alba",
        from_minute=START_MINUTE,
        to_minute=START_MINUTE + 10,
        stories=[story(posts=2, negative=2)],
        assignments=[(number, "story1") for number in numbers],
        fold_version="1",
        fold_state=b"",
    )
    assert store.commit_close(closed)
    row = store.mention(numbers[0])
    given = store.stream.correct(row, Change(act=Act.OTHER_STORY), by=BRUNO, at=at(70))
    assert store.mention(row.row).story not in ("", "story1")
    assert (store.story("story1").posts, store.story("story1").negative) == (1, 1)
    assert store.doctor() == []
    assert store.stream.corrections() == []
    store.stream.undo_correction(given.id, at(71))
    assert store.mention(row.row) == row
    assert (store.story("story1").posts, store.story("story1").negative) == (2, 2)
    assert store.doctor() == []


def test_copies_are_found_by_their_words_and_strangers_are_not(store: Store) -> None:
    text = "Maison Alba : la livraison de la couverture a du retard"
    copies = [mention(post(number, text)) for number in range(1, 4)]
    put(store, [*copies, grave(9, 40)])
    row = store.mention(row_of(store, 2))
    assert store.stream.similar(row) == [row_of(store, 3), row_of(store, 1)]


def test_work_goes_with_a_deleted_post(store: Store) -> None:
    put(store, [grave(1, 40, kinds=(Kind.RUMOUR,))])
    row = store.mention(row_of(store, 1))
    store.stream.set_work("alba", [row.row], by=BRUNO, at=at(60), done=True)
    store.stream.correct(row, NOT_RUMOUR, by=BRUNO, at=at(70))
    store.stream.note_presence(row.row, BRUNO, at(70))
    put(store, [], deletions=[Deletion(platform=row.post.platform, native_id=row.post.native_id, reason="gone")])
    assert store.stream.works([row.row]) == {}
    assert store.stream.corrections() == []
    assert store.stream.corrections_of(row.row) == []
    assert store.stream.present([row.row], at(70)) == {}


def test_presence_fades_after_two_minutes(store: Store) -> None:
    store.stream.note_presence(7, BRUNO, at(0))
    store.stream.note_presence(7, CHLOE, at(1))
    assert store.stream.present([7, 8], at(1.5)) == {7: [BRUNO, CHLOE]}
    assert store.stream.present([7], at(2.5)) == {7: [CHLOE]}


def test_views_are_ones_own_until_shared(store: Store) -> None:
    number = store.stream.save_view("alba", View(id=0, owner=BRUNO, name="Livraisons", query="q=livraison"), at(0))
    assert store.stream.views("alba", CHLOE) == []
    view = View(id=number, owner=BRUNO, name="Retards", query="q=retard", shared=True)
    store.stream.save_view("alba", view, at(1))
    assert store.stream.views("alba", CHLOE) == [view]
    store.stream.delete_view("alba", number)
    assert store.stream.views("alba", BRUNO) == []


def test_new_arrivals_of_a_list_are_counted(store: Store) -> None:
    put(store, [grave(1, 40)])
    newest = store.stream.newest("alba")
    put(store, [grave(2, 40), grave(3, 5), grave(4, 40)])
    assert store.stream.newer(Ask(brand="alba"), newest) == 3
    assert store.stream.newer(Ask(brand="alba", state=State.TODO), newest) == 2
    assert store.stream.newer(Ask(brand="alba", query=parse_query("numéro 4")), newest) == 1


def test_the_author_and_the_conversation_are_known(store: Store) -> None:
    author = Author(platform="mastodon", handle="karim")
    first = grave(1, 40)
    answer = grave(2, 10)
    answer = msgspec.structs.replace(
        answer, post=msgspec.structs.replace(answer.post, parent_id=first.post.native_id, author=author)
    )
    other = grave(3, 10, tone="positive")
    other = msgspec.structs.replace(other, post=msgspec.structs.replace(other.post, author=author))
    put(store, [first, answer, other])
    said = store.mention(row_of(store, 2))
    card = store.stream.author_card(said)
    assert card is not None
    assert (card.mentions, card.tones) == (2, {"negative": 1, "positive": 1})
    assert [row.row for row in store.stream.conversation(said)] == [row_of(store, 1)]
    assert [row.row for row in store.stream.conversation(store.mention(row_of(store, 1)))] == [row_of(store, 2)]

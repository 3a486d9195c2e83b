"""Levels, stories and alerts in short rows; stories put together and apart by people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.make import START_MINUTE, at, mention, post, put
from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.post import Author
from tocsin.base.story import StoryState
from tocsin.store.affairs.rearrange import Who
from tocsin.store.affairs.rows import AlertFilter, StoryFilter
from tocsin.store.close import ClosedRange
from tocsin.store.rows import LabelRow
from tocsin.store.store import Store
from tocsin.story.remake import remake

BRUNO = Who("person:2", at(200))


def fill(store: Store, texts: dict[int, tuple[str, str]]) -> dict[str, list[int]]:
    """Store posts by number as (story, text), close them, and return the rows of each story."""
    put(store, [mention(post(number, text)) for number, (_, text) in texts.items()])
    minutes = store.pending_minutes("live", "alba", START_MINUTE + 10_000, 1_000)
    digests = [digest for minute in minutes for digest in minute.mentions]
    named = {f"https://example.org/p/{number}": story for number, (story, _) in texts.items()}
    rows: dict[str, list[int]] = {}
    for digest in digests:
        rows.setdefault(named[digest.native_id], []).append(digest.row)
    by_row = {digest.row: digest for digest in digests}
    stories = [remake("alba", "live", [by_row[row] for row in held], name=name) for name, held in rows.items()]
    closed = ClosedRange(
        timeline="live",
        brand="alba",
        from_minute=minutes[0].minute,
        to_minute=minutes[-1].minute,
        assignments=[(row, name) for name, held in rows.items() for row in held],
        stories=stories,
        fold_version="v",
        fold_state=b"state",
    )
    assert store.commit_close(closed)
    return rows


TWO = {
    1: ("colis", "Maison Alba : mon colis est perdu"),
    2: ("colis", "Maison Alba : mon colis est perdu"),
    3: ("colis", "Maison Alba a perdu le colis de ma voisine"),
    4: ("pain", "Le pain de Maison Alba est bon"),
    5: ("pain", "Maison Alba, quel bon pain"),
}


def test_stories_are_listed_by_what_moved_last_or_by_size(store: Store) -> None:
    fill(store, TWO)
    assert [line.id for line in store.affairs.stories("alba", StoryFilter())] == ["pain", "colis"]
    assert [line.id for line in store.affairs.stories("alba", StoryFilter(largest_first=True))] == ["colis", "pain"]
    assert [line.id for line in store.affairs.stories("alba", StoryFilter(words=("PAIN",)))] == ["pain"]
    assert store.affairs.stories("alba", StoryFilter(words=("100%",))) == []
    assert store.affairs.stories("alba", StoryFilter(states=(StoryState.CALM,))) == []
    assert [line.id for line in store.affairs.stories("alba", StoryFilter(before=at(5)))] == ["colis"]


def test_a_story_of_another_brand_is_not_found(store: Store) -> None:
    fill(store, TWO)
    with pytest.raises(NotFoundError):
        store.affairs.story("alba", "nothing")


def test_a_title_that_a_person_gave_stands_until_it_is_taken_back(store: Store) -> None:
    fill(store, TWO)
    label = LabelRow(subject_kind="story", subject="colis", label="title", by="person:2", at=at(9), note="Colis perdus")
    store.add_label(label)
    line = store.affairs.story("alba", "colis")
    assert line.title == "Colis perdus" and line.own_title != line.title
    store.add_label(LabelRow(subject_kind="story", subject="colis", label="title", by="person:2", at=at(10)))
    assert store.affairs.story("alba", "colis").title == line.own_title


def test_lines_tell_the_first_the_newest_and_the_loudest(store: Store) -> None:
    fill(store, TWO)
    number = store.affairs.story("alba", "colis").number
    assert [line.native_id[-1] for line in store.affairs.first_lines(number, 2)] == ["1", "2"]
    assert [line.native_id[-1] for line in store.affairs.last_lines(number, 2)] == ["3", "2"]
    assert [line.native_id[-1] for line in store.affairs.loud_lines(number, 1)] == ["3"]
    shares = store.affairs.shares(number)
    assert (shares.read, shares.tones, shares.languages) == (3, {"negative": 3}, {"fr": 3})
    (copy,) = store.affairs.copies(number, 5)
    assert copy.posts == 2 and copy.first.native_id.endswith("/1")


def test_voices_are_counted_once_and_relays_apart(store: Store) -> None:
    loud = Author(platform="mastodon", handle="gazette", followers=20_000)
    put(store, [mention(post(1)), mention(post(2, author=loud)), mention(post(3, author=loud))])
    voices = store.affairs.voices("alba", START_MINUTE, 10_000)
    assert (voices.authors, voices.relays, voices.is_capped) == (2, 1, False)
    assert store.affairs.voices("alba", START_MINUTE + 60, 10_000).authors == 0


def test_tones_are_told_by_minute_and_by_day(store: Store) -> None:
    put(store, [mention(post(1)), mention(post(1_500, "Maison Alba, merci"), tone="positive")])
    minutes = store.affairs.tones("alba", START_MINUTE, START_MINUTE + 2_000)
    assert minutes == {START_MINUTE + 1: (1, 1), START_MINUTE + 1_500: (1, 0)}
    assert sorted(store.affairs.tones("alba", 0, 10**9, days=True).values()) == [(1, 0), (1, 1)]


def test_merging_moves_posts_counts_and_words(store: Store) -> None:
    fill(store, TWO)
    affairs = store.affairs
    moved = affairs.move(affairs.story("alba", "pain"), affairs.story("alba", "colis"), None, BRUNO)
    assert (moved.source, moved.target, moved.posts) == ("pain", "colis", 2)
    line = affairs.story("alba", "colis")
    assert (line.posts, line.last_at) == (5, at(5))
    assert [one.id for one in affairs.stories("alba", StoryFilter())] == ["colis"]
    assert affairs.successors("alba", ["pain"]) == {"pain": "colis"}
    assert sum(affairs.hours([line.number], 0, 10**9)[line.number].values()) == 5
    assert [story.id for story in store.active_stories("live", "alba", at(0))] == ["colis"]
    assert store.doctor() == []


def test_a_merge_is_undone_exactly(store: Store) -> None:
    fill(store, TWO)
    affairs = store.affairs
    before = {line.id: (line.posts, line.last_at, line.own_title) for line in affairs.stories("alba", StoryFilter())}
    moved = affairs.move(affairs.story("alba", "pain"), affairs.story("alba", "colis"), None, BRUNO)
    affairs.move_back("alba", moved.id, BRUNO)
    after = {line.id: (line.posts, line.last_at, line.own_title) for line in affairs.stories("alba", StoryFilter())}
    assert after == before
    assert affairs.successors("alba", ["pain"]) == {}
    assert [one.undone for one in affairs.moves("alba", "pain")] == [True]
    assert store.doctor() == []
    with pytest.raises(ConflictError):
        affairs.move_back("alba", moved.id, BRUNO)


def test_splitting_makes_a_new_story_that_keeps_its_words(store: Store) -> None:
    rows = fill(store, {**TWO, 6: ("colis", "Maison Alba, et mon colis ?")})
    affairs = store.affairs
    source = affairs.story("alba", "colis")
    moved = affairs.move(source, None, rows["colis"][:2], BRUNO)
    assert affairs.story("alba", "colis").posts == 2
    made = affairs.story("alba", moved.target)
    assert (made.posts, made.copies) == (2, 1)
    # All their words are the same; yet a person put the first two apart.
    assert [line.id for line in affairs.lookalikes(made, at(0))] == ["pain"]
    assert store.doctor() == []


def test_a_split_that_takes_everything_or_nothing_is_refused(store: Store) -> None:
    rows = fill(store, TWO)
    source = store.affairs.story("alba", "colis")
    with pytest.raises(InputError, match="nothing would stay"):
        store.affairs.move(source, None, rows["colis"], BRUNO)
    with pytest.raises(InputError, match="No post is chosen"):
        store.affairs.move(source, None, rows["pain"], BRUNO)
    with pytest.raises(InputError, match="with itself"):
        store.affairs.move(source, source, None, BRUNO)
    assert store.affairs.story("alba", "colis").posts == 3


def test_a_close_that_began_before_a_merge_is_refused(store: Store) -> None:
    fill(store, TWO)
    store.fold_state("live", "alba", "v")  # a worker begins
    affairs = store.affairs
    affairs.move(affairs.story("alba", "pain"), affairs.story("alba", "colis"), None, BRUNO)
    stale = ClosedRange(timeline="live", brand="alba", from_minute=START_MINUTE + 9, to_minute=START_MINUTE + 9)
    assert not store.commit_close(stale)


def alert(number: int, **fields: object) -> Alert:
    given: dict[str, object] = {
        "id": f"a{number}",
        "brand": "alba",
        "timeline": "live",
        "cause": AlertCause.SURGE,
        "level": "alarm",
        "at": at(number),
        "subject": f"s{number}",
        "title": "le colis",
    }
    return Alert(**(given | fields))  # type: ignore[arg-type]


def test_alerts_are_found_by_what_they_are(store: Store) -> None:
    store.save_alert(alert(1))
    store.save_alert(alert(2, cause=AlertCause.DANGER, level="danger"))
    store.save_alert(alert(3, level="watch", story="colis"))
    store.save_alert(alert(4, timeline="replay:x"))
    store.set_alert_state("a1", AlertState.FALSE, by="person:2", at=at(9))

    def found(**wanted: object) -> list[str]:
        return [one.id for one in store.affairs.alerts("alba", AlertFilter(**wanted))]  # type: ignore[arg-type]

    assert found() == ["a3", "a2", "a1"]
    assert found(states=(AlertState.OPEN,)) == ["a3", "a2"]
    assert found(causes=(AlertCause.DANGER,)) == ["a2"]
    assert found(levels=("watch",), since=at(2)) == ["a3"]
    assert found(stories=("colis",)) == ["a3"]
    assert found(before=at(3), limit=1) == ["a2"]
    assert found(since=at(0) + timedelta(days=1)) == []

"""Taking in: exactly once, counted right, whatever comes again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.store.make import ALBA, SECOND, START_MINUTE, WATCH, at, mention, post, put, screened, stretch
from tocsin.base.errors import InputError
from tocsin.base.kind import Kind
from tocsin.base.post import Engagement
from tocsin.base.seam import Deletion
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Reject
from tocsin.screen.query import parse_query
from tocsin.store.connect import open_store
from tocsin.store.store import Store


def total(store: Store, watch: str = "") -> int:
    rows = store.counts("alba", since_minute=0, until_minute=START_MINUTE + 10_000, watch=watch)
    return sum(row.posts for row in rows)


def test_what_goes_in_comes_out_equal(store: Store) -> None:
    given = mention(post(1, title="Avis", stars=2.0, stars_max=5.0, place="Lyon", parent_id="https://example.org/p/0"))
    put(store, [given])
    assert [row.mention for row in store.latest_mentions("alba")] == [given]
    assert store.post("mastodon", given.post.native_id) == given.post


def test_a_slice_is_taken_once(store: Store) -> None:
    mentions = [mention(post(number)) for number in range(3)]
    first = store.commit(stretch(), screened(mentions), now=at(60))
    again = store.commit(stretch(), screened(mentions), now=at(60))
    assert (first.accepted, first.new_posts, first.new_mentions) == (True, 3, 3)
    assert (again.accepted, again.new_posts) == (False, 0)
    assert store.cursor("feed", "live") == "1"
    assert total(store) == 3


def test_posts_that_come_again_in_another_slice_are_known(store: Store) -> None:
    mentions = [mention(post(number)) for number in range(3)]
    put(store, mentions)
    result = put(store, [*mentions, mention(post(3))])
    assert (result.new_posts, result.new_mentions, result.known) == (1, 1, 3)
    assert total(store) == total(store, "main") == 4


def test_the_same_post_twice_in_a_slice_counts_once(store: Store) -> None:
    result = put(store, [mention(post(1)), mention(post(1))])
    assert (result.new_posts, result.new_mentions) == (1, 1)
    assert total(store) == total(store, "main") == 1
    assert store.doctor() == []


def test_two_watches_of_a_brand_count_a_post_once_for_the_brand(store: Store) -> None:
    store.save_watch(SECOND)
    put(store, [mention(post(1)), mention(post(1), SECOND)])
    assert (total(store), total(store, "main"), total(store, "second")) == (1, 1, 1)


def test_a_watch_added_later_counts_known_posts_for_itself_alone(store: Store) -> None:
    put(store, [mention(post(1))])
    store.save_watch(SECOND)
    result = put(store, [mention(post(1)), mention(post(1), SECOND), mention(post(2), SECOND)])
    assert (result.new_posts, result.new_mentions) == (1, 2)
    assert (total(store), total(store, "main"), total(store, "second")) == (2, 1, 2)
    assert len(store.latest_mentions("alba")) == 2
    assert store.doctor() == []


def test_a_backfill_and_live_share_posts(store: Store) -> None:
    put(store, [mention(post(1))], timeline="backfill:may", source="file:may")
    result = put(store, [mention(post(1)), mention(post(2))])
    assert (result.new_posts, result.known) == (1, 1)
    assert total(store) == 1
    assert len(store.latest_mentions("alba")) == 2


def test_a_drill_has_posts_of_its_own(store: Store) -> None:
    put(store, [mention(post(1))])
    result = put(store, [mention(post(1))], timeline="drill:1")
    assert result.new_posts == 1
    assert len(store.latest_mentions("alba")) == 1
    assert len(store.latest_mentions("alba", world="drill:1")) == 1


def test_a_changed_text_makes_a_revision_and_corrects_the_counts(store: Store) -> None:
    put(store, [mention(post(1)), mention(post(2))])
    changed = post(1, "Maison Alba : colis reçu, merci", edited_at=at(5))
    result = put(store, [mention(changed, tone="positive", kinds=(Kind.PRAISE,))])
    assert (result.revised, result.new_mentions) == (1, 0)
    assert [text for _, _, text in store.revisions("mastodon", changed.native_id)] == [post(1).text]
    figures = store.dashboard("alba", "2026-03-02")
    assert figures.tones == {"negative": 1, "positive": 1}
    assert figures.kinds == {"complaint": 1, "praise": 1}
    assert [row.post.native_id for row in store.search("alba", parse_query("merci"))] == [changed.native_id]
    assert len(store.search("alba", parse_query("retard"))) == 1
    assert store.doctor() == []


def test_a_changed_text_that_no_watch_wants_any_more_is_noticed_among_the_seen(store: Store) -> None:
    put(store, [mention(post(1))])
    result = put(store, [], seen=[post(1, "autre chose")])
    assert result.revised == 1
    assert store.post("mastodon", post(1).native_id).text == "autre chose"
    assert store.doctor() == []


def test_what_is_shown_under_a_known_post_is_kept_up(store: Store) -> None:
    put(store, [mention(post(1))])
    put(store, [], seen=[post(1, engagement=Engagement(likes=900))])
    assert store.post("mastodon", post(1).native_id).engagement.likes == 900


def test_a_deleted_post_leaves_with_its_counts_and_does_not_come_back(store: Store) -> None:
    put(store, [mention(post(1)), mention(post(2))])
    gone = Deletion(platform="mastodon", native_id=post(1).native_id, reason="deleted by its author")
    assert put(store, [], deletions=[gone]).deleted == 1
    assert total(store) == 1
    result = put(store, [mention(post(1))])
    assert (result.new_posts, result.refused) == (0, 1)
    assert store.search("alba", parse_query("retard"))[0].post == post(2)
    assert store.doctor() == []


def test_a_post_goes_only_with_its_last_sighting(store: Store) -> None:
    put(store, [mention(post(1))], source="a")
    put(store, [mention(post(1))], source="b")
    gone = Deletion(platform="mastodon", native_id=post(1).native_id, reason="gone")
    assert put(store, [], source="a", deletions=[gone]).deleted == 0
    assert put(store, [], source="b", deletions=[gone]).deleted == 1


def test_posts_nobody_wanted_stand_in_a_capped_ring(tmp_path: Path) -> None:
    store = open_store(Settings(data_dir=tmp_path, unmatched_posts=5, unmatched_hours=1), migrate=True)
    for number in range(3):
        ring = [post(10 * number + more) for more in range(3)]
        store.commit(stretch(str(number or ""), str(number + 1)), screened([], unmatched=ring), now=at(number))
    assert [one.native_id[-2:].strip("/") for one in store.unmatched()] == ["22", "21", "20", "12", "11"]
    store.commit(stretch("3", "4"), screened([]), now=at(61.5))
    assert len(store.unmatched()) == 3
    assert store.recent_posts(2) == [post(22), post(21)]


def test_rejects_are_kept_with_their_sentence(store: Store) -> None:
    put(store, [], rejects=[Reject(line=3, why="Line {line} has no text.", params={"line": "3"}, raw="{}")])
    entry = store.rejects("feed")[0]
    assert (entry.line, entry.why, entry.params, entry.raw) == (3, "Line {line} has no text.", {"line": "3"}, "{}")


def test_texts_no_database_can_hold_are_stored_code_point_for_code_point(store: Store) -> None:
    given = post(1, "Maison Alba \x00 \ud83d fin", url="https://example.org/\x00")
    put(store, [mention(given)])
    assert store.latest_mentions("alba")[0].post.text == "Maison Alba ␀ � fin"
    assert put(store, [mention(given)]).revised == 0


def test_an_endless_native_id_is_kept_apart_from_its_like(store: Store) -> None:
    long = "https://example.org/" + "a" * 5_000
    result = put(store, [mention(post(1, native_id=long + "1")), mention(post(2, native_id=long + "2"))])
    assert result.new_posts == 2
    assert put(store, [mention(post(1, native_id=long + "1"))]).known == 1


@pytest.mark.parametrize("timeline", ["lvie", "other:1"])
def test_a_timeline_of_no_kind_is_refused(sqlite_store: Store, timeline: str) -> None:
    with pytest.raises(InputError):
        sqlite_store.ensure_timeline(timeline)


def test_counts_of_days_follow_the_zone_of_the_brand(store: Store) -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # half past midnight of the 2nd in Paris
    put(store, [mention(post(1, created_at=late, seen_at=late), WATCH)])
    assert store.dashboard("alba", "2026-03-02").posts == 1
    store.save_brand(msgspec.structs.replace(ALBA, time_zone="America/New_York"))
    assert store.dashboard("alba", "2026-03-01").posts == 1
    assert store.dashboard("alba", "2026-03-02").posts == 0
    assert store.doctor() == []

"""Sources, timelines, leases, brands and watches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.make import ALBA, START_MINUTE, WATCH, at, mention, post, put
from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import InputError, NotFoundError, SourceError
from tocsin.collect.adapter import Source
from tocsin.store.store import Store

FEED = Source(name="feed", adapter="feed", options={"url": "https://example.org/feed"})


def test_a_source_is_due_until_it_was_read(store: Store) -> None:
    store.save_source(FEED)
    assert [row.source for row in store.due_sources(at(0))] == [FEED]
    store.note_good("feed", at(0), at(15))
    assert store.due_sources(at(1)) == []
    assert store.due_sources(at(15))[0].last_good_at == at(0)


def test_failures_are_counted_and_forgotten_by_a_good_read(store: Store) -> None:
    store.save_source(FEED)
    error = SourceError("{host} does not answer.", permanent=False, host="example.org")
    store.note_error("feed", at(0), error, at(1))
    store.note_error("feed", at(1), error, at(5))
    row = store.sources()[0]
    assert (row.failures, row.last_error, row.last_error_params) == (
        2,
        "{host} does not answer.",
        {"host": "example.org"},
    )
    store.note_good("feed", at(5), None)
    assert (store.sources()[0].failures, store.sources()[0].last_error) == (0, "")


def test_a_source_that_failed_for_good_waits_for_its_owner(store: Store) -> None:
    store.save_source(FEED)
    store.note_error("feed", at(0), SourceError("It is gone.", permanent=True), at(1))
    assert store.due_sources(at(100)) == []
    assert store.sources()[0].stopped
    store.save_source(FEED)
    assert len(store.due_sources(at(100))) == 1


def test_a_removed_source_is_listed_no_more_and_its_posts_stay(store: Store) -> None:
    store.save_source(FEED)
    put(store, [mention(post(1))])
    store.remove_source("feed")
    assert (store.sources(), store.due_sources(at(100))) == ([], [])
    assert len(store.latest_mentions("alba")) == 1
    with pytest.raises(NotFoundError):
        store.remove_source("feed")


def test_a_file_is_no_source_to_list(store: Store) -> None:
    assert store.cursor("file:posts", "backfill:posts") == ""
    put(store, [mention(post(1))], source="file:posts", timeline="backfill:posts")
    assert store.sources() == []


def test_a_slow_collector_holds_the_watermark_and_a_dead_one_does_not(store: Store) -> None:
    for name, seconds in (("feed", 0), ("other", 30)):
        store.save_source(Source(name=name, adapter="feed"))
        store.heartbeat(name, "live", at(10) + timedelta(seconds=seconds))
    assert store.watermark("live", at(10.9)) == START_MINUTE + 9
    store.heartbeat("other", "live", at(11.5))
    assert store.watermark("live", at(11.6)) == START_MINUTE + 10
    assert store.watermark("live", at(30)) == START_MINUTE + 29


def test_heartbeats_and_watermarks_never_go_back(store: Store) -> None:
    store.save_source(FEED)
    store.heartbeat("feed", "live", at(10))
    store.heartbeat("feed", "live", at(5))
    assert store.sources()[0].heartbeat_at == at(10)
    assert store.watermark("drill:1", at(10)) == -1
    store.set_watermark("drill:1", 7)
    store.set_watermark("drill:1", 3)
    assert store.watermark("drill:1", at(10)) == 7


def test_a_heartbeat_leaves_the_cursor_alone(store: Store) -> None:
    put(store, [mention(post(1))])
    store.heartbeat("feed", "live", at(1))
    assert store.cursor("feed", "live") == "1"


def test_a_lease_is_held_by_one_until_it_ends(store: Store) -> None:
    ttl = timedelta(minutes=2)
    assert store.lease("live/alba", "one", at(0), ttl)
    assert not store.lease("live/alba", "two", at(1), ttl)
    assert store.lease("live/alba", "one", at(1), ttl)
    assert not store.lease("live/alba", "two", at(2.5), ttl)
    assert store.lease("live/alba", "two", at(3), ttl)


def test_brands_and_watches_come_back_as_they_were_saved(store: Store) -> None:
    other = Brand(slug="zinc", name="Zinc", time_zone="UTC", languages=("en",))
    store.save_brand(other)
    assert store.brands() == [ALBA, other]
    assert store.brand("zinc") == other
    assert store.watches() == store.watches("alba") == [WATCH]
    assert store.watches("zinc") == []


def test_a_watch_has_a_version_that_rises_with_its_changes(store: Store) -> None:
    assert store.save_watch(WATCH) == 1
    changed = Watch(brand="alba", name="main", query="alba")
    assert store.save_watch(changed) == 2
    assert store.save_watch(changed) == 2
    store.delete_watch("alba", "main")
    assert store.watches() == []
    assert store.save_watch(changed) == 2
    assert store.watches() == [changed]


def test_a_private_person_is_watched_only_on_a_written_ground(store: Store) -> None:
    with pytest.raises(InputError):
        store.save_watch(Watch(brand="alba", name="one", query="x", private_person=True))


@pytest.mark.parametrize("slug", ["", "Maison", "é", "a_b", "-a", "a" * 65])
def test_a_slug_is_small_ascii(store: Store, slug: str) -> None:
    with pytest.raises(InputError):
        store.save_brand(Brand(slug=slug, name="x"))


def test_unknown_names_are_said(store: Store) -> None:
    for call in (
        lambda: store.brand("none"),
        lambda: store.delete_watch("alba", "none"),
        lambda: store.save_watch(Watch(brand="none", name="x", query="x")),
        lambda: store.alert("none"),
        lambda: store.mention(99),
        lambda: store.story("none"),
        lambda: store.search("none", None),
    ):
        with pytest.raises(NotFoundError):
            call()

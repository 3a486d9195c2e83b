"""Secrets, pasts, rechecks, costs and gaps of sources, on either database."""

from __future__ import annotations

from datetime import timedelta

from tests.store.make import at, mention, post, screened, stretch
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Gap, Source
from tocsin.store.collecting.rows import Aside, PastState, PastStep, SealedSecret
from tocsin.store.store import Store

FEED = Source(name="feed", adapter="feed", options={"url": "https://example.org/feed"})


def test_what_comes_beside_the_posts_is_kept_with_the_cursor(store: Store) -> None:
    store.save_source(FEED)
    aside = Aside(
        secrets=[SealedSecret(name="token", sealed="s2:a:x")],
        ends={"token": at(100)},
        gaps=[Gap(since=at(-60), until=at(0), why="It forgot.")],
        notes={"odd": 2},
        paid_posts=3,
        check_at=at(120),
    )
    found = screened([mention(post(1))])
    assert store.commit(stretch("", "1"), found, aside=aside, now=at(0)).accepted
    assert not store.commit(stretch("", "1"), found, aside=aside, now=at(0)).accepted
    (secret,) = store.collecting.secrets("feed")
    assert (secret.name, secret.sealed, secret.set_at, secret.ends_at) == ("token", "s2:a:x", at(0), at(100))
    assert [gap.why for gap in store.collecting.gaps("feed")] == ["It forgot."]
    assert [(note.name, note.count) for note in store.collecting.notes("feed")] == [("odd", 2)]
    assert store.collecting.paid_posts("feed", at(0)) == 3
    assert store.collecting.due_checks("feed", at(119), 10) == []
    (due,) = store.collecting.due_checks("feed", at(120), 10)
    store.collecting.note_checked("feed", [due], at(120), timedelta(hours=2))
    assert store.collecting.due_checks("feed", at(120 + 23 * 60), 10) == []
    assert len(store.collecting.due_checks("feed", at(121 + 24 * 60), 10)) == 1
    assert store.collecting.hasten_checks("feed", timedelta(hours=2)) == 0
    assert store.collecting.sources_of(due.number, "feed") == ["feed"]
    assert store.collecting.let_go("feed", at(10_000), at(10_000)) == 1
    assert store.collecting.due_checks("feed", at(99_999), 10) == [] and store.post(due.platform, due.native_id) is None


def test_a_past_is_stepped_stopped_and_ended(store: Store) -> None:
    store.save_source(FEED)
    store.collecting.start_past("feed", at(-9_000), at(0))
    step = PastStep(posts=1, oldest_at=at(-10), newest_at=at(-5), next_at=at(1))
    part = stretch("", "1", timeline="backfill:feed")
    store.commit(part, screened([], "backfill:feed"), aside=Aside(past=step), now=at(0))
    (past,) = store.collecting.pasts()
    assert (past.posts, past.oldest_at, past.newest_at, past.next_at) == (1, at(-10), at(-5), at(1))
    assert store.collecting.stop_past("feed", at(2)) and not store.collecting.stop_past("feed", at(2))
    store.collecting.start_past("feed", at(-9_000), at(3))
    assert store.cursor("feed", "backfill:feed") == "1"
    store.collecting.past_failed("feed", SourceError("No.", permanent=True), None, at(4))
    assert store.collecting.pasts()[0].state is PastState.FAILED
    store.collecting.start_past("feed", at(-8_000), at(5))
    assert store.cursor("feed", "backfill:feed") == "" and store.collecting.pasts()[0].posts == 0


def test_what_an_old_key_sealed_is_sealed_anew(store: Store) -> None:
    store.save_source(FEED)
    store.collecting.put_secrets("feed", [SealedSecret(name="token", sealed="old:1")], at(0))
    asked = []

    def anew(sealed: str, purpose: str) -> str:
        asked.append(purpose)
        return sealed.replace("old", "new")

    assert store.collecting.reseal(lambda sealed: sealed.startswith("old"), anew) == 1
    assert asked == ["source:feed:token"] and store.collecting.secrets()[0].sealed == "new:1"
    assert store.collecting.remove_secret("feed", "token") and not store.collecting.remove_secret("feed", "token")

"""A review that comes by mail and by its interface stands once: in the stream, in the counts, with what was done."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.flows.collecting.make import BRAND, NOON
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.seam import LIVE
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Delete, Page, PageItem, Source, Upsert
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, Place, ingest_page
from tocsin.store.queries.figures import Bucket

TEXT = "Maison Alba : colis jamais arrivé. Trois appels sans réponse."
FULL = Post(
    platform="google",
    native_id="AbC",
    kind=PostKind.REVIEW,
    author=Author(platform="google", handle="Bruno Essai", name="Bruno Essai"),
    created_at=NOON,
    seen_at=NOON + timedelta(minutes=30),
    text=TEXT,
    stars=1.0,
    stars_max=5.0,
)
MAIL = msgspec.structs.replace(
    FULL,
    native_id="mid:<1@google.com>",
    created_at=NOON + timedelta(minutes=2),
    seen_at=NOON + timedelta(minutes=3),
    url="https://business.google.com/n/12/reviews",
)


@pytest.fixture
def house(home: Engine) -> Engine:
    home.store.save_source(Source(name="mail", adapter="mailbox"))
    home.store.save_source(Source(name="google", adapter="google_reviews"))
    return home


def take(engine: Engine, source: str, *items: Post | Delete) -> Ingested:
    cursor = engine.store.cursor(source, LIVE)
    found: list[PageItem] = [Upsert(post=one) if isinstance(one, Post) else one for one in items]
    page = Page(items=found, next_cursor=f"{cursor}x")
    return ingest_page(engine, Place(source, LIVE, cursor), page, NOON + timedelta(hours=1))


def counted(engine: Engine) -> int:
    minute = minute_of(NOON)
    rows = engine.store.counts(BRAND, since_minute=minute - 1440, until_minute=minute + 1440, bucket=Bucket.DAY)
    return sum(row.posts for row in rows)


def shown(engine: Engine) -> list[str]:
    return [one.post.native_id for one in engine.store.latest_mentions(BRAND)]


def test_a_mail_about_a_known_review_is_one_more_sighting(house: Engine) -> None:
    take(house, "google", FULL)
    done = take(house, "mail", MAIL)
    assert (done.posts, done.mentions, done.revised) == (0, 0, 0)
    assert shown(house) == ["AbC"] and counted(house) == 1
    assert house.store.post("google", MAIL.native_id) is None and house.store.revisions("google", "AbC") == []
    take(house, "google", Delete(platform="google", native_id="AbC", reason="gone"))
    assert shown(house) == ["AbC"]  # the mailbox holds it still


@pytest.mark.parametrize("text", [TEXT, TEXT[:40] + "…"])
def test_a_review_that_a_mail_told_first_takes_its_place(house: Engine, text: str) -> None:
    take(house, "mail", msgspec.structs.replace(MAIL, text=text))
    (before,) = house.store.latest_mentions(BRAND)
    done = take(house, "google", FULL)
    (after,) = house.store.latest_mentions(BRAND)
    assert after.row == before.row and counted(house) == 1 and done.posts == 0
    stored = house.store.post("google", "AbC")
    assert stored is not None and stored.text == TEXT and stored.url == MAIL.url
    assert len(house.store.revisions("google", "AbC")) == (text != TEXT)
    assert house.store.post("google", MAIL.native_id) is None
    take(house, "google", FULL)
    take(house, "mail", msgspec.structs.replace(MAIL, text=text))  # a mailbox that is read anew
    assert shown(house) == ["AbC"] and counted(house) == 1


def test_what_is_not_sure_is_kept_twice(house: Engine) -> None:
    take(house, "google", FULL)
    take(house, "mail", msgspec.structs.replace(MAIL, native_id="mid:other stars", stars=2.0))
    take(house, "google", msgspec.structs.replace(FULL, native_id="other place"))
    take(house, "mail", MAIL)
    assert sorted(shown(house)) == ["AbC", MAIL.native_id, "mid:other stars", "other place"] and counted(house) == 4

"""Accounts that push several stories together, as a page tells them."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.web.affair import post
from tests.web.world import BRAND, World
from tocsin.base.brand import Watch
from tocsin.base.seam import LIVE
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Source, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.ingest import Place, ingest_page

AFFAIRS = (
    "Du plastique retrouvé dans les sablés de Maison Alba, ne mangez plus ces biscuits",
    "Les ouvriers de l’usine Maison Alba dormiraient dans des conteneurs sans chauffage",
    "Maison Alba verserait ses eaux usées dans la rivière derrière la fabrique du Val",
)


def push(world: World) -> None:
    """Let nine accounts say each of three things within seconds, among neighbours who speak of other things."""
    store, now = world.store, world.now
    store.save_watch(Watch(brand=BRAND, name="main", query='"Maison Alba"'))
    store.save_source(Source(name="fil", adapter="feed", options={"url": "https://example.org/f"}))
    quiet = [
        post(number, now - timedelta(hours=72 - number / 2), f"Un café chez Maison Alba, humeur numéro {number}")
        for number in range(140)
    ]
    pushed = [
        post(
            1_000 + 100 * turn + one,
            now - timedelta(hours=30 - 9 * turn, seconds=-4 * one),
            text,
            author=post(5_000 + one, now, "").author,
        )
        for turn, text in enumerate(AFFAIRS)
        for one in range(9)
    ]
    posts = sorted([*quiet, *pushed], key=lambda one: one.seen_at)
    page = Page(items=[Upsert(post=one) for one in posts], next_cursor="1")
    ingest_page(world.engine, Place("fil", LIVE), page, now)
    store.note_good("fil", now, now + timedelta(minutes=5))
    close_timeline(world.engine, LIVE, minute_of(now) - 1, now)


def test_accounts_that_push_several_stories_are_told_once_with_their_stories(web: World) -> None:
    push(web)
    page = web.as_("alice").get(f"/b/{BRAND}/together").content.decode()
    assert re.search(r"9\scomptes,\s3\ssujets", page) is not None
    assert "Voisin 5000" not in page


def test_without_any_the_page_says_what_would_be_told(web: World) -> None:
    page = web.as_("bruno").get(f"/b/{BRAND}/together").content.decode()
    assert "Aucun groupe de comptes" in page

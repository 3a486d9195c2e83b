"""An affair at Maison Alba, told through the real engine: quiet days, then many who speak of one thing."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.web.world import BRAND, World
from tocsin.base.brand import Watch
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.seam import LIVE
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Source, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Place, ingest_page

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def post(number: int, at: datetime, text: str, **more: object) -> Post:
    """Return a post of an account of its own."""
    given: dict[str, object] = {
        "platform": "mastodon",
        "native_id": f"https://example.org/{number}",
        "url": f"https://example.org/{number}",
        "author": Author(platform="mastodon", handle=f"voisin{number}", name=f"Voisin {number}", followers=50),
    }
    return Post(created_at=at, seen_at=at, text=text, **(given | more))  # type: ignore[arg-type]


def tell(world: World) -> None:
    """Let an affair break out under a watch of its own."""
    world.store.save_watch(Watch(brand=BRAND, name="main", query='"Maison Alba"'))
    break_out(world.engine, world.now)


def break_out(engine: Engine, now: datetime) -> None:
    """Let three quiet days pass, then an affair of forty posts in the last hour, relayed and taken up by the press."""
    store = engine.store
    store.save_source(Source(name="fil", adapter="feed", options={"url": "https://example.org/f"}))
    quiet = [
        post(number, now - timedelta(hours=72 - number / 2), f"Un café chez Maison Alba, humeur numéro {number}")
        for number in range(140)
    ]
    start = now - timedelta(minutes=50)
    first = post(1_000, start, f"Scandale : du plastique dans les sablés de Maison Alba {HOSTILE}")
    gazette = Author(platform="mastodon", handle="gazette", name=f"Gazette {HOSTILE}", followers=84_000)
    loud = post(
        1_001,
        start + timedelta(minutes=5),
        "Honte : du plastique dans les sablés de Maison Alba",
        author=gazette,
        shared_id=first.native_id,
        kind=PostKind.SHARE,
    )
    crowd = [
        post(
            1_100 + number, start + timedelta(minutes=6 + number), "Honte : du plastique dans les sablés de Maison Alba"
        )
        for number in range(40)
    ]
    paper = post(
        1_200,
        start + timedelta(minutes=30),
        "Du plastique aurait été trouvé dans les sablés de Maison Alba.",
        title="Maison Alba : du plastique dans les sablés ?",
        platform="web",
        url="https://courrier.example/a",
        kind=PostKind.ARTICLE,
        author=Author(platform="web", handle="courrier", name="Le Courrier du Val"),
    )
    posts = sorted([*quiet, first, loud, *crowd, paper], key=lambda one: one.seen_at)
    page = Page(items=[Upsert(post=one) for one in posts], next_cursor="1")
    ingest_page(engine, Place("fil", LIVE), page, now)
    store.note_good("fil", now, now + timedelta(minutes=5))
    close_timeline(engine, LIVE, minute_of(now) - 1, now)

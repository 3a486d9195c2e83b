"""Invented posts about Maison Alba, and what a stage would make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tocsin.base.brand import Brand, Watch
from tocsin.base.ids import stable_int
from tocsin.base.kind import Kind
from tocsin.base.mention import CopyKeys, KindScore, Mention, Reason, Sentiment, Severity, Span, TextField, Verdict
from tocsin.base.post import Author, Engagement, Post
from tocsin.base.seam import LIVE, Screened, Slice
from tocsin.base.story import Story
from tocsin.base.tally import tally
from tocsin.base.time import minute_of
from tocsin.store.rows import CommitResult
from tocsin.store.store import Store

ALBA = Brand(slug="alba", name="Maison Alba")
WATCH = Watch(brand="alba", name="main", query='"Maison Alba"')
SECOND = Watch(brand="alba", name="second", query="alba")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
START_MINUTE = minute_of(START)


def at(minutes: float) -> datetime:
    """Return the instant so many minutes after the start of the tests."""
    return START + timedelta(minutes=minutes)


def post(number: int, text: str = "Maison Alba : la livraison est en retard", **fields: object) -> Post:
    """Return a post of its own minute by an author of its own."""
    given: dict[str, object] = {
        "platform": "mastodon",
        "native_id": f"https://example.org/p/{number}",
        "created_at": at(number),
        "seen_at": at(number),
        "author": Author(platform="mastodon", handle=f"voisin{number}", name=f"Voisin {number}", followers=number),
        "engagement": Engagement(likes=number),
        "links": ("https://example.org/",),
    }
    return Post(text=text, **(given | fields))  # type: ignore[arg-type]


def mention(
    of: Post,
    watch: Watch = WATCH,
    *,
    tone: str = "negative",
    kinds: tuple[Kind, ...] = (Kind.COMPLAINT,),
    severity: int = 40,
    language: str = "fr",
) -> Mention:
    """Return the mention that a stage would make."""
    high = dict.fromkeys(("negative", "neutral", "positive"), 0.1) | {tone: 0.8}
    verdict = Verdict(
        language=language,
        language_p=0.99,
        sentiment=Sentiment(**high, reasons=(Reason(code="word.tone", words=("retard",), weight=0.5),)),
        kinds=tuple(KindScore(kind=kind, p=0.9, reasons=(Reason(code="word.kind"),)) for kind in kinds),
        severity=Severity(score=severity, reasons=(Reason(code="reach.large", weight=3.0),)),
        keys=CopyKeys(exact=stable_int(of.text), bands=tuple(range(32)), terms=("livraison", "retard")),
        version="reader-1",
    )
    spans = (Span(field=TextField.TEXT, start=0, end=11),)
    return Mention(brand=watch.brand, watch=watch.name, post=of, spans=spans, verdict=verdict)


def screened(mentions: Sequence[Mention], timeline: str = LIVE, **fields: object) -> Screened:
    """Return what a stage would hand over."""
    return Screened(mentions=mentions, partials=tally(mentions, timeline), **fields)  # type: ignore[arg-type]


def stretch(from_cursor: str = "", to_cursor: str = "1", *, source: str = "feed", timeline: str = LIVE) -> Slice:
    """Return a slice."""
    return Slice(
        source=source,
        timeline=timeline,
        from_cursor=from_cursor,
        to_cursor=to_cursor,
        posts=1,
        rules_version="rules",
        stage_version="stage",
    )


def put(
    store: Store, mentions: Iterable[Mention], *, source: str = "feed", timeline: str = LIVE, **more: object
) -> CommitResult:
    """Commit mentions where the cursor of the source stands."""
    listed = list(mentions)
    cursor = store.cursor(source, timeline)
    part = stretch(cursor, str(int(cursor or 0) + 1), source=source, timeline=timeline)
    given: dict[str, object] = {"now": at(60)} | more
    return store.commit(part, screened(listed, timeline), **given)  # type: ignore[arg-type]


def story(name: str = "story1", timeline: str = LIVE, **fields: object) -> Story:
    """Return a story of Maison Alba."""
    given: dict[str, object] = {
        "title": "la livraison est en retard",
        "keywords": ("livraison",),
        "first_post": ("mastodon", "https://example.org/p/1"),
        "first_at": at(1),
        "last_at": at(2),
        "posts": 2,
        "terms": {"livraison": 1.5},
        "exacts": (1, 2),
        "bands": ((1, 2), (3, 4)),
    }
    return Story(id=name, brand="alba", timeline=timeline, **(given | fields))  # type: ignore[arg-type]

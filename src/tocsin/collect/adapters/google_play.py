"""Reviews of one's own application on Google Play (Android Publisher API v3), which gives those of the last week."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.time import iso
from tocsin.collect.about import About, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request, Source
from tocsin.collect.lenient import Lenient, count, when
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import Asked, OwnedApi, bearer, found_of, no_list
from tocsin.collect.web_api.session import SESSION, OAuth
from tocsin.collect.web_api.sweep import Found

_API = "https://androidpublisher.googleapis.com/androidpublisher/v3/applications"
_PACKAGE = re.compile(r"[A-Za-z][\w]*(?:\.[A-Za-z][\w]*)+")


class _Time(msgspec.Struct):
    seconds: int | str = 0


class _UserComment(msgspec.Struct):
    text: str = ""
    stars: float | None = msgspec.field(default=None, name="starRating")
    language: str = msgspec.field(default="", name="reviewerLanguage")
    changed: _Time = msgspec.field(default_factory=_Time, name="lastModified")
    likes: int | None = msgspec.field(default=None, name="thumbsUpCount")


class _Said(msgspec.Struct):
    user: _UserComment | None = msgspec.field(default=None, name="userComment")


class _Review(msgspec.Struct):
    id: str = msgspec.field(name="reviewId")
    author: str = msgspec.field(default="", name="authorName")
    comments: tuple[_Said, ...] = ()


class _Paging(msgspec.Struct):
    next: str = msgspec.field(default="", name="nextPageToken")


class _List(msgspec.Struct):
    reviews: list[msgspec.Raw] = []
    paging: _Paging = msgspec.field(default_factory=_Paging, name="tokenPagination")


_LISTS, _REVIEWS = Lenient(_List), Lenient(_Review)


class GooglePlayAdapter(OwnedApi):
    """Reads the reviews of one application; option `package`."""

    name: ClassVar[str] = "google_play"
    platform: ClassVar[str] = "google_play"
    pause_s: ClassVar[int] = 60 * 60
    oauth: ClassVar[OAuth | None] = OAuth.refreshed("https://oauth2.googleapis.com/token")
    about: ClassVar[About] = About(
        title="Google Play reviews of your application",
        what="Reviews of your application with a text, of the last week: Google gives no older ones.",
        setup=(
            "In the Play Console, give an account the right to answer reviews. In Google Cloud, switch on the"
            " Android Publisher API, make an OAuth client with the scope androidpublisher, and take its"
            " identifier, its secret and a refresh token of that account."
        ),
        icon="brand-google-play",
        fields=(
            Field(name="package", label="Package of the application", required=True, example="org.example.app"),
            EVERY,
            Field(name="client_id", label="Identifier of the OAuth client", input=Input.SECRET, required=True),
            Field(name="client_secret", label="Secret of the OAuth client", input=Input.SECRET, required=True),
            Field(name="refresh_token", label="Refresh token", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://play.google.com/about/developer-distribution-agreement.html",
            deletes=Deletes.RECHECKED,
            hosts=("androidpublisher.googleapis.com", "oauth2.googleapis.com"),
            pace=Pace(requests=60, per_s=3_600),
            recheck_hours=24,
        ),
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError for a package that is none."""
        if not _PACKAGE.fullmatch(options["package"]):
            raise SourceError(
                "{package!r} is not a package of an application; write one such as org.example.app.",
                permanent=True,
                package=options["package"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of reviews."""
        query = {"maxResults": "100"}
        if asked.page:
            query["token"] = asked.page
        return _request(f"{asked.options['package']}/reviews?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the reviews of a page."""
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            raise no_list(answer)
        return found_of(page.reviews, _REVIEWS, lambda one: _post(one, answer.at), page.paging.next)

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one review."""
        return _request(f"{asked.options['package']}/reviews/{native_id}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the review."""
        one = _REVIEWS.read(answer.body, Counter())
        return _post(one, answer.at) if one else None


def _request(rest: str) -> Request:
    return Request(url=f"{_API}/{rest}", headers=bearer(SESSION), accept="application/json", reads_status=(401, 404))


def _post(one: _Review, seen_at: datetime) -> Post | None:
    said = next((comment.user for comment in one.comments if comment.user is not None), None)
    if not one.id or said is None:
        return None
    try:
        written = iso(datetime.fromtimestamp(int(said.changed.seconds), UTC)) if said.changed.seconds else ""
    except (ValueError, OverflowError, OSError):
        written = ""
    created_at, doubt = when(written, seen_at)
    title, _, text = said.text.partition("\t")  # a title, where there is one, stands before a tabulator
    stars = said.stars if said.stars is not None and 0 <= said.stars <= 5 else None
    return Post(
        platform="google_play",
        native_id=one.id,
        kind=PostKind.REVIEW,
        author=Author(platform="google_play", handle=one.author, name=one.author) if one.author else None,
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        title=title.strip() if text else "",
        text=(text or title).strip(),
        lang_claimed=said.language or None,
        stars=stars,
        stars_max=None if stars is None else 5.0,
        engagement=Engagement(likes=count(said.likes)),
    )

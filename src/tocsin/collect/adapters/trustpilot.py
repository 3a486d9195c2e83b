"""Reviews of one's own company on Trustpilot (Business Units API)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.collect.about import About, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request, Source, secret_ref
from tocsin.collect.lenient import Lenient, count, instant, when
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import Asked, OwnedApi, found_of, no_list
from tocsin.collect.web_api.sweep import Found

_API = "https://api.trustpilot.com/v1"
_A_PAGE = 100


class _Consumer(msgspec.Struct):
    id: str = ""
    name: str = msgspec.field(default="", name="displayName")


class _Review(msgspec.Struct):
    id: str
    consumer: _Consumer = msgspec.field(default_factory=_Consumer)
    stars: float | None = None
    title: str | None = ""
    text: str | None = ""
    language: str | None = ""
    created: str = msgspec.field(default="", name="createdAt")
    updated: str | None = msgspec.field(default="", name="updatedAt")
    likes: int | None = msgspec.field(default=None, name="numberOfLikes")


class _List(msgspec.Struct):
    reviews: list[msgspec.Raw] = []


_LISTS, _REVIEWS = Lenient(_List), Lenient(_Review)


class TrustpilotAdapter(OwnedApi):
    """Reads the reviews of one company; option `unit`, its number at Trustpilot."""

    name: ClassVar[str] = "trustpilot"
    platform: ClassVar[str] = "trustpilot"
    pause_s: ClassVar[int] = 30 * 60
    about: ClassVar[About] = About(
        title="Trustpilot reviews of your company",
        what="Every review of your company on Trustpilot, with its stars, and what becomes of it.",
        setup=(
            "The interface of Trustpilot comes with an account of Trustpilot for Business that holds the module"
            " Connect, which is paid for. In its settings make an application, and take its API key. The number"
            " of your company stands there too. Without it, the mails that Trustpilot sends for each review can"
            " be read from a mailbox."
        ),
        icon="star",
        fields=(
            Field(name="unit", label="Number of your company", required=True, example="46d6a890000064000500e0c3"),
            EVERY,
            Field(name="key", label="API key", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://legal.trustpilot.com/for-businesses/api-terms",
            deletes=Deletes.RECHECKED,
            hosts=("api.trustpilot.com",),
            pace=Pace(requests=800, per_s=300),
            recheck_hours=24,
        ),
        reads_past=True,
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError for a number that is none."""
        if not re.fullmatch("[0-9a-fA-F]{8,40}", options["unit"]):
            raise SourceError(
                "{unit!r} is not a number of Trustpilot; copy it from your account.",
                permanent=True,
                unit=options["unit"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of reviews, newest first."""
        query = {"perPage": str(_A_PAGE), "page": asked.page or "1", "orderBy": "createdat.desc"}
        return _request(f"business-units/{asked.options['unit']}/reviews?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the reviews of a page."""
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            raise no_list(answer)
        number = int(asked.page or "1")
        onward = str(number + 1) if len(page.reviews) >= _A_PAGE else ""
        return found_of(page.reviews, _REVIEWS, lambda one: _post(one, answer.at), onward)

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one review."""
        return _request(f"reviews/{native_id}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the review."""
        one = _REVIEWS.read(answer.body, Counter())
        return _post(one, answer.at) if one else None


def _request(rest: str) -> Request:
    return Request(
        url=f"{_API}/{rest}", headers={"apikey": secret_ref("key")}, accept="application/json", reads_status=(404,)
    )


def _post(one: _Review, seen_at: datetime) -> Post | None:
    if not one.id:
        return None
    created_at, doubt = when(one.created, seen_at)
    updated = instant(one.updated or "")
    stars = one.stars if one.stars is not None and 0 <= one.stars <= 5 else None
    name = one.consumer.name
    return Post(
        platform="trustpilot",
        native_id=one.id,
        kind=PostKind.REVIEW,
        url=f"https://www.trustpilot.com/reviews/{one.id}",
        author=Author(platform="trustpilot", handle=one.consumer.id or name, name=name or None)
        if one.consumer.id or name
        else None,
        created_at=created_at,
        time_doubt=doubt,
        edited_at=updated if updated is not None and created_at < updated <= seen_at else None,
        seen_at=seen_at,
        title=(one.title or "").strip(),
        text=(one.text or "").strip(),
        lang_claimed=one.language or None,
        stars=stars,
        stars_max=None if stars is None else 5.0,
        engagement=Engagement(likes=count(one.likes)),
    )

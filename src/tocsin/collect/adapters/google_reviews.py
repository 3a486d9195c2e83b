"""Reviews of one's own places on Google (Business Profile API, v4)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Post, PostKind
from tocsin.collect.about import About, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Request, Source
from tocsin.collect.lenient import Lenient, instant, when
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import Asked, OwnedApi, bearer, found_of, no_list
from tocsin.collect.web_api.session import SESSION, OAuth
from tocsin.collect.web_api.sweep import Found

_API = "https://mybusiness.googleapis.com/v4"
_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
_PLACE = re.compile(r"accounts/[\w-]+/locations/[\w-]+")
# Google writes its own translation first, and what the person wrote after it, or the other way round.
_ORIGINAL = "(Original)"
_TRANSLATED = "(Translated by Google)"


class _Reviewer(msgspec.Struct):
    name: str = msgspec.field(default="", name="displayName")
    is_anonymous: bool = msgspec.field(default=False, name="isAnonymous")


class _Review(msgspec.Struct):
    id: str = msgspec.field(name="reviewId")
    reviewer: _Reviewer = msgspec.field(default_factory=_Reviewer)
    stars: str = msgspec.field(default="", name="starRating")
    comment: str = ""
    created: str = msgspec.field(default="", name="createTime")
    updated: str = msgspec.field(default="", name="updateTime")


class _List(msgspec.Struct):
    reviews: list[msgspec.Raw] = []
    next: str = msgspec.field(default="", name="nextPageToken")


_LISTS, _REVIEWS = Lenient(_List), Lenient(_Review)


class GoogleReviewsAdapter(OwnedApi):
    """Reads the reviews of one place; option `place`, as `accounts/…/locations/…`."""

    name: ClassVar[str] = "google_reviews"
    platform: ClassVar[str] = "google"
    oauth: ClassVar[OAuth | None] = OAuth.refreshed("https://oauth2.googleapis.com/token")
    about: ClassVar[About] = About(
        title="Google reviews of your place",
        what="Every review of a place that you own on Google, with its stars, and what becomes of it.",
        setup=(
            "Ask Google for access to the Business Profile APIs with the account that owns the place: until it"
            " says yes, nothing can be read. Then make an OAuth client in Google Cloud, give it the scope"
            " business.manage, and take its identifier, its secret and a refresh token. Meanwhile, the mails"
            " that Google sends for each review can be read from a mailbox."
        ),
        icon="brand-google",
        fields=(
            Field(
                name="place",
                label="Name of the place in the interface of Google",
                required=True,
                example="accounts/123/locations/456",
            ),
            EVERY,
            Field(name="client_id", label="Identifier of the OAuth client", input=Input.SECRET, required=True),
            Field(name="client_secret", label="Secret of the OAuth client", input=Input.SECRET, required=True),
            Field(name="refresh_token", label="Refresh token", input=Input.SECRET, required=True),
        ),
        terms=Terms(
            url="https://developers.google.com/my-business/content/policies",
            deletes=Deletes.RECHECKED,
            hosts=("mybusiness.googleapis.com", "oauth2.googleapis.com"),
            pace=Pace(requests=200, per_s=60),
            recheck_hours=24,
        ),
        reads_past=True,
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError for a place that is not named as Google does."""
        if not _PLACE.fullmatch(options["place"]):
            raise SourceError(
                "The place {place!r} is not written as accounts/123/locations/456; copy it from Google.",
                permanent=True,
                place=options["place"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of reviews, those changed last first."""
        query = {"pageSize": "50", "orderBy": "updateTime desc"}
        if asked.page:
            query["pageToken"] = asked.page
        return _request(f"{asked.options['place']}/reviews?{urlencode(query)}")

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the reviews of a page."""
        page = _LISTS.read(answer.body, Counter())
        if page is None:
            raise no_list(answer)
        return found_of(page.reviews, _REVIEWS, lambda one: _post(one, answer.at), page.next)

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one review."""
        return _request(f"{asked.options['place']}/reviews/{native_id}")

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return the review."""
        one = _REVIEWS.read(answer.body, Counter())
        return _post(one, answer.at) if one else None


def _request(rest: str) -> Request:
    return Request(url=f"{_API}/{rest}", headers=bearer(SESSION), accept="application/json", reads_status=(401, 404))


def _post(one: _Review, seen_at: datetime) -> Post | None:
    if not one.id:
        return None
    created_at, doubt = when(one.created, seen_at)
    updated = instant(one.updated)
    name = "" if one.reviewer.is_anonymous else one.reviewer.name
    return Post(
        platform="google",
        native_id=one.id,
        kind=PostKind.REVIEW,
        # The interface tells no account: two people of one name cannot be told apart.
        author=Author(platform="google", handle=name, name=name) if name else None,
        created_at=created_at,
        time_doubt=doubt,
        edited_at=updated if updated is not None and created_at < updated <= seen_at else None,
        seen_at=seen_at,
        text=original(one.comment),
        stars=_STARS.get(one.stars),
        stars_max=5.0 if one.stars in _STARS else None,
    )


def original(comment: str) -> str:
    r"""Return what the person wrote, without the translation that Google adds.

    >>> original("(Translated by Google) Bad.\n\n(Original)\nNul."), original("Nul.\n\n(Translated by Google)\nBad.")
    ('Nul.', 'Nul.')
    """
    before, mark, after = comment.partition(_ORIGINAL)
    if mark and before.lstrip().startswith(_TRANSLATED):
        return after.strip()
    return comment.partition(_TRANSLATED)[0].strip() or comment.strip()

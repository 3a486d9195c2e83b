"""Reviews of an application on the App Store: the public feed of a country, which stops at the last 500."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.collect.about import About, Field, Pace, Terms
from tocsin.collect.adapter import Answer, Request, Source
from tocsin.collect.lenient import Lenient, when
from tocsin.collect.web_api.options import EVERY
from tocsin.collect.web_api.owned import Asked, OwnedApi, found_of, no_list
from tocsin.collect.web_api.sweep import Found

_PAGES = 10


class _Label(msgspec.Struct):
    label: str = ""


class _Author(msgspec.Struct):
    name: _Label = msgspec.field(default_factory=_Label)
    uri: _Label = msgspec.field(default_factory=_Label)


class _Entry(msgspec.Struct):
    id: _Label
    author: _Author = msgspec.field(default_factory=_Author)
    updated: _Label = msgspec.field(default_factory=_Label)
    title: _Label = msgspec.field(default_factory=_Label)
    content: _Label = msgspec.field(default_factory=_Label)
    rating: _Label | None = msgspec.field(default=None, name="im:rating")
    votes: _Label = msgspec.field(default_factory=_Label, name="im:voteSum")


class _Feed(msgspec.Struct):
    entry: list[msgspec.Raw] | msgspec.Raw | None = None


class _Page(msgspec.Struct):
    feed: _Feed


_PAGES_READ, _ENTRIES = Lenient(_Page), Lenient(_Entry)


class AppStoreAdapter(OwnedApi):
    """Reads the reviews of one application in one country; options `app` and `country`."""

    name: ClassVar[str] = "app_store"
    platform: ClassVar[str] = "app_store"
    pause_s: ClassVar[int] = 60 * 60
    about: ClassVar[About] = About(
        title="App Store reviews of an application",
        what="The last 500 reviews of an application in one country, with stars. No key is needed.",
        setup="The number of the application stands in its address on the App Store, after the letters id.",
        icon="brand-appstore",
        fields=(
            Field(name="app", label="Number of the application", required=True, example="123456789"),
            Field(name="country", label="Country of the store, two letters", example="fr", default="fr"),
            EVERY,
        ),
        terms=Terms(url="https://www.apple.com/legal/internet-services/itunes/", pace=Pace(requests=20, per_s=60)),
        reads_past=True,
    )

    def check(self, source: Source, options: Mapping[str, str]) -> None:
        """Raise SourceError for a number or a country that is none."""
        if not (options["app"].isascii() and options["app"].isdigit()):
            raise SourceError(
                "{app!r} is not the number of an application; it stands in its address after the letters id.",
                permanent=True,
                app=options["app"][:80],
            )
        if not re.fullmatch("[A-Za-z]{2}", options["country"]):
            raise SourceError(
                "{country!r} is not a country; write two letters, such as fr.",
                permanent=True,
                country=options["country"][:80],
            )

    def question(self, asked: Asked) -> Request:
        """Return the question for a page of reviews, newest first."""
        options, page = asked.options, asked.page or "1"
        return Request(
            url=(
                f"https://itunes.apple.com/{options['country'].lower()}/rss/customerreviews"
                f"/page={page}/id={options['app']}/sortby=mostrecent/json"
            ),
            accept="application/json",
        )

    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return the reviews of a page; a feed of one review gives it bare, one of none gives nothing."""
        page = _PAGES_READ.read(answer.body, Counter())
        if page is None:
            raise no_list(answer)
        entry = page.feed.entry
        raws = entry if isinstance(entry, list) else [] if entry is None else [entry]
        number = int(asked.page or "1")
        onward = str(number + 1) if raws and number < _PAGES else ""
        return found_of(raws, _ENTRIES, lambda one: _post(one, answer.at), onward)


def _post(one: _Entry, seen_at: datetime) -> Post | None:
    if one.rating is None or not one.id.label:
        return None  # the application itself stands first in some feeds
    created_at, doubt = when(one.updated.label, seen_at)
    number = one.author.uri.label.rpartition("id")[2]
    stars = float(one.rating.label) if one.rating.label in ("1", "2", "3", "4", "5") else None
    name = one.author.name.label
    votes = one.votes.label
    return Post(
        platform="app_store",
        native_id=one.id.label,
        kind=PostKind.REVIEW,
        author=Author(platform="app_store", handle=number or name, name=name or None) if number or name else None,
        created_at=created_at,
        time_doubt=doubt,
        seen_at=seen_at,
        title=one.title.label.strip(),
        text=one.content.label.strip(),
        stars=stars,
        stars_max=None if stars is None else 5.0,
        engagement=Engagement(likes=int(votes) if votes.isascii() and votes.isdigit() and len(votes) < 10 else None),
    )

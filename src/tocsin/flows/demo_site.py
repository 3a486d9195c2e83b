"""Three invented pages of the demonstration, made of the posts of its scenario, for the robot to capture for real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.post import Post
from tocsin.collect.scenario import Played

_SHOWN = 40


class Form(StrEnum):
    """What a page looks like; its name is the last part of its address."""

    ACCOUNT = "compte"
    THREAD = "fil"
    ARTICLE = "article"


_TRACKS = {Form.ACCOUNT: "rumeur.semis", Form.THREAD: "rumeur.forum", Form.ARTICLE: "rumeur.locale"}


class SitePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it stands at an instant. answers: below the first post, oldest first, 40 at most; more: how many."""

    form: Form
    first: Post
    answers: tuple[Post, ...]
    more: int


class DemoSite:
    """The site. base: its address, without a slash at its end."""

    def __init__(self, posts: Sequence[Played], base: str) -> None:
        self.base = base
        ordered = sorted(posts, key=lambda played: (played.post.created_at, played.post.key))
        self._all: dict[Form, tuple[Post, list[Post]]] = {}
        for form, track in _TRACKS.items():
            first = next((played.post for played in ordered if played.track == track), None)
            if first is not None:
                self._all[form] = first, [played.post for played in ordered if _stands_under(played.post, first, form)]

    def url(self, form: Form) -> str:
        """Return the address of a page."""
        return f"{self.base}/{form.value}"

    def firsts(self) -> dict[Form, Post]:
        """Return the post that each page is about."""
        return {form: first for form, (first, _answers) in self._all.items()}

    def page(self, name: str, now: datetime) -> SitePage | None:
        """Return a page as it stands at `now`; None for a name that is none, and before its first post."""
        form = next((form for form in self._all if form.value == name), None)
        if form is None:
            return None
        first, answers = self._all[form]
        if first.created_at > now:
            return None
        there = [post for post in answers if post.created_at <= now]
        return SitePage(form=form, first=first, answers=tuple(there[:_SHOWN]), more=max(0, len(there) - _SHOWN))


def _stands_under(post: Post, first: Post, form: Form) -> bool:
    """Whether a post shows on the page of another: as its answer, or as one more of the same account."""
    if post.key == first.key:
        return False
    if form is not Form.ACCOUNT:
        return first.native_id in (post.parent_id, post.root_id)
    return (
        post.author is not None
        and first.author is not None
        and (post.platform, post.author.handle) == (first.platform, first.author.handle)
    )

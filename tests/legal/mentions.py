"""Mentions for the tests of the law room."""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.screen.read import ReadInput, default_reader

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def mention(text: str) -> Mention:
    post = Post(platform="social", native_id="1", created_at=AT, seen_at=AT, text=text)
    verdict = default_reader().read([ReadInput(text=text, brand_names=("Maison Alba",))])[0]
    return Mention(brand="maison-alba", watch="name", post=post, spans=(), verdict=verdict)

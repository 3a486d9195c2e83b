"""What the scripts of the owners' interfaces have in common: pages of a list, and sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tocsin.collect.adapter import Answer, Request
from tocsin.testing.script import Asked, Standing

TOKEN = "t0ken-of-the-session"


def stamp(at: object) -> str:
    """Return an instant as most interfaces write it."""
    return str(at).replace(" ", "T").replace("+00:00", "Z")


def page_of(posts: Sequence[Standing], token: str, at_once: int) -> tuple[list[Standing], str]:
    """Return the posts of a page and the token of the next, which names the last one given: news moves none."""
    start = next((place + 1 for place, post in enumerate(posts) if f"after-{post.number}" == token), 0)
    page = list(posts[start : start + at_once])
    return page, f"after-{page[-1].number}" if page and start + at_once < len(posts) else ""


def signed(asked: Asked, serve: Callable[[Asked], Answer], token_path: str) -> Answer:
    """Return the answer to whoever shows the session's token, and a session to whoever asks for one."""
    if asked.path == token_path:
        return asked.answer({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600})
    assert isinstance(asked.plan, Request)
    if asked.plan.headers.get("authorization") != f"Bearer {TOKEN}":
        return asked.answer({"error": "unauthorized"}, status=401)
    return serve(asked)

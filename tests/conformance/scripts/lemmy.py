"""A Lemmy server by its third interface, and one that has the fourth alone and gives few posts at once."""

from __future__ import annotations

from functools import partial

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import STORY, Asked, Script, Standing, StoryPost

_HERE, _THERE = "https://lemmy.example.org", "https://other.example.org"
_PARENTS = {post.number: post.parent for post in STORY}


def _address(number: int) -> str:
    kind, home = ("comment" if _PARENTS[number] else "post"), (_THERE if number % 3 == 0 else _HERE)
    return f"{home}/{kind}/{number}"


def _root(number: int) -> int:
    parent = _PARENTS[number]
    return _root(parent) if parent else number


def _markdown(text: str) -> str:
    return text.replace("<", "\\<")


def _view(post: Standing, version: str) -> dict[str, object]:
    written = "published_at" if version == "v4" else "published"
    common = {
        "id": post.number,
        "ap_id": _address(post.number),
        written: post.at.isoformat().replace("+00:00", "Z"),
        "deleted": post.is_gone,
        "removed": False,
    }
    if post.edited_at:
        common[written.replace("published", "updated")] = post.edited_at.isoformat().replace("+00:00", "Z")
    home = {"name": post.author, "actor_id": f"{_THERE}/u/{post.author}", "published": "2023-06-01T10:00:00Z"}
    if post.parent:
        path = f"0.{post.number}" if post.parent == _root(post.number) else f"0.{post.parent}.{post.number}"
        comment = {**common, "content": _markdown(post.text), "path": path}
        return {"comment": comment, "post": {"ap_id": _address(_root(post.number))}, "creator": home, "counts": {}}
    said = {**common, "name": post.title, "body": _markdown(post.text), "featured_community": post.number == 1}
    return {"post": said, "creator": home, "counts": {"score": 4, "comments": 2}}


def serve(asked: Asked, version: str = "v3", at_once: int = 50) -> Answer:
    """Return the posts or the comments, newest first and the pinned one ahead, or one of them."""
    parts = asked.path.split("/")
    if len(parts) == 4 and "id" in asked.query:
        kind, number = parts[3], int(asked.query["id"])
        found = [post for post in asked.posts if post.number == number and _address(number).split("/")[3] == kind]
        if not found:
            return asked.answer({"error": f"couldnt_find_{kind}"}, status=404)
        return asked.answer({f"{kind}_view": _view(found[0], "v3")})
    if parts[2] != version:
        return asked.answer("not found", status=404)
    is_comment = parts[3] == "comment"
    wanted = [post for post in reversed(asked.visible) if bool(post.parent) is is_comment]
    wanted.sort(key=lambda post: not (post.number == 1 and not is_comment))
    cursor = asked.query.get("page_cursor", "")
    start = int(cursor or 0)
    start = start or at_once * (int(asked.query.get("page", 1)) - 1)
    body: dict[str, object] = {
        ("comments" if is_comment else "posts"): [_view(post, version) for post in wanted[start : start + at_once]]
    }
    if version == "v4" and start + at_once < len(wanted):
        body["next_page"] = str(start + at_once)
    return asked.answer(body)


def native_id(post: StoryPost) -> str:
    """Return the address of the post where it was written."""
    return _address(post.number)


def _script(version: str, at_once: int) -> Script:
    options = {"server": _HERE, "community": "!alba@lemmy.example.org", "every_minutes": "20"}
    return Script(
        source=Source(name="lemmy", adapter="lemmy", options=options),
        serve=partial(serve, version=version, at_once=at_once),
        native_id=native_id,
        sees_edits=True,
    )


SCRIPTS = (_script("v3", 50), _script("v4", 3))

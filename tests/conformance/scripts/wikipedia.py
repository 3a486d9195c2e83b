"""A Wikipedia with one page and its talk page, each post of the story a change, and few changes at once."""

from __future__ import annotations

from functools import partial

from tocsin.collect.adapter import Answer, Source
from tocsin.testing.script import STORY, Asked, Script, StoryPost

_HOST = "https://fr.wikipedia.org"
# What is changed later is another change; what is hidden is asked for again.
_CHANGES = tuple(
    StoryPost(
        number=post.number,
        at=post.at.replace(microsecond=0),
        author=post.author,
        title=post.title,
        text=post.text.replace("<", "‹").replace(">", "›")[:400],
        parent=post.parent,
        gone_at=post.gone_at,
    )
    for post in STORY
)


def _revision(post: StoryPost, before: StoryPost | None, *, is_gone: bool) -> dict[str, object]:
    known: dict[str, object] = {
        "revid": post.number,
        "parentid": before.number if before else 0,
        "minor": False,
        "timestamp": post.at.isoformat().replace("+00:00", "Z"),
        "size": 1_000 + 37 * post.number,
        "tags": ["mw-undo"] if post.number == 9 else ["visualeditor"],
    }
    if is_gone:
        return known | {"commenthidden": True, "suppressed": True, "userhidden": True}
    return known | {"user": post.author, "comment": f"/* Avis */ {post.text}"}


def serve(asked: Asked, at_once: int = 51) -> Answer:
    """Return the changes of one page, newest first, from one on where that is asked; or one change."""
    written = [post for post in _of(asked) if post.at <= asked.now]
    gone = {post.number for post in written if post.gone_at is not None and post.gone_at <= asked.now}
    one, title = asked.query.get("revids"), asked.query.get("titles", "")
    if one:
        found = [post for post in written if post.number == int(one)]
        revisions = [_revision(post, None, is_gone=post.number in gone) for post in found]
        return asked.answer({"query": {"pages": [{"pageid": 1, "title": "Maison Alba", "revisions": revisions}]}})
    shown = [post for post in written if title.startswith("Talk:") is (post.parent is not None)]
    history = [
        _revision(post, before, is_gone=post.number in gone)
        for post, before in zip(shown, [None, *shown], strict=False)
    ][::-1]
    start = int(asked.query.get("rvstartid", 10**9))
    history = [entry for entry in history if int(str(entry["revid"])) <= start]
    page: dict[str, object] = {"pageid": 1, "ns": 0, "title": title.replace("Talk:", "Discussion:")}
    page |= {"revisions": history[:at_once]} if history else {"missing": True}
    body: dict[str, object] = {"query": {"pages": [page]}}
    if len(history) > at_once:
        body["continue"] = {"rvcontinue": f"20260302|{history[at_once]['revid']}", "continue": "||"}
    return asked.answer(body)


def _of(asked: Asked) -> tuple[StoryPost, ...]:
    return tuple(sorted(asked.story, key=lambda post: post.at))


def native_id(post: StoryPost) -> str:
    """Return the address of the page as that change left it."""
    return f"{_HOST}/w/index.php?oldid={post.number}"


def _script(at_once: int) -> Script:
    options = {"pages": "Maison Alba", "language": "fr", "every_minutes": "20"}
    return Script(
        source=Source(name="wiki", adapter="wikipedia", options=options),
        serve=partial(serve, at_once=at_once),
        native_id=native_id,
        story=_CHANGES,
    )


SCRIPTS = (_script(51), _script(3))

"""The conformance kit notices what it is there for: each spoilt adapter fails the check that is named."""

from __future__ import annotations

import ast
import random
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.conformance.scripts.hacker_news import SCRIPTS
from tocsin.base.errors import SourceError
from tocsin.base.post import Post
from tocsin.collect.about import About, Field, Input
from tocsin.collect.adapter import Answer, Delete, Done, Page, Reply, Request, Source, Upsert, secret_ref
from tocsin.collect.adapters.hacker_news import HackerNewsAdapter
from tocsin.testing.adapters import NonconformanceError, Rig, check_adapter
from tocsin.testing.checks import contract, hostility, interruptions
from tocsin.testing.lint import impure_lines
from tocsin.testing.play import EndlessError, play
from tocsin.testing.script import STORY, Asked, Script, Verb

SCRIPT = SCRIPTS[1]


def changed(page: Page, **fields: object) -> Page:
    return msgspec.structs.replace(page, **fields)


def with_posts(page: Page, posts: list[Post]) -> Page:
    rest = [item for item in page.items if not isinstance(item, Upsert)]
    return changed(page, items=[*(Upsert(post=post) for post in posts), *rest])


class Honest(HackerNewsAdapter):
    """The adapter that the spoilt ones spoil."""


class NoLabel(Honest):
    about = About(title="Hacker News", what="Stories.", fields=(Field(name="query", label=""),))


class Fickle(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, cursor, reply, now)
        return changed(page, notes={**page.notes, "luck": random.randrange(1, 10**9)})


class Hoarder(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, cursor, reply, now)
        return changed(page, next_cursor=page.next_cursor + " " * 70_000)


class Forgetful(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, cursor, reply, now)
        return with_posts(page, [post for post in page.posts if not post.native_id.endswith("=5")])


class Futurist(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, cursor, reply, now)
        late = timedelta(minutes=1)
        return with_posts(page, [msgspec.structs.replace(p, created_at=p.seen_at + late) for p in page.posts])


class Loud(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        return changed(super().parse(source, cursor, reply, now), first_read=False)


class Endless(Honest):
    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        plan = super().plan(source, cursor, now)
        return Done(next_at=now + timedelta(minutes=10)) if plan == Done() else plan


class Stern(Honest):
    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        return Delete(platform="hacker_news", native_id=native_id, reason="I say so")


class Renaming(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, cursor, reply, now)
        seconds = now.second % 7
        return with_posts(
            page, [msgspec.structs.replace(p, native_id=f"{p.native_id}&at={seconds}") for p in page.posts]
        )


class Headstrong(Honest):
    """Remembers by itself what it read, and asks by its own clock for what is new."""

    def __init__(self) -> None:
        self._read = ""

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        return Request(url=f"https://hn.algolia.com/?numericFilters=created_at_i>={self._read or 0}&hitsPerPage=99")

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, "", reply, now)
        self._read = str(int(now.timestamp()))
        return changed(page, more=False, next_at=now + timedelta(minutes=10))


class ByOurClock(Honest):
    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        since = int((now - timedelta(minutes=30)).timestamp()) if cursor else 0
        return Request(url=f"https://hn.algolia.com/?numericFilters=created_at_i>={since}&hitsPerPage=99")

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, "", reply, now)
        return changed(page, next_cursor="read", more=False, next_at=now + timedelta(minutes=10))


class Trusting(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        assert isinstance(reply, Answer)
        for hit in msgspec.json.decode(reply.body)["hits"]:
            hit["objectID"].strip()
        return super().parse(source, cursor, reply, now)


class Silent(Honest):
    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        page = super().parse(source, cursor, reply, now)
        return changed(page, items=[item for item in page.items if isinstance(item, Upsert)])


class Brittle(Honest):
    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        if cursor:
            msgspec.json.decode(cursor)["place"].strip()
        return super().plan(source, cursor, now)


class Careless(Honest):
    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        int(source.options.get("every_minutes", "0"))
        return super().plan(source, cursor, now)


@pytest.mark.parametrize(
    ("spoilt", "check"),
    [
        (NoLabel, contract.says_what_it_is),
        (Fickle, contract.plans_and_parses_the_same_again),
        (Hoarder, contract.keeps_a_small_cursor),
        (Forgetful, contract.reads_the_whole_story),
        (Futurist, contract.gives_posts_that_can_be_kept),
        (Loud, contract.tells_a_first_read),
        (Endless, contract.reads_the_past),
        (Stern, contract.checks_single_posts),
        (Renaming, interruptions.killed_anywhere_gives_the_same_rows),
        (Headstrong, contract.plans_and_parses_the_same_again),
        (ByOurClock, interruptions.wrong_clocks_lose_nothing),
        (Trusting, hostility.bent_replies_raise_source_errors_alone),
        (Silent, hostility.junk_is_counted),
        (Brittle, hostility.strange_cursors_are_borne),
        (Careless, hostility.strange_options_are_told),
    ],
    ids=lambda one: one.__name__,
)
def test_a_spoilt_adapter_fails_its_check(spoilt: type[Honest], check: object) -> None:
    check(Rig(Honest(), SCRIPT))  # type: ignore[operator]
    with pytest.raises(AssertionError):
        check(Rig(spoilt(), SCRIPT))  # type: ignore[operator]


class Leaky(Honest):
    """Asks with a key, over http, and shows what the server says of it."""

    about = About(
        title="Keyed",
        what="Stories.",
        setup="Ask for a key.",
        fields=(*HackerNewsAdapter.about.fields, Field(name="key", label="Key", input=Input.SECRET)),
    )
    scheme = "http"

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        plan = super().plan(source, cursor, now)
        assert isinstance(plan, Request)
        url = plan.url.replace("https", self.scheme, 1)
        return msgspec.structs.replace(plan, url=url, headers={"x-key": secret_ref("key")})

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        assert isinstance(reply, Answer)
        if reply.status == 401:
            raise SourceError("Refused: {said}", permanent=True, said=reply.body.decode())
        return super().parse(source, cursor, reply, now)


def test_a_secret_in_the_clear_to_anybody_or_in_an_error_is_noticed() -> None:
    with pytest.raises(AssertionError, match="in the clear"):
        contract.sends_secrets_where_they_belong(Rig(Leaky(), SCRIPT))
    with pytest.raises(AssertionError, match="shows a secret"):
        contract.shows_no_secret(Rig(Leaky(), SCRIPT))

    class Abroad(Leaky):
        scheme = "https"

    with pytest.raises(AssertionError, match=r"terms\.hosts does not name"):
        contract.sends_secrets_where_they_belong(Rig(Abroad(), SCRIPT))


def test_the_server_sees_the_secret_and_the_adapter_does_not() -> None:
    seen = []

    def serve(asked: Asked) -> Reply:
        assert isinstance(asked.plan, Request)
        seen.append(asked.plan.headers["x-key"])
        return SCRIPT.serve(asked)

    script = Script(source=SCRIPT.source, serve=serve, native_id=SCRIPT.native_id)
    run = play(Leaky(), script)
    assert set(seen) == {"canary-key-9f8e7d6c5b4a"}
    assert "canary" not in repr(run.plans)


def test_an_adapter_that_never_comes_to_an_end_is_told() -> None:
    class Restless(Honest):
        def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
            return changed(super().parse(source, cursor, reply, now), more=True)

    script = Script(
        source=SCRIPT.source, serve=SCRIPT.serve, native_id=SCRIPT.native_id, ends=SCRIPT.begins + timedelta(days=1)
    )
    with pytest.raises(EndlessError, match="still asking"):
        play(Restless(), script)


def test_all_that_fails_is_told_at_once() -> None:
    class Both(Forgetful, NoLabel):
        pass

    with pytest.raises(NonconformanceError, match=r"says_what_it_is[\s\S]*reads_the_whole_story"):
        check_adapter(Both(), SCRIPT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import socket", "imports socket"),
        ("from http.client import HTTPSConnection", "imports http.client"),
        ("import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("from datetime import datetime\ndatetime.now()", "reads a clock"),
        ("def f():\n    import random", "imports random"),
        ("open('/etc/passwd')", "calls open"),
        ("__import__('os')", "calls __import__"),
        ("from subprocess import run", "imports subprocess"),
    ],
)
def test_what_reaches_outside_is_seen_in_the_text(text: str, found: str) -> None:
    assert any(found in what for _, what in impure_lines(ast.parse(text)))


@pytest.mark.parametrize(
    "text", ["from urllib.parse import quote", "import re\nre.compile('x')", "import io", "import json"]
)
def test_what_only_computes_is_let_through(text: str) -> None:
    assert list(impure_lines(ast.parse(text))) == []


def test_the_story_is_told_as_events_in_order() -> None:
    asked = Asked(
        plan=Request(url="https://example.org/"),
        story=STORY,
        now=SCRIPT.ends,
        heard_at=SCRIPT.ends,
        since=SCRIPT.begins,
    )
    events = asked.events()
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.verb for event in events} == set(Verb)
    edited = [event.post.text for event in events if event.post.number == 9 and event.verb is Verb.EDITED]
    assert edited == ["Je maintiens ma commande.", "Commande reçue, rien à redire."]

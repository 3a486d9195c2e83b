"""Play an adapter against a script, as the running product would: plan, reply, parse, rows and cursor kept together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from tocsin.base.post import Post
from tocsin.collect.adapter import (
    Adapter,
    Answer,
    Delete,
    Done,
    Page,
    PageItem,
    Plan,
    ReadMail,
    Reply,
    Request,
    Source,
    Subscribe,
    Upsert,
)
from tocsin.testing.script import Asked, Script, shifted

MOST_STEPS = 1_000  # an adapter that asks more often in four hours of story never comes to an end
_CONNECTION_LASTS = 5  # frames taken from a lasting connection before it breaks, so that resuming is played too
_SECOND = timedelta(seconds=1)
Key = tuple[str, str]


class EndlessError(AssertionError):
    """An adapter that asks again and again without coming to an end."""


@dataclass(slots=True)
class Rows:
    """What would stand in the database: posts by identity, and those removed, which no replay brings back."""

    posts: dict[Key, Post] = field(default_factory=dict)
    gone: dict[Key, str] = field(default_factory=dict)

    def apply(self, items: Iterable[PageItem]) -> None:
        """Keep what the items say, in their order."""
        for item in items:
            if isinstance(item, Delete):
                key = (item.platform, item.native_id)
                self.gone[key] = item.reason
                self.posts.pop(key, None)
            elif isinstance(item, Upsert) and item.post.key not in self.gone:
                self.posts[item.post.key] = item.post

    def said(self) -> dict[Key, tuple[str, ...]]:
        """Return what a person would see of each post; nothing that depends on when it was read."""
        return {key: _said(post) for key, post in self.posts.items()}


class Step(msgspec.Struct, frozen=True):
    """One question with its reply and what was read in it."""

    cursor: str
    plan: Plan
    reply: Reply
    page: Page
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a script is played.

    skew: the server's clock minus ours. twice: each page is kept twice. kill: number of the step whose cursor is lost
    after its rows were kept (`kill_keeps`) or before; the adapter is then made anew. fault: numbers of steps at which
    the server does not answer. bend: changes each reply. past: as in `Source.past`.
    """

    skew: timedelta = timedelta(0)
    twice: bool = False
    kill: int | None = None
    kill_keeps: bool = True
    faults: frozenset[int] = frozenset()
    bend: Callable[[Reply], Reply] | None = None
    past: datetime | None = None
    begins: datetime | None = None


class _State(msgspec.Struct, frozen=True):
    """Where a player stands: by its clock, on its lasting connection, in its count of questions."""

    now: datetime
    heard: datetime | None
    frames: int
    asked: int


@dataclass(slots=True)
class Run:
    """What a play gave. is_done: the adapter said that nothing is left for good. states: before each step."""

    rows: Rows = field(default_factory=Rows)
    steps: list[Step] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    is_done: bool = False
    cursor: str = ""
    states: list[_State] = field(default_factory=list)


def source_of(script: Script, way: Way) -> Source:
    """Return the source as it is played."""
    return msgspec.structs.replace(script.source, past=way.past)


def canaries(adapter: Adapter, script: Script) -> dict[str, str]:
    """Return a value for each secret of the adapter: the script's, or one made up that is easy to find again."""
    made = {name: f"canary-{name}-9f8e7d6c5b4a" for name in adapter.about.secrets}
    return {**made, **script.secrets}


def play(adapter: Adapter, script: Script, way: Way | None = None) -> Run:
    """Return what the adapter reads of the whole script. Raises EndlessError where it never stops asking."""
    return _Player(adapter, script, way or Way()).run()


def killed(adapter: Adapter, script: Script, whole: Run, step: int, *, keeps: bool) -> Run:
    """Return the play that goes as `whole`, an undisturbed one, and is killed at a step, counted from 1.

    keeps: after the rows of its page were kept, and before its cursor was.
    """
    player = _Player(adapter, script, Way(kill=step, kill_keeps=keeps))
    player.take_over(whole, step - 1)
    return player.run()


def fill(plan: Request | Subscribe | ReadMail, secrets: Mapping[str, str]) -> Request | Subscribe | ReadMail:
    """Return the plan with the secrets in place of their marks, as the guarded client sends it."""

    def put(text: str) -> str:
        for name, value in secrets.items():
            text = text.replace(f"{{{{secret:{name}}}}}", value)
        return text

    if isinstance(plan, ReadMail):
        return msgspec.structs.replace(plan, password=put(plan.password), user=put(plan.user))
    headers = {name: put(value) for name, value in plan.headers.items()}
    if isinstance(plan, Subscribe):
        return msgspec.structs.replace(
            plan, url=put(plan.url), headers=headers, hello=tuple(put(text) for text in plan.hello)
        )
    body = put(plan.body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return msgspec.structs.replace(plan, url=put(plan.url), headers=headers, body=body)


class _Player:
    def __init__(self, adapter: Adapter, script: Script, way: Way) -> None:
        self._adapter, self._script, self._way = adapter, script, way
        self._source = source_of(script, way)
        self._story = shifted(script.story, way.skew)
        self._done = Run(secrets=canaries(adapter, script))
        self._now = way.begins or script.begins
        self._heard: datetime | None = None  # up to when the lasting connection was heard; None while there is none
        self._frames = 0
        self._asked = 0

    def take_over(self, whole: Run, steps: int) -> None:
        """Begin where another play of the same way stood after so many steps."""
        state = whole.states[steps]
        self._now, self._heard, self._frames, self._asked = state.now, state.heard, state.frames, state.asked
        self._done.steps, self._done.states = whole.steps[:steps], whole.states[:steps]
        self._done.cursor = whole.steps[steps].cursor
        for step in self._done.steps:
            self._done.rows.apply(step.page.items)
            self._done.secrets.update(step.page.secrets)

    def run(self) -> Run:
        for _ in range(MOST_STEPS):
            if self._now > self._script.ends or self._done.is_done:
                return self._done
            self._step()
        raise EndlessError(f"{self._adapter.name} was still asking after {MOST_STEPS} questions")

    def _step(self) -> None:
        plan = self._adapter.plan(self._source, self._done.cursor, self._now)
        if isinstance(plan, Done):
            self._done.is_done = plan.next_at is None
            self._later(plan.next_at)
            return
        self._done.plans.append(plan)
        state = _State(self._now, self._heard, self._frames, self._asked)
        self._asked += 1
        if self._asked in self._way.faults:
            self._heard = None
            self._now += timedelta(seconds=20)
            return
        reply = self._reply(plan)
        if isinstance(reply, Answer) and reply.status >= 400 and not _is_read(plan, reply):
            self._later(None)
            return
        page = self._adapter.parse(self._source, self._done.cursor, reply, self._now)
        self._done.steps.append(Step(self._done.cursor, plan, reply, page, self._now))
        self._done.states.append(state)
        self._keep(page)

    def _keep(self, page: Page) -> None:
        killed = self._way.kill == len(self._done.steps)
        for _ in range(2 if self._way.twice else 1):
            if not killed or self._way.kill_keeps:
                self._done.rows.apply(page.items)
        if killed:
            self._adapter, self._heard = type(self._adapter)(), None
            self._now += _SECOND
            return
        self._done.cursor = page.next_cursor
        self._done.secrets.update(page.secrets)
        if page.more:
            self._now += _SECOND
        elif self._heard is None:
            self._later(page.next_at)

    def _later(self, at: datetime | None) -> None:
        self._now = max(at or self._now + self._script.every, self._now + _SECOND)

    def _reply(self, plan: Request | Subscribe | ReadMail) -> Reply:
        is_first = False
        since = self._now
        if isinstance(plan, Subscribe):
            is_first = self._heard is None
            since = self._heard or self._now
            self._now += self._script.every
            self._frames += 1
            self._heard = None if self._frames % _CONNECTION_LASTS == 0 else self._now
        asked = Asked(
            plan=fill(plan, self._done.secrets),
            story=self._story,
            now=self._now + self._way.skew,
            heard_at=self._now,
            since=since + self._way.skew,
            is_first=is_first,
        )
        reply = self._script.serve(asked)
        return self._way.bend(reply) if self._way.bend else reply


def _is_read(plan: Plan, answer: Answer) -> bool:
    return isinstance(plan, Request) and answer.status in plan.reads_status


def _said(post: Post) -> tuple[str, ...]:
    author = post.author.handle if post.author else ""
    written = post.created_at.isoformat() if post.time_doubt is None else ""
    return (post.kind, post.url or "", author, post.title, post.text, post.parent_id or "", written)

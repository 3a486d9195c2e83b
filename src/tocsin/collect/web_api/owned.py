"""The frame of an adapter that asks, with a key or a session of its owner, for a list and for single posts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Post
from tocsin.base.time import to_ms
from tocsin.collect.about import About, Field, Input
from tocsin.collect.adapter import (
    Answer,
    Delete,
    Done,
    Page,
    PageItem,
    Plan,
    Reject,
    Reply,
    Request,
    Source,
    Throttled,
    Upsert,
    answered,
    secret_ref,
)
from tocsin.collect.lenient import Lenient
from tocsin.collect.web_api.options import check_options, choice_of, every_s_of, words_of
from tocsin.collect.web_api.session import SESSION, OAuth, is_session, read_session, session_request
from tocsin.collect.web_api.sweep import Found, lane_now, load_memory, place_mark, since_of, take_page

GONE = "gone from its platform"
APPROVAL = Field(
    name="approval",
    label="Who declares the platform’s approval, and the day it was given",
    required=True,
    example="Alice Martin, 2026-03-02",
    help="Without an approval of the platform for your use, do not add this source.",
)
MOST_USD = Field(
    name="most_usd",
    label="The most to be spent in a month, in US dollars",
    input=Input.NUMBER,
    required=True,
    example="20",
    help="Reading stops there until the next month, and says so.",
)
_LANES = ("all",)
_MOST = 1_000_000
_LONGEST_PAGE = 4_000
S = TypeVar("S", bound=msgspec.Struct)


class Cursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a source of an owner remembers. signed_until: ms since 1970 until which a session holds. sweep: the rest."""

    v: int = 1
    signed_until: int = 0
    sweep: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a question or a reading is about. page: where the list goes on, "" at its start.

    since: back to when it is read, by the server's clock; None where that is not known yet.
    """

    source: Source
    options: Mapping[str, str]
    now: datetime
    page: str = ""
    since: datetime | None = None


class OwnedApi(ABC):
    """Asks page after page until what was seen before; then waits. A subclass says what to ask and how to read it.

    pause_s: seconds between two reads at least, unless the owner says otherwise. oauth: how a session is opened, None
    where a key is enough; its token is the secret `session`.
    """

    name: ClassVar[str]
    version: ClassVar[str] = "1"
    about: ClassVar[About]
    platform: ClassVar[str]
    pause_s: ClassVar[int] = 0
    oauth: ClassVar[OAuth | None] = None

    @abstractmethod
    def question(self, asked: Asked) -> Request:
        """Return the question for the page that the reading has come to."""

    @abstractmethod
    def found(self, asked: Asked, answer: Answer) -> Found:
        """Return what a page held. Raises SourceError when it holds nothing that can be used."""

    def question_of_one(self, asked: Asked, native_id: str) -> Request | None:
        """Return the question for one post, None where there is none."""
        return None

    def found_one(self, asked: Asked, native_id: str, answer: Answer) -> Post | Delete | None:
        """Return one post as it stands, its deletion, or None when the answer does not tell."""
        return None

    def pause_of(self, options: Mapping[str, str]) -> int:
        """Return the seconds between two reads at least, unless the owner says otherwise."""
        return self.pause_s

    def is_gone(self, answer: Answer) -> bool:
        """Say whether the answer for one post tells that it is not there any more."""
        return answer.status in (404, 410)

    def check(self, source: Source, options: Mapping[str, str]) -> None:  # noqa: B027 - most have nothing to add
        """Raise SourceError, permanent, for options that cannot be."""

    def plan(self, source: Source, cursor: str, now: datetime) -> Plan:
        """Return what to ask next."""
        known = _load(cursor)
        asked = self._asked(source, known, now)
        if load_memory(known.sweep, self._place(source)).done:
            return Done()
        if self.oauth is not None and known.signed_until <= to_ms(now):
            return session_request(self.oauth)
        return self.question(asked)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return what a page held. Raises SourceError."""
        answer = answered(reply)
        known = _load(cursor)
        asked = self._asked(source, known, now)
        if is_session(self.oauth, answer):
            token, until = read_session(answer, to_ms(now))
            known = msgspec.structs.replace(known, signed_until=until)
            return Page(items=[], next_cursor=_dump(known), more=True, secrets={SESSION: token})
        if answer.status == 401:
            # It ended before its time. Whoever refuses a fresh one, too, is not pressed.
            known = msgspec.structs.replace(known, signed_until=0)
            return Page(items=[], next_cursor=_dump(known), next_at=now + timedelta(minutes=1))
        memory = load_memory(known.sweep, self._place(source))
        page = take_page(source, memory, _LANES, self.found(asked, answer), answer)
        next_at = page.next_at
        if next_at is not None and not every_s_of(source):
            next_at = max(next_at, answer.at + timedelta(seconds=self.pause_of(asked.options)))
        return msgspec.structs.replace(
            page,
            items=[*page.items, *_slowed(answer)],
            next_cursor=_dump(msgspec.structs.replace(known, sweep=page.next_cursor)),
            next_at=next_at,
        )

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question that tells of one post, None where there is none."""
        return self.question_of_one(self._asked(source, Cursor(), now), native_id)

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, its deletion, or None when the answer tells neither."""
        if self.is_gone(answer):
            return Delete(platform=self.platform, native_id=native_id, reason=GONE)
        if not 200 <= answer.status < 300:
            return None
        one = self.found_one(self._asked(source, Cursor(), now), native_id, answer)
        if isinstance(one, Post):
            return Upsert(post=one) if one.native_id == native_id else None
        return one

    def _asked(self, source: Source, known: Cursor, now: datetime) -> Asked:
        options = self._options(source)
        memory = load_memory(known.sweep, self._place(source))
        _, lane = lane_now(memory, _LANES)
        return Asked(
            source=source, options=options, now=now, page=lane.page, since=source.past or since_of(memory, lane)
        )

    def _options(self, source: Source) -> dict[str, str]:
        """Return the options with the defaults of those left empty. Raises SourceError, permanent."""
        check_options(source, self.about)
        found = {}
        for field in self.about.fields:
            if field.input is Input.SECRET:
                continue
            value = words_of(source, field.name) or field.default
            if field.input is Input.CHOICE:
                value = choice_of(source, self.about, field.name)
            elif field.input is Input.NUMBER and value:
                _check_number(source, field.name, value)
            found[field.name] = value
        self.check(source, found)
        return found

    def _place(self, source: Source) -> str:
        ways = ("approval", "every_minutes", "most_usd")  # what changes nothing of the question
        return place_mark(
            source, *(f"{name}={source.options[name]}" for name in sorted(source.options) if name not in ways)
        )


def bearer(name: str) -> dict[str, str]:
    """Return the header that shows a secret as a bearer token (RFC 6750)."""
    return {"authorization": f"Bearer {secret_ref(name)}"}


def no_list(answer: Answer) -> SourceError:
    """Return the error of an answer that is not what its interface gives."""
    return SourceError(
        "{url} does not answer as its documentation says; it will be asked again later.",
        permanent=False,
        url=answer.url.partition("?")[0],
    )


def found_of(
    raws: Sequence[msgspec.Raw], kind: Lenient[S], post_of: Callable[[S], Post | None], onward: str = ""
) -> Found:
    """Return the posts of a list, with a Reject for each member that is none, and the times of the posts.

    post_of: returns None for a member that is no post by its nature (a placeholder); such are counted. onward: where
    the older page begins, "" when there is none.
    """
    found = Found(onward=onward if len(onward) <= _LONGEST_PAGE else "")
    for line, raw in enumerate(raws, start=1):
        member = kind.read(raw, found.notes)
        if member is None:
            start = bytes(raw)[:200].decode("utf-8", "replace")
            found.rejects.append(Reject(line=line, why="It lacks what makes a post, such as an id.", raw=start))
            continue
        post = post_of(member)
        if post is None:
            found.notes["not_a_post"] += 1
            continue
        found.posts.append(post)
        found.times.append(post.edited_at or post.created_at)
    return found


def _check_number(source: Source, name: str, value: str) -> None:
    if not (value.isascii() and value.isdigit() and len(value) < 8 and 0 < int(value) <= _MOST):
        raise SourceError(
            "The source {source} has {name}={value!r}, which is not a whole number from 1 to {most}; correct it.",
            permanent=True,
            source=source.name,
            name=name,
            value=value[:80],
            most=_MOST,
        )


def _load(cursor: str) -> Cursor:
    try:
        known = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Cursor()
    return known if known.v == 1 else Cursor()


def _dump(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _slowed(answer: Answer) -> list[PageItem]:
    """What the headers say of questions left: none until the instant they name (seconds since 1970, or from now)."""
    for prefix in ("x-rate-limit", "x-ratelimit"):
        left, until = (answer.headers.get(f"{prefix}-{name}", "") for name in ("remaining", "reset"))
        if left.partition(".")[0] == "0" and until.isascii() and until.isdigit() and len(until) <= 11:
            wait_s = int(until) if len(until) < 8 else int(until) - answer.at.timestamp()
            if wait_s > 0:
                return [Throttled(until=answer.at + timedelta(seconds=min(wait_s, 86_400.0)))]
    return []

"""A tiny adapter whose answers and frames a test writes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Post
from tocsin.collect.about import About, Field, Input, Terms
from tocsin.collect.adapter import (
    Answer,
    Delete,
    Done,
    Frames,
    Gap,
    Page,
    PageItem,
    Reply,
    Request,
    Source,
    Subscribe,
    Upsert,
    Wire,
    secret_ref,
)


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that the scripted server says. op: put, delete, gap, bad. n: rises; the cursor is the last one."""

    n: int
    op: str = "put"
    id: str = ""
    text: str = ""
    at: datetime | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the scripted server answers to one question. token: a renewed secret."""

    lines: list[Line] = []
    more: bool = False
    token: str = ""
    ends: datetime | None = None


class ScriptAdapter:
    """Asks `url` for what came after its cursor, or listens to it; what it gets are `Line`s."""

    name = "script"
    version = "1"
    about = About(
        title="A script",
        what="What a test writes.",
        fields=(
            Field(name="url", label="Address", input=Input.URL, required=True),
            Field(name="token", label="Token", input=Input.SECRET),
            Field(name="wire", label="How"),
        ),
        terms=Terms(retention_days=30, recheck_hours=2),
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Subscribe | Done:
        url = source.options["url"]
        if "://" not in url:
            raise SourceError("{url} is no address.", permanent=True, url=url)
        if source.past is not None:
            if cursor.endswith("!"):
                return Done()
            return Request(url=f"{url}?past={source.past.timestamp():.0f}&before={cursor}")
        if source.options.get("wire") == "socket":
            return Subscribe(url=f"{url}?after={cursor}", wire=Wire.WEB_SOCKET, silence_s=30.0)
        headers = {"authorization": f"Bearer {secret_ref('token')}"} if source.options.get("wire") == "secret" else {}
        return Request(url=f"{url}?after={cursor}", headers=headers)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        if isinstance(reply, Frames):
            lines = [msgspec.json.decode(frame.body, type=Line) for frame in reply.frames]
            return _page(lines, cursor, reply.at, Said())
        assert isinstance(reply, Answer)
        said = msgspec.json.decode(reply.body, type=Said)
        page = _page(said.lines, cursor, reply.at, said)
        if source.past is not None and not said.more:
            return msgspec.structs.replace(page, next_cursor=f"{page.next_cursor}!")
        return page

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        return Request(url=f"{source.options['url']}/post?id={native_id}", reads_status=(404,))

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        if answer.status == 404:
            return Delete(platform="script", native_id=native_id, reason="not found")
        return Upsert(post=_post(msgspec.json.decode(answer.body, type=Line), answer.at))


def _page(lines: list[Line], cursor: str, at: datetime, said: Said) -> Page:
    items: list[PageItem] = []
    for line in lines:
        if line.op == "bad":
            raise SourceError("Line {n} is bad.", permanent=False, n=line.n)
        if line.op == "delete":
            items.append(Delete(platform="script", native_id=line.id, reason="deleted"))
        elif line.op == "gap":
            items.append(Gap(since=line.at, until=at, why="The server forgot."))
        else:
            items.append(Upsert(post=_post(line, at)))
    return Page(
        items=items,
        next_cursor=str(lines[-1].n) if lines else cursor,
        more=said.more,
        secrets={"token": said.token} if said.token else {},
        ends={"token": said.ends} if said.ends else {},
    )


def _post(line: Line, at: datetime) -> Post:
    return Post(
        platform="script",
        native_id=line.id,
        created_at=line.at or at,
        seen_at=at,
        text=line.text,
        author=Author(platform="script", handle="voisin"),
    )

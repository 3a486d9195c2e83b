"""Lemmy: posts and comments of a community, of a search, or of all that a server knows."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlencode

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.url import canonical_url, host_of
from tocsin.collect.about import About, Checked, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Done, Page, Reject, Reply, Request, Source, Upsert, answered
from tocsin.collect.web_api.options import EVERY, check_options, choice_of, every_s_of, place_of, words_of
from tocsin.collect.web_api.sweep import Found, Memory, dump_memory, lane_now, load_memory, place_mark, take_page
from tocsin.collect.web_api.text import from_markdown
from tocsin.collect.web_api.values import (
    believed,
    edited,
    flag_in,
    inside,
    instant_in,
    json_of,
    number_in,
    start_of,
    text_in,
    unlike,
)

PLATFORM = "lemmy"
_KINDS = {"all": ("posts", "comments"), "posts": ("posts",), "comments": ("comments",)}
_ONE_OF = {"posts": "post", "comments": "comment"}
_AT_ONCE = 50
_COMMUNITY = re.compile(r"[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9.-]{1,253}(?::\d{1,5})?)?")
_ADDRESS = re.compile(r"(https?://[^/?#]+)/(post|comment)/(\d{1,18})")
_LONGEST_CURSOR = 500
_GONE = ("couldnt_find_post", "couldnt_find_comment", "not_found", "deleted", "removed")


class LemmyAdapter:
    """Reads one Lemmy server; ids are those of the network, so that two servers give the same rows."""

    name = "lemmy"
    version = "1"
    about = About(
        title="Lemmy",
        what="Posts and comments of a Lemmy community, of a search, or of everything that a Lemmy server knows.",
        icon="messages",
        fields=(
            Field(
                name="server", label="Address of the server", input=Input.URL, example="https://jlai.lu", required=True
            ),
            Field(
                name="community",
                label="Community",
                help="Left empty, all that the server knows is read.",
                example="france@jlai.lu",
            ),
            Field(
                name="query", label="Words to look for", help="Left empty, everything is read.", example="Maison Alba"
            ),
            Field(
                name="kind",
                label="What to read",
                input=Input.CHOICE,
                default="all",
                choices=(
                    Choice(value="all", label="Posts and comments"),
                    Choice(value="posts", label="Posts"),
                    Choice(value="comments", label="Comments"),
                ),
            ),
            EVERY,
        ),
        terms=Terms(
            url="https://join-lemmy.org/docs/contributors/04-api.html",
            deletes=Deletes.RECHECKED,
            pace=Pace(requests=10, per_s=60.0),
        ),
        checked=Checked.RECORDED,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return the question for the newest posts or comments, or for those after the last page."""
        memory = load_memory(cursor, _place(source))
        if memory.done:
            return Done()
        name, lane = lane_now(memory, _lanes(source))
        is_new = memory.route == "v4"
        asked = {"type_": "all" if is_new else "All", "sort": "new" if is_new else "New", "limit": str(_AT_ONCE)}
        community, query = _community(source), words_of(source, "query")
        if community:
            asked["community_name"] = community
            if is_new:
                asked["community_name_or_id"] = community
        if lane.page.startswith("c:"):
            asked["page_cursor"] = lane.page[2:]
        elif lane.page:
            asked["page"] = lane.page
        if query:
            asked["search_term" if is_new else "q"] = query
            asked["listing_type"] = asked.pop("type_")
            asked["type_"] = name if is_new else name.title()
        way = "search" if query else f"{_ONE_OF[name]}/list"
        return Request(
            url=f"{place_of(source, 'server')}/api/{memory.route or 'v3'}/{way}?{urlencode(asked)}",
            accept="application/json",
            reads_status=() if memory.route else (404,),
        )

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the posts or comments found. Raises SourceError when the answer is no list of them.

        A server that has left its third interface answers 404: it is asked by its fourth.
        """
        answer = answered(reply)
        memory, lanes = load_memory(cursor, _place(source)), _lanes(source)
        name, lane = lane_now(memory, lanes)
        is_first = not memory.read_at
        if answer.status == 404:
            return _newer_way(memory, answer)
        held = json_of(answer, is_first=is_first)
        entries = next((one for key in (name, "items", "results") if isinstance(one := inside(held, key), list)), None)
        if entries is None:
            raise unlike(answer, is_first=is_first)
        found = Found()
        for line, entry in enumerate(entries, start=1):
            _take(found, _ONE_OF[name], line, entry, answer.at)
        onward = text_in(held, "next_page")
        if onward and len(onward) <= _LONGEST_CURSOR:
            found.onward = f"c:{onward}"
        elif len(entries) >= _AT_ONCE and not lane.page.startswith("c:"):
            found.onward = str(int(lane.page) + 1 if lane.page.isascii() and lane.page.isdigit() else 2)
        return take_page(source, memory, lanes, found, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one post to the server where it was written, None where that is no Lemmy."""
        address = _ADDRESS.fullmatch(native_id)
        if address is None:
            return None
        return Request(
            url=f"{address[1]}/api/v3/{address[2]}?id={address[3]}", accept="application/json", reads_status=(400, 404)
        )

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, its removal, or None where another kind of server answers."""
        held = json_of(answer, is_first=False)
        if answer.status >= 400:
            is_gone = text_in(held, "error") in _GONE
            return Delete(platform=PLATFORM, native_id=native_id, reason="no longer there") if is_gone else None
        found = Found()
        for kind in _ONE_OF.values():
            view = inside(held, f"{kind}_view")
            if isinstance(view, dict):
                _take(found, kind, 1, view, answer.at)
        gone = next((one for one in found.gone if one.native_id == native_id), None)
        post = next((one for one in found.posts if one.native_id == native_id), None)
        return gone or (Upsert(post=post) if post else None)


def _place(source: Source) -> str:
    check_options(source, LemmyAdapter.about)
    every_s_of(source)
    return place_mark(
        source, place_of(source, "server"), _community(source), words_of(source, "query"), *_lanes(source)
    )


def _lanes(source: Source) -> tuple[str, ...]:
    return _KINDS[choice_of(source, LemmyAdapter.about, "kind")]


def _community(source: Source) -> str:
    written = words_of(source, "community").removeprefix("!")
    if written and not _COMMUNITY.fullmatch(written):
        raise SourceError(
            "The source {source} has no community {community!r}; write its name and its server, as in france@jlai.lu.",
            permanent=True,
            source=source.name,
            community=written,
        )
    return written


def _newer_way(memory: Memory, answer: Answer) -> Page:
    if memory.route:
        raise SourceError(
            "{url} is not there; check the address of the server and the name of the community.",
            permanent=not memory.read_at,
            url=answer.url,
        )
    newer = Memory(place=memory.place, route="v4", lanes=memory.lanes, seen=memory.seen)
    return Page(items=(), next_cursor=dump_memory(newer), more=True, first_read=True)


def _take(found: Found, kind: str, line: int, entry: object, seen_at: datetime) -> None:
    """Put what an entry says into `found`."""
    said = inside(entry, kind)
    native_id = canonical_url(text_in(said, "ap_id"))
    if native_id is None:
        found.rejects.append(Reject(line=line, why="The entry has no address of its own.", raw=start_of(entry)))
        return
    claimed = instant_in(said, "published") or instant_in(said, "published_at")
    if claimed is None:
        found.notes["time_missing"] += 1
    elif not (flag_in(said, "featured_community") or flag_in(said, "featured_local")):
        found.times.append(claimed)  # those pinned to the top stand out of order
    for flag in ("deleted", "removed"):
        if flag_in(said, flag):
            found.gone.append(Delete(platform=PLATFORM, native_id=native_id, reason=flag))
            return
    post = _comment(entry, native_id, seen_at) if kind == "comment" else _post(entry, native_id, seen_at)
    if post is None:
        found.rejects.append(Reject(line=line, why="The entry has no title and no text.", raw=start_of(entry)))
    else:
        found.posts.append(post)


def _post(entry: object, native_id: str, seen_at: datetime) -> Post | None:
    said = inside(entry, "post")
    text, links = from_markdown(text_in(said, "body"), native_id)
    target = canonical_url(text_in(said, "url"))
    title = " ".join(text_in(said, "name").split())
    if not (title or text or target):
        return None
    created_at, doubt = believed(instant_in(said, "published") or instant_in(said, "published_at"), seen_at)
    counts = inside(entry, "counts") or said
    return Post(
        platform=PLATFORM,
        native_id=native_id,
        url=native_id,
        author=_author(entry),
        created_at=created_at,
        edited_at=edited(instant_in(said, "updated") or instant_in(said, "updated_at"), created_at, seen_at),
        seen_at=seen_at,
        time_doubt=doubt,
        title=title,
        text=text,
        links=tuple(dict.fromkeys((*((target,) if target else ()), *links))),
        engagement=Engagement(likes=number_in(counts, "score"), replies=number_in(counts, "comments")),
    )


def _comment(entry: object, native_id: str, seen_at: datetime) -> Post | None:
    said = inside(entry, "comment")
    text, links = from_markdown(text_in(said, "content"), native_id)
    if not (text or links):
        return None
    created_at, doubt = believed(instant_in(said, "published") or instant_in(said, "published_at"), seen_at)
    root = canonical_url(text_in(entry, "post", "ap_id"))
    # "0.12.15": numbers on this server only, so that the parent's own id is known only where it is the post.
    is_on_post = text_in(said, "path").count(".") == 1
    counts = inside(entry, "counts") or said
    return Post(
        platform=PLATFORM,
        native_id=native_id,
        kind=PostKind.COMMENT,
        url=native_id,
        author=_author(entry),
        created_at=created_at,
        edited_at=edited(instant_in(said, "updated") or instant_in(said, "updated_at"), created_at, seen_at),
        seen_at=seen_at,
        time_doubt=doubt,
        text=text,
        links=links,
        parent_id=root if is_on_post else None,
        root_id=root,
        engagement=Engagement(likes=number_in(counts, "score"), replies=number_in(counts, "child_count")),
    )


def _author(entry: object) -> Author | None:
    """Return who wrote it, by name and server."""
    creator = inside(entry, "creator")
    name = text_in(creator, "name")
    home = host_of(text_in(creator, "actor_id") or text_in(creator, "ap_id"))
    if not name:
        return None
    return Author(
        platform=PLATFORM,
        handle=f"{name}@{home}" if home else name,
        name=text_in(creator, "display_name") or None,
        created_at=instant_in(creator, "published") or instant_in(creator, "published_at"),
    )

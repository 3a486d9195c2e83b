"""Comments on a WordPress site, through the interface that every such site has (REST, wp/v2)."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlencode

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Checked, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Done, Page, Reject, Reply, Request, Source, Upsert, answered
from tocsin.collect.web_api.options import EVERY, check_options, every_s_of, place_of
from tocsin.collect.web_api.sweep import Found, Memory, dump_memory, lane_now, load_memory, place_mark, take_page
from tocsin.collect.web_api.text import from_html
from tocsin.collect.web_api.values import believed, instant_in, json_of, number_in, start_of, text_in, unlike

PLATFORM = "web"  # as in feeds, so that the comments feed of the same site gives the same rows
_LANES = ("comments",)
_AT_ONCE = 100
_AGAIN = 5  # read twice between two pages, since those removed meanwhile move the others up
_PRETTY, _PLAIN = "/wp-json/wp/v2/comments", "/?rest_route=/wp/v2/comments"
_ADDRESS = re.compile(r"(.+)/\?p=(\d{1,18})#comment-(\d{1,18})")
_CLOSED = (401, 403)
_ABSENT = (404, 410)


class WordPressCommentsAdapter:
    """Reads the approved comments of a site; its native ids (`/?p=1#comment-2`) outlast every setting of addresses.

    They are those of the site's comments feed too, but under articles that a program published at once.
    """

    name = "wordpress_comments"
    version = "1"
    about = About(
        title="Comments on a WordPress site",
        what="The approved comments of a site that runs on WordPress, those under old articles among them.",
        setup="Give the address of the site's front page. Where this way is closed, add its comments feed.",
        icon="message-2",
        fields=(
            Field(
                name="url",
                label="Address of the site",
                input=Input.URL,
                example="https://blog.example.org",
                required=True,
            ),
            EVERY,
        ),
        terms=Terms(
            url="https://developer.wordpress.org/rest-api/",
            deletes=Deletes.RECHECKED,
            pace=Pace(requests=20, per_s=60.0),
        ),
        checked=Checked.SERVER,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return the question for the newest comments, or for those after the last page."""
        site = _site(source)
        memory = load_memory(cursor, place_mark(source, site))
        if memory.done:
            return Done()
        _, lane = lane_now(memory, _LANES)
        asked = {"per_page": str(_AT_ONCE), "orderby": "date_gmt", "order": "desc"}
        if lane.page:
            asked["offset"] = lane.page
        reads = () if memory.route else (*_CLOSED, *_ABSENT)
        return Request(url=_question(site, memory.route, "", asked), accept="application/json", reads_status=reads)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the comments found. Raises SourceError when the site has none to give.

        A site without readable addresses answers the first question with 404: it is asked in its other way.
        """
        answer, site = answered(reply), _site(source)
        memory = load_memory(cursor, place_mark(source, site))
        if answer.status in (*_CLOSED, *_ABSENT):
            return _other_way(memory, answer)
        is_first = not memory.read_at
        try:
            entries = json_of(answer, is_first=is_first)
        except SourceError:
            if memory.route or not is_first:
                raise
            return _other_way(memory, answer)  # some show their front page in place of what is not there
        if not isinstance(entries, list):
            raise unlike(answer, is_first=is_first)
        found = Found()
        for line, entry in enumerate(entries, start=1):
            _take(found, site, line, entry, answer.at)
        _, lane = lane_now(memory, _LANES)
        offset = int(lane.page) if lane.page.isascii() and lane.page.isdigit() else 0
        total = number_in(answer.headers, "x-wp-total")
        is_last = len(entries) < _AT_ONCE if total is None else offset + len(entries) >= total
        if entries and not is_last:
            found.onward = str(offset + max(1, len(entries) - _AGAIN))
        return take_page(source, memory, _LANES, found, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one comment, None for what is none of this site."""
        site, address = _site(source), _ADDRESS.fullmatch(native_id)
        if address is None or address[1] != site:
            return None
        return Request(
            url=_question(site, "plain", f"/{address[3]}", {}),
            accept="application/json",
            reads_status=(*_CLOSED, *_ABSENT),
        )

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the comment as it stands, or its removal; one that waits for approval again is no longer public.

        Only the site's own word removes: a whole site that closed, or a page of its host in its place, tells nothing.
        """
        if _code(answer) in ("rest_cannot_read", "rest_comment_invalid_id"):
            return Delete(platform=PLATFORM, native_id=native_id, reason="no longer public")
        if answer.status >= 400:
            return None
        found = Found()
        _take(found, _site(source), 1, json_of(answer, is_first=False), answer.at)
        post = next((one for one in found.posts if one.native_id == native_id), None)
        return Upsert(post=post) if post else None


def _site(source: Source) -> str:
    check_options(source, WordPressCommentsAdapter.about)
    every_s_of(source)
    return place_of(source)


def _question(site: str, route: str, one: str, asked: dict[str, str]) -> str:
    """Return the address; route: "plain" for a site without readable addresses, which works on every site."""
    if route == "plain":
        return f"{site}{_PLAIN}{one}" + "".join(f"&{urlencode([pair])}" for pair in asked.items())
    return f"{site}{_PRETTY}{one}" + (f"?{urlencode(asked)}" if asked else "")


def _other_way(memory: Memory, answer: Answer) -> Page:
    if memory.route or answer.status in _CLOSED:
        raise SourceError(
            "{url} does not let its comments be read this way (status {status}); add its comments feed instead.",
            permanent=True,
            url=answer.url,
            status=answer.status,
        )
    plain = Memory(place=memory.place, route="plain", lanes=memory.lanes, seen=memory.seen)
    return Page(items=(), next_cursor=dump_memory(plain), more=True, first_read=True)


def _code(answer: Answer) -> str:
    try:
        return text_in(json_of(answer, is_first=False), "code")
    except SourceError:
        return ""


def _take(found: Found, site: str, line: int, entry: object, seen_at: datetime) -> None:
    """Put what an entry says into `found`."""
    number, article = number_in(entry, "id"), number_in(entry, "post")
    if not number or not article:
        found.rejects.append(Reject(line=line, why="The entry has no number or no article.", raw=start_of(entry)))
        return
    claimed = instant_in(entry, "date_gmt")
    if claimed is not None:
        found.times.append(claimed)
    else:
        found.notes["time_missing"] += 1
    if text_in(entry, "status") not in ("approved", ""):
        found.notes["not_approved"] += 1
        return
    text, links = from_html(text_in(entry, "content", "rendered"), f"{site}/")
    if not (text or links):
        found.rejects.append(Reject(line=line, why="The entry has no text.", raw=start_of(entry)))
        return
    created_at, doubt = believed(claimed, seen_at)
    name = " ".join(from_html(text_in(entry, "author_name"))[0].split())
    root = f"{site}/?p={article}"
    parent = number_in(entry, "parent")
    # Comments, mentions by other blogs (pingback, trackback).
    kind = PostKind.SHARE if text_in(entry, "type") in ("pingback", "trackback") else PostKind.COMMENT
    native_id = f"{root}#comment-{number}"
    found.posts.append(
        Post(
            platform=PLATFORM,
            native_id=native_id,
            kind=kind,
            url=canonical_url(text_in(entry, "link")) or native_id,
            author=Author(platform=PLATFORM, handle=name, name=name) if name else None,
            created_at=created_at,
            seen_at=seen_at,
            time_doubt=doubt,
            text=text,
            links=links,
            parent_id=f"{root}#comment-{parent}" if parent else root,
            root_id=root,
        )
    )

"""Discourse forums: every public post, newest first, through the JSON that each page of such a forum has."""

from __future__ import annotations

import re
from datetime import datetime

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Engagement, Post, PostKind
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Checked, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Done, Page, Reject, Reply, Request, Source, Upsert, answered
from tocsin.collect.web_api.options import EVERY, check_options, every_s_of, place_of
from tocsin.collect.web_api.sweep import Found, lane_now, load_memory, place_mark, take_page
from tocsin.collect.web_api.text import from_html
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

PLATFORM = "discourse"
_LANES = ("posts",)
_SPAN = 50  # numbers that one page covers, as the server counts: those of hidden posts among them
_ADDRESS = re.compile(r"(.+)/t/(\d{1,18})/(\d{1,18})")
_GONE = ("not_found", "invalid_access")
_SAID = (1, 2)  # kinds of posts that people write: an ordinary one, one by the staff; not small actions, not whispers


class DiscourseAdapter:
    """Reads a forum; a post is known by its thread and its place there, whatever its thread is renamed to."""

    name = "discourse"
    version = "1"
    about = About(
        title="A Discourse forum",
        what="Every public post of a forum that runs on Discourse.",
        setup="Give the address of the forum's front page. A forum that asks its readers to sign in cannot be read.",
        icon="messages",
        fields=(
            Field(
                name="url",
                label="Address of the forum",
                input=Input.URL,
                example="https://forum.example.org",
                required=True,
            ),
            EVERY,
        ),
        terms=Terms(
            url="https://www.discourse.org/terms",
            deletes=Deletes.RECHECKED,
            pace=Pace(requests=20, per_s=60.0),
        ),
        checked=Checked.RECORDED,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return the question for the newest posts, or for those before the last page."""
        site = _site(source)
        memory = load_memory(cursor, place_mark(source, site))
        if memory.done:
            return Done()
        _, lane = lane_now(memory, _LANES)
        before = f"?before={lane.page}" if lane.page else ""
        return Request(url=f"{site}/posts.json{before}", accept="application/json")

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the posts found. Raises SourceError when the answer is no list of them."""
        answer, site = answered(reply), _site(source)
        memory = load_memory(cursor, place_mark(source, site))
        is_first = not memory.read_at
        entries = inside(json_of(answer, is_first=is_first), "latest_posts")
        if not isinstance(entries, list):
            raise unlike(answer, is_first=is_first)
        found = Found()
        numbers = []
        for line, entry in enumerate(entries, start=1):
            number = number_in(entry, "id")
            if number is not None:
                numbers.append(number)
            _take(found, site, line, entry, answer.at)
        _, lane = lane_now(memory, _LANES)
        asked = int(lane.page) if lane.page.isascii() and lane.page.isdigit() else 0
        # A page without any post may stand amid others: its numbers are those of private messages.
        onward = min(numbers) - 1 if numbers else asked - _SPAN
        found.onward = str(onward) if onward > 0 else ""
        return take_page(source, memory, _LANES, found, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one post, None for what is none of this forum."""
        site, address = _site(source), _ADDRESS.fullmatch(native_id)
        if address is None or address[1] != site:
            return None
        return Request(
            url=f"{site}/posts/by_number/{address[2]}/{address[3]}.json",
            accept="application/json",
            reads_status=(403, 404, 410),
        )

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the post as it stands, or its removal.

        Only the forum's own word removes: a forum that closed to strangers, or a page in its place, tells nothing.
        """
        if answer.status >= 400:
            is_gone = _error(answer) in _GONE
            return Delete(platform=PLATFORM, native_id=native_id, reason="no longer public") if is_gone else None
        found = Found()
        _take(found, _site(source), 1, json_of(answer, is_first=False), answer.at)
        gone = next((one for one in found.gone if one.native_id == native_id), None)
        post = next((one for one in found.posts if one.native_id == native_id), None)
        return gone or (Upsert(post=post) if post else None)


def _site(source: Source) -> str:
    check_options(source, DiscourseAdapter.about)
    every_s_of(source)
    return place_of(source)


def _error(answer: Answer) -> str:
    try:
        return text_in(json_of(answer, is_first=False), "error_type")
    except SourceError:
        return ""


def _take(found: Found, site: str, line: int, entry: object, seen_at: datetime) -> None:
    """Put what an entry says into `found`."""
    topic, number = number_in(entry, "topic_id"), number_in(entry, "post_number")
    if not topic or not number:
        found.rejects.append(Reject(line=line, why="The entry has no thread or no place in it.", raw=start_of(entry)))
        return
    native_id = f"{site}/t/{topic}/{number}"
    claimed = instant_in(entry, "created_at")
    if claimed is not None:
        found.times.append(claimed)
    else:
        found.notes["time_missing"] += 1
    if inside(entry, "deleted_at") or flag_in(entry, "user_deleted"):
        found.gone.append(Delete(platform=PLATFORM, native_id=native_id, reason="deleted"))
        return
    kind = number_in(entry, "post_type")
    if kind is not None and kind not in _SAID:
        found.notes["no_words_of_a_person"] += 1
        return
    if flag_in(entry, "hidden"):
        found.notes["hidden"] += 1
        return
    post = _post(site, native_id, entry, seen_at)
    if post is None:
        found.rejects.append(Reject(line=line, why="The entry has no title and no text.", raw=start_of(entry)))
    else:
        found.posts.append(post)


def _post(site: str, native_id: str, entry: object, seen_at: datetime) -> Post | None:
    created_at, doubt = believed(instant_in(entry, "created_at"), seen_at)
    text, links = from_html(text_in(entry, "cooked"), f"{site}/")
    thread = native_id.rpartition("/")[0]
    is_start = native_id == f"{thread}/1"
    title = " ".join(text_in(entry, "topic_title").split()) if is_start else ""
    if not (text or title or links):
        return None
    handle, name = text_in(entry, "username"), text_in(entry, "name") or text_in(entry, "display_username")
    parent = number_in(entry, "reply_to_post_number") or 1
    version = number_in(entry, "version") or 1
    slug = text_in(entry, "topic_slug")
    address = canonical_url(f"{site}/t/{slug}/{native_id.removeprefix(f'{site}/t/')}") if slug else None
    return Post(
        platform=PLATFORM,
        native_id=native_id,
        kind=PostKind.POST if is_start else PostKind.REPLY,
        url=address or native_id,
        author=Author(platform=PLATFORM, handle=handle, name=name or None) if handle else None,
        created_at=created_at,
        edited_at=edited(instant_in(entry, "updated_at"), created_at, seen_at) if version > 1 else None,
        seen_at=seen_at,
        time_doubt=doubt,
        title=title,
        text=text,
        links=links,
        parent_id=None if is_start else f"{thread}/{parent}",
        root_id=None if is_start else f"{thread}/1",
        engagement=Engagement(replies=number_in(entry, "reply_count"), views=number_in(entry, "reads")),
    )

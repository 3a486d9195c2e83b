"""Wikipedia: what is changed on the pages about a brand and on their talk pages, by the history of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from tocsin.base.errors import SourceError
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.url import host_of
from tocsin.collect.about import About, Checked, Choice, Deletes, Field, Input, Pace, Terms
from tocsin.collect.adapter import Answer, Delete, Done, Page, Reject, Reply, Request, Source, Upsert, answered
from tocsin.collect.web_api.options import EVERY, check_options, choice_of, every_s_of, words_of
from tocsin.collect.web_api.sweep import Found, lane_now, load_memory, place_mark, take_page
from tocsin.collect.web_api.values import (
    believed,
    flag_in,
    inside,
    instant_in,
    json_of,
    number_in,
    start_of,
    text_in,
    unlike,
)

PLATFORM = "wikipedia"
_AT_ONCE = 51  # the last is there for its size alone, where there are older ones
_MOST_PAGES = 20
_TALK = "Talk:"  # understood by every Wikipedia, whatever its language calls it
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,10})?")
_UNTITLED = re.compile(r"[#<>\[\]|{}\x00-\x1f\x7f\ud800-\udfff]")
_SECTION = re.compile(r"/\*\s*(.{0,200}?)\s*\*/\s*")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,300}\|)?([^\[\]|]{0,300})\]\]")
_ASKED = "ids|timestamp|user|comment|size|tags|flags"
# Tags that say that a change undid another or was undone, or took a page's content away (Special:Tags).
_TELLING = ("mw-blank", "mw-manual-revert", "mw-replace", "mw-reverted", "mw-rollback", "mw-undo")
_BUSY = ("maxlag", "ratelimited", "readonly", "internal_api_error_DBQueryError")


class WikipediaAdapter:
    """Reads page histories: who changed what, in their own words, by how many bytes, and whether it was undone.

    A change reads "words (+123)", followed by the tags that tell of an undoing, as "#mw-reverted".
    """

    name = "wikipedia"
    version = "1"
    about = About(
        title="Wikipedia pages",
        what="Each change of the pages about you and of their talk pages: by whom, why, how large, undone or not.",
        icon="world",
        fields=(
            Field(
                name="pages",
                label="Titles of the pages",
                help="As they stand at the top of each page; a vertical bar | between two.",
                example="Maison Alba | Alice Alba",
                required=True,
            ),
            Field(
                name="language",
                label="Language of the Wikipedia",
                help="As its address begins: fr, en, de…",
                default="fr",
                example="fr",
            ),
            Field(
                name="talk",
                label="Talk pages too",
                input=Input.CHOICE,
                default="yes",
                choices=(Choice(value="yes", label="Yes"), Choice(value="no", label="No")),
            ),
            EVERY,
        ),
        terms=Terms(
            url="https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy",
            deletes=Deletes.RECHECKED,
            pace=Pace(requests=30, per_s=60.0),
            recheck_hours=72,
        ),
        checked=Checked.RECORDED,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> Request | Done:
        """Return the question for the newest changes of one page, or for those before the last answer."""
        memory = load_memory(cursor, _place(source))
        if memory.done:
            return Done()
        title, lane = lane_now(memory, _titles(source))
        asked = {"titles": title, "redirects": "1", "rvlimit": str(_AT_ONCE), "rvprop": _ASKED}
        if lane.page:
            asked["rvstartid"] = lane.page
        return _question(_host(source), asked)

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the changes found. Raises SourceError for what is no such answer, or says that it cannot be given."""
        answer = answered(reply)
        memory, titles = load_memory(cursor, _place(source)), _titles(source)
        is_first = not memory.read_at
        held = json_of(answer, is_first=is_first)
        _check_error(held, answer)
        pages = inside(held, "query", "pages")
        if not isinstance(pages, list):
            raise unlike(answer, is_first=is_first)
        title, lane = lane_now(memory, titles)
        if is_first and not title.startswith(_TALK) and any(flag_in(page, "missing") for page in pages):
            raise SourceError(
                "{host} has no page {title}; write its title as it stands at the top of the page.",
                permanent=True,
                host=_host(source),
                title=title,
            )
        found = Found()
        for page in pages:
            _take_page(found, _host(source), page, answer.at, goes_on=inside(held, "continue") is not None)
        if found.onward == lane.page:
            found.onward = ""
        return take_page(source, memory, titles, found, answer)

    def plan_check(self, source: Source, native_id: str, url: str, now: datetime) -> Request | None:
        """Return the question for one change, None for what is none of this Wikipedia."""
        start = _address(_host(source), "")
        number = native_id.removeprefix(start)
        if not native_id.startswith(start) or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        return _question(_host(source), {"revids": number, "rvprop": _ASKED})

    def parse_check(self, source: Source, native_id: str, answer: Answer, now: datetime) -> Upsert | Delete | None:
        """Return the removal of a change whose page is gone or whose words were hidden, None where it stands.

        How much it changed is not told of a change asked for alone, so that one that stands is not given again.
        """
        held = json_of(answer, is_first=False)
        _check_error(held, answer)
        if inside(held, "query", "badrevids"):
            return Delete(platform=PLATFORM, native_id=native_id, reason="its page was deleted")
        found = Found()
        pages = inside(held, "query", "pages")
        for page in pages if isinstance(pages, list) else ():
            _take_page(found, _host(source), page, answer.at, goes_on=False)
        return next((one for one in found.gone if one.native_id == native_id), None)


def _question(host: str, asked: dict[str, str]) -> Request:
    fixed = {"action": "query", "prop": "revisions", "format": "json", "formatversion": "2", "maxlag": "5"}
    return Request(url=f"https://{host}/w/api.php?{urlencode(fixed | asked)}", accept="application/json")


def _place(source: Source) -> str:
    every_s_of(source)
    return place_mark(source, _host(source), *_titles(source))


def _host(source: Source) -> str:
    check_options(source, WikipediaAdapter.about)
    language = words_of(source, "language") or "fr"
    if not _LANGUAGE.fullmatch(language):
        raise SourceError(
            "The source {source} has the language {language!r}; write how the address of that Wikipedia begins, as fr.",
            permanent=True,
            source=source.name,
            language=language,
        )
    return f"{language}.wikipedia.org"


def _titles(source: Source) -> tuple[str, ...]:
    """Return the titles of the pages, each followed by that of its talk page."""
    titles = [title for one in words_of(source, "pages").split("|") if (title := one.strip())]
    wrong = next(
        (title for title in titles if _UNTITLED.search(title) or len(title.encode(errors="replace")) > 255), ""
    )
    if wrong or not titles or len(titles) > _MOST_PAGES:
        raise SourceError(
            "The source {source} has no titles that can be pages ({wrong!r}); write at most {most}, a | between two.",
            permanent=True,
            source=source.name,
            wrong=wrong or words_of(source, "pages")[:100],
            most=_MOST_PAGES,
        )
    if choice_of(source, WikipediaAdapter.about, "talk") == "no":
        return tuple(dict.fromkeys(titles))
    return tuple(dict.fromkeys(one for title in titles for one in (title, f"{_TALK}{title}")))


def _address(host: str, number: int | str) -> str:
    return f"https://{host}/w/index.php?oldid={number}"


def _check_error(held: object, answer: Answer) -> None:
    code, said = text_in(held, "error", "code"), text_in(held, "error", "info")
    if not code:
        return
    if code in _BUSY:
        wait = number_in(answer.headers, "retry-after")
        raise SourceError(
            "Wikipedia is busy ({said}); it is asked again later.",
            permanent=False,
            retry_after_s=float(min(wait or 60, 86_400)),
            said=said[:200],
        )
    raise SourceError("Wikipedia refuses the question: {said}", permanent=True, said=said[:200] or code)


def _take_page(found: Found, host: str, page: object, seen_at: datetime, *, goes_on: bool) -> None:
    """Put the changes of one page into `found`; `goes_on`: there are older ones."""
    revisions = inside(page, "revisions")
    if not isinstance(revisions, list):
        found.notes["page_missing"] += 1
        return
    title = " ".join(text_in(page, "title").split())
    sizes = {number: number_in(one, "size") for one in revisions if (number := number_in(one, "revid")) is not None}
    oldest = min(sizes, default=None) if goes_on else None
    for line, one in enumerate(revisions, start=1):
        number = number_in(one, "revid")
        if number is None:
            found.rejects.append(Reject(line=line, why="The entry has no number.", raw=start_of(one)))
            continue
        claimed = instant_in(one, "timestamp")
        if claimed is not None:
            found.times.append(claimed)
        else:
            found.notes["time_missing"] += 1
        if number == oldest and len(sizes) > 1:
            continue  # the next answer begins with it
        if flag_in(one, "commenthidden") or flag_in(one, "suppressed"):
            found.gone.append(Delete(platform=PLATFORM, native_id=_address(host, number), reason="hidden"))
            continue
        found.posts.append(_post(host, title, one, sizes, seen_at))
    found.onward = str(oldest) if oldest is not None else ""


def _post(host: str, title: str, one: object, sizes: Mapping[int, int | None], seen_at: datetime) -> Post:
    number = number_in(one, "revid")
    created_at, doubt = believed(instant_in(one, "timestamp"), seen_at)
    user = "" if flag_in(one, "userhidden") else text_in(one, "user")
    tags = inside(one, "tags")
    telling = [f"#{tag}" for tag in _TELLING if isinstance(tags, list) and tag in tags]
    return Post(
        platform=PLATFORM,
        native_id=_address(host, number or 0),
        kind=PostKind.POST,
        url=_address(host, number or 0).replace("oldid=", "diff="),
        author=Author(platform=PLATFORM, handle=user) if user else None,
        created_at=created_at,
        seen_at=seen_at,
        time_doubt=doubt,
        title=title,
        text=" ".join(part for part in (_words(text_in(one, "comment")), _change(one, sizes), *telling) if part),
        lang_claimed=host_of(f"https://{host}/").partition(".")[0],
    )


def _words(comment: str) -> str:
    """Return the comment of a change without its marks: "/* Section */ words" and [[links]]."""
    return _WIKI_LINK.sub(r"\1", _SECTION.sub(r"\1: ", comment)).strip().removesuffix(":").strip()


def _change(one: object, sizes: Mapping[int, int | None]) -> str:
    """Return by how many bytes the page grew or shrank, as "(+123)"; "" where that cannot be known."""
    size, parent = number_in(one, "size"), number_in(one, "parentid")
    before = 0 if parent == 0 else sizes.get(parent) if parent is not None else None
    return f"({size - before:+d})" if size is not None and before is not None else ""

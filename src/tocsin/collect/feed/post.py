"""From an entry to a post: its identity, its text, its times, its links."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.html import looks_like_html, plain_text
from tocsin.base.ids import stable_id
from tocsin.base.post import Author, Media, Post, PostKind, TimeDoubt
from tocsin.base.url import canonical_url, is_worldwide_id
from tocsin.collect.feed.entry import Entry
from tocsin.collect.sanitise import clean_text

PLATFORM = "web"
LINKS_KEPT = 100
MEDIA_KEPT = 20

# Pages that only pass a reader on, with the parameter that holds where to (Google Alerts and News, read 2026-11).
_PASSING = {("www.google.com", "/url"): ("url", "q"), ("www.google.fr", "/url"): ("url", "q")}
_PASSING_STARTS = tuple(f"{scheme}://{host}{path}?" for host, path in _PASSING for scheme in ("http", "https"))
_COMMENT_MARK = re.compile(r"#(?:comment-?|c-?|comment_|comments/)\d+$", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_MAIL_AND_NAME = re.compile(r"\s*\S+@\S+\s*\(([^()]+)\)\s*")
_NAME_AND_MAIL = re.compile(r"\s*([^<>]*[^<>\s])\s*<[^<>]*>\s*")
# Sets of letters and not a flag: a search that ignores case everywhere is slow to find its first sign.
_HREF = re.compile(r"""<[aA]\s(?:[^<>]*?\s)?[hH][rR][eE][fF]\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_PICTURE = re.compile(r"<[iI][mM][gG]\b([^<>]*)>")
_SOURCE = re.compile(r"""(?<![\w-])[sS][rR][cC]\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_MEANING = re.compile(r"""(?<![\w-])[aA][lL][tT]\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_PIXEL = re.compile(r"""\b(?:width|height)\s*=\s*["']?[01](?:px)?["'\s>]""", re.IGNORECASE)
_EPOCH = datetime(1990, 1, 1, tzinfo=UTC)


class FeedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where the entries stand.

    feed: canonical address that the owner gave; it makes ids that stay when the feed moves. base: for relative links.
    """

    feed: str
    base: str
    zone: ZoneInfo
    language: str
    kind: PostKind
    seen_at: datetime


def native_id(entry: Entry, place: FeedPlace, *, guid_is_shared: bool = False) -> str:
    """Return the id of the entry, unique on the web: its guid if that is one worldwide, else feed and guid.

    Without guid, or when several entries of the feed have the same: the canonical link; without link, the words.
    """
    guid = entry.guid.strip()
    link = entry_url(entry, place)
    if guid and not guid_is_shared:
        if guid == entry.link.strip() and link is not None:
            return link
        if is_worldwide_id(guid):
            return guid
        # Some write an address with spaces in it.
        return (canonical_url(guid) if _WEB.match(guid) else None) or f"{place.feed}#{guid}"
    if link is not None and link != canonical_url(place.base):
        return link
    return f"{place.feed}#{stable_id(entry.title, entry.content)}"


def entry_url(entry: Entry, place: FeedPlace) -> str | None:
    """Return the canonical address of the entry's page, without the page that only passes the reader on, or None."""
    written = entry.link.strip() or (entry.guid.strip() if _WEB.match(entry.guid.strip()) else "")
    if not written:
        return None
    url = canonical_url(written, entry.base or place.base)
    if url is None or not url.startswith(_PASSING_STARTS):
        return url
    parts = urlsplit(url)
    names = _PASSING.get((parts.netloc, parts.path))
    if names is not None:
        fields = parse_qs(parts.query)
        target = next((fields[name][0] for name in names if name in fields), "")
        return canonical_url(target) or url
    return url


def to_post(entry: Entry, place: FeedPlace, post_id: str) -> Post | None:
    """Return the post, or None when the entry says nothing at all (no title, no text, no link)."""
    url = entry_url(entry, place)
    base = url or place.base
    text, links = _text_and_links(entry, base)
    title = " ".join((plain_text(entry.title) if entry.title_is_html else entry.title).split())
    if not (title or text or url):
        return None
    created_at, doubt = _created(entry, place)
    language = (entry.language or place.language).strip().lower().replace("_", "-")
    return Post(
        platform=PLATFORM,
        native_id=post_id,
        kind=PostKind.COMMENT if _is_comment(entry) else place.kind,
        url=url,
        author=_author(entry.author),
        created_at=created_at,
        edited_at=_edited(entry, place, created_at),
        seen_at=place.seen_at,
        time_doubt=doubt,
        title=title,
        text=text,
        links=links,
        lang_claimed=language if _LANGUAGE.fullmatch(language) else None,
        media=_media(entry, base),
    )


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the aware UTC instant of a time; one without zone is read in `zone`. Raises OverflowError at the ends."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _text_and_links(entry: Entry, base: str) -> tuple[str, tuple[str, ...]]:
    written: tuple[str, ...] = entry.links
    if not entry.content_is_html:
        text = entry.content.strip()
    elif looks_like_html(entry.content):
        text, written = clean_text(entry.content), (*written, *_links(entry.content))
    else:
        text = plain_text(entry.content).strip()
    links: dict[str, None] = {}
    for one in written:
        link = canonical_url(one, base)
        if link is not None and len(links) < LINKS_KEPT:
            links[link] = None
    return text, tuple(links)


def _links(content: str) -> list[str]:
    """Return the targets of the links, as written; they are resolved where they are spelt one way."""
    found = [double or single or bare for double, single, bare in _HREF.findall(content)]
    return [unescape(link) if "&" in link else link for link in found]


def _is_comment(entry: Entry) -> bool:
    return _COMMENT_MARK.search(entry.link) is not None or _COMMENT_MARK.search(entry.guid) is not None


def _author(written: str) -> Author | None:
    """Return the author as named; an e-mail address is left out when a name stands beside it."""
    match = _MAIL_AND_NAME.fullmatch(written) or _NAME_AND_MAIL.fullmatch(written)
    name = " ".join(plain_text(match.group(1) if match else written).split()).removeprefix("@")
    return Author(platform=PLATFORM, handle=name, name=name) if name else None


def _created(entry: Entry, place: FeedPlace) -> tuple[datetime, TimeDoubt | None]:
    said = entry.published or entry.updated
    if said is None:
        return place.seen_at, TimeDoubt.MISSING
    try:
        at = instant(said, place.zone)
    except OverflowError:
        return place.seen_at, TimeDoubt.MISSING
    if at > place.seen_at:
        return place.seen_at, TimeDoubt.FUTURE
    if at < _EPOCH:
        return at, TimeDoubt.IMPLAUSIBLE
    return at, None if said.tzinfo else TimeDoubt.NO_ZONE


def _edited(entry: Entry, place: FeedPlace, created_at: datetime) -> datetime | None:
    if entry.updated is None or entry.published is None:
        return None
    try:
        at = min(instant(entry.updated, place.zone), place.seen_at)
    except OverflowError:
        return None
    return at if at > created_at else None


def _media(entry: Entry, base: str) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    pictures = _pictures(entry.content) if entry.content_is_html else []
    for one in (*entry.media, *pictures):
        url = canonical_url(one.url, base)
        if url is not None and url not in found and len(found) < MEDIA_KEPT:
            kind = one.kind.partition("/")[0].strip().lower()
            found[url] = Media(url=url, kind=kind, alt=plain_text(one.alt).strip())
    return tuple(found.values())


def _pictures(content: str) -> list[Media]:
    """Return the pictures shown in the content, without those of one dot, which only count readers."""
    found: list[Media] = []
    for written in _PICTURE.findall(content):
        if len(found) == MEDIA_KEPT:
            break
        source = _SOURCE.search(written)
        if source is None or _PIXEL.search(written + " "):
            continue
        url = unescape(source[1].strip("\"'"))
        if url:
            meaning = _MEANING.search(written)
            alt = unescape(meaning[1].strip("\"'")) if meaning else ""
            found.append(Media(url=url, kind="image", alt=alt))
    return found

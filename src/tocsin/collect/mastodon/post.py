"""From a status to posts: its lasting identity, its text, its links, what it answers, quotes or passes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape

from tocsin.base.post import Audience, Author, Engagement, Media, Post, PostKind
from tocsin.base.url import canonical_url, is_worldwide_id
from tocsin.collect.lenient import count, instant, when
from tocsin.collect.mastodon.wire import Account, Attachment, Poll, Status
from tocsin.collect.sanitise import clean_text

PLATFORM = "mastodon"
LINKS_KEPT = 50
MEDIA_KEPT = 20
_LONGEST_ID = 2_000
_ANCHOR = re.compile(r"<a\s([^<>]*)>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_NAME_OR_TAG = re.compile(r"""\b(?:class\s*=\s*["'][^"']*\b(?:mention|hashtag)\b|rel\s*=\s*["'][^"']*\btag\b)""", re.I)
_QUOTE_LINE = re.compile(r'<(p|span) class="quote-inline">.*?</\1>', re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_SPACES = re.compile(r"\s")
# "direct" and "private" reach those named and those who follow; what is not known counts as the narrowest.
_AUDIENCES = {"public": Audience.PUBLIC, "unlisted": Audience.UNLISTED, "": Audience.PUBLIC}


def native_id(status: Status) -> str | None:
    """Return the ActivityPub id of a status, the same on every server that shows it, or None when it has none."""
    for text in (status.uri, status.url):
        if text and worldwide(text):
            return text
    return None


def worldwide(text: str) -> bool:
    """Return whether a text can be the id of a post."""
    return is_worldwide_id(text) and len(text) <= _LONGEST_ID and text.isprintable() and not _SPACES.search(text)


def to_posts(status: Status, host: str, ids: Mapping[str, str], seen_at: datetime) -> list[Post] | None:
    """Return the post that a status is; before it, if it passes another on, that other. None when it is none.

    host: of the server asked, to complete the handles of its own people. ids: native ids by the server's local ones.
    """
    own = native_id(status)
    if own is None or (status.content is None and status.account is None):
        return None
    if status.reblog is None:
        return [_post(status, own, host, ids, seen_at)]
    shared = native_id(status.reblog)
    if shared is None or status.reblog.reblog is not None:
        return None
    created_at, doubt = when(status.created_at or "", seen_at)
    share = Post(
        platform=PLATFORM,
        native_id=own,
        kind=PostKind.SHARE,
        url=canonical_url(status.url or "") or canonical_url(status.reblog.url or ""),
        author=_author(status.account, host),
        created_at=created_at,
        seen_at=seen_at,
        time_doubt=doubt,
        text="",
        shared_id=shared,
        audience=_AUDIENCES.get(status.visibility or "", Audience.RESTRICTED),
    )
    return [_post(status.reblog, shared, host, ids, seen_at), share]


def _post(status: Status, own: str, host: str, ids: Mapping[str, str], seen_at: datetime) -> Post:
    content = status.content or ""
    quoted = _quoted(status)
    if quoted is not None:
        content = _QUOTE_LINE.sub("", content)
    created_at, doubt = when(status.created_at or "", seen_at)
    edited_at = instant(status.edited_at) if status.edited_at else None
    is_reply = status.in_reply_to_id is not None
    language = (status.language or "").lower().replace("_", "-")
    return Post(
        platform=PLATFORM,
        native_id=own,
        kind=PostKind.QUOTE if quoted else PostKind.REPLY if is_reply else PostKind.POST,
        url=canonical_url(status.url or "") or canonical_url(own),
        author=_author(status.account, host),
        created_at=created_at,
        edited_at=None if edited_at is None else max(created_at, min(edited_at, seen_at)),
        seen_at=seen_at,
        time_doubt=doubt,
        title=" ".join(clean_text(status.spoiler_text).split()) if status.spoiler_text else "",
        text=_with_poll(clean_text(content), status.poll),
        links=links_of(content) if "<" in content else (),
        lang_claimed=language if _LANGUAGE.fullmatch(language) is not None else None,
        parent_id=ids.get(str(status.in_reply_to_id)) if is_reply else None,
        shared_id=quoted,
        engagement=Engagement(
            likes=count(status.favourites_count),
            shares=count(status.reblogs_count),
            replies=count(status.replies_count),
        ),
        media=_media(status.media_attachments or ()),
        audience=_AUDIENCES.get(status.visibility or "", Audience.RESTRICTED),
    )


def links_of(content: str) -> tuple[str, ...]:
    """Return the addresses that a text links to, without those of people and hashtags, each once."""
    found: dict[str, None] = {}
    for attributes in _ANCHOR.findall(content):
        href = _HREF.search(attributes)
        if href is None or _NAME_OR_TAG.search(attributes):
            continue
        link = canonical_url(unescape(href[1] or href[2] or href[3] or ""))
        if link is not None and len(found) < LINKS_KEPT:
            found[link] = None
    return tuple(found)


def _quoted(status: Status) -> str | None:
    if status.quote is None:
        return None
    inner = status.quote.quoted_status
    uri = native_id(inner) if inner is not None else status.quote.uri
    if uri is None and status.pleroma is not None:
        uri = status.pleroma.quote_url
    return uri if uri and worldwide(uri) else None


def _author(account: Account | None, host: str) -> Author | None:
    if account is None:
        return None
    acct = (account.acct or account.username).strip().lstrip("@")
    if not acct or _SPACES.search(acct) or not acct.isprintable():
        return None
    return Author(
        platform=PLATFORM,
        handle=acct if "@" in acct else f"{acct}@{host}",
        name=" ".join((account.display_name or "").split()) or None,
        followers=count(account.followers_count),
        created_at=instant(account.created_at or ""),
    )


def _media(attachments: tuple[Attachment, ...]) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    for one in attachments[:MEDIA_KEPT]:
        url = canonical_url(one.remote_url or "") or canonical_url(one.url or "")
        if url is not None:
            kind = {"gifv": "video", "unknown": ""}.get(one.type, one.type)
            found[url] = Media(url=url, kind=kind, alt=(one.description or "").strip())
    return tuple(found.values())


def _with_poll(text: str, poll: Poll | None) -> str:
    """Return the text with what one may vote for, a line each."""
    titles = [clean_text(option.title) for option in poll.options if option.title] if poll is not None else []
    return "\n".join([text, *(f"○ {title}" for title in titles)]).strip() if titles else text

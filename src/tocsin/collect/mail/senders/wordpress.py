"""Notices of comments that a WordPress site mails to its owner (wp_notify_postauthor, wp_notify_moderator)."""

from __future__ import annotations

import re

from tocsin.base.post import Audience, Author, Post, PostKind
from tocsin.base.url import canonical_url, host_of
from tocsin.collect.mail.letter import LetterRead, links_in
from tocsin.collect.mail.post import MailPlace, when
from tocsin.collect.mail.proof import is_within

PLATFORM = "web"
_SUBJECT = re.compile(
    r"^\[.{1,200}\]\s*(?:(?P<waits>please moderate|mod[ée]r(?:ation|er)|veuillez mod[ée]rer)|comment(?:aire)?|pingback)"
    r"\s*:",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"^(?:author|auteur|auteur/autrice|nom)\s*:\s*(.{1,100}?)\s*(?:\((?:ip|adresse ip)\b.*\))?\s*$", re.I | re.M
)
_COMMENT = re.compile(r"^(?:comment(?:aire)?)\s*:[ \t]*$\n?", re.IGNORECASE | re.MULTILINE)
_INLINE = re.compile(r"^(?:comment(?:aire)?)\s*:[ \t]*(?=\S)", re.IGNORECASE | re.MULTILINE)
_AFTER = re.compile(
    r"^(?:you can see all|vous pouvez (?:voir|lire|consulter)|permalink|permalien|approve it|approuver|trash it|"
    r"delete it|spam it|(?:le |la )?mettre [àa] la corbeille|currently \d|actuellement)",
    re.IGNORECASE | re.MULTILINE,
)
_TITLE = re.compile(r"[«“\"]\s*(.{1,300}?)\s*[»”\"]")


def is_comment_notice(letter: LetterRead) -> bool:
    """Return whether the letter has the form of such a notice, whoever sent it."""
    return _SUBJECT.match(letter.subject) is not None and "#comment" in letter.words


def comment_post(letter: LetterRead, place: MailPlace) -> Post | None:
    """Return the comment, or None when the letter cannot be read. One that waits for approval is not public."""
    words = letter.words.replace("\u00a0", " ")
    author = _AUTHOR.search(words)
    start = _COMMENT.search(words) or _INLINE.search(words)
    url = comment_url(letter)
    if author is None or start is None or url is None:
        return None
    end = _AFTER.search(words, start.end())
    text = words[start.end() : end.start() if end else len(words)].strip()
    title = _TITLE.search(letter.subject)
    created_at, doubt = when(letter.sent_at, place)
    subject = _SUBJECT.match(letter.subject)
    waits = subject is not None and subject.group("waits") is not None
    return Post(
        platform=PLATFORM,
        native_id=url,
        kind=PostKind.COMMENT,
        url=url,
        author=Author(platform=PLATFORM, handle=author[1], name=author[1]),
        created_at=created_at,
        seen_at=place.seen_at,
        time_doubt=doubt,
        title=title[1] if title else "",
        text=text,
        links=tuple(link for link in links_in(text)),
        audience=Audience.OWN_MAILBOX if waits else Audience.PUBLIC,
    )


def comment_url(letter: LetterRead) -> str | None:
    """Return the address of the comment itself."""
    found = [link for link in links_in(letter.words) if re.search(r"#comment-\d+$", link)]
    return canonical_url(found[0]) if found else None


def is_proven(letter: LetterRead, proven: frozenset[str]) -> bool:
    """Return whether the site of the comment itself stands behind the letter."""
    host = host_of(comment_url(letter) or "").removeprefix("www.")
    return bool(host) and any(is_within(host, domain) for domain in proven)

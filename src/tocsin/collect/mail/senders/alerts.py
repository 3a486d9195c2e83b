"""Google Alerts by mail: the pages that a letter lists, each a post of its own."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import msgspec

from tocsin.base.post import Author, Post, PostKind
from tocsin.base.url import canonical_url, host_of
from tocsin.collect.mail.letter import LetterRead
from tocsin.collect.mail.post import MailPlace, when
from tocsin.collect.sanitise import clean_text

PLATFORM = "web"  # the same as of feeds: a page is itself, whoever told of it
ITEMS_KEPT = 200

_ANCHOR = re.compile(
    r"""<a\b[^<>]*?\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')[^<>]*>(.{0,1000}?)</a\s*>""", re.IGNORECASE | re.DOTALL
)
_ITEM_PROPERTY = re.compile(
    r"""<(\w+)\b[^<>]*?\bitemprop\s*=\s*["'](publisher|description)["'][^<>]*>(.{0,5000}?)</(?:div|td|p)\s*>""",
    re.I | re.DOTALL,
)
_PASSING = re.compile(r"https?://(?:www\.)?google\.[a-z.]{2,6}/url\?[^\s<>\"]+", re.IGNORECASE)
_FURNITURE = re.compile(
    r"^\W*(?:facebook|twitter|x|google\+?|signaler(?: comme)?.{0,30}|flag as irrelevant|couverture compl[èe]te|"
    r"full coverage|voir plus.{0,40}|see more.{0,40}|afficher (?:tous|plus).{0,60}|see all.{0,60}|partager|share)\W*$",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\W*(?:={2,}.*|-(?: -)+|(?:actualit[ée]s|news|web|blogs?|vid[ée]os?|discussions?|finance|books|livres)"
    r"(?:\s*[-–—:(].*)?|\d+ (?:nouveaux? r[ée]sultats?|new results?).*|mise à jour .*|as-it-happens update.*|"
    r"(?:daily|weekly) update.*|r[ée]sultats? (?:quotidiens?|hebdomadaires?).*)\W*$",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"(?:vous (?:avez re[çc]u|recevez) cet? (?:e-?mail|message)|you have received this|unsubscribe|"
    r"annuler (?:l[’']abonnement|cette alerte)|se d[ée]sabonner|cr[ée]er une autre alerte|create another alert|"
    r"recevoir cette alerte|receive this alert|send feedback|envoyer des commentaires)",
    re.IGNORECASE,
)


class _Item(msgspec.Struct, kw_only=True):
    """One page listed: its address, its title, and the lines that follow."""

    url: str
    title: str = ""
    source: str = ""
    snippet: str = ""


def alert_posts(letter: LetterRead, place: MailPlace) -> list[Post]:
    """Return the pages that an alert lists, each once, in order; an empty list when none can be found."""
    items = _items_of_html(letter.html) if letter.html else []
    created_at, doubt = when(letter.sent_at, place)
    return [
        Post(
            platform=PLATFORM,
            native_id=item.url,
            kind=PostKind.ARTICLE,
            url=item.url,
            author=Author(platform=PLATFORM, handle=item.source, name=item.source) if item.source else None,
            created_at=created_at,
            seen_at=place.seen_at,
            time_doubt=doubt,
            title=item.title,
            text=item.snippet,
        )
        for item in (items or _items_of_text(letter.text))[:ITEMS_KEPT]
    ]


def target_of(url: str) -> str | None:
    """Return the page that a passing address of Google leads to, in its one spelling; None when it leads to none.

    >>> target_of("https://www.google.com/url?rct=j&url=https://example.org/a%3Fb%3D1&ct=ga")
    'https://example.org/a?b=1'
    """
    if _PASSING.fullmatch(url) is None:
        return None
    try:
        fields = parse_qs(urlsplit(url).query)
    except ValueError:
        return None
    target = next((fields[name][0] for name in ("url", "q") if name in fields), "")
    found = canonical_url(target)
    return None if found is None or re.fullmatch(r"(?:.*\.)?google\.[a-z.]{2,6}", host_of(found)) else found


def _items_of_html(html: str) -> list[_Item]:
    found: dict[str, _Item] = {}
    anchors = [
        (match.start(), match.end(), target, _line(match[3]))
        for match in _ANCHOR.finditer(html)
        if (target := target_of(clean_text(match[1] or match[2] or "").strip())) is not None
    ]
    for number, (_, end, url, words) in enumerate(anchors):
        item = found.setdefault(url, _Item(url=url))
        if _FURNITURE.match(words):
            continue
        if item.title or not words:
            continue
        item.title = words
        # The same page is often linked again around its source and its picture.
        following = next((start for start, _, other, _ in anchors[number + 1 :] if other != url), len(html))
        _fill(item, html[end:following])
    return [item for item in found.values() if item.title]


def _fill(item: _Item, fragment: str) -> None:
    properties = {name.lower(): _line(inner) for _, name, inner in reversed(_ITEM_PROPERTY.findall(fragment))}
    if "description" in properties:
        item.source, item.snippet = properties.get("publisher", ""), properties["description"]
        return
    lines: list[str] = []
    for line in clean_text(fragment).split("\n"):
        words = " ".join(line.split())
        if _FOOT.search(words) or (lines and _HEADING.match(words)):
            break
        if words and words != item.title and not _FURNITURE.match(words) and not _HEADING.match(words):
            lines.append(words)
    _tell(item, lines)


def _tell(item: _Item, lines: list[str]) -> None:
    """Part the lines below a title into the source, which is short and ends no sentence, and the snippet."""
    if lines and len(lines[0]) <= 60 and (len(lines) > 1 or not lines[0].endswith((".", "…", "..."))):
        item.source, lines = lines[0], lines[1:]
    item.snippet = " ".join(lines)


def _items_of_text(text: str) -> list[_Item]:
    """Return the items of a letter without HTML: blocks of lines, each ended by its passing address."""
    found: dict[str, _Item] = {}
    block: list[str] = []
    for line in text.split("\n"):
        words = " ".join(line.split())
        passing = _PASSING.search(words)
        if passing is None:
            if not words and block:
                block.append("")
            elif words and not _HEADING.match(words) and not _FURNITURE.match(words):
                block.append(words)
            elif words:
                block = []
            continue
        url = target_of(passing.group())
        said = _last_block(block)
        block = []
        if url is not None and said and url not in found:
            item = found[url] = _Item(url=url, title=said[0])
            _tell(item, said[1:])
    return list(found.values())


def _last_block(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines = lines[:-1]
    while "" in lines:
        lines = lines[lines.index("") + 1 :]
    return lines


def _line(fragment: str) -> str:
    return " ".join(clean_text(fragment).split())

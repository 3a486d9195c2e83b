"""Read HTML fragments as a person does: their text and their links, in time linear in their length."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin

_LONGEST_TAG = 65_536  # pictures inside attributes are long; a longer "tag" is text, which bounds hostile fragments
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9:-]*+)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_LOOSE_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*+)([^>]*+)>")
_ATTRIBUTE = re.compile(r"""([A-Za-z_:][\w:.-]*+)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++)""")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_MARKUP = re.compile(
    r"</?(?:a|abbr|article|b|big|blockquote|body|br|center|cite|code|div|em|figure|font|footer|h[1-6]|head|header|hr|html|i|"
    r"iframe|img|li|main|ol|p|pre|q|s|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|[lr]s?quo|euro|[a-z](?:acute|grave|circ|cedil)|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.I,
)
_DROPPED = frozenset({"script", "style", "template", "iframe", "noembed", "noframes", "object", "svg", "title"})
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"
})
# fmt: on
_CELLS = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What a fragment says: plain text (lines separated by one newline, at most one empty line in a row) and its links.

    links: absolute http and https addresses of its anchors, each once, in order.
    """

    text: str
    links: tuple[str, ...]


def text_of_html(fragment: str) -> str:
    """Return the text of a fragment: scripts and styles dropped, entities decoded, blocks and <br> as newlines.

    Broken markup never raises: what is no tag is text, and a <script> never closed does not swallow what follows.

    >>> text_of_html("<p>Caf&eacute; &amp; th&#233;</p><p>a<br>b</p>")
    'Café & thé\\na\\nb'
    """
    return read_html(fragment).text


def read_html(fragment: str, base_url: str = "") -> HtmlText:
    """Return the text of a fragment and its links, relative ones resolved against `base_url` when it is given.

    >>> read_html('<a href="/x?a=1&amp;b=2">ici</a>', "https://example.org/y").links
    ('https://example.org/x?a=1&b=2',)
    """
    page = _Page(base_url)
    position = 0
    while (start := fragment.find("<", position)) >= 0:
        page.say(fragment[position:start])
        position = _step(page, fragment, start)
    page.say(fragment[position:])
    return HtmlText(text=page.text(), links=tuple(page.links))


def looks_like_html(text: str) -> bool:
    """Return whether the text holds a known HTML tag; a lone `<`, `<3` or `a < b` is no markup.

    >>> looks_like_html("a<br/>b"), looks_like_html("I <3 you & x < y > z")
    (True, False)
    """
    return "<" in text and _MARKUP.search(text) is not None


def plain_text(text: str) -> str:
    """Return the text itself, stripped of its markup if it looks like HTML, its entities decoded if it holds any.

    >>> plain_text("Alba &amp; fils"), plain_text("R&D"), plain_text("x < y")
    ('Alba & fils', 'R&D', 'x < y')
    """
    if looks_like_html(text):
        return read_html(text).text
    if "&" in text and _ENTITY.search(text) is not None:
        return unescape(text)
    return text


@dataclass(slots=True)
class _Page:
    """The text written so far, where white space folds as on a screen."""

    base_url: str
    parts: list[str] = field(default_factory=list)
    links: dict[str, None] = field(default_factory=dict)
    newlines: int = 2  # how many line ends stand before the pen; the beginning counts as an empty line
    space: bool = False  # a space is owed before the next word
    kept: int = 0  # depth of <pre>
    next_end: dict[str, int] = field(default_factory=dict)  # where each closing mark was last found, -1 for no more

    def say(self, raw: str) -> None:
        if not raw:
            return
        text = unescape(raw) if "&" in raw else raw
        if self.kept:
            self._write(text.replace("\r\n", "\n"))
            return
        folded = _SPACES.sub(" ", text)
        words = folded.strip(" ")
        if not words:
            self.space = self.space or bool(folded)
            return
        if folded[0] == " ":
            self.space = True
        self._write(words)
        self.space = folded[-1] == " "

    def _write(self, text: str) -> None:
        if self.space and not self.newlines:
            self.parts.append(" ")
        self.space = False
        self.parts.append(text)
        self.newlines = 0

    def end_line(self, *, forced: bool) -> None:
        self.space = False
        if self.newlines == 0 or (forced and self.newlines < 2):
            self.parts.append("\n")
            self.newlines += 1

    def text(self) -> str:
        return "".join(self.parts).strip(" \n\r\t")

    def find_end(self, fragment: str, mark: str, start: int) -> int:
        """Return where `mark` next stands at or after `start`, or -1; each stretch is searched once."""
        known = self.next_end.get(mark, 0)
        if known < 0 or known > start:
            return known
        end = self.next_end[mark] = fragment.find(mark, start)
        return end


def _step(page: _Page, fragment: str, start: int) -> int:
    """Read what begins with the `<` at `start` and return the position after it."""
    following = fragment[start + 1 : start + 2]
    if following in ("!", "?"):
        return _declaration(page, fragment, start)
    end = page.find_end(fragment, ">", start + 1)
    limit = start + _LONGEST_TAG
    tag = None
    if 0 <= end < limit:
        tag = _TAG.match(fragment, start, limit) or _LOOSE_TAG.match(fragment, start, limit)
    if tag is None:
        page.say("<")
        return start + 1
    name = tag[2].lower()
    if name in _DROPPED and not tag[1]:
        return _after_dropped(page, fragment, name, tag.end())
    _tag(page, name, bool(tag[1]), tag[3])
    return tag.end()


def _declaration(page: _Page, fragment: str, start: int) -> int:
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<", ">")):
        if fragment.startswith(opening, start):
            end = page.find_end(fragment, closing, start + len(opening))
            if end >= 0:
                if opening == "<![CDATA[":
                    page.say(fragment[start + len(opening) : end])
                return end + len(closing)
    page.say("<")
    return start + 1


def _after_dropped(page: _Page, fragment: str, name: str, start: int) -> int:
    mark = f"</{name}"
    # Upper-case and lower-case closings are looked for, mixed case is not written by any program.
    ends = [end for end in (page.find_end(fragment, m, start) for m in (mark, mark.upper())) if end >= 0]
    if not ends:
        return start
    close = fragment.find(">", min(ends))
    return len(fragment) if close < 0 else close + 1


def _tag(page: _Page, name: str, closes: bool, attributes: str) -> None:
    if name == "br":
        page.end_line(forced=True)
    elif name in _BLOCKS:
        page.end_line(forced=False)
        if name == "pre":
            page.kept = max(0, page.kept + (-1 if closes else 1))
    elif name in _CELLS:
        page.space = True
    elif name == "a" and not closes:
        _link(page, _attributes(attributes).get("href", ""))
    elif name == "img":
        _picture(page, _attributes(attributes))


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(written):
        bare = value[1:-1] if value[:1] in "\"'" else value
        found.setdefault(name.lower(), unescape(bare))
    return found


def _link(page: _Page, href: str) -> None:
    url = href.strip()
    if page.base_url:
        try:
            url = urljoin(page.base_url, url)
        except ValueError:
            return
    if url[:8].lower().startswith(("http://", "https://")):
        page.links.setdefault(url, None)


def _picture(page: _Page, attributes: dict[str, str]) -> None:
    # Platforms draw emoji as pictures: their description is what a person reads.
    looks = attributes.get("class", "").lower()
    if "emoji" in looks or "smiley" in looks:
        page.say(attributes.get("alt", ""))

"""What the recorded answers say: text of pages, values of JSON, attributes, what scripts hold between quotes."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

from tocsin.base.capture import Exchange
from tocsin.evidence.corroborate.values import Where
from tocsin.evidence.corroborate.words import HARD, SOFT

_JOINT = "\x02"  # where an inline element begins or ends: a style sheet may set it apart or not
_DEEPEST = 3  # literals in literals: a payload in a script, its values, markup in these
_MARKS = re.compile("[\x00-\x02]")
_MARKUP = re.compile(r"<[a-zA-Z!/][^<>]*>")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# One that does not end runs to the end of its line: looking for another start inside it would take quadratic time.
_LITERAL = re.compile(
    r'"((?:[^"\\\n]|\\.?)*+)(?:"|(?=\n)|\Z)' r"|'((?:[^'\\\n]|\\.?)*+)(?:'|(?=\n)|\Z)" r"|`((?:[^`\\]|\\.?)*+)(?:`|\Z)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}")
_WORDY = re.compile(r"\w")
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " ", "v": " ", "0": " ", "\n": ""}
# Read by Python and by no browser; of punycode a page of a megabyte would take hours.
_NO_PAGE = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
_SILENT = frozenset({"script", "style"})
_NO_TEXT = frozenset({"class", "style", "d", "points", "srcset", "src", "integrity", "nonce", "transform", "viewbox"})
# fmt: off
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "svg", "time", "tt", "u", "var", "wbr",
})
# fmt: on


def said_by(exchange: Exchange) -> Iterator[tuple[Where, str]]:
    """Yield what an answer says, each part with its place, values set apart by HARD and blocks by SOFT.

    Nothing for answers without a body, or whose body is no text. Never raises on what a server may send.
    """
    body = exchange.body
    if not body or not exchange.url.startswith(("http:", "https:")):
        return
    kind = next((value for name, value in exchange.headers if name.lower() == "content-type"), "").lower()
    mime = kind.partition(";")[0].strip()
    if mime.startswith(("image/", "video/", "audio/", "font/")) and "svg" not in mime:
        return
    charset = _CHARSET.search(kind)
    text = _decoded(body, charset[1] if charset else None)
    if text is None:
        return
    yield from _by_kind(mime, _MARKS.sub(" ", text))


def _by_kind(mime: str, text: str) -> Iterator[tuple[Where, str]]:
    start = text.lstrip()[:1]
    if "json" in mime or start in ("{", "["):
        yield from _json(text)
    elif "javascript" in mime or "ecmascript" in mime or mime == "text/css":
        yield Where.SCRIPT, HARD.join(_literals(text, 0))
    elif "html" in mime or "xml" in mime or start == "<":
        yield from _markup(text, xml="xml" in mime and "html" not in mime)
    else:
        yield Where.TEXT, text
        yield Where.SCRIPT, HARD.join(_literals(text, 0))


def raw_script(exchange: Exchange) -> str:
    """Return a whole answer with its escapes read, for what stands in a script but not between quotes we could tell."""
    text = _decoded(exchange.body or b"", None) or ""
    return _unescaped(_unescaped(text)) if "\\" in text else text


def _decoded(body: bytes, charset: str | None) -> str | None:
    """Return the text of a body, or None where it is none."""
    if b"\0" in body[:1024] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    if charset is None and (named := re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", body[:4096], re.I)):
        charset = named[1].decode("ascii", "replace")
    for name in (charset, "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else None, "utf-8-sig", "cp1252"):
        try:
            if name and codecs.lookup(name).name not in _NO_PAGE:
                return body.decode(name)
        except (LookupError, UnicodeError):
            continue
    return body.decode("latin-1")


def _json(text: str) -> Iterator[tuple[Where, str]]:
    try:
        value = json.loads(text, parse_int=str, parse_float=str, strict=False)
    except (ValueError, RecursionError):  # several lines of JSON, a guard before it, a call around it
        yield Where.JSON, HARD.join(_literals(text, 0))
        return
    yield Where.JSON, HARD.join(inner for leaf in _leaves(value) for inner in _inside(leaf, 0))


def _leaves(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            for name, inner in reversed(one.items()):
                waiting += (inner, name)
        elif isinstance(one, list):
            waiting += reversed(one)


def _inside(text: str, depth: int) -> Iterator[str]:
    """Yield a literal's text, and what stands in it if it is markup or holds literals itself."""
    text = _MARKS.sub(" ", text)
    if not _WORDY.search(text):
        yield text
        return
    yield unescape(text) if "&" in text else text
    if depth >= _DEEPEST:
        return
    if "<" in text and _MARKUP.search(text):
        yield from _texts(
            _read(text, xml=False)
        )  # its attributes and scripts are left: each level would double the work
    if ('"' in text or "'" in text) and ("{" in text or "[" in text or "\\" in text):
        yield from _literals(text, depth + 1)


def _literals(text: str, depth: int) -> Iterator[str]:
    for found in _LITERAL.finditer(text):
        quoted = found[1] if found[1] is not None else found[2]
        if quoted is None:
            for piece in _PLACEHOLDER.split(found[3]):
                yield from _inside(_unescaped(piece), depth)
        elif quoted:
            yield from _inside(_unescaped(quoted), depth)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(_letter, text)
    if any("\ud800" <= letter <= "\udfff" for letter in text):  # pairs of \u escapes that are one sign
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _letter(found: re.Match[str]) -> str:
    said = found[1]
    if len(said) == 1:
        return _NAMED.get(said, said)
    code = int(said.strip("ux{}"), 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _markup(text: str, *, xml: bool) -> Iterator[tuple[Where, str]]:
    page = _read(text, xml=xml)
    if page is None:  # nothing that a parser could read: the text as it is
        yield Where.TEXT, text
        return
    yield from ((Where.TEXT, said) for said in _texts(page))
    if xml:  # feeds carry pages as text of theirs
        yield Where.TEXT, HARD.join(inner for part in page.text for inner in _inside(part, _DEEPEST - 1))
    yield Where.ATTRIBUTE, HARD.join(inner for value in page.attributes for inner in _inside(value, 1))
    for script in page.scripts:
        yield from _script(script)
    yield Where.COMMENT, HARD.join(inner for value in page.comments for inner in _inside(value, 1))


def _read(text: str, *, xml: bool) -> _Page | None:
    page = _Page()
    try:
        page.read(text, xml=xml)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return page


def _texts(page: _Page | None) -> Iterator[str]:
    """Yield the text of a page; twice where a style sheet may set inline elements apart."""
    if page is None:
        return
    said = "".join(page.text)
    yield said.replace(_JOINT, "")
    if _JOINT in said:
        yield said.replace(_JOINT, " ")


def _script(text: str) -> Iterator[tuple[Where, str]]:
    if text.lstrip()[:1] in ("{", "["):
        yield from _json(text)
    else:
        yield Where.SCRIPT, HARD.join(_literals(text, 0))


class _Page:
    """The parts of a page, in the order in which they stand."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.attributes: list[str] = []
        self.scripts: list[str] = []
        self.comments: list[str] = []

    def read(self, text: str, *, xml: bool) -> None:
        """Fill the parts. XML's own words for elements are all blocks."""
        content = text.encode("utf-8", "replace")
        if xml:
            parser: Any = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, encoding="utf-8")
        else:
            parser = etree.HTMLParser(encoding="utf-8", no_network=True)
        root = etree.fromstring(content, parser)
        if root is None:
            return
        for event, node in etree.iterwalk(root.getroottree(), events=("start", "end", "comment", "pi")):
            if event == "start":
                self._begin(node)
            elif event == "comment" or event == "pi":
                self.comments.append(node.text or "")
                self.text.append(node.tail or "")
            else:
                self._end(node)

    def _begin(self, node: Any) -> None:
        name = node.tag.lower()
        self.attributes += [
            value for key, value in node.items() if key.lower() not in _NO_TEXT and _WORDY.search(value)
        ]
        if name in _SILENT:
            self.scripts.append(node.text or "")
            return
        self.text.append(_JOINT if name in _INLINE else SOFT)
        self.text.append(node.text or "")

    def _end(self, node: Any) -> None:
        name = node.tag.lower()
        if name not in _SILENT:
            self.text.append(_JOINT if name in _INLINE else SOFT)
        self.text.append(node.tail or "")

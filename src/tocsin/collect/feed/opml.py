"""Lists of feeds as readers exchange them: OPML 1.0 and 2.0 (opml.org/spec2, read 2026-11)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tocsin.base.errors import InputError
from tocsin.base.url import canonical_url
from tocsin.collect.adapter import Reject
from tocsin.collect.feed.decode import decode_feed

FEEDS_READ = 20_000
LARGEST_BYTES = 10_000_000
_ADDRESS = ("xmlurl", "url")
_NAMES = ("title", "text")


class OpmlFeed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed of a list. url: canonical. name: "" when none is written. folder: of its folders, outermost first."""

    url: str
    name: str = ""
    folder: tuple[str, ...] = ()


class OpmlRead(msgspec.Struct, frozen=True, kw_only=True):
    """A list. repeated: feeds that stood in it before. rejects: entries that are no feed, by their place in it."""

    feeds: tuple[OpmlFeed, ...]
    title: str = ""
    repeated: int = 0
    rejects: tuple[Reject, ...] = ()


def read_opml(body: bytes) -> OpmlRead:
    """Return the feeds of a list, whatever its charset and the depth of its folders. Raises InputError for no list."""
    if len(body) > LARGEST_BYTES:
        raise InputError("The list of feeds is larger than {most} bytes; cut it in pieces.", most=LARGEST_BYTES)
    root = _root(body)
    feeds: dict[str, OpmlFeed] = {}
    rejects: list[Reject] = []
    repeated = 0
    for place, (outline, folder) in enumerate(_outlines(root), start=1):
        fields = {name.lower(): value.strip() for name, value in outline.items()}
        written = next((fields[name] for name in _ADDRESS if fields.get(name)), "")
        url = canonical_url(_web(written))
        if url is None:
            why = "The entry has no web address that can be read: {url!r}."
            rejects.append(Reject(line=place, why=why, params={"url": written[:100]}, raw=_name(fields)[:200]))
        elif url in feeds:
            repeated += 1
        elif len(feeds) < FEEDS_READ:
            feeds[url] = OpmlFeed(url=url, name=_name(fields)[:200], folder=folder)
        else:
            why = "The list holds more than {most} feeds."
            rejects.append(Reject(line=place, why=why, params={"most": str(FEEDS_READ)}, raw=url[:200]))
    title = root.findtext("head/title") or ""
    return OpmlRead(feeds=tuple(feeds.values()), title=title.strip(), repeated=repeated, rejects=tuple(rejects))


def write_opml(feeds: Iterable[OpmlFeed], title: str) -> bytes:
    """Return a list that other readers take, in UTF-8, feeds in their folders."""
    root = Element("opml", version="2.0")
    SubElement(SubElement(root, "head"), "title").text = _clean(title)
    folders: dict[tuple[str, ...], Element] = {(): SubElement(root, "body")}
    for feed in feeds:
        for depth in range(1, len(feed.folder) + 1):
            path = feed.folder[:depth]
            if path not in folders:
                folders[path] = SubElement(folders[path[:-1]], "outline", text=_clean(path[-1]))
        name = _clean(feed.name or feed.url)
        SubElement(folders[feed.folder], "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _root(body: bytes) -> Element:
    try:
        root: Element = fromstring(decode_feed(body).body)
    except ParseError as error:
        raise InputError("The file is no list of feeds: it is not well-formed XML ({error}).", error=error) from None
    except DefusedXmlException:
        raise InputError("The list of feeds declares entities, which such lists never need; it is refused.") from None
    except ValueError:
        raise InputError("The file is no list of feeds that can be read.") from None
    if root.tag.lower() != "opml":
        raise InputError("The file is no list of feeds: it begins with <{tag}>, not with <opml>.", tag=root.tag[:50])
    return root


def _outlines(root: Element) -> Iterable[tuple[Element, tuple[str, ...]]]:
    """Return the outlines that name an address or hold no other, with their folders, in the order of the file."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [
        (child, ()) for part in reversed(root) if _tag(part) == "body" for child in reversed(part)
    ]
    while waiting:
        outline, folder = waiting.pop()
        if _tag(outline) != "outline":
            continue
        inside = list(outline)
        fields = {name.lower(): value for name, value in outline.items()}
        if not inside or any(fields.get(name) for name in _ADDRESS):
            yield outline, folder
        below = (*folder, _name(fields)[:100]) if len(folder) < 20 else folder
        waiting.extend((child, below) for child in reversed(inside))


def _tag(element: Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _name(fields: dict[str, str]) -> str:
    return next((" ".join(fields[name].split()) for name in _NAMES if fields.get(name)), "")


def _web(written: str) -> str:
    """Return an address whose scheme is that of an old reader ("feed:") as one of the web."""
    for scheme in ("feed:", "itpc:", "podcast:"):
        if written.lower().startswith(scheme):
            rest = written[len(scheme) :]
            return rest if rest.lower().startswith(("http://", "https://")) else "http://" + rest.lstrip("/")
    return written


def _clean(text: str) -> str:
    """Return the text without what XML cannot hold."""
    return "".join(one for one in text if one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff")

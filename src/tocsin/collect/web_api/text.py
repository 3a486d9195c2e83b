"""Turn the markup that web interfaces give into plain text and links."""

from __future__ import annotations

import re

from tocsin.base.html import read_html
from tocsin.base.url import canonical_url

LINKS_KEPT = 100
_FENCE = re.compile(r"^[ ]{0,3}(?:```|~~~|:::)[^\n]*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,1000})\]\(\s*<?([^\s()<>]{1,2000})>?(?:\s+\"[^\"\n]{0,500}\")?\s*\)")
_ANGLE = re.compile(r"<(https?://[^\s<>]{1,2000})>")
_BARE = re.compile(r"https?://[^\s<>()\[\]\"]{1,2000}")
_LINE_START = re.compile(r"^[ ]{0,3}(?:#{1,6}[ ]|(?:>[ ]?)+|[-*+][ ](?=\S))", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)([^*_~\n]{1,2000})(?<=\S)\1")
_SOFT = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]{1,2000})(?<=\S)\1(?![\w*])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!~>|-])")

_ASIDE = 0xF0000  # where signs that are meant wait while marks are taken away: for private use, written by nobody
_BACK = {_ASIDE + code: code for code in range(128)}


def from_html(fragment: str, base: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the text of an HTML fragment as a person reads it, and the canonical addresses that it links to."""
    read = read_html(fragment, base)
    return read.text.strip(), links_of(read.links, base)


def from_markdown(written: str, base: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the text of Markdown (CommonMark, as far as people use it in posts) without its marks, and its links.

    >>> from_markdown("**Hot** [here](https://example.org/a), _now_")
    ('Hot here, now', ('https://example.org/a',))
    """
    links = [match[2] for match in _LINK.finditer(written)] + _BARE.findall(written)
    text = _ESCAPE.sub(lambda sign: chr(_ASIDE + ord(sign[1])), _FENCE.sub("", written))
    text = _ANGLE.sub(r"\1", _LINK.sub(r"\1", text))
    text = _LINE_START.sub("", text)
    text = _SOFT.sub(r"\2", _STRONG.sub(r"\2", text)).replace("`", "")
    return text.translate(_BACK).strip(), links_of(links, base)


def links_of(written: list[str] | tuple[str, ...], base: str = "") -> tuple[str, ...]:
    """Return the canonical addresses of links as written, each once, in order."""
    found: dict[str, None] = {}
    for one in written:
        link = canonical_url(one, base)
        if link is not None and len(found) < LINKS_KEPT:
            found[link] = None
    return tuple(found)

"""Write HTML in which nothing said elsewhere can become markup: words are escaped unless this module made them."""

from __future__ import annotations

from html import escape

_VOID = frozenset(("br", "img", "meta"))


class Html(str):
    """Markup made by `tag`; any other text is escaped where it is put in."""

    __slots__ = ()


def tag(name: str, /, *inside: str, **attributes: str | None) -> Html:
    """Return an element. inside: `Html` stands as it is, other texts are escaped. None leaves an attribute out.

    A trailing underscore of an attribute's name is dropped (`class_`), others become hyphens.

    >>> tag("p", "a < b", class_="faint")
    '<p class="faint">a &lt; b</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*inside)}</{name}>")


def join(*parts: str) -> Html:
    """Return parts one after another, those that are not markup escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(_clean(part)) for part in parts))


def _clean(text: str) -> str:
    """Without control characters and without signs that turn the reading order of the rest of a line."""
    return "".join(letter for letter in text if letter not in _TURNING and (letter >= " " or letter in "\n\t"))


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x7f")

"""The blocks of a letter: words in the reader's language already, and links; how they look is told elsewhere."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec


class Tone(StrEnum):
    """How loud a letter is: the bar at its head, and the shape beside its first words."""

    ALARM = "alarm"
    WATCH = "watch"
    CALM = "calm"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link and its words. Only an http(s) address becomes one; any other is shown as words alone."""

    words: str
    url: str


class Kicker(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What kind of letter it is, beside its shape: `Alarm, 8:06`."""

    words: str


class Title(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The one sentence of the letter."""

    words: str


class Lead(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A paragraph to read."""

    words: str


class Note(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A small line under what it explains; link: at its end."""

    words: str
    link: Link | None = None
    ruled: bool = False


class Heading(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The title of a part."""

    words: str


class Picture(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A drawing that travels in the mail. alt: the same in words, which plain text shows instead.

    wide, narrow: Content-IDs of its drawings on light and on dark paper; empty when none could be drawn.
    """

    alt: str
    wide: tuple[str, str] | None = None
    narrow: tuple[str, str] | None = None


class Buttons(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What the reader may do, the first thing first."""

    links: tuple[Link, ...]


class Quote(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A post: who, what is known of them, their words between quotation marks, what is said of it, and its link."""

    who: str
    about: str
    text: str
    note: str
    link: Link | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A line of a list: what, what is known of it, and a link that stands on its words."""

    words: str
    about: str = ""
    url: str = ""


class Figures(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Figures side by side: (name, figure, beside what is usual)."""

    rows: tuple[tuple[str, str, str], ...]


class Commands(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What to type where no page can be linked: (what it does, the command)."""

    rows: tuple[tuple[str, str], ...]


Block: TypeAlias = Kicker | Title | Lead | Note | Heading | Picture | Buttons | Quote | Entry | Figures | Commands


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A whole letter. preview: the words that a mailbox shows beside the subject. language: of its words."""

    language: str
    subject: str
    preview: str
    tone: Tone
    blocks: tuple[Block, ...]


def is_link(url: str) -> bool:
    """Return whether an address may be clicked: http or https, and nothing that could break out of an attribute.

    >>> is_link("https://example.org/a"), is_link("javascript:alert(1)"), is_link("https://a b")
    (True, False, False)
    """
    return url.startswith(("https://", "http://")) and url.isprintable() and not set(url) & set(" \"'<>\\")

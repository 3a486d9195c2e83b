"""Write a letter as plain text, 78 columns wide where words allow."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tocsin.report.letter.sheet import (
    Block,
    Buttons,
    Commands,
    Entry,
    Figures,
    Heading,
    Note,
    Picture,
    Quote,
    Sheet,
    is_link,
)

_WIDTH = 78


def plain(sheet: Sheet) -> str:
    """Return the letter as text; it ends with a line break."""
    lines: list[str] = []
    before: Block | None = None
    for block in sheet.blocks:
        if before is not None and not (isinstance(block, Entry) and isinstance(before, Entry)):
            lines.append("")
        lines += _lines(block)
        before = block
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Picture):
        yield from wrapped(block.alt)
    elif isinstance(block, Heading):
        yield block.words
        yield "-" * min(_WIDTH, len(block.words))
    elif isinstance(block, Buttons):
        widest = max((len(link.words) for link in block.links), default=0)
        for link in block.links:
            yield f"{link.words:<{widest}}  {link.url}"
    elif isinstance(block, Commands):
        for words, command in block.rows:
            yield f"{words}:"
            yield f"  {command}"
    elif isinstance(block, Figures):
        for name, figure, usual in block.rows:
            yield from wrapped(f"{name}: {figure}" + (f" ({usual})" if usual else ""))
    elif isinstance(block, Quote):
        yield from wrapped(", ".join(part for part in (block.who, block.about) if part))
        yield from wrapped(block.text, "  ")
        yield from wrapped(block.note, "  ")
        if block.link is not None and is_link(block.link.url):
            yield f"  {block.link.url}"
    elif isinstance(block, Entry):
        yield from wrapped("- " + " · ".join(part for part in (block.words, block.about) if part), "", "  ")
        if is_link(block.url):
            yield f"  {block.url}"
    else:
        yield from wrapped(block.words)
        if isinstance(block, Note) and block.link is not None and is_link(block.link.url):
            yield f"{block.link.words}: {block.link.url}"


def wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    """Return lines of at most 78 columns; addresses and words are never cut."""
    words = " ".join(part for part in text.split(" ") if part)
    return textwrap.wrap(
        words,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )

"""LineBatch: raw JSON lines on their way through the stage; all give their text, only the wanted ones their whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.screen.match import TextPath, kernel
from tocsin.screen.match.compiled import FoundTexts


class Head(Protocol):
    """A line decoded just far enough to be screened."""

    @property
    def text(self) -> str:
        """The text of the post."""


class LineBatch:
    """A batch over raw lines.

    decode_head: decodes a line into a Struct with a `text`, and a `title` where `with_titles` says so.
    read_post: gives the whole post from its place in the batch and its line.
    text_path: where the same text and title stand in a line. Where the kernel is built, no line is decoded before its
    post is asked for, and screening is about half again as fast.
    A line that is not readable counts as an empty text and is listed in `broken` as (index, error).
    """

    __slots__ = ("_lines", "_read_post", "broken", "texts", "titles")

    def __init__(
        self,
        lines: Sequence[bytes],
        decode_head: Callable[[bytes], Head],
        read_post: Callable[[int, bytes], Post],
        *,
        with_titles: bool = False,
        text_path: TextPath | None = None,
    ) -> None:
        self._lines = lines
        self._read_post = read_post
        self.broken: list[tuple[int, str]] = []
        self.texts: Sequence[str]
        self.titles: Sequence[str] | None
        compiled = kernel() if text_path and with_titles == bool(text_path.title) else None
        if compiled and text_path:
            self.texts, titled = self._found(compiled.find(lines, text_path), decode_head)
            self.titles = titled if with_titles else None
        else:
            heads = self._heads(range(len(lines)), decode_head)
            self.texts = ["" if head is None else head.text for head in heads]
            titles = [getattr(head, "title", "") for head in heads] if with_titles else []
            self.titles = titles if any(titles) else None

    def _found(
        self, found: FoundTexts, decode_head: Callable[[bytes], Head]
    ) -> tuple[Sequence[str], Sequence[str] | None]:
        """The texts and titles that the kernel found, those of the odd lines decoded; nearly always none is odd."""
        heads = dict(zip(found.odd, self._heads(found.odd, decode_head), strict=True))
        known = {index: head for index, head in heads.items() if head is not None}
        if not known:
            return found.texts, found.titles
        texts = list(found.texts)
        titles = list(found.titles or [""] * len(texts))
        for index, head in known.items():
            texts[index] = head.text
            titles[index] = getattr(head, "title", "")
        return texts, titles if any(titles) else None

    def _heads(self, numbers: Sequence[int], decode_head: Callable[[bytes], Head]) -> list[Head | None]:
        lines = self._lines
        try:
            return [decode_head(lines[index]) for index in numbers]
        except _UNREADABLE:  # the way below tells which
            return [self._head(index, lines[index], decode_head) for index in numbers]

    def _head(self, index: int, line: bytes, decode_head: Callable[[bytes], Head]) -> Head | None:
        try:
            return decode_head(line)
        except _UNREADABLE as error:
            self.broken.append((index, str(error)))
            return None

    def post(self, index: int) -> Post:
        """The whole post of line `index`. Raises InputError if it cannot be read."""
        try:
            return self._read_post(index, self._lines[index])
        except _UNREADABLE as error:
            raise InputError("The post cannot be read whole: {error}.", error=error) from None


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)  # msgspec raises the second for bytes that are not UTF-8

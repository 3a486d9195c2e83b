"""LineBatch: raw JSON lines on their way through the stage; all give their text, only the wanted ones their whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.screen.match import TextPath, kernel


class Head(Protocol):
    """A line decoded just far enough to be screened."""

    @property
    def text(self) -> str:
        """The text of the post."""


class LineBatch:
    """A batch over raw lines.

    decode_head: decodes a line into a Struct with a `text`, and a `title` where `with_titles` says so.
    read_post: gives the whole post from its place in the batch and its line.
    text_path: where the same text stands in a line. Where the kernel is built, no line is decoded before its post is
    asked for, and screening is about half again as fast.
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
        self.titles: Sequence[str] | None = None
        compiled = kernel() if text_path and not with_titles else None
        found = compiled.find(lines, text_path) if compiled and text_path else None
        self.texts: Sequence[str]
        if found is not None:
            self.texts = found
            return
        if not with_titles:
            try:
                self.texts = [decode_head(line).text for line in lines]
            except _UNREADABLE:  # the way below tells which
                pass
            else:
                return
        heads = [self._head(index, line, decode_head) for index, line in enumerate(lines)]
        self.texts = ["" if head is None else head.text for head in heads]
        if with_titles:
            titles = [getattr(head, "title", "") for head in heads]
            self.titles = titles if any(titles) else None

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

"""LineBatch: raw JSON lines on their way through the stage; all give their text, only the wanted ones their whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.screen.match import json_texts


class Head(Protocol):
    """A line decoded just far enough to be screened."""

    @property
    def text(self) -> str:
        """The text of the post."""


RawHeads = Callable[[Sequence[bytes]], tuple[list[msgspec.Raw], list[msgspec.Raw]]]  # the titles may be none at all


class LineBatch:
    """A batch over raw lines.

    decode_head: decodes a line into a Struct with a `text`, and a `title` where `with_titles` says so.
    read_post: gives the whole post from its place in the batch and its line.
    raw_heads: gives the texts of all lines as they stand in JSON, and their titles or None; screening is then half
    again as fast, since no text is decoded before it is asked for. Of a key that a line repeats, the last value counts.
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
        raw_heads: RawHeads | None = None,
    ) -> None:
        self._lines = lines
        self._read_post = read_post
        self.broken: list[tuple[int, str]] = []
        self.texts: Sequence[str]
        self.titles: Sequence[str] | None = None
        if raw_heads is not None:
            try:
                self.texts, titles = map(json_texts, raw_heads(lines))
            except _UNREADABLE:  # the way below tells which
                pass
            else:
                self.titles = titles if any(titles) else None
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

"""LineBatch: raw JSON lines on their way through the stage; all give their text, only the wanted ones their whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post


class HasText(Protocol):
    """A line decoded just far enough to screen it."""

    @property
    def text(self) -> str:
        """The text of the post."""


class LineBatch:
    """A batch over raw lines.

    decode_text: a msgspec decoder of a Struct with a `text`; read_post: the whole post of a line.
    A line that is not readable counts as an empty text and is listed in `broken` as (index, error).
    """

    __slots__ = ("_lines", "_read_post", "broken", "texts")

    titles: Sequence[str] | None = None

    def __init__(
        self, lines: Sequence[bytes], decode_text: Callable[[bytes], HasText], read_post: Callable[[bytes], Post]
    ) -> None:
        self._lines = lines
        self._read_post = read_post
        self.broken: list[tuple[int, str]] = []
        try:
            self.texts: Sequence[str] = [decode_text(line).text for line in lines]
        except msgspec.DecodeError:
            self.texts = [self._text(index, line, decode_text) for index, line in enumerate(lines)]

    def _text(self, index: int, line: bytes, decode_text: Callable[[bytes], HasText]) -> str:
        try:
            return decode_text(line).text
        except msgspec.DecodeError as error:
            self.broken.append((index, str(error)))
            return ""

    def post(self, index: int) -> Post:
        """The whole post of line `index`. Raises InputError if it cannot be read."""
        try:
            return self._read_post(self._lines[index])
        except msgspec.DecodeError as error:
            raise InputError("The post cannot be read whole: {error}.", error=error) from None

"""Texts that stay as they stand in JSON until somebody asks for one: most posts are screened and never looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

# Before and behind the joined texts, since the kernel reads whole blocks and looks three bytes back.
MARGIN = b" " * 3
PADDING = b" " * 32

_decode_text = msgspec.json.Decoder(str).decode
_decode_texts = msgspec.json.Decoder(list[str]).decode


class TextPath(NamedTuple):
    """The way to the text of a line: the names of the keys, outermost first, all ASCII and none empty.

    is_optional: a line without the last key has an empty text, as where a Struct has a default.
    title: the name of the key beside the last one that holds the title, if there is one; "" when none is wanted.
    """

    keys: tuple[str, ...]
    is_optional: bool = False
    title: str = ""


class JsonTexts(Sequence[str]):
    """Texts as JSON strings in one piece, each decoded when it is asked for.

    joined: the strings, a comma behind each, between MARGIN and PADDING. starts: where each begins and where one more
    would, shape (n + 1,). Only strings that the kernel found whole may come in here, so that each can be decoded.
    """

    __slots__ = ("joined", "starts")

    def __init__(self, joined: bytes, starts: NDArray[np.int64]) -> None:
        self.joined = joined
        self.starts = starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            if step != 1:
                return list(self)[index]
            return JsonTexts(self.joined, self.starts[first : max(first, last) + 1])
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        first = index % len(self)
        return _decode_text(self.joined[self.starts[first] : self.starts[first + 1] - 1])

    def __iter__(self) -> Iterator[str]:
        return iter(_decode_texts(b"[%b]" % self.joined[self.starts[0] : max(self.starts[-1] - 1, self.starts[0])]))

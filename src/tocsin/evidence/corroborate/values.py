"""How strongly a passage is tied to a recorded answer."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class TieStrength(StrEnum):
    """What was found. Only WHOLE says that the server sent these words in this order."""

    WHOLE = "whole"  # all words and marks, in a row, in one answer
    PARTLY = "partly"  # most words, or put together from pieces of one answer: `missing` and `instead` name the rest
    NONE = "none"  # exists in the rendered page alone, or a number, a name or a negation is another


class Where(StrEnum):
    """In which part of an answer. The order is that of preference where a passage stands in several."""

    TEXT = "text"  # text of a page or of a plain file
    JSON = "json"
    ATTRIBUTE = "attribute"
    SCRIPT = "script"  # what a script holds between quotes, whatever it does with it
    COMMENT = "comment"


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """What ties a passage to an answer.

    exchange: number of the exchange in the recording, None where nothing ties. share: of the words of the passage
    that were found there in order, 0..1. missing: words of the passage that this answer does not have there.
    instead: words that the answer has in the midst of the others, and the passage not.
    """

    passage: str
    strength: TieStrength
    exchange: int | None = None
    where: Where | None = None
    share: float = 0.0
    missing: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

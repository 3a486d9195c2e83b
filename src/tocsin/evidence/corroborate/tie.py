"""Tie passages to answers: whole, partly, or not at all.

A passage is whole where an answer has its words and marks in a row. It is partly tied where an answer has it but for
words that carry little, or has the pieces of which a script could have made it. A number, a negation or a name that the
answer does not have there leaves it untied, however much of the rest is there: one digit makes another statement.
Case and ways of writing spaces, quotes and dashes do not count. This proves that a server sent the words, never that
its owner wrote them, nor that they were seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import msgspec

from tocsin.base.capture import Recording
from tocsin.evidence.corroborate.answers import raw_script, said_by
from tocsin.evidence.corroborate.nearest import LEAST_SHARE, near, pieced
from tocsin.evidence.corroborate.source import Source
from tocsin.evidence.corroborate.values import Tie, TieStrength, Where
from tocsin.evidence.corroborate.words import folded, tokens_of
from tocsin.evidence.pack.warc import main_exchange
from tocsin.evidence.values import File

# A longer passage is whole or untied: looking for its nearest likeness takes time that grows with its square.
LONGEST_WORDS = 1_500
_LINES = re.compile(r"[\n\t\r\v\f\u2028\u2029]+")


def corroborate(passages: Sequence[str], recording: Recording) -> tuple[Tie, ...]:
    """Return the tie of each passage, in their order.

    A passage may run over several blocks of a page. One without a word or a mark is untied.
    """
    page = _Answers(recording)
    known: dict[str, Tie] = {}
    return tuple(known.get(passage) or known.setdefault(passage, page.tie(passage)) for passage in passages)


def corroborate_page(recording: Recording) -> tuple[Tie, ...]:
    """Return the tie of each line of the text that the page showed, those without a word left out."""
    lines = (" ".join(line.split()) for line in _LINES.split(recording.text))
    return corroborate([line for line in lines if any(letter.isalnum() for letter in line)], recording)


def ties_file(ties: Iterable[Tie]) -> File:
    """Return `corroboration.json`: how many lines are whole, partly tied and untied, then each on a line of its own.

    What is empty is left out of a line.
    """
    rows = list(ties)
    counts = {strength.value: sum(tie.strength is strength for tie in rows) for strength in TieStrength}
    told = json.dumps({"lines": len(rows), **counts})[:-1]
    listed = ",\n".join(json.dumps(_filled(tie), ensure_ascii=False) for tie in rows)
    return File("corroboration.json", f'{told}, "ties": [\n{listed}\n]}}\n'.encode("utf-8", "replace"))


def _filled(tie: Tie) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(tie)
    return {name: value for name, value in said.items() if value not in (None, [], ())}


class _Answers:
    """All that the answers of a recording say, the page itself first."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        main = main_exchange(recording)
        found = [
            Source(exchange.number, where, text)
            for exchange in recording.exchanges
            for where, text in said_by(exchange)
            if text
        ]
        order = list(Where)
        self._sources = sorted(
            found,
            key=lambda one: (main is None or one.exchange != main.number, order.index(one.where), one.exchange),
        )

    def tie(self, passage: str) -> Tie:
        tokens = tokens_of(passage)
        if not tokens:
            return Tie(passage=passage, strength=TieStrength.NONE)
        asked = folded(tokens)
        for source in self._sources:
            if source.holds(asked):
                return _whole(passage, source)
        longest = max(asked, key=len)
        for source in self._raw_scripts:
            if longest in source.text and source.holds(asked):
                return _whole(passage, source)
        if len(tokens) > LONGEST_WORDS:
            return Tie(passage=passage, strength=TieStrength.NONE)
        return self._likest(passage, tokens, asked)

    def _likest(self, passage: str, tokens: Sequence[str], asked: Sequence[str]) -> Tie:
        """Return the best tie that is not whole: the strongest, then the one with the most words."""
        best = Tie(passage=passage, strength=TieStrength.NONE, missing=tuple(tokens))
        for source in self._sources:
            if source.knows(asked) < LEAST_SHARE / 2:  # marks, which do not count in the share, are tokens too
                continue
            for found in (near(passage, tokens, source), pieced(passage, tokens, source, self._pieces)):
                if found and _rank(found) > _rank(best):
                    best = found
        return best

    def _pieces(self) -> frozenset[str]:
        return self._all_pieces

    @cached_property
    def _all_pieces(self) -> frozenset[str]:
        return frozenset().union(*(source.pieces for source in self._sources))

    @cached_property
    def _raw_scripts(self) -> list[Source]:
        """Return answers that hold scripts or JSON, whole, with their escapes read."""
        numbers = {source.exchange for source in self._sources if source.where in (Where.SCRIPT, Where.JSON)}
        return [
            Source(exchange.number, Where.SCRIPT, raw_script(exchange).casefold())
            for exchange in self._recording.exchanges
            if exchange.number in numbers
        ]


def _rank(tie: Tie) -> tuple[bool, float]:
    return tie.strength is TieStrength.PARTLY, tie.share


def _whole(passage: str, source: Source) -> Tie:
    return Tie(passage=passage, strength=TieStrength.WHOLE, exchange=source.exchange, where=source.where, share=1.0)

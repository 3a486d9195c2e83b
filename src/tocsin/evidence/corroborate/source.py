"""One part of an answer, made ready to look passages up in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from tocsin.evidence.corroborate.values import Where
from tocsin.evidence.corroborate.words import HARD, SOFT, folded, tokens_of

_LONGEST_PIECE = 40  # words of a value or a block that may be a piece of a line


class Source:
    """What an answer says in one place. What is costly is made when it is first asked for."""

    def __init__(self, exchange: int, where: Where, text: str) -> None:
        self.exchange, self.where, self.text = exchange, where, text
        self._after = 0  # lines follow each other in the page as in its answer: look there first

    @cached_property
    def marked(self) -> list[str]:
        """Return its folded tokens with the ends of values (HARD) and blocks (SOFT) among them."""
        return folded(tokens_of(self.text))

    @cached_property
    def tokens(self) -> list[str]:
        """Return its folded tokens with the ends of values alone."""
        return [token for token in self.marked if token != SOFT]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Return where in `tokens` each token stands."""
        found: dict[str, list[int]] = {}
        for place, token in enumerate(self.tokens):
            found.setdefault(token, []).append(place)
        return found

    @cached_property
    def pieces(self) -> frozenset[str]:
        """Return its whole values and blocks, up to `_LONGEST_PIECE` tokens, tokens joined by spaces."""
        found, piece = set(), []
        for token in (*self.marked, HARD):
            if token != HARD and token != SOFT:
                piece.append(token)
                continue
            if 0 < len(piece) <= _LONGEST_PIECE:
                found.add(" ".join(piece))
            piece = []
        return frozenset(found)

    def knows(self, asked: Sequence[str]) -> float:
        """Return the share of these tokens that stand in it somewhere."""
        return sum(token in self._words for token in asked) / len(asked)

    @cached_property
    def _row(self) -> str:
        return f" {' '.join(self.tokens)} "

    def holds(self, asked: Sequence[str]) -> bool:
        """Return whether it has these tokens in a row, without cutting a number out of a longer one."""
        rarest = max(asked, key=len)
        if rarest not in self._words:
            return False
        needle = f" {' '.join(asked)} "
        for start in (self._after, 0):
            at = self._row.find(needle, start)
            while at >= 0:
                if not self._cuts_number(at, at + len(needle)):
                    self._after = at
                    return True
                at = self._row.find(needle, at + 1)
            if start == 0:
                break
        return False

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self.tokens)

    def _cuts_number(self, start: int, end: int) -> bool:
        """Return whether `1 500,20` would be read as `500` or as `1 500`."""
        row = self._row
        before = row[max(0, start - 60) : start].split(" ")
        after = row[end : end + 60].split(" ")
        first, last = row[start + 1 : start + 2], row[end - 2 : end - 1]
        return (first.isnumeric() and _goes_on([token for token in reversed(before) if token])) or (
            last.isnumeric() and _goes_on([token for token in after if token])
        )


def _goes_on(tokens: Sequence[str]) -> bool:
    """Return whether what stands next to a number is more of it, nearest token first."""
    if not tokens:
        return False
    if tokens[0].isnumeric():
        return True
    return len(tokens) > 1 and tokens[0] in {".", ","} and tokens[1].isnumeric()

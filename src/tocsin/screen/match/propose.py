"""Find in a batch what the literals of a plan propose, and decide on the spot what needs no verifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.base.mention import Span, TextField
from tocsin.screen.match.compiled import Kernel
from tocsin.screen.match.engine import LiteralEngine
from tocsin.screen.match.lanes import Wanted, fold_lanes
from tocsin.screen.match.plan import Plan, Role
from tocsin.screen.match.tables import OPAQUE, table_for
from tocsin.screen.match.tags import is_signed_tag, is_whole_tag
from tocsin.screen.match.vocabulary import AnyWord, Vocabulary
from tocsin.screen.match.words import is_one_edit_apart

Found = dict[tuple[int, int], set[Span]]  # (post, query) → the spans that decide it
Candidates = set[tuple[int, int]]  # (post, query) to verify


class Proposer:
    """Scans batches under one plan."""

    def __init__(self, plan: Plan, engine: LiteralEngine | None, compiled: Kernel | None) -> None:
        self._plan = plan
        self._engine = engine
        self._lengths = [len(literal) for literal in plan.literals]
        self._next_words: dict[int, dict[bytes, list[int]]] = {}
        words = {word for needle in plan.needles for word in needle.words}
        letters = "".join(sorted(set("".join(words))))
        is_any = any(needle.suffix == "~" for needle in plan.needles)
        self._wanted = Wanted(table_for(letters), AnyWord() if is_any else Vocabulary(words))
        self._kernel = compiled

    def propose(self, texts: Sequence[str], titles: Sequence[str] | None) -> tuple[Found, Candidates]:
        """Return what the finds in a batch decide by themselves, and what is left to verify."""
        found: Found = {}
        candidates: Candidates = set()
        if self._engine is None or not texts:
            return found, candidates
        titled = [index for index, title in enumerate(titles) if title] if titles else []
        parts = [*texts, *(titles[index] for index in titled)] if titles and titled else texts
        plan = self._plan
        for buffer in fold_lanes(parts, self._wanted, self._kernel):
            for role, needle, start, end in self._stretches(self._engine, buffer.data):
                place = buffer.locate(start, end)
                if place is None:
                    continue
                part, first, last = place
                if role is Role.JOINED and not is_whole_tag(parts[part], first, last):
                    continue
                if role is Role.SIGNED and not is_signed_tag(parts[part], first, last, plan.needles[needle].suffix):
                    continue
                field = TextField.TEXT if part < len(texts) else TextField.TITLE
                post = part if field is TextField.TEXT else titled[part - len(texts)]
                candidates.update([(post, query) for query in plan.proposed[needle]])
                for query in plan.decided[needle]:
                    found.setdefault((post, query), set()).add(Span(field=field, start=first, end=last))
        return found, candidates

    def _stretches(self, engine: LiteralEngine, data: bytes) -> Iterator[tuple[Role, int, int, int]]:
        """Yield (role, needle, start, end) of each needle that the finds show to stand, or may stand, in `data`."""
        uses, lengths = self._plan.uses, self._lengths
        for literal, end in engine.scan(data):
            start = end - lengths[literal] + 1
            opened = False
            for number, needle in uses[literal]:
                role = _ROLES[number]
                if role is Role.WHOLE or role is Role.JOINED or role is Role.SIGNED:
                    yield role, needle, start, end - 1
                elif role is Role.PREFIX:
                    yield role, needle, start, data.index(b" ", start)
                elif role is Role.HEAD or role is Role.TAIL:
                    first = start if role is Role.HEAD else data.rindex(b" ", 0, end - 1) + 1
                    last = data.index(b" ", start) if role is Role.HEAD else end - 1
                    if self._may_be_misspelled(needle, data[first:last]):
                        yield role, needle, first, last
                elif not opened:
                    opened = True  # all needles that this literal opens are looked up together
                    yield from self._opened(literal, (start, end), data)

    def _opened(self, literal: int, place: tuple[int, int], data: bytes) -> Iterator[tuple[Role, int, int, int]]:
        """Yield the phrases that the find at `place` opens and that go on to their end."""
        start, end = place
        next_start = _skip_spaces(data, end)
        next_word = data[next_start : data.index(b" ", next_start)]
        for needle in self._needles_by_next_word(literal).get(next_word, ()):
            last = _read_on(self._plan.needles[needle].words, data, start)
            if last is not None:
                yield Role.OPENING, needle, start, last

    def _needles_by_next_word(self, literal: int) -> dict[bytes, list[int]]:
        """Return the needles that a literal opens, by the word they go on with."""
        if literal not in self._next_words:
            known = len(self._plan.literals[literal].split())
            by_word = self._next_words[literal] = {}
            for role, needle in self._plan.uses[literal]:
                if role == Role.OPENING:
                    by_word.setdefault(self._plan.needles[needle].words[known].encode(), []).append(needle)
        return self._next_words[literal]

    def _may_be_misspelled(self, needle: int, word: bytes) -> bool:
        """Whether a folded word may be a misspelling; one with letters of another script is left to the verifier."""
        return OPAQUE in word or is_one_edit_apart(self._plan.needles[needle].words[0], word.decode(errors="replace"))


_ROLES = tuple(Role)
_SPACE = ord(" ")


def _skip_spaces(data: bytes, at: int) -> int:
    while data[at] == _SPACE:
        at += 1
    return at


def _read_on(words: tuple[str, ...], data: bytes, start: int) -> int | None:
    """Return where a phrase that begins at `start` ends, None if it is not there."""
    end = start
    for word in words:
        start = _skip_spaces(data, end)
        end = start + len(word.encode())
        if data[start:end] != word.encode() or data[end] != _SPACE:
            return None
    return end

"""Read one mention with all that stands around it: who wrote it, why it has its score, its copies, its conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.mention import Reason, Span, TextField
from tocsin.base.person import Role
from tocsin.base.post import PostKind
from tocsin.base.story import Story
from tocsin.base.text import fold_spans, fold_words
from tocsin.flows.engine import Engine
from tocsin.flows.stream import Line, Reader, lines_of, people_names, todo_since
from tocsin.screen.correct import Act, Change
from tocsin.store.queries.similar import MOST, AuthorCard
from tocsin.store.queries.stream import ASKING_SEVERITY
from tocsin.store.rows import MentionRow
from tocsin.store.write.correct import CorrectionRow

_EXCERPT = 260
_LEAD = 60
_SHOWN_COPIES = 8


class Piece(NamedTuple):
    """A stretch of a text. mark: "" plain, "seen" words of the watch or of a reason, "alarm" of a danger."""

    text: str
    mark: str = ""


class Weighed(NamedTuple):
    """A reason with its signed points, and the length of its bar, 0..100 of the longest."""

    reason: Reason
    points: int
    share: int
    is_danger: bool


class Given(NamedTuple):
    """A correction that holds, with the name of whoever gave it. is_here: given on this very mention."""

    correction: CorrectionRow
    by: str
    is_here: bool


class Pane(msgspec.Struct, frozen=True, kw_only=True):
    """A mention with its context.

    copies: at most 8 of its near-copies; copies_total: at most 200. todo_copies: of those, how many still ask.
    revisions: (when the change was seen, title, text), oldest first. before, after: rows of its neighbours in the list.
    """

    line: Line
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    weights: tuple[Weighed, ...]
    author: AuthorCard | None
    story: Story | None
    copies: tuple[MentionRow, ...]
    copies_total: int
    todo_copies: int
    conversation: tuple[MentionRow, ...]
    revisions: tuple[tuple[datetime, str, str], ...]
    given: tuple[Given, ...]

    @property
    def mention(self) -> MentionRow:
        """The mention itself."""
        return self.line.mention

    @property
    def is_capped(self) -> bool:
        """Whether there may be more copies than were counted."""
        return self.copies_total >= MOST


def read_mention(engine: Engine, reader: Reader, row: int) -> Pane:
    """Return a mention of the brand with its context. Raises NotFoundError, also for one of another brand."""
    store = engine.store
    mention = store.mention(row)
    if mention.brand != reader.brand:
        raise NotFoundError("There is no mention {row}. Its post was deleted or erased.", row=row)
    verdict, post = mention.verdict, mention.post
    copies = store.stream.similar(mention)
    names = people_names(engine, reader.brand)
    reasons = [*verdict.severity.reasons, *(reason for score in verdict.kinds for reason in score.reasons)]
    return Pane(
        line=lines_of(engine, reader, [mention])[0],
        title=marked(post.title, _spans(mention.mention.spans, TextField.TITLE), reasons),
        text=marked(post.text, _spans(mention.mention.spans, TextField.TEXT), reasons),
        weights=weigh(verdict.severity.reasons),
        author=store.stream.author_card(mention),
        story=store.story(mention.story, mention.timeline) if mention.story else None,
        copies=tuple(store.stream.mentions(copies[:_SHOWN_COPIES])),
        copies_total=len(copies),
        todo_copies=len(_asking(engine, reader, copies)),
        conversation=tuple(store.stream.conversation(mention)),
        revisions=tuple(store.revisions(post.platform, post.native_id, reader.world)),
        given=tuple(Given(one, names.get(one.by, ""), one.mention == row) for one in store.stream.corrections_of(row)),
    )


def similar_lines(engine: Engine, reader: Reader, row: int, limit: int = 60) -> tuple[Line, ...]:
    """Return the near-copies of a mention as lines, each by itself. Raises NotFoundError."""
    mention = engine.store.mention(row)
    if mention.brand != reader.brand:
        raise NotFoundError("There is no mention {row}. Its post was deleted or erased.", row=row)
    found = engine.store.stream.mentions(engine.store.stream.similar(mention)[:limit])
    return tuple(line for one in found for line in lines_of(engine, reader, [one]))


def choices(mention: MentionRow) -> list[Change]:
    """Return the corrections to offer on a mention, the likeliest first."""
    verdict = mention.verdict
    found: list[Change] = []
    for score in verdict.kinds:
        if score.kind.value == "neutral":
            continue
        if score.p < 0.95:
            found.append(Change(act=Act.KIND, kind=score.kind))
        found.append(Change(act=Act.NOT_KIND, kind=score.kind))
    found.append(Change(act=Act.LESS))
    found.append(Change(act=Act.MORE))
    if verdict.sentiment.label.value != "negative":
        found.append(Change(act=Act.IRONY))
    found.append(Change(act=Act.NOT_US))
    if mention.story:
        found.append(Change(act=Act.OTHER_STORY))
    return [one for one in found if _changes(mention, one)]


def may_see_name(mention: MentionRow, role: Role) -> bool:
    """Return whether a role is shown who wrote a post: a reader sees the press and verified accounts alone."""
    author = mention.post.author
    if role is not Role.READER or author is None:
        return True
    return bool(author.verified) or mention.post.kind is PostKind.ARTICLE


def weigh(reasons: Sequence[Reason]) -> tuple[Weighed, ...]:
    """Return the reasons of a severity that carry points, the heaviest first, those that take away last."""
    longest = max((abs(reason.weight) for reason in reasons), default=0) or 1
    weighed = [
        Weighed(
            reason, round(reason.weight), round(100 * abs(reason.weight) / longest), reason.code.startswith("danger.")
        )
        for reason in reasons
        if round(reason.weight)
    ]
    return tuple(sorted(weighed, key=lambda one: (one.points < 0, -abs(one.points))))


def excerpt(mention: MentionRow) -> tuple[Piece, ...]:
    """Return the beginning of what a post says, or what stands around the watch's words when they come late."""
    post = mention.post
    spans = _spans(mention.mention.spans, TextField.TEXT)
    if not post.text:
        return marked(post.title, _spans(mention.mention.spans, TextField.TITLE))
    first = min((start for start, _ in spans), default=0)
    start = 0 if first < _EXCERPT - _LEAD else first - _LEAD
    end = start + _EXCERPT
    shifted = [(one - start, other - start) for one, other in spans if one >= start and other <= end]
    pieces = marked(post.text[start:end], shifted)
    before = (Piece("…"),) if start else ()
    after = (Piece("…"),) if end < len(post.text) else ()
    return (*before, *pieces, *after)


def marked(text: str, spans: Iterable[tuple[int, int]], reasons: Sequence[Reason] = ()) -> tuple[Piece, ...]:
    """Return a text in pieces: the spans, and the words of the reasons, marked. They add up to the text.

    >>> [(piece.text, piece.mark) for piece in marked("Vive Alba", [(5, 9)])]
    [('Vive ', ''), ('Alba', 'seen')]
    """
    marks = [(start, end, "seen") for start, end in spans if 0 <= start < end <= len(text)]
    marks += _reason_marks(text, reasons)
    pieces: list[Piece] = []
    at = 0
    # Of marks that overlap, a danger wins, then the longer; what is left of the other is dropped.
    kept: list[tuple[int, int, str]] = []
    for one in sorted(marks, key=lambda mark: (mark[2] != "alarm", mark[0] - mark[1], mark[0])):
        if all(one[1] <= start or one[0] >= end for start, end, _ in kept):
            kept.append(one)
    for start, end, mark in sorted(kept):
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], mark))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return tuple(pieces)


def _reason_marks(text: str, reasons: Sequence[Reason]) -> list[tuple[int, int, str]]:
    """Where the words of the reasons stand: they come folded, so the text is folded to find them."""
    wanted = {
        (phrase, reason.code.startswith("danger."))
        for reason in reasons
        for phrase in (tuple(fold_words(" ".join(reason.words))), *(tuple(fold_words(word)) for word in reason.words))
        if phrase and any(len(word) > 2 for word in phrase)
    }
    if not wanted:
        return []
    words = list(fold_spans(text))
    found: list[tuple[int, int, str]] = []
    for phrase, is_danger in sorted(wanted, key=lambda one: (not one[1], -len(one[0]), one[0])):
        size = len(phrase)
        for place in range(len(words) - size + 1):
            if tuple(word for word, _, _ in words[place : place + size]) == phrase:
                found.append((words[place][1], words[place + size - 1][2], "alarm" if is_danger else "seen"))
    return found


def _spans(spans: Sequence[Span], field: TextField) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans if span.field is field]


def _changes(mention: MentionRow, change: Change) -> bool:
    """Whether a correction would do anything."""
    score = mention.verdict.severity.score
    if mention.mention.own and change.act in (Act.LESS, Act.MORE, Act.NOT_US):
        return False
    return not ((change.act is Act.LESS and score == 0) or (change.act is Act.MORE and score == 100))


def _asking(engine: Engine, reader: Reader, rows: Sequence[int]) -> list[int]:
    """Which of some mentions still ask for somebody."""
    works = engine.store.stream.works(rows)
    since = todo_since(reader.now)
    return [
        one.row
        for one in engine.store.stream.mentions([row for row in rows if row not in works or not works[row].done])
        if one.verdict.severity.score >= ASKING_SEVERITY and one.minute >= since
    ]

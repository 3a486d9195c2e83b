"""Put readings right: at once on the mention and on its near-copies, and from now on for what comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.mention import Reason
from tocsin.base.person import Person
from tocsin.base.seam import PostBatch
from tocsin.flows.engine import Engine
from tocsin.screen.correct import BY_PERSON, Act, Change
from tocsin.store.queries.work import Deed
from tocsin.store.rows import AuditEntry, LabelRow, MentionRow


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, for which brand, and when."""

    brand: str
    person: Person
    at: datetime


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a deed changed: how many mentions, and the number under which it can be taken back; 0 if nothing changed."""

    mentions: int
    undo: int = 0


def correct_mentions(engine: Engine, hand: Hand, rows: Sequence[int], change: Change) -> Done:
    """Put mentions of the brand right, with their near-copies; each is also labelled. Raises NotFoundError."""
    stream = engine.store.stream
    corrections: list[int] = []
    touched: set[int] = set()
    for row in dict.fromkeys(rows):
        if row in touched:
            continue
        mention = _own(engine, hand.brand, row)
        also = _copies(engine, mention, change)
        given = stream.correct(mention, change, also, by=hand.person.id, at=hand.at)
        corrections.append(given.id)
        touched.update((row, *also))
        _note(engine, hand, row, change.label)
    before: tuple[tuple[int, bool, int, int, int], ...] = ()
    if change.act is Act.NOT_US:
        done = stream.set_work(hand.brand, sorted(touched), by=hand.person.id, at=hand.at, done=True)
        before = done.before
    deed = Deed(before=before, corrections=tuple(corrections))
    return Done(mentions=len(touched), undo=stream.keep_undo(deed, hand.brand, person=hand.person.id, at=hand.at))


def take_back(engine: Engine, hand: Hand, correction: int, row: int) -> int:
    """Take a correction back, whoever gave it; return how many mentions it frees. Raises NotFoundError."""
    mention = _own(engine, hand.brand, row)
    if correction not in {one.id for one in engine.store.stream.corrections_of(row)}:
        raise NotFoundError("This correction was taken back already.")
    return undo_correction(engine, hand, correction, mention)


def undo_correction(engine: Engine, hand: Hand, correction: int, mention: MentionRow | None = None) -> int:
    """Take a correction back on all that it changed, and on the copies that came in since; return how many."""
    rows = engine.store.stream.undo_correction(correction, hand.at)
    if not rows:
        return 0
    around = mention or _first(engine, rows)
    later = _read_again(engine, around, set(rows)) if around is not None else 0
    for row in rows[:1]:
        _note(engine, hand, row, f"undone:{correction}")
    return len(rows) + later


def _copies(engine: Engine, mention: MentionRow, change: Change) -> list[int]:
    """The near-copies for which the change holds too: all, and of another story those that stand in the same one."""
    rows = engine.store.stream.similar(mention)
    if change.act is not Act.OTHER_STORY:
        return rows
    return [one.row for one in engine.store.stream.mentions(rows) if one.story == mention.story]


def _read_again(engine: Engine, mention: MentionRow, known: set[int]) -> int:
    """Read the copies that came in under the correction once more, under what holds now; return how many there were."""
    stream = engine.store.stream
    rows = [row for row in stream.similar(mention) if row not in known and not stream.corrections_of(row)]
    stage = engine.stage()
    verdicts = {}
    for one in stream.mentions(rows):
        if not any(reason.code.startswith(BY_PERSON) for reason in _reasons(one)):
            continue
        read = stage.run(PostBatch([one.post]), one.source, one.timeline).mentions
        again = next((found for found in read if (found.brand, found.watch) == (one.brand, one.watch)), None)
        if again is not None:
            verdicts[one.row] = again.verdict
    stream.replace_verdicts(mention.brand, verdicts)
    return len(verdicts)


def _reasons(mention: MentionRow) -> list[Reason]:
    verdict = mention.verdict
    kinds = (reason for score in verdict.kinds for reason in score.reasons)
    return [*verdict.severity.reasons, *verdict.sentiment.reasons, *kinds]


def _first(engine: Engine, rows: Sequence[int]) -> MentionRow | None:
    return next(iter(engine.store.stream.mentions(rows[:1])), None)


def _own(engine: Engine, brand: str, row: int) -> MentionRow:
    mention = engine.store.mention(row)
    if mention.brand != brand:
        raise NotFoundError("There is no mention {row}. Its post was deleted or erased.", row=row)
    return mention


def _note(engine: Engine, hand: Hand, row: int, label: str) -> None:
    """What was said is a label too, which learning reads, and an entry of the audit trail."""
    subject = str(row)
    engine.store.add_label(
        LabelRow(subject_kind="mention", subject=subject, label=label, by=hand.person.mark, at=hand.at)
    )
    entry = AuditEntry(at=hand.at, by=hand.person.mark, action="mention.correct", subject=subject, text=label)
    engine.store.note_audit(entry)

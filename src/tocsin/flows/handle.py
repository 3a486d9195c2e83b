"""Work through mentions: done, to do again, given to somebody; undo; presence; the views that people keep."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.base.errors import InputError, NotFoundError
from tocsin.flows.correct import Done, Hand, undo_correction
from tocsin.flows.engine import Engine
from tocsin.flows.stream import people_names, read_wish
from tocsin.store.queries.work import Deed, View
from tocsin.store.rows import AuditEntry

MOST_ROWS = 2_000
_LONGEST_NAME = 80


def set_done(engine: Engine, hand: Hand, rows: Sequence[int], *, done: bool) -> Done:
    """Mark mentions as done, or as to do again. Raises InputError without any."""
    deed = engine.store.stream.set_work(hand.brand, _some(rows), by=hand.person.id, at=hand.at, done=done)
    return _keep(engine, hand, deed, "mention.done" if done else "mention.todo")


def assign(engine: Engine, hand: Hand, rows: Sequence[int], assignee: int) -> Done:
    """Give mentions to somebody of the brand, 0 to nobody. Raises NotFoundError, InputError without any mention."""
    if assignee and assignee not in people_names(engine, hand.brand):
        raise NotFoundError("There is nobody of that number for this brand. Choose somebody of the list.")
    deed = engine.store.stream.set_work(hand.brand, _some(rows), by=hand.person.id, at=hand.at, assignee=assignee)
    return _keep(engine, hand, deed, "mention.assign")


def undo(engine: Engine, hand: Hand, number: int) -> int:
    """Take one's own deed of the last day back exactly; return how many mentions it frees. Raises ConflictError."""
    deed = engine.store.stream.take_undo(number, hand.brand, person=hand.person.id, at=hand.at)
    engine.store.stream.put_back(deed)
    freed = {row for row, *_ in deed.before}
    count = sum(undo_correction(engine, hand, one) for one in reversed(deed.corrections))
    engine.store.note_audit(AuditEntry(at=hand.at, by=hand.person.mark, action="mention.undo", subject=f"{number}"))
    return max(len(freed), count)


def note_reading(engine: Engine, hand: Hand, row: int) -> None:
    """Note that somebody has a mention open. Raises NotFoundError for one of another brand."""
    if engine.store.mention(row).brand != hand.brand:
        raise NotFoundError("There is no mention {row}. Its post was deleted or erased.", row=row)
    engine.store.stream.note_presence(row, hand.person.id, hand.at)


def keep_view(engine: Engine, hand: Hand, name: str, params: dict[str, list[str]], *, shared: bool) -> View:
    """Keep a list under a name. Raises InputError on an empty or too long name."""
    view = View(id=0, owner=hand.person.id, name=_name(name), query=read_wish(params).address(), shared=shared)
    number = engine.store.stream.save_view(hand.brand, view, hand.at)
    return View(id=number, owner=view.owner, name=view.name, query=view.query, shared=shared)


def change_view(engine: Engine, hand: Hand, number: int, *, name: str, shared: bool, leads: bool) -> View:
    """Rename a view of one's own, share it or not; leads: the person may change those of the team. NotFoundError."""
    view = _view(engine, hand, number, leads=leads)
    changed = View(id=number, owner=view.owner, name=_name(name), query=view.query, shared=shared)
    engine.store.stream.save_view(hand.brand, changed, hand.at)
    return changed


def delete_view(engine: Engine, hand: Hand, number: int, *, leads: bool) -> View:
    """Delete a view of one's own, or one of the team where the person leads. Raises NotFoundError."""
    view = _view(engine, hand, number, leads=leads)
    engine.store.stream.delete_view(hand.brand, number)
    return view


def _view(engine: Engine, hand: Hand, number: int, *, leads: bool) -> View:
    for view in engine.store.stream.views(hand.brand, hand.person.id):
        if view.id == number and (view.owner == hand.person.id or leads):
            return view
    raise NotFoundError("This view is gone, or belongs to somebody else.")


def _some(rows: Sequence[int]) -> Sequence[int]:
    if not rows:
        raise InputError("No mention was chosen. Tick some, then act.")
    if len(rows) > MOST_ROWS:
        raise InputError("{rows} mentions are too many at once; choose at most {most}.", rows=len(rows), most=MOST_ROWS)
    return rows


def _keep(engine: Engine, hand: Hand, deed: Deed, action: str) -> Done:
    if not deed.before:
        return Done(mentions=0)
    number = engine.store.stream.keep_undo(deed, hand.brand, person=hand.person.id, at=hand.at)
    subject = ", ".join(str(row) for row, *_ in deed.before[:20])
    entry = AuditEntry(at=hand.at, by=hand.person.mark, action=action, subject=subject[:200])
    engine.store.note_audit(entry)
    return Done(mentions=len(deed.before), undo=number)


def _name(name: str) -> str:
    kept = " ".join(name.split())
    if not kept or len(kept) > _LONGEST_NAME:
        raise InputError("Give the view a name of 1 to {most} characters.", most=_LONGEST_NAME)
    return kept

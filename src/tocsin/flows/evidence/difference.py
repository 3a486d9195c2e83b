"""What changed between two captures of one page."""

from __future__ import annotations

from collections import Counter

from tocsin.base.capture import Outcome
from tocsin.store.evidence.rows import CaptureRow, Difference

_THERE = (Outcome.WHOLE.value, Outcome.CUT.value)


def difference(before: CaptureRow, before_text: str, outcome: str, title: str, text: str) -> Difference:
    """Return what changed from a capture to a later one of the same page.

    Lines count without their order, so that a list that is sorted anew has not changed; empty ones do not count.
    """
    was_there, is_there = before.outcome in _THERE, outcome in _THERE
    if not (was_there and is_there):
        return Difference(before=before.number, gone=was_there and not is_there, back=is_there and not was_there)
    old, new = _lines(before_text), _lines(text)
    return Difference(
        before=before.number,
        title_before=before.title if before.title != title else None,
        added=(new - old).total(),
        removed=(old - new).total(),
    )


def _lines(text: str) -> Counter[str]:
    return Counter(line for line in (" ".join(raw.split()) for raw in text.splitlines()) if line)

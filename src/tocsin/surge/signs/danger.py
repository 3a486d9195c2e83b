"""Ring for one dangerous post, whatever the volume, once per story and day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.seam import Event, EventKind
from tocsin.base.story import MentionDigest

A_DAY_MIN = 24 * 60
MOST_A_DAY = 12
GRAVE_KINDS = frozenset({"leak", "threat"})  # what changes an affair when it comes into it
GRAVER_BY = 15  # points of severity
_SAME_BANDS = 8  # of 32: two texts that agree on a quarter of the two-row bands share about half of their words


class DangerRung(msgspec.Struct, frozen=True, array_like=True):
    """A dangerous post that rang: enough to know its copies and its story for a day."""

    minute: int
    story: str
    severity: int
    exact: int
    bands: tuple[int, ...]
    kinds: tuple[str, ...] = ()


class DangerBody(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a DANGER event. last_of_day: the budget of the day is spent; only a more severe post rings beyond it."""

    row: int
    platform: str
    native_id: str
    severity: int
    kinds: tuple[str, ...]
    story: str
    last_of_day: bool = False


def ring_dangers(
    rungs: Sequence[DangerRung], dangers: Sequence[tuple[MentionDigest, str]], timeline: str
) -> tuple[list[DangerRung], list[Event]]:
    """Return the remembered rings and the events of dangerous posts (with their stories), in order.

    A post stays silent when its story rang within 24 h and it is no graver, or a copy or near-copy of it did, or when
    12 rang within 24 h and none of them was less severe: noise by the hundred would hide the one that counts.
    """
    kept = list(rungs)
    events: list[Event] = []
    for mention, story in dangers:
        kept = [rung for rung in kept if abs(mention.minute - rung.minute) < A_DAY_MIN]
        if _is_known(kept, mention, story):
            continue
        if len(kept) >= MOST_A_DAY:
            if mention.severity <= max(rung.severity for rung in kept):
                continue
            kept.remove(min(kept, key=lambda rung: (rung.severity, rung.minute)))
        kept.append(DangerRung(mention.minute, story, mention.severity, mention.exact, mention.bands, mention.kinds))
        events.append(_event(mention, story, timeline, last_of_day=len(kept) >= MOST_A_DAY))
    return kept, events


def is_graver(severity: int, kinds: Iterable[str], told_severity: int, told_kinds: Iterable[str]) -> bool:
    """Say whether a dangerous post is news to those who know another of its affair.

    It is when it brings a threat or a leak where none was told, or much more harm.
    """
    return bool(GRAVE_KINDS & set(kinds) - set(told_kinds)) or severity >= told_severity + GRAVER_BY


def _is_known(kept: Sequence[DangerRung], mention: MentionDigest, story: str) -> bool:
    if any(_is_copy(rung, mention) for rung in kept):
        return True
    of_story = [rung for rung in kept if story and rung.story == story]
    if not of_story:
        return False
    kinds = {kind for rung in of_story for kind in rung.kinds}
    return not is_graver(mention.severity, mention.kinds, max(rung.severity for rung in of_story), kinds)


def _is_copy(rung: DangerRung, mention: MentionDigest) -> bool:
    if mention.exact == rung.exact:
        return True
    return sum(a == b for a, b in zip(rung.bands, mention.bands, strict=False)) >= _SAME_BANDS


def _event(mention: MentionDigest, story: str, timeline: str, *, last_of_day: bool) -> Event:
    body = DangerBody(
        row=mention.row,
        platform=mention.platform,
        native_id=mention.native_id,
        severity=mention.severity,
        kinds=mention.kinds,
        story=story,
        last_of_day=last_of_day,
    )
    return Event(
        id=stable_id("danger", timeline, mention.brand, mention.platform, mention.native_id),
        timeline=timeline,
        brand=mention.brand,
        kind=EventKind.DANGER,
        at=mention.at,
        subject=str(mention.row),
        body=msgspec.json.encode(body),
    )

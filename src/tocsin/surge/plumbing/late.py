"""Part what was heard long after it was written from what is said now."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.seam import BrandMinute
from tocsin.base.story import MentionDigest
from tocsin.surge.baseline import offset_of
from tocsin.surge.count import MinuteTally, tally_minute
from tocsin.surge.plumbing.excluded import Excluded, Why
from tocsin.surge.plumbing.heard import PROMPT_MIN, Heard

TOLD_MIN = 120  # only longer delays are worth telling people of
_DAY = 1440


class Late(msgspec.Struct, frozen=True):
    """A mention heard late, with its story, and why it is; written: the minute it counts in, None where unknown.

    is_backlog: it came with others that are hours late, or from a source not known before: it says nothing of now.
    """

    mention: MentionDigest
    story: str
    why: Why
    written: int | None
    delay_min: int
    is_backlog: bool

    @property
    def is_testable(self) -> bool:
        """Whether a rise of such posts in the past would mean something."""
        return self.why is Why.LATE and not self.mention.own


def source_key(name: str) -> int:
    """Return the number by which a memory knows a source."""
    return zlib.crc32(name.encode())


def part_late(
    minute: BrandMinute, source: Callable[[int], Heard], zone: ZoneInfo
) -> tuple[BrandMinute, list[Late], dict[int, float]]:
    """Return the minute without what came late, that (oldest first), and the median delay of each source by its key.

    source: what is known of a source, by its key; what a new one brings late is from before it was heard.
    """
    delays: dict[str, list[int]] = {}
    for mention in minute.mentions:
        if mention.written is not None:
            delays.setdefault(mention.source, []).append(max(0, mention.minute - mention.written))
    medians = {source_key(name): float(sorted(held)[len(held) // 2]) for name, held in delays.items()}
    if all(max(held) <= PROMPT_MIN for held in delays.values()):
        return minute, [], medians
    sources = {name: source(source_key(name)) for name in delays}
    old = {name: max(held) > TOLD_MIN for name, held in delays.items()}
    limits = {name: sources[name].late_after_min(minute.minute, with_old=old[name]) for name in delays}
    if all(max(held) <= limits[name] for name, held in delays.items()):
        return minute, [], medians
    offset, late = offset_of(zone, minute.minute), []
    mentions, stories = [], []
    for mention, story in zip(minute.mentions, minute.stories, strict=True):
        delay = -1 if mention.written is None else _delay(mention, offset)
        if mention.written is None or delay <= limits[mention.source]:
            mentions.append(mention)
            stories.append(story)
            continue
        why = Why.LATE if sources[mention.source].is_known(minute.minute) or not old[mention.source] else Why.NEW_SOURCE
        if _is_date(mention.written, offset):
            late.append(Late(mention, story, Why.DAY_ONLY, None, delay, is_backlog=True))
        else:
            late.append(Late(mention, story, why, mention.written, delay, is_backlog=old[mention.source]))
    late.sort(key=lambda one: (one.mention.written or 0, one.mention.platform, one.mention.native_id))
    return msgspec.structs.replace(minute, mentions=mentions, stories=stories), late, medians


def _delay(mention: MentionDigest, offset_min: int) -> int:
    assert mention.written is not None
    delay = mention.minute - mention.written
    return delay - _DAY if _is_date(mention.written, offset_min) else delay


def _is_date(written: int, offset_min: int) -> bool:
    """Say whether a time is midnight sharp: a date, the post may have been written at any time of that day."""
    return written % _DAY == 0 or (written + offset_min) % _DAY == 0


def late_tallies(late: Iterable[Late]) -> list[tuple[int, MinuteTally]]:
    """Return the tallies of what came late, by the minute it was written in, oldest first; own posts left out."""
    found = []
    for written, run in groupby((one for one in late if one.written is not None), key=lambda one: one.written):
        held = list(run)
        mentions, stories = [one.mention for one in held], [one.story for one in held]
        first = mentions[0]
        tally, _ = tally_minute(
            BrandMinute(brand=first.brand, timeline="", minute=first.minute, mentions=mentions, stories=stories)
        )
        if written is not None and tally.posts:
            found.append((written, tally))
    return found


def told_of(late: Iterable[Late], *, rang: bool) -> list[Excluded]:
    """Return what people are to be told of posts that came late, one entry a source and reason."""
    found: dict[tuple[str, Why], Excluded] = {}
    for one in late:
        if one.delay_min <= TOLD_MIN or one.mention.own or one.mention.written is None:
            continue
        at, key = one.mention.written, (one.mention.source, one.why)
        before = found.get(key, Excluded(*key, 0, at, at, one.mention.minute, rang and one.is_testable))
        found[key] = msgspec.structs.replace(
            before, posts=before.posts + 1, since=min(before.since, at), until=max(before.until, at)
        )
    return list(found.values())

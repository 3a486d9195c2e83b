"""Read lists that give the newest first, page by page, back to what was read before; remember it in a cursor.

A sweep goes from the newest back to where the last sweep began (and an hour further, for what arrives late; a day
further once a day, which also shows edits), on one lane after the other where a source has several lists. All instants
compared are those of the server, so that a wrong clock of ours loses nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from tocsin.base.ids import stable_id, stable_int
from tocsin.base.post import Post
from tocsin.base.time import from_ms, to_ms
from tocsin.collect.adapter import Answer, Delete, Gap, Page, PageItem, Reject, Source, Upsert
from tocsin.collect.feed import pace
from tocsin.collect.web_api.options import every_s_of

OVERLAP_MS = 3_600_000
DEEP_MS = 86_400_000
FIRST_MS = 30 * 86_400_000  # how far back a first read goes
FIRST_PAGES = 5
MOST_PAGES = 60  # in one sweep; what lies before is told as a gap
SEEN_KEPT = 800
_MARK_BYTES = 6
_PLAUSIBLE_MS = 631_152_000_000  # 1990


class Lane(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One list of a source. Instants are milliseconds since 1970 by the server's clock.

    top: the newest read by whole sweeps, 0 before the first. high: the newest of the sweep under way. page: where it
    goes on, "" at its start. pages: how many it has read.
    """

    top: int = 0
    high: int = 0
    page: str = ""
    pages: int = 0


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cursor of a source read by sweeps.

    v: of this shape. place: names the question; another one starts anew. lane: the list under way. route: which of
    several ways of asking the server knows. read_at, deep_at: when the last round, and the last deep one, ended by our
    clock, in milliseconds; 0 for never. is_deep: the round under way goes a day back. done: nothing is left for good.
    gap_s: usual time between two posts. seen: marks of the posts known and of what they say, in base64.
    """

    v: int = 1
    place: str = ""
    lanes: dict[str, Lane] = {}
    lane: str = ""
    route: str = ""
    read_at: int = 0
    deep_at: int = 0
    is_deep: bool = False
    done: bool = False
    gap_s: int = 0
    seen: str = ""


@dataclass(slots=True)
class Found:
    """What one page of a list held. times: as the server says them, of those entries that stand in order.

    onward: where the older page begins, in the words of the adapter; "" when there is none.
    """

    posts: list[Post] = field(default_factory=list)
    gone: list[Delete] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    times: list[datetime] = field(default_factory=list)
    onward: str = ""


def place_mark(source: Source, *parts: str) -> str:
    """Return a text that names what a source asks, so that a cursor of another question is not used."""
    past = source.past.isoformat() if source.past else ""
    return stable_id(source.adapter, past, *parts)


def load_memory(cursor: str, place: str) -> Memory:
    """Return the memory of that place; a new one for a cursor that is empty, of another place, or unreadable."""
    try:
        memory = msgspec.json.decode(cursor, type=Memory) if cursor else Memory(place=place)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Memory(place=place)
    return memory if memory.place == place and memory.v == 1 else Memory(place=place)


def dump_memory(memory: Memory) -> str:
    """Return the memory as one line."""
    return msgspec.json.encode(memory).decode()


def lane_now(memory: Memory, lanes: Sequence[str]) -> tuple[str, Lane]:
    """Return the list to ask now, and how far it is read."""
    name = memory.lane if memory.lane in lanes else lanes[0]
    return name, memory.lanes.get(name, Lane())


def since_of(memory: Memory, lane: Lane) -> datetime | None:
    """Return back to when the sweep on a lane goes, by the server's clock; None where that is not known yet."""
    if not lane.top:
        return None
    return from_ms(max(_PLAUSIBLE_MS, lane.top - (DEEP_MS if memory.is_deep else OVERLAP_MS)))


def take_page(source: Source, memory: Memory, lanes: Sequence[str], found: Found, answer: Answer) -> Page:
    """Return the page with what is new or changed in `found`, and with the cursor moved on."""
    name, lane = lane_now(memory, lanes)
    at_ms = to_ms(answer.at)
    times = [ms for ms in map(to_ms, found.times) if ms >= _PLAUSIBLE_MS]
    lane = Lane(top=lane.top, high=max([lane.high, *times]), page=lane.page, pages=lane.pages + 1)
    stop = _stop_ms(source, memory, lane, at_ms)
    is_over, is_cut = _is_over(source, lane, times, stop, found.onward)
    items: list[PageItem] = []
    if is_cut:
        items.append(_gap(lane, times))
    fresh, seen = _fresh(found.posts, memory.seen, keeps=source.past is None)
    items += [*found.gone, *fresh, *found.rejects]
    if is_over:
        # A post of the year 9999 must not make us believe that all was read.
        lane = Lane(top=max(lane.top, min(lane.high, at_ms)))
    else:
        lane = Lane(top=lane.top, high=lane.high, page=found.onward, pages=lane.pages)
    gap_s = memory.gap_s
    if lane.pages <= 1 and found.times:
        gap_s = pace.usual_gap_s(found.times, answer.at)
    after = list(lanes)[list(lanes).index(name) + 1 :]
    memory = msgspec.structs.replace(
        memory,
        lanes={**{one: known for one, known in memory.lanes.items() if one in lanes}, name: lane},
        lane=name if not is_over else (after[0] if after else lanes[0]),
        seen=seen,
        gap_s=gap_s,
    )
    is_first = not memory.read_at
    is_round = is_over and not after
    if is_round:
        memory = _rested(source, memory, at_ms)
    return Page(
        items=items,
        next_cursor=dump_memory(memory),
        more=not is_round,
        next_at=_next_at(source, memory, answer.at) if is_round else None,
        notes={note: count for note, count in sorted(found.notes.items()) if count > 0},
        first_read=is_first,
    )


def _stop_ms(source: Source, memory: Memory, lane: Lane, at_ms: int) -> int:
    if source.past is not None:
        return to_ms(source.past)
    since = since_of(memory, lane)
    return at_ms - FIRST_MS if since is None else to_ms(since)


def _is_over(source: Source, lane: Lane, times: Sequence[int], stop: int, onward: str) -> tuple[bool, bool]:
    """Return whether the sweep on this lane ends here, and whether it ends short of where it should."""
    if not onward or onward == lane.page or (times and min(times) <= stop):
        return True, False
    if source.past is not None:
        return False, False
    if not lane.top:
        return lane.pages >= FIRST_PAGES, False
    return lane.pages >= MOST_PAGES, lane.pages >= MOST_PAGES


def _gap(lane: Lane, times: Sequence[int]) -> Gap:
    return Gap(
        since=from_ms(lane.top),
        until=from_ms(min(times)) if times else None,
        why="More was written than this source may read at once.",
    )


def _rested(source: Source, memory: Memory, at_ms: int) -> Memory:
    """Return the memory at the end of a round over all lanes."""
    was_deep = memory.is_deep or not memory.read_at
    deep_at = at_ms if was_deep else memory.deep_at
    return msgspec.structs.replace(
        memory,
        read_at=at_ms,
        deep_at=deep_at,
        is_deep=at_ms - deep_at >= DEEP_MS,
        done=source.past is not None,
    )


def _next_at(source: Source, memory: Memory, at: datetime) -> datetime:
    return at + timedelta(seconds=pace.interval_s(memory.gap_s, 0, wanted_s=every_s_of(source)))


def _fresh(posts: Sequence[Post], seen: str, *, keeps: bool) -> tuple[list[Upsert], str]:
    """Return the posts that are new or read otherwise than before, and the marks of all; `keeps`: there are marks."""
    if not keeps:
        return [Upsert(post=post) for post in posts], ""
    before = _load_seen(seen)
    now: dict[bytes, bytes] = {}
    fresh = []
    for post in posts:
        key, said = _mark(post.platform, post.native_id), _mark(post.title, post.text)
        if now.get(key) == said or (key not in now and before.get(key) == said):
            now[key] = said
            continue
        if key in before and post.edited_at is None and post.seen_at > post.created_at:
            post = msgspec.structs.replace(post, edited_at=post.seen_at)
        now[key] = said
        fresh.append(Upsert(post=post))
    kept = [*now.items(), *((key, said) for key, said in before.items() if key not in now)][:SEEN_KEPT]
    return fresh, base64.b64encode(b"".join(key + said for key, said in kept)).decode("ascii")


def _load_seen(text: str) -> dict[bytes, bytes]:
    try:
        packed = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return {}
    size = 2 * _MARK_BYTES
    records = [packed[start : start + size] for start in range(0, len(packed), size)]
    return {one[:_MARK_BYTES]: one[_MARK_BYTES:] for one in records if len(one) == size}


def _mark(*parts: str) -> bytes:
    return (stable_int(*parts) & ((1 << 8 * _MARK_BYTES) - 1)).to_bytes(_MARK_BYTES, "big")

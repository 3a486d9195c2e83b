"""What one reading of a feed gives: entries that are new or changed, and the memory of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tocsin.collect.adapter import PageItem, Reject, Upsert
from tocsin.collect.feed import pace
from tocsin.collect.feed.cursor import Known, dump_seen, mark
from tocsin.collect.feed.entry import Entry, FeedRead
from tocsin.collect.feed.post import FeedPlace, instant, native_id, to_post


@dataclass(slots=True)
class Harvest:
    """What one reading of a feed gave."""

    items: list[PageItem] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    times: list[datetime] = field(default_factory=list)
    seen: str = ""
    gap_s: int = 0


def harvest_of(feed: FeedRead, place: FeedPlace, before: Mapping[bytes, Known]) -> Harvest:
    """Return the entries that are new or read otherwise than before, and the memory of all."""
    harvest = Harvest(notes=Counter(feed.notes))
    shared = _shared_guids(feed.entries)
    current: dict[bytes, Known] = {}
    for line, entry in enumerate(feed.entries, start=1):
        if isinstance(entry, Reject):
            harvest.items.append(entry)
            continue
        guid_is_shared = entry.guid in shared
        post_id = native_id(entry, place, guid_is_shared=guid_is_shared)
        key = mark(post_id)
        if key in current:
            harvest.notes["entry_repeated"] += 1
            continue
        harvest.notes["guid_shared"] += guid_is_shared
        harvest.notes["id_from_words"] += not entry.guid.strip() and not entry.link.strip()
        known = _take(entry, place, post_id, before.get(key), harvest)
        if known is None:
            raw = f"{entry.guid} {entry.link} {entry.author} {entry.content}".strip()
            harvest.items.append(
                Reject(line=line, why="The entry has no title, no text and no address that can be read.", raw=raw[:200])
            )
        else:
            current[key] = known
    harvest.seen = dump_seen(current, before)
    harvest.gap_s = pace.usual_gap_s(harvest.times, place.seen_at)
    return harvest


def _take(entry: Entry, place: FeedPlace, post_id: str, known: Known | None, harvest: Harvest) -> Known | None:
    """Put the entry's post into the harvest if it is new or changed; return its marks, or None when it says nothing."""
    said = entry.published or entry.updated
    if said is None:
        harvest.notes["time_missing"] += 1
    else:
        try:
            harvest.times.append(instant(said, place.zone))
        except OverflowError:
            harvest.notes["time_unreadable"] += 1
    written = mark(entry.title, entry.content, entry.author, entry.link, str(entry.published), str(entry.updated))
    if known is not None and known.written == written:
        return known
    post = to_post(entry, place, post_id)
    if post is None:
        return None
    read = mark(post.title, post.text)
    if known is None:
        harvest.items.append(Upsert(post=post))
    elif known.read != read:
        harvest.items.append(
            Upsert(post=post if post.edited_at else msgspec.structs.replace(post, edited_at=place.seen_at))
        )
        harvest.notes["entry_edited"] += 1
    return Known(written=written, read=read)


def _shared_guids(entries: Iterable[Entry | Reject]) -> frozenset[str]:
    """Return the guids that entries of different pages share: they name nothing."""
    links: dict[str, str] = {}
    shared = set()
    for entry in entries:
        if isinstance(entry, Entry) and entry.guid and links.setdefault(entry.guid, entry.link) != entry.link:
            shared.add(entry.guid)
    return frozenset(shared)

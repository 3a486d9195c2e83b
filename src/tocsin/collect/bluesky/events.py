"""What the messages of a Jetstream tell: posts written, changed and taken back, accounts that end, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.base.time import to_ms
from tocsin.collect.adapter import Delete, DeleteAuthor, Frame, PageItem, Reject, Upsert
from tocsin.collect.bluesky.post import PLATFORM, POST, REPOST, native_id, to_post
from tocsin.collect.bluesky.wire import EVENTS, Account, Commit, Event
from tocsin.collect.lenient import instant

# How an account that no longer stands is said (com.atproto.sync.subscribeRepos#account); the other states say nothing
# of its posts. Without a word, it counts as gone.
_ENDS = {
    "": "its account is gone",
    "deactivated": "its account was deactivated",
    "deleted": "its account was deleted",
    "suspended": "its account was suspended",
    "takendown": "its account was taken down",
}
_COLLECTIONS = (POST, REPOST)


@dataclass(slots=True)
class Heard:
    """What some messages gave. Times are those of the server, in microseconds since 1970; 0 for none.

    first_us: of the first event. last_us: the latest of all. is_clamped: the server says that it begins later than it
    was asked to.
    """

    items: list[PageItem] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    first_us: int = 0
    last_us: int = 0
    is_clamped: bool = False


def hear(frames: Sequence[Frame], at: datetime) -> Heard:
    """Return what the messages tell, in order. at: when the last of them came; nothing in them is later."""
    heard = Heard()
    items: list[PageItem | None] = []
    places: dict[str, int] = {}
    latest_us = to_ms(at) * 1000
    for line, frame in enumerate(frames, start=1):
        event = EVENTS.read(frame.body, heard.notes)
        if event is not None and event.payload is not None:
            event = event.payload
        kind = "" if event is None else event.kind or event.type.rpartition("#")[2]
        if event is None or not kind:
            items.append(_reject(line, frame))
            continue
        if kind in ("info", "error"):
            heard.is_clamped = heard.is_clamped or event.name == "OutdatedCursor"
            heard.notes[f"server_{kind}"] += 1
            continue
        us = event.time_us or _us(event.witnessed or event.time)
        heard.first_us = heard.first_us or max(us, 0)
        if us > latest_us:
            # A clock ahead of ours must not move the cursor over what is still to come.
            heard.notes["time_of_the_future"] += us > latest_us + 60_000_000
            us = latest_us
        heard.last_us = max(heard.last_us, us)
        key, item = _item(event, kind, us, at, heard.notes)
        if key:
            before = places.get(key)
            if before is not None:
                items[before] = None
            places[key] = len(items)
        items.append(item)
    heard.items = [item for item in items if item is not None]
    return heard


def _item(event: Event, kind: str, us: int, at: datetime, notes: Counter[str]) -> tuple[str, PageItem | None]:
    """Return what an event tells, with the id of the post it is about; what tells nothing of a post is counted."""
    if kind == "commit":
        commit = event.commit or Commit(event.operation, event.collection, event.rkey, event.record)
        return _commit(event.did, commit, us, at, notes)
    if kind == "account":
        return "", _account(event.did, event.account, notes)
    notes[kind if kind in ("identity", "sync") else "kind_unknown"] += 1
    return "", None


def _commit(did: str, commit: Commit, us: int, at: datetime, notes: Counter[str]) -> tuple[str, PageItem | None]:
    if commit.collection not in _COLLECTIONS:
        notes["collection_other"] += 1
        return "", None
    uri = native_id(did, commit.collection, commit.rkey)
    if uri is None:
        notes["address_unreadable"] += 1
        return "", None
    if commit.operation == "delete":
        return uri, Delete(platform=PLATFORM, native_id=uri, reason="deleted by its author")
    if commit.operation not in ("create", "update") or commit.record is None:
        notes["commit_unreadable"] += 1
        return "", None
    edited_at = _at(us, at) if commit.operation == "update" else None
    post = to_post(uri, did, commit.record, at, edited_at)
    if post is None:
        notes["post_without_words"] += 1
        return "", None
    return uri, Upsert(post=post)


def _account(did: str, account: Account | None, notes: Counter[str]) -> PageItem | None:
    if account is None or not did:
        notes["account_unreadable"] += 1
        return None
    reason = None if account.active else _ENDS.get(account.status)
    if reason is None:
        notes["account"] += 1
        return None
    return DeleteAuthor(platform=PLATFORM, handle=did, reason=reason)


def _at(us: int, latest: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(us / 1_000_000, latest.tzinfo) if us > 0 else latest
    except (OverflowError, ValueError, OSError):
        return latest


def _us(said: str) -> int:
    at = instant(said)
    return 0 if at is None else to_ms(at) * 1000 + at.microsecond % 1000


def _reject(line: int, frame: Frame) -> Reject:
    return Reject(
        line=line, why="The message is none that can be read.", raw=frame.body[:200].decode("utf-8", "replace")
    )

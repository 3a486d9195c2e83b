"""What pages of statuses and messages of a stream give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tocsin.collect.adapter import Delete, Frame, PageItem, Reject, Upsert
from tocsin.collect.mastodon.ids import KEPT, order
from tocsin.collect.mastodon.memory import is_id
from tocsin.collect.mastodon.post import PLATFORM, to_posts
from tocsin.collect.mastodon.wire import MANY, STATUSES

_UPDATES = ("update", "status.update", "status_update")  # the last as some of the kin write it


@dataclass(slots=True)
class Harvest:
    """What came. host: of the server. ids: native ids by its local ones, added to. highest, lowest: of the ids seen.

    oldest: of the times at which what came was written.
    """

    host: str
    at: datetime
    ids: dict[str, str]
    items: list[PageItem] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    highest: str = ""
    lowest: str = ""
    oldest: datetime | None = None
    _places: dict[str, int] = field(default_factory=dict)

    def take_page(self, statuses: Sequence[msgspec.Raw]) -> None:
        """Take the statuses of a page; the oldest first, whatever their order, so that answers know their parents."""
        for line, raw in reversed(list(enumerate(statuses, start=1))):
            self._take(raw, line)

    def take_frames(self, frames: Sequence[Frame]) -> None:
        """Take the messages of a stream."""
        for line, frame in enumerate(frames, start=1):
            event, payload = frame.event, frame.body
            if not event:
                many = MANY.read(frame.body, self.notes)
                if many is None:
                    self._reject(line, frame.body)
                    continue
                event, payload = many.event, (many.payload or "").encode("utf-8", "replace")
            if event in _UPDATES:
                self._take(payload, line)
            elif event == "delete":
                self._delete(payload)
            else:
                self.notes["event_other"] += 1

    def _take(self, raw: bytes | msgspec.Raw, line: int) -> None:
        status = STATUSES.read(raw, self.notes)
        posts = None if status is None else to_posts(status, self.host, self.ids, self.at)
        if status is None or posts is None:
            self._reject(line, raw)
            return
        name = str(status.id)
        if is_id(name):
            self.highest = max(self.highest, name, key=order) if self.highest else name
            self.lowest = min(self.lowest, name, key=order) if self.lowest else name
            self.ids.pop(name, None)
            self.ids[name] = posts[-1].native_id
            while len(self.ids) > KEPT:
                del self.ids[next(iter(self.ids))]
        for post in posts:
            self.oldest = post.created_at if self.oldest is None else min(self.oldest, post.created_at)
            self._put(post.native_id, Upsert(post=post))

    def _delete(self, payload: bytes) -> None:
        name = payload.decode("utf-8", "replace").strip().strip('"')
        uri = self.ids.get(name)
        if uri is None:
            self.notes["delete_unknown"] += 1
            return
        self._put(uri, Delete(platform=PLATFORM, native_id=uri, reason="deleted by its author"))

    def _put(self, key: str, item: PageItem) -> None:
        """Put an item, in place of an earlier one of the same post."""
        if key in self._places:
            self.items[self._places[key]] = item
        else:
            self._places[key] = len(self.items)
            self.items.append(item)

    def _reject(self, line: int, raw: bytes | msgspec.Raw) -> None:
        self.items.append(
            Reject(
                line=line,
                why="The status has no lasting address, or none that can be read.",
                raw=bytes(raw)[:200].decode("utf-8", "replace"),
            )
        )

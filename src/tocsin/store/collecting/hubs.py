"""Hubs that push the news of sources, and what they pushed until it is read. Reached as `store.collecting.hubs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.time import from_ms, to_ms
from tocsin.store.database import Database, Row, marks
from tocsin.store.errors import speaks_plainly
from tocsin.store.map import at_or_none, clean, to_json

MOST_WAITING = 50  # pushes of one hub that may wait to be read
MOST_BYTES = 8_000_000
_AT_ONCE = 20

# fmt: off
_COLUMNS = (
    "h.id, s.name, h.hub, h.topic, h.token, h.sealed, h.state, h.asked_ms, h.next_ms, h.granted_ms, h.until_ms,"
    " h.push_ms, h.missed_ms, h.failures, h.error_template, h.error_params"
)
# fmt: on
_FROM = "store_sourcehub h join store_source s on s.id = h.source"


class HubState(StrEnum):
    """Where a subscription stands."""

    ASKED = "asked"  # or is to be asked for
    GRANTED = "granted"
    LEAVING = "leaving"  # its end is asked for, or is to be


class HubRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one hub was asked to push for one source.

    token: of the callback. sealed: what it signs with. next_at: when to ask it again. granted_at, until: the lease,
    None before it was granted. pushed_at: its last push. missed_at: when a read found what it should have pushed.
    failures: questions since the last grant. error, error_params: a catalogue sentence, "" when nothing went wrong.
    """

    number: int
    source: str
    hub: str
    topic: str
    token: str
    sealed: str
    state: HubState
    next_at: datetime
    asked_at: datetime | None = None
    granted_at: datetime | None = None
    until: datetime | None = None
    pushed_at: datetime | None = None
    missed_at: datetime | None = None
    failures: int = 0
    error: str = ""
    error_params: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"HubRow({self.source!r}, {self.hub!r}, {self.state.value})"


class PushRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a hub pushed. is_hint: it says that there is news, and is not to be read itself."""

    number: int
    at: datetime
    content_type: str
    body: bytes
    is_hint: bool


@speaks_plainly
class Hubs:
    """Subscriptions and pushes. Methods raise as those of `Store`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of_source(self, source: str) -> HubRow | None:
        """Return what is asked of the hub of a source, None when nothing is."""
        where = f"s.name = %s and h.state <> '{HubState.LEAVING}' order by h.id desc limit 1"
        return next(iter(self._rows(where, [source])), None)

    def wanted(self) -> list[HubRow]:
        """Return what is asked of hubs, by source."""
        return self._rows(f"h.state <> '{HubState.LEAVING}' order by s.name, h.id", [])

    def find(self, token: str) -> HubRow | None:
        """Return the subscription with this callback."""
        return next(iter(self._rows("h.token = %s", [token])), None)

    def due(self, now: datetime) -> list[HubRow]:
        """Return the subscriptions about which a hub is to be asked, the longest due first."""
        return self._rows("h.next_ms <= %s order by h.next_ms, h.id limit %s", [to_ms(now), _AT_ONCE])

    def add(self, source: str, hub: tuple[str, str], callback: tuple[str, str], now: datetime) -> None:
        """Keep what is to be asked of a hub at once, unless something is asked for the source already.

        hub: its address and the topic. callback: its token and the sealed secret.
        """
        number = self._db.names.source(source)
        self._db.run(
            "insert into store_sourcehub (source, hub, topic, token, sealed, state, next_ms, failures, error_template,"
            " error_params) select %s, %s, %s, %s, %s, %s, %s, 0, '', '{}' where not exists"
            " (select 1 from store_sourcehub where source = %s and state <> %s)",
            [number, *hub, *callback, HubState.ASKED.value, to_ms(now), number, HubState.LEAVING.value],
        )

    def asked(self, number: int, now: datetime, next_at: datetime) -> None:
        """Note that a hub is being asked, and when to ask it again unless it answers."""
        sql = "update store_sourcehub set asked_ms = %s, next_ms = %s, failures = failures + 1 where id = %s"
        self._db.run(sql, [to_ms(now), to_ms(next_at), number])

    def failed(self, number: int, error: SourceError) -> None:
        """Note why a hub was asked in vain."""
        params = clean(to_json({name: str(value) for name, value in error.params.items()}))
        sql = "update store_sourcehub set error_template = %s, error_params = %s where id = %s"
        self._db.run(sql, [error.template, params, number])

    def grant(self, number: int, now: datetime, until: datetime, next_at: datetime) -> None:
        """Note a lease."""
        self._db.run(
            "update store_sourcehub set state = %s, granted_ms = coalesce(granted_ms, %s), until_ms = %s, next_ms = %s,"
            " failures = 0, error_template = '', error_params = '{}' where id = %s and state <> %s",
            [
                HubState.GRANTED.value,
                to_ms(now),
                to_ms(until),
                to_ms(next_at),
                number,
                HubState.LEAVING.value,
            ],
        )

    def deny(self, number: int, next_at: datetime) -> None:
        """Note that a hub ended a subscription, or refused it."""
        sql = "update store_sourcehub set state = %s, granted_ms = null, until_ms = null, next_ms = %s where id = %s"
        self._db.run(sql, [HubState.ASKED.value, to_ms(next_at), number])

    def leave(self, number: int, now: datetime) -> None:
        """Ask a hub to end a subscription, at once."""
        self._leave("id = %s", [number], now)

    def leave_idle(self, now: datetime) -> int:
        """Ask for the end of those whose source is no longer read; return how many."""
        idle = "source in (select id from store_source where not (listed and enabled) or stopped)"
        return self._leave(idle, [], now)

    def end(self, number: int) -> None:
        """Forget a subscription and what came of it."""
        with self._db.transaction():
            self._db.run("delete from store_sourcepush where hub = %s", [number])
            self._db.run("delete from store_sourcehub where id = %s", [number])

    def missed(self, number: int, now: datetime) -> None:
        """Note that a read found what the hub should have pushed."""
        self._db.run("update store_sourcehub set missed_ms = %s where id = %s", [to_ms(now), number])

    # What was pushed

    def push(self, number: int, now: datetime, content_type: str, body: bytes | None) -> bool:
        """Keep a push until it is read; body: None for a hint. False when too much waits already."""
        with self._db.transaction():
            sql = "select count(*), coalesce(sum(length(body)), 0) from store_sourcepush where hub = %s"
            count, size = self._db.rows(sql, [number])[0]
            if count >= MOST_WAITING or size + len(body or b"") > MOST_BYTES:
                return False
            self._db.run(
                "insert into store_sourcepush (hub, at_ms, content_type, body, is_hint) values (%s, %s, %s, %s, %s)",
                [number, to_ms(now), clean(content_type)[:200], body or b"", body is None],
            )
            self._db.run("update store_sourcehub set push_ms = %s where id = %s", [to_ms(now), number])
        return True

    def waiting(self) -> list[str]:
        """Return the sources of which pushes wait to be read."""
        sql = f"select distinct s.name from store_sourcepush p join ({_FROM}) on h.id = p.hub order by s.name"
        return [name for (name,) in self._db.rows(sql)]

    def pushes(self, source: str) -> list[PushRow]:
        """Return pushes of a source that wait, the oldest first, at most 20."""
        rows = self._db.rows(
            f"select p.id, p.at_ms, p.content_type, p.body, p.is_hint from store_sourcepush p join ({_FROM})"
            " on h.id = p.hub where s.name = %s order by p.id limit %s",
            [source, _AT_ONCE],
        )
        return [
            PushRow(number=row[0], at=from_ms(row[1]), content_type=row[2], body=bytes(row[3]), is_hint=bool(row[4]))
            for row in rows
        ]

    def drop_pushes(self, numbers: Sequence[int]) -> None:
        """Forget pushes that were read."""
        if numbers:
            self._db.run(f"delete from store_sourcepush where id in ({marks(len(numbers))})", list(numbers))

    def read_source(self, source: str, at: datetime) -> None:
        """Let a source be read at an instant."""
        self._db.run("update store_source set next_ms = %s where id = %s", [to_ms(at), self._db.names.source(source)])

    def _leave(self, where: str, params: list[object], now: datetime) -> int:
        state = HubState.LEAVING.value
        sql = f"update store_sourcehub set state = %s, next_ms = %s, failures = 0 where {where} and state <> %s"
        return self._db.run(sql, [state, to_ms(now), *params, state])

    def _rows(self, where: str, params: list[object]) -> list[HubRow]:
        return [_row(row) for row in self._db.rows(f"select {_COLUMNS} from {_FROM} where {where}", params)]


def _row(row: Row) -> HubRow:
    return HubRow(
        number=row[0],
        source=row[1],
        hub=row[2],
        topic=row[3],
        token=row[4],
        sealed=row[5],
        state=HubState(row[6]),
        asked_at=at_or_none(row[7]),
        next_at=from_ms(row[8]),
        granted_at=at_or_none(row[9]),
        until=at_or_none(row[10]),
        pushed_at=at_or_none(row[11]),
        missed_at=at_or_none(row[12]),
        failures=row[13],
        error=row[14],
        error_params=msgspec.json.decode(row[15]),
    )

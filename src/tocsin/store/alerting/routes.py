"""What brands say about who is told, and the channels of people beside their mail."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.errors import ConflictError, NotFoundError, TocsinError
from tocsin.base.routing import Routing
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.alerting.rows import ChannelRow, FaultRow, KeptRouting
from tocsin.store.database import Database, Row
from tocsin.store.map import clean, to_json

_routing = msgspec.json.Decoder(Routing)
_params = msgspec.json.Decoder(dict[str, str])
_CHANNEL = "id, person, label, scheme, sealed, at_ms"


def routing(db: Database, brand: str) -> KeptRouting:
    """Return what a brand says, or what holds for one that said nothing."""
    row = db.row("select body, version from store_routing where brand = %s", [brand])
    if row is None:
        return KeptRouting(routing=Routing())
    return KeptRouting(routing=_routing.decode(row[0]), version=row[1])


def save_routing(db: Database, brand: str, wanted: Routing, version: int) -> None:
    """Keep what a brand says. Raises ConflictError if somebody else changed it since `version` was read."""
    body = to_json(wanted)
    if version == 0:
        sql = "insert into store_routing (brand, body, version) values (%s, %s, 1) on conflict (brand) do nothing"
        changed = db.run(sql, [brand, body])
    else:
        sql = "update store_routing set body = %s, version = version + 1 where brand = %s and version = %s"
        changed = db.run(sql, [body, brand, version])
    if not changed:
        raise ConflictError("Somebody else changed who is told in the meantime. Look at it and change it again.")


def channels(db: Database, person: int | None = None) -> list[ChannelRow]:
    """Return the channels of a person, or of all, in the order in which they were added."""
    where, params = ("where person = %s", [person]) if person is not None else ("", [])
    return [_channel(row) for row in db.rows(f"select {_CHANNEL} from store_channel {where} order by id", params)]


def channel(db: Database, number: int) -> ChannelRow:
    """Return a channel. Raises NotFoundError."""
    row = db.row(f"select {_CHANNEL} from store_channel where id = %s", [number])
    if row is None:
        raise NotFoundError("There is no channel number {id}; it was taken away.", id=number)
    return _channel(row)


def add_channel(db: Database, new: ChannelRow) -> ChannelRow:
    """Keep a channel; its number is given here."""
    with db.transaction():
        (number,) = bulk.reserve(db, "store_channel", 1)
        row = (number, new.person, clean(new.label), new.scheme, new.sealed, to_ms(new.at))
        bulk.insert(db, "store_channel", ("id", "person", "label", "scheme", "sealed", "at_ms"), [row])
    return msgspec.structs.replace(new, id=number)


def remove_channel(db: Database, number: int) -> None:
    """Take a channel away with what is known of its faults. Raises NotFoundError."""
    gone = channel(db, number)
    with db.transaction():
        db.run("delete from store_channel where id = %s", [number])
        db.run("delete from store_channelfault where channel = %s", [gone.action])


def note_fault(db: Database, name: str, error: TocsinError, at: datetime, *, is_final: bool) -> FaultRow:
    """Note that a channel failed, and return since when it does."""
    params = clean(to_json({key: str(value) for key, value in error.params.items()}))
    row = (name, to_ms(at), to_ms(at), is_final, error.template, params)
    db.run(
        "insert into store_channelfault (channel, since_ms, last_ms, is_final, error, params)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (channel) do update set last_ms = excluded.last_ms,"
        " is_final = excluded.is_final, error = excluded.error, params = excluded.params",
        list(row),
    )
    return faults(db, name)[0]


def forget_fault(db: Database, name: str) -> None:
    """Note that a channel took what was sent."""
    db.run("delete from store_channelfault where channel = %s", [name])


def faults(db: Database, name: str = "") -> list[FaultRow]:
    """Return the channels that do not take what is sent, the longest first; of one name where it is given."""
    where, params = ("where channel = %s", [name]) if name else ("", [])
    sql = f"select channel, since_ms, last_ms, is_final, error, params from store_channelfault {where}"
    return [
        FaultRow(
            channel=row[0],
            since=from_ms(row[1]),
            last=from_ms(row[2]),
            is_final=bool(row[3]),
            error=row[4],
            params=_params.decode(row[5]),
        )
        for row in db.rows(f"{sql} order by since_ms, channel", params)
    ]


def _channel(row: Row) -> ChannelRow:
    return ChannelRow(id=row[0], person=row[1], label=row[2], scheme=row[3], sealed=row[4], at=from_ms(row[5]))

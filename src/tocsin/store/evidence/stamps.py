"""Time-stamps: the tokens of entries, and how the authorities that give them fare."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.time import from_ms, to_ms
from tocsin.evidence.values import Token
from tocsin.store import bulk
from tocsin.store.database import Database
from tocsin.store.evidence.rows import Authority, Stamped
from tocsin.store.map import at_or_none, clean, to_json


class _Details(msgspec.Struct, frozen=True):
    serial: str
    policy: str
    signer: str
    anchored: bool
    qualified: bool


_details = msgspec.json.Decoder(_Details)


def put_tokens(db: Database, stamps: list[Stamped]) -> None:
    """Keep tokens; one of an authority that stamped the entry already is left out."""
    rows = [
        (
            one.entry,
            one.token.authority,
            to_ms(one.token.at),
            to_ms(one.got_at),
            one.token.digest,
            to_json(
                _Details(
                    one.token.serial,
                    one.token.policy,
                    one.token.signer,
                    one.token.anchored,
                    one.token.qualified,
                )
            ),
            one.token.reply,
            one.token.chain,
        )
        for one in stamps
    ]
    columns = ("entry", "authority", "at_ms", "got_ms", "digest", "details", "reply", "chain")
    bulk.insert_new(db, "store_stamptoken", columns, rows)


def tokens(db: Database, entry: int) -> list[Stamped]:
    """Return the tokens of an entry, by authority."""
    rows = db.rows(
        "select authority, at_ms, got_ms, digest, details, reply, chain from store_stamptoken where entry = %s"
        " order by authority",
        [entry],
    )
    found = []
    for authority, at_ms, got_ms, digest, details, reply, chain in rows:
        read = _details.decode(details)
        token = Token(
            authority=authority,
            at=from_ms(at_ms),
            digest=digest,
            serial=read.serial,
            policy=read.policy,
            signer=read.signer,
            reply=bytes(reply),
            chain=bytes(chain),
            anchored=read.anchored,
            qualified=read.qualified,
        )
        found.append(Stamped(entry=entry, token=token, got_at=from_ms(got_ms)))
    return found


def authorities(db: Database) -> list[Authority]:
    """Return how the authorities that were asked fare, by name."""
    rows = db.rows("select name, good_ms, bad_ms, failures, error from store_authorityhealth order by name")
    return [
        Authority(name=row[0], good_at=at_or_none(row[1]), bad_at=at_or_none(row[2]), failures=row[3], error=row[4])
        for row in rows
    ]


def note_good(db: Database, name: str, at: datetime) -> None:
    """Note that an authority gave a token that holds."""
    columns = ("name", "good_ms", "failures", "error")
    bulk.upsert(db, "store_authorityhealth", columns, ("name",), [(name, to_ms(at), 0, "")])


def note_bad(db: Database, name: str, at: datetime, error: str) -> None:
    """Note that an authority gave none, and what was said."""
    db.run(
        "insert into store_authorityhealth (name, bad_ms, failures, error) values (%s, %s, 1, %s) on conflict (name)"
        " do update set bad_ms = excluded.bad_ms, failures = store_authorityhealth.failures + 1,"
        " error = excluded.error",
        [name, to_ms(at), clean(error)],
    )

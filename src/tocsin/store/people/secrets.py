"""What proves who somebody is: the hash of a password, the second factor, recovery codes; and the tries that count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tocsin.base.time import to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, marks
from tocsin.store.people.rows import Credentials

TRIES_KEPT = timedelta(hours=1)


def credentials(db: Database, number: int) -> Credentials | None:
    """Return the secrets of an account in use, or None."""
    row = db.row("select password, totp_secret, totp_step from store_person where id = %s and active", [number])
    return None if row is None else Credentials(password=row[0], totp_secret=row[1], totp_step=row[2])


def set_password(db: Database, number: int, hashed: str, *, keep: str = "") -> None:
    """Change the hash of a password; ends all sessions but `keep` (the key of one), and all links to a new password."""
    with db.transaction():
        db.run("update store_person set password = %s where id = %s", [hashed, number])
        db.run("delete from store_session where person_id = %s and key <> %s", [number, keep])
        db.run("delete from store_onetimelink where person_id = %s and used_ms is null", [number])


def renew_hash(db: Database, number: int, old: str, hashed: str) -> None:
    """Replace the hash by a stronger one of the same password, unless the password was changed meanwhile."""
    db.run("update store_person set password = %s where id = %s and password = %s", [hashed, number, old])


def set_second_factor(db: Database, number: int, sealed: str, codes: Sequence[str], *, step: int = 0) -> None:
    """Set the second factor and its recovery codes; "" and none take it away. step: the last whose code was used."""
    with db.transaction():
        db.run(
            "update store_person set totp_secret = %s, totp_step = %s where id = %s",
            [sealed, step, number],
        )
        db.run("delete from store_recoverycode where person_id = %s", [number])
        rows = [(number, _code_digest(db, number, code)) for code in codes]
        bulk.insert(db, "store_recoverycode", ("person_id", "digest"), rows)


def take_step(db: Database, number: int, step: int) -> bool:
    """Note that the code of a step was used; False if this one or a later one was used already."""
    sql = "update store_person set totp_step = %s where id = %s and active and totp_step < %s"
    return db.run(sql, [step, number, step]) == 1


def take_code(db: Database, number: int, code: str, now: datetime) -> bool:
    """Use up a recovery code; False if it is none, or was used."""
    sql = "update store_recoverycode set used_ms = %s where person_id = %s and digest = %s and used_ms is null"
    return db.run(sql, [to_ms(now), number, _code_digest(db, number, code)]) == 1


def codes_left(db: Database, number: int) -> int:
    """Return how many recovery codes are still good."""
    sql = "select count(*) from store_recoverycode where person_id = %s and used_ms is null"
    return int(db.value(sql, [number]))


def note_tries(db: Database, keys: Sequence[str], now: datetime, since: datetime) -> dict[str, tuple[int, int]]:
    """Count one more try under each key and return, by key, the tries before it: (how many since, ms of the last).

    Counting and writing are one step, so that many tries at once are not all the first.
    """
    digests = {db.digest("try", key): key for key in keys}
    found: dict[str, tuple[int, int]] = dict.fromkeys(keys, (0, 0))
    with db.transaction():
        db.one_writer("tries to sign in")
        db.run("delete from store_signintry where at_ms < %s", [to_ms(now - TRIES_KEPT)])
        rows = db.rows(
            f"select key, count(*), max(at_ms) from store_signintry where key in ({marks(len(digests))})"
            " and at_ms > %s group by key",
            [*digests, to_ms(since)],
        )
        found.update({digests[digest]: (count, last) for digest, count, last in rows})
        bulk.insert(db, "store_signintry", ("key", "at_ms"), [(digest, to_ms(now)) for digest in digests])
    return found


def take_back_try(db: Database, keys: Sequence[str], now: datetime) -> None:
    """Uncount the try of this instant under each key: it was refused unread, and must not lengthen the wait."""
    digests = [db.digest("try", key) for key in keys]
    for digest in digests:
        db.run(
            "delete from store_signintry where id ="
            " (select max(id) from store_signintry where key = %s and at_ms = %s)",
            [digest, to_ms(now)],
        )


def forget_tries(db: Database, keys: Sequence[str]) -> None:
    """Begin to count anew under each key: the right password was given."""
    digests = [db.digest("try", key) for key in keys]
    db.run(f"delete from store_signintry where key in ({marks(len(digests))})", digests)


def _code_digest(db: Database, number: int, code: str) -> str:
    return db.digest("recovery", str(number), code)

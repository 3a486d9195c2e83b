"""One-time links: invitations and new passwords. Only the digest of the token is kept."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.errors import ConflictError
from tocsin.base.person import Person
from tocsin.base.time import from_ms, to_ms
from tocsin.store.database import Database, Row
from tocsin.store.map import at_or_none, to_json
from tocsin.store.people import persons
from tocsin.store.people.persons import tidy_email
from tocsin.store.people.rows import LinkPurpose, LinkRow, Wish
from tocsin.store.people.secrets import set_password

_COLUMNS = 'id, purpose, email, person_id, body, "by", made_ms, ends_ms, used_ms'


def save_link(db: Database, token: str, link: LinkRow) -> int:
    """Keep a link and return its number; earlier ones of that purpose for that address are no longer good."""
    email = tidy_email(link.email)
    with db.transaction():
        db.run(
            "delete from store_onetimelink where email = %s and purpose = %s and used_ms is null",
            [email, link.purpose.value],
        )
        return int(
            db.value(
                'insert into store_onetimelink (digest, purpose, email, person_id, body, "by", made_ms, ends_ms)'
                " values (%s, %s, %s, %s, %s, %s, %s, %s) returning id",
                [
                    _digest(db, token),
                    link.purpose.value,
                    email,
                    link.person,
                    to_json(link.wish),
                    link.by,
                    to_ms(link.made_at),
                    to_ms(link.ends_at),
                ],
            )
        )


def open_link(db: Database, token: str, purpose: LinkPurpose, now: datetime) -> LinkRow | None:
    """Return the link of a token if it is still good, or None."""
    row = db.row(
        f"select {_COLUMNS} from store_onetimelink where digest = %s and purpose = %s and used_ms is null"
        " and ends_ms > %s",
        [_digest(db, token), purpose.value, to_ms(now)],
    )
    return None if row is None else _link(row)


def use_link(db: Database, number: int, now: datetime) -> bool:
    """Use up a link; False if somebody was faster, or it ended."""
    now_ms = to_ms(now)
    sql = "update store_onetimelink set used_ms = %s where id = %s and used_ms is null and ends_ms > %s"
    return db.run(sql, [now_ms, number, now_ms]) == 1


def join(db: Database, link: LinkRow, new: Person, hashed: str, now: datetime) -> Person | None:
    """Use up an invitation and make the account it promised, in one step; None if somebody was faster, or it ended.

    Raises ConflictError if the address got an account meanwhile.
    """
    with db.transaction():
        if not use_link(db, link.id, now):
            return None
        person = persons.add_person(db, new, to_ms(now))
        slugs = {slug for (slug,) in db.rows("select slug from store_brand")}
        persons.set_roles(db, person.id, {slug: role for slug, role in link.wish.roles.items() if slug in slugs})
        set_password(db, person.id, hashed)
        return persons.person(db, person.id)


def renew_password(db: Database, link: LinkRow, hashed: str, now: datetime) -> bool:
    """Use up a link to a new password and set it, in one step; False if somebody was faster, or it ended."""
    with db.transaction():
        if link.person is None or not use_link(db, link.id, now):
            return False
        set_password(db, link.person, hashed)
        return True


def change_email(db: Database, link: LinkRow, now: datetime) -> bool:
    """Use up a link to a new address and set it, in one step; False if somebody was faster, or it ended.

    Links that wait for the former address end. Raises ConflictError if the address has an account.
    """
    with db.transaction():
        if link.person is None or not use_link(db, link.id, now):
            return False
        if persons.by_email(db, link.email) is not None:
            raise ConflictError("{email} has an account here already. Choose another address.", email=link.email)
        db.run("update store_person set email = %s where id = %s", [link.email, link.person])
        db.run("delete from store_onetimelink where person_id = %s and used_ms is null", [link.person])
        return True


def invitations(db: Database, now: datetime) -> list[LinkRow]:
    """Return the invitations that wait to be taken, the newest first."""
    rows = db.rows(
        f"select {_COLUMNS} from store_onetimelink where purpose = %s and used_ms is null and ends_ms > %s"
        " order by id desc",
        [LinkPurpose.JOIN.value, to_ms(now)],
    )
    return [_link(row) for row in rows]


def drop_link(db: Database, number: int) -> bool:
    """Take a link back that was not used; False if it was used or is not there."""
    return db.run("delete from store_onetimelink where id = %s and used_ms is null", [number]) == 1


def _digest(db: Database, token: str) -> str:
    return db.digest("link", token)


def _link(row: Row) -> LinkRow:
    return LinkRow(
        id=row[0],
        purpose=LinkPurpose(row[1]),
        email=row[2],
        person=row[3],
        wish=msgspec.json.decode(row[4], type=Wish),
        by=row[5],
        made_at=from_ms(row[6]),
        ends_at=from_ms(row[7]),
        used_at=at_or_none(row[8]),
    )

"""People and their roles."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.base.person import Person, Rhythm, Role, Theme
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.people.rows import Member

_COLUMNS = (
    "p.id, p.email, p.name, p.language, p.time_zone, p.theme, p.is_owner, p.active, p.night_from, p.night_until,"
    " p.password <> '', p.totp_secret <> '', p.digest, p.digest_empty"
)
FORGOTTEN = "former-{id}@tocsin.invalid"


def person(db: Database, number: int) -> Person | None:
    """Return a person, or None."""
    row = db.row(f"select {_COLUMNS} from store_person p where p.id = %s", [number])
    return None if row is None else _person(row)


def by_email(db: Database, email: str) -> Person | None:
    """Return the person of an address, whatever its case, or None."""
    row = db.row(f"select {_COLUMNS} from store_person p where p.email = %s", [tidy_email(email)])
    return None if row is None else _person(row)


def all_people(db: Database) -> list[Person]:
    """Return everybody, the disabled last, by name."""
    rows = db.rows(f"select {_COLUMNS} from store_person p order by p.active desc, p.name, p.id")
    return [_person(row) for row in rows]


def roles(db: Database, number: int) -> dict[str, Role]:
    """Return the role of a person for each brand, by slug: all brands for an owner, none for a disabled account."""
    rows = db.rows(
        "select b.slug, case when p.is_owner then %s else m.role end from store_person p"
        " join store_brand b on 1 = 1 left join store_membership m on m.person_id = p.id and m.brand_id = b.id"
        " where p.id = %s and p.active and (p.is_owner or m.role is not null) order by b.slug",
        [Role.OWNER.value, number],
    )
    return {slug: Role(role) for slug, role in rows}


def members(db: Database, brand: str) -> list[Member]:
    """Return who has a role for a brand, owners of everything included, the disabled left out, by name."""
    rows = db.rows(
        f"select {_COLUMNS}, m.role from store_person p left join store_membership m"
        " on m.person_id = p.id and m.brand_id = %s where p.active and (p.is_owner or m.role is not null)"
        " order by p.name, p.id",
        [db.names.brand(brand)],
    )
    return [_member(row) for row in rows]


def add_person(db: Database, new: Person, at_ms: int) -> Person:
    """Create an account without a password; its number is given here. Raises ConflictError if the address has one."""
    with db.transaction():
        number = db.value(
            "insert into store_person (password, email, name, language, time_zone, theme, is_owner, active,"
            " totp_secret, totp_step, made_ms, digest, digest_empty)"
            " values ('', %s, %s, %s, %s, %s, %s, %s, '', 0, %s, %s, %s)"
            " on conflict (email) do nothing returning id",
            [
                tidy_email(new.email),
                new.name,
                new.language,
                new.time_zone,
                new.theme.value,
                new.is_owner,
                True,
                at_ms,
                new.digest.value,
                new.digest_empty,
            ],
        )
        if number is None:
            raise ConflictError("{email} has an account already. Give it a role instead.", email=new.email)
    return _known(db, number)


def save_person(db: Database, changed: Person) -> Person:
    """Change what a person sets for themselves: name, language, zone, theme, night, digest. Returns it."""
    db.run(
        "update store_person set name = %s, language = %s, time_zone = %s, theme = %s, night_from = %s,"
        " night_until = %s, digest = %s, digest_empty = %s where id = %s",
        [
            changed.name,
            changed.language,
            changed.time_zone,
            changed.theme.value,
            changed.night_from,
            changed.night_until,
            changed.digest.value,
            changed.digest_empty,
            changed.id,
        ],
    )
    return _known(db, changed.id)


def set_roles(db: Database, number: int, wanted: Mapping[str, Role | None]) -> None:
    """Give, change or take back (None) the roles of a person for some brands."""
    with db.transaction():
        for slug, role in sorted(wanted.items()):
            brand = db.names.brand(slug)
            if role is None:
                db.run("delete from store_membership where person_id = %s and brand_id = %s", [number, brand])
            else:
                bulk.upsert(
                    db,
                    "store_membership",
                    ("person_id", "brand_id", "role"),
                    ("person_id", "brand_id"),
                    [(number, brand, role.value)],
                )


def set_owner(db: Database, number: int, is_owner: bool) -> None:
    """Make a person owner of everything, or no longer. Raises ConflictError for the last owner."""
    with db.transaction():
        if not is_owner:
            _require_another_owner(db, number)
        db.run("update store_person set is_owner = %s where id = %s", [is_owner, number])


def set_active(db: Database, number: int, active: bool) -> None:
    """Disable an account, which ends its sessions and links, or enable it. Raises ConflictError for the last owner."""
    with db.transaction():
        if not active:
            _require_another_owner(db, number)
            db.run("delete from store_session where person_id = %s", [number])
            db.run("delete from store_onetimelink where person_id = %s and used_ms is null", [number])
        db.run("update store_person set active = %s where id = %s", [active, number])


def forget_person(db: Database, number: int) -> None:
    """Take the name, the address and all secrets from a disabled account; its number stays in the logs.

    Raises ConflictError if the account is still in use.
    """
    with db.transaction():
        known = _known(db, number)
        if known.active:
            raise ConflictError("{name} still has access. Disable the account first.", name=known.name)
        db.run("delete from store_membership where person_id = %s", [number])
        db.run("delete from store_recoverycode where person_id = %s", [number])
        db.run("delete from store_channel where person = %s", [number])
        db.run("delete from store_onetimelink where person_id = %s or email = %s", [number, known.email])
        _forget_letters(db, known.email, FORGOTTEN.format(id=number))
        db.run(
            "update store_person set email = %s, name = '', password = '', totp_secret = '', is_owner = %s,"
            " night_from = null, night_until = null, entered_ms = null where id = %s",
            [FORGOTTEN.format(id=number), False, number],
        )


def tidy_email(email: str) -> str:
    """Return an address as it is kept: without spaces around, in lower case."""
    return email.strip().lower()


def _forget_letters(db: Database, email: str, stand_in: str) -> None:
    """Take an address out of the actions that were done or wait, and of the notes; what was told stays, to nobody."""
    db.run("update store_freetext set body = '' where body = %s", [email])
    escaped = email.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # A second telling bears its round: mail.2:alice@example.org.
    db.run(
        "update store_outbox set action = replace(lower(action), %s, %s) where action like 'mail%%'"
        " and lower(action) like %s escape '\\'",
        [email, stand_in, f"mail%:{escaped}"],
    )
    db.run("delete from store_channelfault where channel = %s", [f"mail:{email}"])
    like = f"%{escaped}%"
    sql = "delete from store_outbox where action like 'letter:%%' and lower(body) like %s escape '\\'"
    db.run(sql, [like])


def _require_another_owner(db: Database, number: int) -> None:
    db.one_writer("owners")
    owners = [found for (found,) in db.rows("select id from store_person where is_owner and active")]
    if owners == [number]:
        raise ConflictError("This is the last owner. Make somebody else owner first.")


def _known(db: Database, number: int) -> Person:
    found = person(db, number)
    if found is None:
        raise NotFoundError("There is no person number {id}.", id=number)
    return found


def _person(row: Row) -> Person:
    return Person(
        id=row[0],
        email=row[1],
        name=row[2],
        language=row[3],
        time_zone=row[4],
        theme=Theme(row[5]),
        is_owner=bool(row[6]),
        active=bool(row[7]),
        night_from=row[8],
        night_until=row[9],
        has_password=bool(row[10]),
        has_second_factor=bool(row[11]),
        digest=Rhythm(row[12]),
        digest_empty=bool(row[13]),
    )


def _member(row: Row) -> Member:
    found = _person(row[:-1])
    return Member(person=found, role=Role.OWNER if found.is_owner else Role(row[-1]))

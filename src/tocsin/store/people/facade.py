"""People: all that is kept about who may come in. Reached as `store.people`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tocsin.base.person import Person, Role
from tocsin.base.time import to_ms
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly
from tocsin.store.people import audit, links, persons, secrets, sessions
from tocsin.store.people.audit import AuditLine, AuditScope
from tocsin.store.people.rows import Credentials, LinkPurpose, LinkRow, Member, SessionRow


@speaks_plainly
class People:
    """Accounts, roles, links, sessions. Methods raise as those of `Store` do."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # Accounts and roles

    def person(self, number: int) -> Person | None:
        """Return a person, or None."""
        return persons.person(self._db, number)

    def by_email(self, email: str) -> Person | None:
        """Return the person of an address, whatever its case, or None."""
        return persons.by_email(self._db, email)

    def everybody(self) -> list[Person]:
        """Return everybody, the disabled last, by name."""
        return persons.all_people(self._db)

    def roles(self, number: int) -> dict[str, Role]:
        """Return the role of a person for each brand, by slug: all brands for an owner, none for a disabled account."""
        return persons.roles(self._db, number)

    def members(self, brand: str) -> list[Member]:
        """Return who has a role for a brand, owners of everything included, the disabled left out, by name."""
        return persons.members(self._db, brand)

    def add(self, new: Person, at: datetime) -> Person:
        """Create an account without a password; its number is given here. Raises ConflictError for a known address."""
        return persons.add_person(self._db, new, to_ms(at))

    def save(self, changed: Person) -> Person:
        """Change what a person sets for themselves: name, language, zone, theme, night; nothing else."""
        return persons.save_person(self._db, changed)

    def set_roles(self, number: int, wanted: Mapping[str, Role | None]) -> None:
        """Give, change or take back (None) the roles of a person for some brands."""
        persons.set_roles(self._db, number, wanted)

    def set_owner(self, number: int, is_owner: bool) -> None:
        """Make a person owner of everything, or no longer. Raises ConflictError for the last owner."""
        persons.set_owner(self._db, number, is_owner)

    def set_active(self, number: int, active: bool) -> None:
        """Disable an account, which ends its sessions, or enable it. Raises ConflictError for the last owner."""
        persons.set_active(self._db, number, active)

    def forget(self, number: int) -> None:
        """Take name, address and secrets from a disabled account. Raises ConflictError if it is in use."""
        persons.forget_person(self._db, number)

    # One-time links

    def save_link(self, token: str, link: LinkRow) -> int:
        """Keep a link and return its number; earlier ones of that purpose for that address are no longer good."""
        return links.save_link(self._db, token, link)

    def open_link(self, token: str, purpose: LinkPurpose, now: datetime) -> LinkRow | None:
        """Return the link of a token if it is still good, or None."""
        return links.open_link(self._db, token, purpose, now)

    def join(self, link: LinkRow, new: Person, hashed: str, now: datetime) -> Person | None:
        """Use up an invitation and make the account it promised, in one step; None if the link is no longer good."""
        return links.join(self._db, link, new, hashed, now)

    def renew_password(self, link: LinkRow, hashed: str, now: datetime) -> bool:
        """Use up a link to a new password and set it, in one step; False if the link is no longer good."""
        return links.renew_password(self._db, link, hashed, now)

    def change_email(self, link: LinkRow, now: datetime) -> bool:
        """Use up a link to a new address and set it; False if it is no longer good. Raises ConflictError."""
        return links.change_email(self._db, link, now)

    def invitations(self, now: datetime) -> list[LinkRow]:
        """Return the invitations that wait to be taken, the newest first."""
        return links.invitations(self._db, now)

    def drop_link(self, number: int) -> bool:
        """Take a link back that was not used; False if it was used or is not there."""
        return links.drop_link(self._db, number)

    # Secrets

    def credentials(self, number: int) -> Credentials | None:
        """Return the secrets of an account in use, or None."""
        return secrets.credentials(self._db, number)

    def set_password(self, number: int, hashed: str, *, keep: str = "") -> None:
        """Change the hash of a password; ends all sessions but `keep` and all links to a new password."""
        secrets.set_password(self._db, number, hashed, keep=keep)

    def renew_hash(self, number: int, old: str, hashed: str) -> None:
        """Replace the hash by a stronger one of the same password, unless the password was changed meanwhile."""
        secrets.renew_hash(self._db, number, old, hashed)

    def set_second_factor(self, number: int, sealed: str, codes: Sequence[str], *, step: int = 0) -> None:
        """Set the second factor and its recovery codes; "" and none take it away."""
        secrets.set_second_factor(self._db, number, sealed, codes, step=step)

    def take_step(self, number: int, step: int) -> bool:
        """Note that the code of a step was used; False if this one or a later one was used already."""
        return secrets.take_step(self._db, number, step)

    def take_code(self, number: int, code: str, now: datetime) -> bool:
        """Use up a recovery code; False if it is none, or was used."""
        return secrets.take_code(self._db, number, code, now)

    def codes_left(self, number: int) -> int:
        """Return how many recovery codes are still good."""
        return secrets.codes_left(self._db, number)

    def note_tries(self, keys: Sequence[str], now: datetime, since: datetime) -> dict[str, tuple[int, int]]:
        """Count one more try under each key; return the tries before it: (how many since, ms of the last)."""
        return secrets.note_tries(self._db, keys, now, since)

    def take_back_try(self, keys: Sequence[str], now: datetime) -> None:
        """Uncount the try of this instant under each key: it was refused unread."""
        secrets.take_back_try(self._db, keys, now)

    def forget_tries(self, keys: Sequence[str]) -> None:
        """Begin to count anew under each key: the right password was given."""
        secrets.forget_tries(self._db, keys)

    # What they did

    def audit(self, scope: AuditScope) -> list[AuditLine]:
        """Return the entries of the audit trail that a scope wants, newest first."""
        return audit.audit(self._db, scope)

    def audit_actions(self) -> list[str]:
        """Return the actions that occur in the audit trail, sorted."""
        return audit.actions(self._db)

    # Sessions

    def session_key(self, token: str) -> str:
        """Return under which key the session of a cookie is kept."""
        return sessions.session_key(self._db, token)

    def session(self, key: str, now: datetime) -> SessionRow | None:
        """Return a session that has not ended, or None."""
        return sessions.session(self._db, key, now)

    def add_session(self, value: SessionRow) -> bool:
        """Keep a new session; False if the key is taken."""
        return sessions.add_session(self._db, value)

    def change_session(self, value: SessionRow) -> bool:
        """Change a session; False if it was ended meanwhile."""
        return sessions.change_session(self._db, value)

    def sessions_of(self, number: int, now: datetime) -> list[SessionRow]:
        """Return the sessions of a person that have not ended, the last seen first."""
        return sessions.sessions_of(self._db, number, now)

    def end_session(self, key: str) -> None:
        """End a session."""
        sessions.end_session(self._db, key)

    def end_sessions(self, number: int, *, but: str = "") -> int:
        """End the sessions of a person, all but one key; return how many."""
        return sessions.end_sessions(self._db, number, but=but)

    def sweep_sessions(self, now: datetime) -> int:
        """Remove the sessions that ended; return how many."""
        return sessions.sweep_sessions(self._db, now)

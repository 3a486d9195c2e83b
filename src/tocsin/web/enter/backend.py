"""Tell Django's session machinery who a person is; whether they may come in is decided in flows/people."""

from __future__ import annotations

from tocsin.store.models import Person
from tocsin.web.installation import served

BACKEND = "tocsin.web.enter.backend.PersonBackend"


class PersonBackend:
    """Finds the account of a session; one that is disabled is not found."""

    def get_user(self, number: int) -> Person | None:
        """Return the account with the hash of its password, which sessions are bound to, or None."""
        known = served().engine.store.people.credentials(number)
        return None if known is None else Person(id=number, password=known.password)

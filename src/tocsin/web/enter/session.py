"""Sessions: kept in the store under the digest of their cookie; idle 12 hours they end, 30 days after in any case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError

from tocsin.store.people.facade import People
from tocsin.store.people.rows import SessionRow
from tocsin.web.installation import served

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)  # for whom asked to stay signed in on a machine of their own
UNKNOWN = timedelta(hours=1)  # before somebody is signed in
TOUCH = timedelta(minutes=5)  # a page seen is noted so often at most
STAY, DEVICE, MADE = "stay", "device", "made"


class SessionStore(SessionBase):
    """A session of the installation that is served."""

    @property
    def kept_key(self) -> str:
        """Return under which key this session is kept and listed; "" before it is saved."""
        return _people().session_key(self.session_key) if self.session_key else ""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and no key, when it has ended."""
        now = served().clock()
        row = _people().session(self.kept_key, now) if self.session_key else None
        if row is None:
            self._session_key = None
            return {}
        values: dict[str, Any] = msgspec.json.decode(row.body)
        if row.person is not None and now - row.seen_at > TOUCH:
            _people().change_session(msgspec.structs.replace(row, seen_at=now, ends_at=_end(values, now)))
        return values

    def exists(self, session_key: str) -> bool:
        """Return whether a key is taken."""
        return _people().session(_people().session_key(session_key), served().clock()) is not None

    def create(self) -> None:
        """Give this session a key of its own and keep it."""
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Keep what the session holds. Raises UpdateError if it was ended meanwhile: it does not come back."""
        if self.session_key is None:
            self.create()
            return
        now = served().clock()
        values = self._get_session(no_load=must_create)
        person = values.get(SESSION_KEY)
        if person is not None:
            values.setdefault(MADE, now.isoformat())
        row = SessionRow(
            key=self.kept_key,
            person=None if person is None else int(person),
            body=msgspec.json.encode(values).decode(),
            device=str(values.get(DEVICE, "")),
            made_at=now,
            seen_at=now,
            ends_at=_end(values, now),
        )
        if must_create:
            if not _people().add_session(row):
                raise CreateError
        elif not _people().change_session(row):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """End this session, or the one of a key."""
        key = session_key or self.session_key
        if key:
            _people().end_session(_people().session_key(key))

    @classmethod
    def clear_expired(cls) -> None:
        """Remove the sessions that ended."""
        _people().sweep_sessions(served().clock())


def _people() -> People:
    return served().engine.store.people


def _end(values: dict[str, Any], now: datetime) -> datetime:
    if SESSION_KEY not in values:
        return now + UNKNOWN
    latest = datetime.fromisoformat(values[MADE]) + LONGEST if MADE in values else now + LONGEST
    # A play goes through days in minutes: its visitors are not idle.
    is_long = values.get(STAY) or served().demo is not None
    return latest if is_long else min(now + IDLE, latest)

"""What was said so far in the first steps: kept in the session, so that a reload or a step back loses nothing."""

from __future__ import annotations

import msgspec

from tocsin.web.request import WebRequest

_KEY = "welcome"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The answers so far. query: "" before the second step. proposed: the one that was proposed, to know a change.

    doubts: names of `Doubt`. file: token of an upload to look in and to import, or "".
    """

    name: str = ""
    site: str = ""
    handles: str = ""
    languages: tuple[str, ...] = ("fr", "en")
    time_zone: str = "Europe/Paris"
    calendar: str = "FR"
    query: str = ""
    proposed: str = ""
    doubts: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    ticks: dict[str, bool] = {}
    file: str = ""

    @property
    def is_begun(self) -> bool:
        """Whether the first step was answered."""
        return bool(self.name)


def read_state(request: WebRequest) -> State:
    """Return the answers so far; a session of another version of tocsin begins anew."""
    try:
        return msgspec.convert(request.session.get(_KEY, {}), State)
    except msgspec.ValidationError:
        return State()


def write_state(request: WebRequest, state: State) -> None:
    """Keep the answers."""
    request.session[_KEY] = msgspec.to_builtins(state)


def forget_state(request: WebRequest) -> None:
    """Begin anew."""
    request.session.pop(_KEY, None)

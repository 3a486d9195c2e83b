"""The access table: each address by its name, and who may enter. What is not here answers 404 to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from tocsin.base.person import Role


class Gate(NamedTuple):
    """Who may enter. roles: for the brand in the address, or the installation's owner where none stands in it.

    is_open: anybody, signed in or not. is_common: anybody signed in, whatever the brand.
    """

    roles: frozenset[Role] = frozenset()
    is_open: bool = False
    is_common: bool = False


OPEN: Final = Gate(is_open=True)
SIGNED_IN: Final = Gate(frozenset(Role), is_common=True)
EVERY_ROLE: Final = Gate(frozenset(Role))
WORKERS: Final = Gate(frozenset({Role.OWNER, Role.MANAGER, Role.AGENT}))
LEADERS: Final = Gate(frozenset({Role.OWNER, Role.MANAGER}))
LAWYERS: Final = Gate(frozenset({Role.OWNER, Role.COUNSEL}))
OWNERS: Final = Gate(frozenset({Role.OWNER}))

ACCESS: Final[Mapping[str, Gate]] = {
    # the house
    "home": SIGNED_IN,
    "health": OPEN,
    "manifest": OPEN,
    "theme": SIGNED_IN,
    "more": EVERY_ROLE,
    # the demonstration; 404 where none is played
    "demo:enter": OPEN,
    "demo:speed": SIGNED_IN,
    # sources
    "sources:list": EVERY_ROLE,
    "sources:new": LEADERS,
    "sources:add": LEADERS,
    "sources:act": LEADERS,
}

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
WITNESSES: Final = Gate(frozenset({Role.OWNER, Role.MANAGER, Role.COUNSEL}))  # may have a page captured

ACCESS: Final[Mapping[str, Gate]] = {
    # the house
    "home": SIGNED_IN,
    "health": OPEN,
    "manifest": OPEN,
    # a hub calls back, under an address that it alone knows
    "hub": OPEN,
    "theme": SIGNED_IN,
    "more": EVERY_ROLE,
    # the demonstration; 404 where none is played
    "demo:enter": OPEN,
    "demo:speed": SIGNED_IN,
    "demo:site": OPEN,
    # the audit trail
    "audit:page": OWNERS,
    "audit:export": OWNERS,
    # the door and one's own settings
    "enter:sign_in": OPEN,
    "enter:code": OPEN,
    "enter:sign_out": OPEN,
    "enter:join": OPEN,
    "enter:forgot": OPEN,
    "enter:password": OPEN,
    "enter:address": OPEN,
    "enter:me": SIGNED_IN,
    "enter:me_address": SIGNED_IN,
    "enter:me_password": SIGNED_IN,
    "enter:test_mail": SIGNED_IN,
    "enter:sessions": SIGNED_IN,
    "enter:second_factor": SIGNED_IN,
    "enter:recovery_codes": SIGNED_IN,
    "enter:second_factor_off": SIGNED_IN,
    "enter:installation": OWNERS,
    # people
    "people:list": OWNERS,
    "people:invite": OWNERS,
    "people:take_back": OWNERS,
    "people:role": OWNERS,
    "people:role_again": OWNERS,
    "people:account": OWNERS,
    "people:act": OWNERS,
    # personal data
    "personal:page": LAWYERS,
    "personal:author": LAWYERS,
    "personal:export": LAWYERS,
    "personal:erase": LAWYERS,
    "personal:object": LAWYERS,
    "personal:lift": LAWYERS,
    "personal:keep": OWNERS,
    "personal:draft": LAWYERS,
    # dossiers and captures
    "dossiers:list": LAWYERS,
    "dossiers:new": LAWYERS,
    "dossiers:page": LAWYERS,
    "dossiers:note": LAWYERS,
    "dossiers:change": LAWYERS,
    "dossiers:close": LAWYERS,
    "dossiers:reopen": LAWYERS,
    "dossiers:calendar": LAWYERS,
    "dossiers:calendar_file": LAWYERS,
    "dossiers:grounds": LAWYERS,
    "dossiers:choose": LAWYERS,
    "dossiers:tick": LAWYERS,
    "dossiers:clocks": LAWYERS,
    "dossiers:start": LAWYERS,
    "dossiers:act": LAWYERS,
    "dossiers:letters": LAWYERS,
    "dossiers:write": LAWYERS,
    "dossiers:letter": LAWYERS,
    "dossiers:letter_act": LAWYERS,
    "dossiers:letter_file": LAWYERS,
    "dossiers:export": LAWYERS,
    "dossiers:export_file": LAWYERS,
    "dossiers:take": LAWYERS,
    "dossiers:attach": LAWYERS,
    "dossiers:take_loose": WITNESSES,
    "dossiers:capture": LAWYERS,
    "dossiers:again": LAWYERS,
    "dossiers:put": LAWYERS,
    "dossiers:erase": LAWYERS,
    "dossiers:file": LAWYERS,
    # sources
    "sources:list": EVERY_ROLE,
    "sources:new": LEADERS,
    "sources:kind": LEADERS,
    "sources:opml": LEADERS,
    "sources:act": LEADERS,
    "sources:one": LEADERS,
    "sources:keep": LEADERS,
    "sources:key": LEADERS,
    "sources:past": LEADERS,
    # titles of the press
    "media:list": EVERY_ROLE,
    "media:file": EVERY_ROLE,
    "media:say": OWNERS,
    "media:act": OWNERS,
    "media:read": OWNERS,
    # the stream
    "stream:list": EVERY_ROLE,
    "stream:since": EVERY_ROLE,
    "stream:mention": EVERY_ROLE,
    "stream:similar": EVERY_ROLE,
    "stream:here": EVERY_ROLE,
    "stream:keep_view": EVERY_ROLE,
    "stream:change_view": EVERY_ROLE,
    "stream:act": WORKERS,
    "stream:act_on_one": WORKERS,
    "stream:undo": WORKERS,
    # watches
    "watches:list": EVERY_ROLE,
    "watches:rings": EVERY_ROLE,
    "watches:record": EVERY_ROLE,
    "watches:new": LEADERS,
    "watches:edit": LEADERS,
    "watches:preview": LEADERS,
    "watches:alone": LEADERS,
    "watches:rename": LEADERS,
    "watches:rename_brand": OWNERS,
    "watches:delete": LEADERS,
    "watches:restore": LEADERS,
    "watches:budget": LEADERS,
    "watches:judge": LEADERS,
    # first steps, and files brought in
    "welcome:start": OWNERS,
    "welcome:words": OWNERS,
    "welcome:look": OWNERS,
    "welcome:sources": OWNERS,
    "welcome:file": OWNERS,
    "welcome:plan": OWNERS,
    "welcome:run": OWNERS,
    "welcome:progress": OWNERS,
    # today
    "today:page": EVERY_ROLE,
    "today:board": EVERY_ROLE,
    "today:chart": EVERY_ROLE,
    # stories
    "stories:list": EVERY_ROLE,
    "stories:page": EVERY_ROLE,
    "stories:surge": EVERY_ROLE,
    "stories:together": EVERY_ROLE,
    "stories:rename": LEADERS,
    "stories:merge": LEADERS,
    "stories:do_merge": LEADERS,
    "stories:split": LEADERS,
    "stories:do_split": LEADERS,
    "stories:undo": LEADERS,
    # alerts
    "alerts:list": EVERY_ROLE,
    "alerts:page": EVERY_ROLE,
    "alerts:act": WORKERS,
    "alerts:reopen": WORKERS,
    "alerts:confirm": WORKERS,
    "alerts:who": EVERY_ROLE,
    "alerts:change": LEADERS,
    "alerts:channel": EVERY_ROLE,
}

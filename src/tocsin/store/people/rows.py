"""Values of this folder: members, links, sessions, and what sign-in needs to know of an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.person import Person, Role


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person and what they are for a brand."""

    person: Person
    role: Role


class LinkPurpose(StrEnum):
    """What a one-time link opens."""

    JOIN = "join"  # an account, with roles
    PASSWORD = "password"  # a new password
    EMAIL = "email"  # a new mail address, to which the link goes


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation grants: roles by brand slug, or the ownership of everything."""

    name: str = ""
    language: str = "fr"
    is_owner: bool = False
    roles: Mapping[str, Role] = {}


class LinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link as it stands. person: whose account, None for an invitation. by: mark of who made it."""

    id: int = 0
    purpose: LinkPurpose
    email: str
    person: int | None = None
    wish: Wish = Wish()
    by: str
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None = None


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in. key: names it without opening anything. device: as it calls itself, short."""

    key: str
    person: int | None
    body: str
    device: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an account: the hash of its password ("" for none), its second factor (sealed; "" for none)."""

    password: str
    totp_secret: str
    totp_step: int

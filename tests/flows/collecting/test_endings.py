"""A secret that ends soon is told to its owner once, by day, and rings nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from tests.flows.collecting.make import BRAND
from tocsin.base.person import Person, Role
from tocsin.collect.adapter import Source
from tocsin.flows.collecting.endings import announce_endings, ending_letter
from tocsin.flows.collecting.life import add, set_secret
from tocsin.flows.engine import Engine

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)


def person(home: Engine, name: str, role: Role) -> Person:
    added = home.store.people.add(Person(id=0, email=f"{name}@example.org", name=name.title(), language="en"), NOON)
    home.store.people.set_roles(added.id, {BRAND: role})
    return added


def source(home: Engine, ends_at: datetime) -> None:
    if not home.store.sources():
        add(home, BRAND, Source(name="page", adapter="script", options={"url": "https://example.org/"}), {}, now=NOON)
    set_secret(home, "page", "token", "canary", ends_at, now=NOON)


def letters(home: Engine) -> list[dict[str, str]]:
    return [msgspec.json.decode(item.body) for item in home.store.outbox_list()]


def test_an_end_is_told_fourteen_days_ahead_once_to_the_owner(home: Engine) -> None:
    person(home, "alice", Role.OWNER)
    person(home, "bruno", Role.MANAGER)
    source(home, NOON + timedelta(days=20))
    assert announce_endings(home, NOON) == 0
    assert announce_endings(home, NOON + timedelta(days=7)) == 1
    assert announce_endings(home, NOON + timedelta(days=8)) == 0
    (letter,) = letters(home)
    assert letter["to"] == "alice@example.org" and "canary" not in str(letter)
    mail = ending_letter(home, letter, "ends-1", NOON)
    assert mail is not None and "Token" in mail.text and "22/03/2026" in mail.text
    assert home.store.alerts() == []


def test_a_new_key_with_another_end_is_told_again(home: Engine) -> None:
    person(home, "alice", Role.OWNER)
    source(home, NOON + timedelta(days=10))
    assert announce_endings(home, NOON) == 1
    source(home, NOON + timedelta(days=90))
    assert announce_endings(home, NOON + timedelta(days=1)) == 0
    assert announce_endings(home, NOON + timedelta(days=80)) == 1


def test_nobody_is_woken_for_it(home: Engine) -> None:
    person(home, "alice", Role.OWNER)
    source(home, NOON + timedelta(days=10))
    announce_endings(home, NIGHT)
    (row,) = home.store.outbox_list()
    assert row.next_at == datetime(2026, 3, 3, 8, tzinfo=UTC)

"""`tocsin alerts routes` and `test`: who is told, and whether a channel works, from a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.store.conftest import new_store
from tocsin.base.brand import Brand
from tocsin.base.person import Person


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alerts")
    store = new_store(folder)
    store.save_brand(Brand(slug="maison-alba", name="Maison Alba"))
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    store.people.add(Person(id=0, email="alice@example.org", name="Alice", is_owner=True), now)
    store.close()
    return folder


def test_the_routes_say_who_is_told_of_each_level(data: Path) -> None:
    mails = {"TOCSIN_SMTP_HOST": "mail.example.org", "TOCSIN_MAIL_FROM": "tocsin@example.org"}
    rows = tocsin("alerts", "routes", data=data, env=mails).rows
    told = {(row["level"], row["after_min"]): (row["who"], row["by"]) for row in rows}
    assert told[("alarm", 0)] == told[("alarm", 30)] == ("Alice", "mail")
    assert told[("danger", 15)] == ("Alice", "mail")
    assert set(told) & {("watch", 0), ("silence", 0)} == {("watch", 0), ("silence", 0)}


@pytest.mark.parametrize("wrong", [(), ("x",), ("7",)])
def test_a_channel_that_is_not_there_is_said_in_one_sentence(data: Path, wrong: tuple[str, ...]) -> None:
    ran = tocsin("alerts", "test", *wrong, data=data)
    assert ran.code == 1
    assert len(ran.err.strip().splitlines()) == 1

"""Which authorities are asked, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.base.errors import InputError
from tocsin.evidence.authorities import (
    Authority,
    Confidence,
    Health,
    after_answer,
    choose,
    read_authorities,
    shipped_authorities,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOUSE = (
    Authority(name="q1", title="q1", url="https://q1.example.org", qualified=True),
    Authority(name="q2", title="q2", url="https://q2.example.org", qualified=True),
    Authority(name="p1", title="p1", url="https://p1.example.org"),
    Authority(name="p2", title="p2", url="https://p2.example.org"),
    Authority(name="off", title="off", url="https://off.example.org", usable=False),
)


def names(health: dict[str, Health], now: datetime = NOW) -> list[str]:
    return [each.name for each in choose(HOUSE, health, now)]


def test_a_qualified_one_is_asked_first_and_then_one_of_another_kind() -> None:
    assert names({}) == ["q1", "p1", "q2", "p2"]


def test_one_that_failed_rests_longer_each_time_and_comes_back_last() -> None:
    health = after_answer(Health(), NOW, good=False)
    assert names({"q1": health}) == ["q2", "p1", "p2"]
    assert names({"q1": health}, NOW + timedelta(minutes=1)) == ["q2", "p1", "q1", "p2"]
    health = after_answer(health, NOW, good=False)
    assert "q1" not in names({"q1": health}, NOW + timedelta(seconds=119))
    for _ in range(20):
        health = after_answer(health, NOW, good=False)
    assert "q1" in names({"q1": health}, NOW + timedelta(hours=6))
    assert names({"q1": after_answer(health, NOW, good=True)})[0] == "q1"


def test_when_all_rest_the_one_that_rested_longest_is_tried() -> None:
    health = {each.name: Health(last_failed_at=NOW, failures=n) for n, each in enumerate(HOUSE, 1)}
    assert names(health) == ["q1"]


def test_those_that_are_shipped_are_data_with_their_date_and_how_well_they_are_known() -> None:
    shipped = shipped_authorities()
    assert sum(each.qualified and each.usable for each in shipped) >= 2
    assert sum(not each.qualified and each.usable for each in shipped) >= 2
    assert all(each.last_checked and each.confidence is not Confidence.OWN and each.country for each in shipped)


def test_a_file_of_ones_own_adds_replaces_and_takes_out() -> None:
    own = b"""
    [[authority]]
    name = "house"
    title = "The house"
    url = "https://tsa.example.org"
    roots = "roots.pem"
    [[authority]]
    name = "q1"
    title = "never"
    url = "https://q1.example.org"
    usable = false
    """
    found = read_authorities(own, before=HOUSE)
    assert [each.name for each in found] == ["house", "q1", "q2", "p1", "p2", "off"]
    assert [each.name for each in choose(found, {}, NOW)] == ["q2", "house", "p1", "p2"]


@pytest.mark.parametrize(
    "toml", [b"[[authority]]\nname = 3", b"x = 1", b"\xff", b'[[authority]]\nname="a b"\ntitle=""\nurl=""']
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(toml: bytes) -> None:
    with pytest.raises(InputError):
        read_authorities(toml)

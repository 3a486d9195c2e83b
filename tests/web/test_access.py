"""The access table: every address has a line, every line an address, and each role gets in where it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.world import BRAND, OTHER, World
from tocsin.base.person import Role
from tocsin.web.access import ACCESS

_SAMPLES = {"brand": BRAND, "path": "x"}
_ROLES = {"alice": Role.OWNER, "bruno": Role.MANAGER, "chloe": Role.AGENT, "carla": Role.COUNSEL, "remi": Role.READER}


def _patterns(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route, entry.namespace or space)
        elif isinstance(entry, URLPattern):
            yield (f"{space}:{entry.name}" if space else str(entry.name)), route


def _names() -> dict[str, str]:
    return dict(_patterns(get_resolver()))


def _address(route: str) -> str:
    made = route
    for name, sample in (
        ("slug:brand", BRAND),
        ("int:", "1"),
        ("slug:", "x"),
        ("str:", "x"),
        ("uuid:", "x"),
        ("path:", "x"),
    ):
        while f"<{name}" in made:
            start = made.index(f"<{name}")
            made = made[:start] + sample + made[made.index(">", start) + 1 :]
    while "<" in made:
        start = made.index("<")
        made = made[:start] + "x" + made[made.index(">", start) + 1 :]
    return f"/{made}"


def test_every_address_has_a_line_in_the_table() -> None:
    assert sorted(_names().keys() - ACCESS.keys()) == []


def test_every_line_of_the_table_has_an_address() -> None:
    assert sorted(ACCESS.keys() - _names().keys()) == []


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_a_stranger_enters_open_pages_alone(web: World, name: str) -> None:
    answer = web.as_(None).get(_address(_names()[name]))
    if ACCESS[name].is_open:
        assert answer.status_code in (200, 302, 404, 405, 410)
        assert not (answer.status_code == 302 and answer["Location"].startswith("/sign-in?next="))
    else:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in")


@pytest.mark.parametrize("who", sorted(_ROLES))
def test_a_role_is_refused_where_the_table_does_not_grant(web: World, who: str) -> None:
    browser = web.as_(who)
    for name, route in _names().items():
        gate = ACCESS[name]
        if gate.is_open or gate.is_common or "<slug:brand>" not in route or _ROLES[who] in gate.roles:
            continue
        assert browser.get(_address(route)).status_code == 404, name


def test_somebody_without_a_role_sees_nothing_of_a_brand(web: World) -> None:
    browser = web.as_("denis")
    for name, route in _names().items():
        if "<slug:brand>" in route:
            assert browser.get(_address(route)).status_code == 404, name
            assert browser.post(_address(route)).status_code == 404, name


def test_a_role_for_one_brand_opens_no_other(web: World) -> None:
    browser = web.as_("bruno")
    for name, route in _names().items():
        if "<slug:brand>" in route:
            assert browser.get(_address(route).replace(BRAND, OTHER)).status_code == 404, name

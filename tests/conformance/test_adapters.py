"""Every adapter that ships keeps the contract, on a story told by an imagined server."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

import pytest

from tocsin.collect.registry import adapter_names, load_adapter
from tocsin.testing.adapters import CHECKS, Check
from tocsin.testing.checks.rig import Rig
from tocsin.testing.script import Script

_PLACE = "tests.conformance.scripts"


def scripts_of(name: str) -> tuple[Script, ...]:
    """Return the scripts of an adapter, none where it has no module here."""
    if find_spec(f"{_PLACE}.{name}") is None:
        return ()
    module = import_module(f"{_PLACE}.{name}")
    return tuple(getattr(module, "SCRIPTS", None) or (module.SCRIPT,))


@cache
def rig_of(name: str, number: int) -> Rig:
    return Rig(load_adapter(name), scripts_of(name)[number], kills=6)


CASES = [(name, number) for name in adapter_names() for number in range(len(scripts_of(name)))]


@pytest.mark.parametrize("case", CASES, ids=[f"{name}-{number}" for name, number in CASES])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_adapter_keeps_the_contract(case: tuple[str, int], check: Check) -> None:
    check(rig_of(*case))


@pytest.mark.parametrize("name", adapter_names())
def test_every_adapter_offered_to_people_has_a_script(name: str) -> None:
    adapter = load_adapter(name)
    if not adapter.about.is_listed:
        pytest.skip(f"{name} is handed its files, and asks no server")
    assert scripts_of(name), f"{_PLACE}.{name} is missing; see the docstring of {_PLACE}"

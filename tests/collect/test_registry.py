"""Adapters are found by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from tocsin.base.errors import InputError
from tocsin.collect import registry
from tocsin.collect.adapters.file import FileAdapter


def announce(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    found = tuple(EntryPoint(name=name, value=value, group=registry.GROUP) for name, value in points)
    monkeypatch.setattr(registry, "_announced", lambda: found)
    registry.load_adapter.cache_clear()


def test_built_in_adapters_are_known() -> None:
    assert isinstance(registry.load_adapter("file"), FileAdapter)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no adapter fax; take one of .*feed, file"):
        registry.load_adapter("fax")


def test_another_package_may_add_but_not_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch, ("copie", "tocsin.collect.adapters.file:FileAdapter"), ("file", "nowhere:Nothing"))
    assert isinstance(registry.load_adapter("copie"), FileAdapter)
    assert isinstance(registry.load_adapter("file"), FileAdapter)


@pytest.mark.parametrize("value", ["nowhere.at.all:X", "tocsin.collect.registry:Missing", "datetime:datetime"])
def test_a_broken_adapter_is_told(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    announce(monkeypatch, ("cassé", value))
    with pytest.raises(InputError, match="cannot be loaded"):
        registry.load_adapter("cassé")


def test_what_is_no_adapter_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch, ("dict", "builtins:dict"))
    with pytest.raises(InputError, match="so it is none"):
        registry.load_adapter("dict")

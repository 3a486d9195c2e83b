"""Adapters are found by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tocsin.base.errors import InputError
from tocsin.base.settings import load_settings
from tocsin.collect import registry
from tocsin.collect.adapters.file import FileAdapter
from tocsin.flows.engine import open_engine


def announce(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    found = tuple(EntryPoint(name=name, value=value, group=registry.GROUP) for name, value in points)
    monkeypatch.setattr(registry, "_announced", lambda: found)
    monkeypatch.setattr(registry, "_allowed", frozenset(name for name, _ in points))
    registry.load_adapter.cache_clear()


def test_built_in_adapters_are_known() -> None:
    assert isinstance(registry.load_adapter("file"), FileAdapter)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no adapter fax; take one of .*feed, file"):
        registry.load_adapter("fax")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    registry.allow_adapters(())
    registry.load_adapter.cache_clear()


def test_another_package_may_not_replace_what_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch, ("file", "nowhere:Nothing"))
    assert isinstance(registry.load_adapter("file"), FileAdapter)
    assert registry.foreign_adapters() == []


@pytest.mark.parametrize("value", ["nowhere.at.all:X", "tocsin.collect.registry:Missing", "datetime:datetime"])
def test_a_broken_adapter_is_told(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    announce(monkeypatch, ("cassé", value))
    with pytest.raises(InputError, match="cannot be loaded"):
        registry.load_adapter("cassé")


def test_what_is_no_adapter_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch, ("dict", "builtins:dict"))
    with pytest.raises(InputError, match="so it is none"):
        registry.load_adapter("dict")


GUESTBOOK = """
from tocsin.collect.about import About
from tocsin.collect.adapter import Done, Page

class GuestbookAdapter:
    name, version, contract = "guestbook", "1", {contract}
    about = About(title="A guest book", what="What guests write.")

    def plan(self, source, cursor, now):
        return Done()

    def parse(self, source, cursor, reply, now):
        return Page(items=[], next_cursor=cursor)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install a small distribution that announces an adapter, as pip would lay it out."""

    def put(text: str) -> None:
        (tmp_path / "tocsin_guestbook.py").write_text(text, encoding="utf-8")
        known = tmp_path / "tocsin_guestbook-1.2.dist-info"
        known.mkdir()
        (known / "METADATA").write_text("Metadata-Version: 2.1\nName: tocsin-guestbook\nVersion: 1.2\n")
        (known / "entry_points.txt").write_text("[tocsin.adapters]\nguestbook = tocsin_guestbook:GuestbookAdapter\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        registry.load_adapter.cache_clear()

    yield put
    sys.modules.pop("tocsin_guestbook", None)


def test_an_adapter_of_another_package_is_shut_out_until_it_is_allowed(install: Callable[[str], None]) -> None:
    install("raise SystemExit('its code ran')")
    (found,) = registry.foreign_adapters()
    assert (found.name, found.package, found.version, found.is_allowed) == (
        "guestbook",
        "tocsin-guestbook",
        "1.2",
        False,
    )
    assert "guestbook" not in registry.adapter_names()
    with pytest.raises(InputError, match="comes from the package tocsin-guestbook"):
        registry.load_adapter("guestbook")


def test_an_adapter_of_another_package_serves_once_allowed(install: Callable[[str], None]) -> None:
    install(GUESTBOOK.format(contract=1))
    registry.allow_adapters(["guestbook"])
    assert registry.load_adapter("guestbook").about.title == "A guest book"
    assert "guestbook" in registry.adapter_names()
    assert registry.foreign_adapters()[0].is_allowed


@pytest.mark.parametrize("contract", ["2", "None"])
def test_an_adapter_of_another_contract_is_told(install: Callable[[str], None], contract: str) -> None:
    install(GUESTBOOK.format(contract=contract))
    registry.allow_adapters(["guestbook"])
    with pytest.raises(InputError, match="this is contract 1"):
        registry.load_adapter("guestbook")


def test_the_setting_decides_what_an_engine_may_load(install: Callable[[str], None], tmp_path: Path) -> None:
    install(GUESTBOOK.format(contract=1))
    settings = load_settings({"TOCSIN_DATA_DIR": str(tmp_path / "data"), "TOCSIN_ADAPTERS": "guestbook, other"})
    open_engine(settings, migrate=True)
    assert registry.load_adapter("guestbook").name == "guestbook"

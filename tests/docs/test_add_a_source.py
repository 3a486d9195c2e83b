"""The walk-through for those who add a source runs as it stands, in both languages."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.helpers import ROOT
from tocsin.collect import registry
from tocsin.testing.adapters import CHECKS, Check, Rig, check_adapter

_ENGLISH, _FRENCH = ROOT / "docs/en/add-a-source.md", ROOT / "docs/fr/ajouter-une-source.md"
_BLOCK = re.compile(r"^```(python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    return [text for _, text in _BLOCK.findall(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Lay the example out as pip would install it, allow it, and give its test module."""
    place = tmp_path_factory.mktemp("guestbook")
    adapter, test, project = blocks(_ENGLISH)
    known = tomllib.loads(project)["project"]
    (place / "tocsin_guestbook").mkdir()
    (place / "tocsin_guestbook" / "__init__.py").write_text(adapter, encoding="utf-8")
    (place / "test_guestbook.py").write_text(test, encoding="utf-8")
    meta = place / "tocsin_guestbook-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {known['name']}\nVersion: {known['version']}\n")
    points = known["entry-points"]["tocsin.adapters"].items()
    (meta / "entry_points.txt").write_text("[tocsin.adapters]\n" + "".join(f"{n} = {v}\n" for n, v in points))
    sys.path.insert(0, str(place))
    registry.allow_adapters(["guestbook"])
    yield import_module("test_guestbook")
    registry.allow_adapters([])
    registry.load_adapter.cache_clear()
    sys.path.remove(str(place))
    for name in ("test_guestbook", "tocsin_guestbook"):
        sys.modules.pop(name, None)


def test_both_languages_hold_the_same_code() -> None:
    assert len(blocks(_ENGLISH)) == 3
    assert blocks(_ENGLISH) == blocks(_FRENCH)


@pytest.mark.parametrize("page", [_ENGLISH, _FRENCH], ids=["en", "fr"])
def test_each_check_is_told(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [check.__name__ for check in CHECKS if f"`{check.__name__}`" not in text] == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_example_keeps_the_contract(told: ModuleType, check: Check) -> None:
    check(Rig(told.GuestbookAdapter(), told.SCRIPT))


def test_the_example_is_found_by_its_name_once_allowed(told: ModuleType) -> None:
    assert isinstance(registry.load_adapter("guestbook"), told.GuestbookAdapter)
    check_adapter(registry.load_adapter("guestbook"), told.SCRIPT)

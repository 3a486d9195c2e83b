"""Mark all tests of this folder as real, and make the packages that they need on top reachable."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.real.household import Household

PACKAGES = ROOT / "build" / "real" / "python"

if PACKAGES.is_dir():
    sys.path.append(str(PACKAGES))  # at the end: what the product itself uses comes from its own environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.real)


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    """An installation of tocsin of its own, with a worker that can be killed."""
    with Household(tmp_path) as one:
        yield one

"""Helpers of the tests: where the development data lie, when they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared(name: str) -> Path:
    """Return the path of a development data file beside the project, or skip the test with its reason."""
    path = ROOT.parent / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"development data {name} are not beside the project")
    return path

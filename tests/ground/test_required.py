"""In continuous integration, a test that skips for want of PostgreSQL is a failure; elsewhere it is a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

SOURCE = """
import pytest

def test_stores():
    pytest.skip("no PostgreSQL server is installed")

def test_reads():
    pytest.skip("development data x are not beside the project")
"""


@pytest.mark.parametrize(("required", "closing"), [("", "2 skipped"), ("postgres", "1 failed, 1 skipped")])
def test_a_skip_for_want_of_postgresql(tmp_path: Path, required: str, closing: str) -> None:
    (tmp_path / "test_some.py").write_text(SOURCE, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {**os.environ, "TESTS_REQUIRE": required, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert closing in done.stdout

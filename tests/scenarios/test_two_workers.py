"""Two processes bringing in two sources of one brand at once: the same counts as one process alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.scenarios.make import write_posts

pytestmark = pytest.mark.slow


def prepare(data: Path) -> None:
    assert tocsin("init", data=data).code == 0
    assert tocsin("watch", "add", "--brand", "Maison Alba", "--query", '"Maison Alba"', data=data).code == 0


def test_counts_equal_the_inline_run(tmp_path: Path) -> None:
    files = [write_posts(tmp_path / f"{name}.jsonl", 6_000, seed=seed, prefix=name) for seed, name in enumerate("ab")]
    inline, together = tmp_path / "inline", tmp_path / "together"
    for data in (inline, together):
        prepare(data)
    for file in files:
        assert tocsin("import", file, data=inline).code == 0
    environment = dict(os.environ) | {"TOCSIN_DATA_DIR": str(together)}
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tocsin.cli.main", "import", str(file)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for file in files
    ]
    for child in children:
        _, error = child.communicate(timeout=120)
        assert child.returncode == 0, error.decode()
    assert found(together) == found(inline)
    for data in (inline, together):
        assert tocsin("doctor", data=data).code == 0


def found(data: Path) -> list[tuple[str, str, int]]:
    rows = tocsin("search", '"Maison Alba"', "--limit", "20000", data=data).rows
    return sorted((row["id"], row["sentiment"], row["severity"]) for row in rows)

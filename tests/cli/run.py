"""Run the command as a person does, in a process of its own, with a data folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec


class Ran(msgspec.Struct, frozen=True):
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON lines of standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


def tocsin(
    *arguments: str | Path, data: Path, stdin: bytes = b"", language: str = "en", env: dict[str, str] | None = None
) -> Ran:
    """Run `tocsin` with these arguments on the installation in `data`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    environment |= {"TOCSIN_DATA_DIR": str(data), "TOCSIN_LANGUAGE": language, **(env or {})}
    done = subprocess.run(
        [sys.executable, "-m", "tocsin.cli.main", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=environment,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

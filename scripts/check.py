"""Run every check, all of them even after one failed, and say in the end which failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable

CHECKS: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "types": [str(BIN / "mypy"), "--no-error-summary"],
    "arrows": [str(BIN / "lint-imports"), "--no-cache"],
    "sizes": [PYTHON, "scripts/check_sizes.py"],
    "translations": [PYTHON, "scripts/check_catalogues.py"],
    "law": [PYTHON, "scripts/check_rules.py"],
    "leaks": [PYTHON, "scripts/check_leaks.py"],
    "documentation": [PYTHON, "-m", "pytest", "tests/docs", "tests/ground"],
}


def main(names: list[str]) -> int:
    """Run the checks named, or all; return 1 if one failed."""
    unknown = sorted(set(names) - set(CHECKS))
    if unknown:
        print(f"{unknown[0]} is not a check; choose among {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    failed = [name for name in (names or CHECKS) if not _passes(name)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _passes(name: str) -> bool:
    start = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    passed = done.returncode == 0
    print(f"{name:14} {'ok' if passed else 'FAILED'}  {time.monotonic() - start:.1f} s", flush=True)
    if not passed:
        print(done.stdout.rstrip(), flush=True)
    return passed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

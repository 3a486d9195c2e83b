"""Check the shape of the code: short modules, short functions, few parameters, small folders."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("src", "tests", "bench", "eval", "scripts")
MODULE_LINES = 500
FUNCTION_LINES = 60
PARAMETERS = 5  # by position; those that must be named read as well as a value, up to
ALL_PARAMETERS = 8
FOLDER_MODULES = 12
# Folders that hold one member of a family per file, and may grow.
FAMILIES = (
    "src/tocsin/base",  # one value per file
    "src/tocsin/collect/adapters",
    "src/tocsin/flows",
    "src/tocsin/cli/commands",
    "src/tocsin/store/migrations",
    "tests",
    "tests/conformance/scripts",
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def main(root: Path = ROOT) -> int:
    """Print what is too large, one line each; return 1 if anything is."""
    paths = [path for place in PLACES for path in sorted((root / place).rglob("*.py"))]
    paths = [path for path in paths if "migrations" not in path.parts]
    faults = [fault for path in paths for fault in module_faults(path, path.relative_to(root).as_posix())]
    faults += folder_faults([path.relative_to(root) for path in paths])
    print("\n".join(faults) or f"{len(paths)} modules, none too large.")
    return 1 if faults else 0


def module_faults(path: Path, name: str) -> Iterator[str]:
    """Yield what is too large in one module, as `name:line: what`."""
    source = path.read_text(encoding="utf-8")
    lines = source.count("\n")
    if lines > MODULE_LINES:
        yield f"{name}: {lines} lines, {MODULE_LINES} at most; cut it at a seam."
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, _Function):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{name}:{node.lineno}: {node.name} has {length} lines, {FUNCTION_LINES} at most."
        count, named = _parameters(node)
        # A test takes as many fixtures as it needs.
        if (count > PARAMETERS or count + named > ALL_PARAMETERS) and not node.name.startswith("test_"):
            yield (
                f"{name}:{node.lineno}: {node.name} takes {count} parameters by position and {named} by name, "
                f"at most {PARAMETERS} and {ALL_PARAMETERS} in all: make a value."
            )


def folder_faults(paths: list[Path]) -> Iterator[str]:
    """Yield the folders that hold too many modules; `__init__.py` does not count."""
    counts = Counter(path.parent.as_posix() for path in paths if path.name != "__init__.py")
    for folder, count in sorted(counts.items()):
        family = any(folder == name or (name == "tests" and folder.startswith("tests")) for name in FAMILIES)
        if count > FOLDER_MODULES and not family:
            yield f"{folder}: {count} modules, {FOLDER_MODULES} at most; make a sub-folder."


def _parameters(node: _Function) -> tuple[int, int]:
    """Return how many parameters go by position, and how many by name alone."""
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return len([name for name in names if name not in ("self", "cls")]), len(arguments.kwonlyargs)


if __name__ == "__main__":
    sys.exit(main())

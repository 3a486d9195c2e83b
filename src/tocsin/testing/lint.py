"""See in the text of an adapter that it is pure: it opens nothing, reads no clock, and leaves nothing to chance."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

# Modules that reach outside, keep a clock or throw dice; `datetime` and `time` are looked into below.
# fmt: off
OUTSIDE = frozenset({
    "aiohttp", "asyncio", "concurrent", "ctypes", "ftplib", "glob", "http", "httpx", "imaplib", "logging",
    "multiprocessing", "os", "pathlib", "pickle", "poplib", "pycurl", "random", "requests", "sched", "secrets",
    "select", "selectors", "shelve", "shutil", "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl",
    "subprocess", "tempfile", "threading", "time", "urllib3", "uuid", "webbrowser", "websocket", "websockets",
})
# fmt: on
# The few parts of them that only compute.
HARMLESS = frozenset(
    {
        "http.HTTPStatus",
        "pathlib.PurePath",
        "pathlib.PurePosixPath",
        "uuid.UUID",
        "uuid.uuid5",
        "io.BytesIO",
        "io.StringIO",
    }
)
_CALLS = frozenset({"breakpoint", "compile", "eval", "exec", "hash", "id", "input", "open", "print", "__import__"})
_CLOCKS = frozenset({"now", "today", "utcnow"})
# Checked where they are written, so not again with every adapter that uses them.
_TRUSTED = ("tocsin.base", "tocsin.collect.adapter", "tocsin.collect.about", "tocsin.collect.registry")


def impurities(module: str) -> list[str]:
    """Return what makes a module, or one of its own package that it imports, impure: `module:line: what`."""
    package = module.partition(".")[0] if not module.startswith("tocsin.") else "tocsin.collect"
    found: list[str] = []
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _path(name)
        if name in seen or path is None:
            continue
        seen.add(name)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{name}:{line}: {what}" for line, what in impure_lines(tree)]
        waiting += [
            other
            for other in _imported(tree, name)
            if (other == package or other.startswith(f"{package}.")) and not other.startswith(_TRUSTED)
        ]
    return sorted(found)


def impure_lines(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield each line of a module that opens something, reads a clock, or leaves something to chance."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] in OUTSIDE or alias.name == "urllib.request":
                    yield node.lineno, f"imports {alias.name}"
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole not in HARMLESS and (
                    node.module.partition(".")[0] in OUTSIDE or whole.startswith("urllib.request")
                ):
                    yield node.lineno, f"imports {whole}"
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
                yield node.lineno, f"calls {node.func.id}"
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _CLOCKS:
                yield node.lineno, f"reads a clock ({node.func.attr})"
        elif isinstance(node, ast.Global):
            yield node.lineno, f"changes a global ({', '.join(node.names)})"


def _imported(tree: ast.AST, module: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module.split(".")[: -node.level]) if node.level else ""
            start = ".".join(part for part in (base, node.module or "") if part)
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)


def _path(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin and spec.origin.endswith(".py") else None

"""What a command prints: a table for a person at a terminal, JSON lines for a pipe, remarks and errors on the side."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

_CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))


class Column(msgspec.Struct, frozen=True):
    """A column of a table: the key of the row, its heading in the reader's language, and whether it is a number.

    words: what its codes are called in a table; JSON keeps the codes.
    """

    key: str
    heading: str
    number: bool = False
    words: dict[str, str] = {}


class Output:
    """Where a command writes. `as_json` is True on a pipe or with --json."""

    def __init__(self, stdout: IO[str], stderr: IO[str], *, as_json: bool | None = None) -> None:
        self._stdout = stdout
        self._stderr = stderr
        self.as_json = not stdout.isatty() if as_json is None else as_json

    def rows(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], empty: str) -> None:
        """Print rows: JSON lines with every key, or a table of `columns`; `empty` is said when there are none."""
        if self.as_json:
            for row in rows:
                self.line(msgspec.json.encode(row, enc_hook=str))
            return
        self._table(list(rows), columns, empty)

    def line(self, line: bytes) -> None:
        """Print one line of JSON."""
        self._stdout.write(line.decode("utf-8") + "\n")

    def text(self, text: str) -> None:
        """Print text for a person on standard output, free of terminal control codes."""
        self._stdout.write(printable(text) + "\n")

    def say(self, text: str) -> None:
        """Print a remark on standard error, so that it never mixes with what is piped."""
        self._stderr.write(printable(text) + "\n")
        self._stderr.flush()

    def flush(self) -> None:
        """Push out what is written, so that a closed pipe is noticed here."""
        self._stdout.flush()

    @contextmanager
    def progress(self, label: str, total: float | None) -> Iterator[Bar]:
        """Show progress of long work on standard error while the body runs; silent when that is not a terminal."""
        if not self._stderr.isatty():
            yield Bar(None, None)
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f}"))
        with Progress(*columns, TimeElapsedColumn(), console=Console(file=self._stderr), transient=True) as progress:
            yield Bar(progress, progress.add_task(label, total=total))

    def _table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], empty: str) -> None:
        if not rows:
            self.text(empty)
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in columns:
            table.add_column(column.heading, justify="right" if column.number else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(_shown(row.get(column.key), column))) for column in columns))
        Console(file=self._stdout).print(table)


class Bar:
    """A progress bar, or nothing where nobody looks."""

    def __init__(self, progress: Progress | None, task: TaskID | None) -> None:
        self._progress = progress
        self._task = task

    def to(self, completed: float) -> None:
        """Show how far the work is."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=completed)


def printable(text: str) -> str:
    """Return the text without control characters: a post must not drive the terminal that shows it.

    >>> printable("a\\x1b[31mb")
    'a[31mb'
    """
    return text.translate(_CONTROL)


def standard_output(*, as_json: bool | None = None) -> Output:
    """Return the output of this process, in UTF-8 whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return Output(sys.stdout, sys.stderr, as_json=as_json)


def _shown(value: object, column: Column) -> str:
    shown = _cell(value)
    return column.words.get(shown, shown)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return str(value)

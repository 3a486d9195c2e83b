"""What a command reads: a path, or standard input for `-`; and the lines of it that cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.flows.i18n import N_
from tocsin.flows.lines import BadLine


@contextmanager
def open_input(name: str, stdin: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the bytes of a file, or of standard input when `name` is `-`. Raises InputError."""
    if name == "-":
        yield stdin
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115 - closed below, after the caller is done
    except OSError as error:
        raise InputError("{file} cannot be read ({error}); check its path.", file=name, error=error.strerror) from None
    with stream:
        yield stream


def say_bad_line(context: Context, bad: BadLine) -> None:
    """Say on standard error which line is left out, and why."""
    t = context.t
    why = bad.why if isinstance(bad.why, str) else t.error(bad.why)
    context.out.say(t.text(N_("Line {line} is left out: {why}"), line=bad.line, why=why))

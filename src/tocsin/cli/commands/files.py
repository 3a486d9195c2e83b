"""Open what a command reads: a path, or standard input for `-`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tocsin.base.errors import InputError


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

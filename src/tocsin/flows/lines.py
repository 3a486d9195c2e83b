"""What the commands that read lines say of one they cannot take."""

from __future__ import annotations

import msgspec

from tocsin.base.errors import InputError


class BadLine(msgspec.Struct, frozen=True):
    """A line that could not be taken: its number from 1, and why; a plain text where it comes from a decoder."""

    line: int
    why: InputError | str

"""Unpack a compressed file as it is read, within bounds: a small file made to fill a machine ends with one sentence."""

from __future__ import annotations

import gzip
import zlib
from enum import StrEnum
from typing import BinaryIO, cast

import msgspec

from tocsin.base.errors import InputError

UNPACK_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error)
# Below this nothing is asked of the ratio: short files of one repeated line are honest, and cost nothing.
_RATIO_FROM = 32 << 20


class Compression(StrEnum):
    """What is wrapped around the file."""

    NONE = "none"
    GZIP = "gzip"


class Bounds(msgspec.Struct, frozen=True):
    """How far a file may unpack: most_mb, mebibytes in all; most_ratio, times its packed size (posts: 5 to 30)."""

    most_mb: int = 20_000
    most_ratio: int = 200


def unpacked(stream: BinaryIO, compression: Compression, bounds: Bounds, name: str) -> BinaryIO:
    """Return the stream of decompressed bytes; reading it may raise one of `UNPACK_ERRORS`.

    It raises InputError beyond the bounds. name: of the file, for messages.
    """
    if compression is Compression.GZIP:
        return cast(BinaryIO, _BoundedGzip(stream, bounds, name))
    return stream


class _BoundedGzip(gzip.GzipFile):
    """Counts what comes out beside what went in."""

    def __init__(self, packed: BinaryIO, bounds: Bounds, name: str) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed, self._bounds, self._called = packed, bounds, name
        self._given = 0

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes. Raises InputError beyond the bounds."""
        return self._counted(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        """Return some of the next bytes. Raises InputError beyond the bounds."""
        return self._counted(super().read1(size))

    def _counted(self, piece: bytes) -> bytes:
        self._given += len(piece)
        if self._given > self._bounds.most_mb << 20:
            raise InputError(
                "{file} unpacks to more than {most} MB; cut it into smaller files, or allow more with unpacked_mb in"
                " the settings.",
                file=self._called,
                most=self._bounds.most_mb,
            )
        if self._given > max(_RATIO_FROM, self._bounds.most_ratio * self._packed.tell()):
            raise InputError(
                "{file} unpacks to more than {ratio} times its size, which posts never do; if they are posts all the"
                " same, unpack it first, or allow more with unpacked_ratio in the settings.",
                file=self._called,
                ratio=self._bounds.most_ratio,
            )
        return piece

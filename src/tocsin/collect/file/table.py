"""Read the rows of delimited text and of workbooks; a quote never closed costs its own line, not the file."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from tocsin.base.errors import InputError
from tocsin.collect.file.rows import MAX_ROW, Row, byte_lines, decode
from tocsin.collect.file.sniff import Shape
from tocsin.collect.file.unpack import UNPACK_ERRORS, Compression, unpacked

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WHOLE_LINE = "\x1f"  # as delimiter of files where each line is one cell: it stands in no text
_MAX_UNPACKED = 200 << 20
# What openpyxl, zipfile and the XML reader let through when a workbook is damaged.
_BOOK_ERRORS = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
csv.field_size_limit(max(csv.field_size_limit(), 4 * MAX_ROW))


def table_rows(stream: BinaryIO, shape: Shape, notes: Counter[str], width: int) -> Iterator[Row]:
    """Yield the rows of delimited text as lists of cells; blank lines are counted.

    width: number of columns that each row must have; 0 takes all.
    """
    feed = _Feed(stream, shape, notes)
    reader = csv.reader(feed, delimiter=shape.delimiter or _WHOLE_LINE)
    while True:
        line = feed.begin_row()
        row: object
        try:
            row = next(reader)
        except StopIteration:
            return
        except _RowTooLongError:
            row = _unclosed() if len(feed.taken) > 1 else _too_long()
            feed.put_back_all_but_first()
            yield line, row, feed.taken[0][:800]
            continue
        except csv.Error as error:
            if feed.put_back_without_returns():
                notes["stray_return"] += 1
                continue
            yield (
                line,
                InputError("This row cannot be cut into cells: {error}. Mend it.", error=error),
                feed.raw()[:800],
            )
            continue
        if not row:
            notes["blank_lines"] += 1
            continue
        if _is_torn(feed, shape, len(row), width):
            feed.put_back_all_but_first()
            yield line, _unclosed(), feed.taken[0][:800]
            continue
        yield line, _of_width(row, width), feed.raw()


def sheet_rows(stream: BinaryIO, shape: Shape, name: str, width: int) -> Iterator[Row]:
    """Yield the rows of the first sheet of a workbook that holds any. Raises InputError when it cannot be opened."""
    with _Workbook(stream, shape, name) as book:
        sheet = book.sheet()
        for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            row: list[object] = list(cells)
            while row and row[-1] is None:
                row.pop()
            if not row:
                continue
            raw = " | ".join("" if cell is None else str(cell) for cell in row[:40])[:800]
            if width and len(row) < width:
                row += [None] * (width - len(row))
            yield line, _of_width(row, width), raw


def other_sheets(stream: BinaryIO, shape: Shape, name: str) -> tuple[str, ...]:
    """Return the names of the sheets that are not read."""
    with _Workbook(stream, shape, name) as book:
        chosen = book.sheet().title
        return tuple(title for title in book.titles() if title != chosen)


class _RowTooLongError(Exception):
    """The row under way passed MAX_ROW."""


class _Feed:
    """The lines of a file, decoded, that can be put back; it knows the lines of the row under way."""

    def __init__(self, stream: BinaryIO, shape: Shape, notes: Counter[str]) -> None:
        self._lines = byte_lines(stream, shape)
        self._shape, self._notes = shape, notes
        self._back: deque[str] = deque()
        self._number, self._size = 0, 0
        self.taken: list[str] = []
        self.ended = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self._back:
            line = self._back.popleft()
            self._size += len(line)
        else:
            raw = next(self._lines, None)
            if raw is None:
                self.ended = True
                raise StopIteration
            line = decode(raw, self._shape, self._notes) + "\n"
            self._size += len(raw)
        self._number += 1
        self.taken.append(line)
        if self._size > MAX_ROW:
            raise _RowTooLongError
        return line

    def begin_row(self) -> int:
        """Return the number of the line where the next row begins."""
        self.taken, self._size = [], 0
        return self._number + 1

    def raw(self) -> str:
        """Return the lines of the row under way."""
        return self.taken[0] if len(self.taken) == 1 else "".join(self.taken)

    def put_back_without_returns(self) -> bool:
        """Let the row be read again without carriage returns inside its lines; returns whether there were any."""
        clean = [line.rstrip("\r\n").replace("\r", " ") + "\n" for line in self.taken]
        if not any("\r" in line.rstrip("\r\n") for line in self.taken):
            return False
        self._back.extendleft(reversed(clean))
        self._number -= len(clean)
        return True

    def put_back_all_but_first(self) -> None:
        """Let the next row begin at the second line of this one."""
        rest = self.taken[1:]
        self._back.extendleft(reversed(rest))
        self._number -= len(rest)
        self.ended = False


def _is_torn(feed: _Feed, shape: Shape, cells: int, width: int) -> bool:
    """Return whether a quote that nobody closed made this row: the file ended in it, or it swallowed a whole row."""
    if feed.ended:
        return True  # the reader asked for one more line, and there was none
    if len(feed.taken) == 1 or not width or cells == width:
        return False
    line = feed.taken[1].rstrip("\r\n").replace("\r", " ")
    second = next(csv.reader([line], delimiter=shape.delimiter or _WHOLE_LINE), [])
    return width > 1 and len(second) == width


def _of_width(row: list[object] | list[str], width: int) -> object:
    if not width or len(row) == width:
        return row
    while len(row) > width and row[-1] in ("", None):
        row.pop()
    if len(row) == width:
        return row
    return InputError(
        "This row has {found} columns where the header has {expected}. Quote the cells that hold the delimiter.",
        found=len(row),
        expected=width,
    )


def _unclosed() -> InputError:
    return InputError('This line opens a quote (") that is never closed. Close it, or double it inside a cell.')


def _too_long() -> InputError:
    return InputError("This row is longer than 1 MB, too long for a post. Cut it and import the file again.")


class _Workbook:
    """A workbook opened for reading only, its size checked before it is unpacked."""

    def __init__(self, stream: BinaryIO, shape: Shape, name: str) -> None:
        self._stream, self._shape, self._name = stream, shape, name

    def __enter__(self) -> _Workbook:
        from openpyxl import load_workbook  # slow to load, and few files need it

        stream = self._stream
        stream.seek(0)
        if self._shape.compression is Compression.GZIP:
            try:
                bare = unpacked(stream, self._shape.compression, self._shape.bounds, self._name)
                stream = io.BytesIO(bare.read(_MAX_UNPACKED + 1))
            except UNPACK_ERRORS:
                raise self._broken() from None
        self._check(stream)
        try:
            self._book = load_workbook(stream, read_only=True, data_only=True)
        except _BOOK_ERRORS:
            raise self._broken() from None
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._book.close()
        if isinstance(error, _BOOK_ERRORS):
            raise self._broken() from None

    def titles(self) -> list[str]:
        """Return the names of all visible sheets."""
        return [sheet.title for sheet in self._book.worksheets if sheet.sheet_state == "visible"]

    def sheet(self) -> Worksheet:
        """Return the first visible sheet with two rows or more, else the first."""
        sheets = [sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"] or self._book.worksheets
        if not sheets:
            raise self._broken()
        for sheet in sheets:
            # Some programs write a wrong size into the sheet, which would hide rows.
            sheet.reset_dimensions()
            filled = 0
            for row in sheet.iter_rows(values_only=True, max_row=50):
                filled += any(cell is not None for cell in row)
            if filled > 1:
                return cast("Worksheet", sheet)
        return cast("Worksheet", sheets[0])

    def _check(self, stream: BinaryIO) -> None:
        stream.seek(0)
        try:
            with zipfile.ZipFile(stream) as archive:
                parts = archive.infolist()
        except _BOOK_ERRORS:
            raise self._broken() from None
        if not any(part.filename.startswith("xl/") for part in parts):
            raise InputError(
                "{file} is a zip archive, not a workbook; unpack it and import the files in it.", file=self._name
            )
        if sum(part.file_size for part in parts) > _MAX_UNPACKED:
            raise InputError(
                "{file} unpacks to more than {limit} MB; save the sheet as CSV and import that.",
                file=self._name,
                limit=_MAX_UNPACKED >> 20,
            )
        stream.seek(0)

    def _broken(self) -> InputError:
        return InputError(
            "{file} is a broken workbook; open it in a spreadsheet program and save it again as .xlsx.", file=self._name
        )

"""Read rows of any format, and take the first ones with the header told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from tocsin.base.errors import InputError
from tocsin.collect.file.guess import is_header, named_cells
from tocsin.collect.file.rows import Row, json_line_rows, json_rows
from tocsin.collect.file.sniff import FileFormat, Shape
from tocsin.collect.file.table import sheet_rows, table_rows
from tocsin.collect.file.unpack import UNPACK_ERRORS, unpacked

SAMPLE_ROWS = 2000
_HEADER_SEARCH = 20


class Sample:
    """The first rows of a file. `names`: the columns of a table; `header_line`: where they stand, 0 for nowhere."""

    def __init__(self, rows: list[Row], notes: Counter[str]) -> None:
        self.rows, self.notes = rows, notes
        self.names: list[str] = []
        self.header_line = 0


def rows_of(stream: BinaryIO, shape: Shape, name: str, notes: Counter[str], width: int) -> Iterator[Row]:
    """Yield the rows of a file of any format. Raises InputError where a compressed file breaks off."""
    if shape.format is FileFormat.XLSX:
        yield from sheet_rows(stream, shape, name, width)
        return
    bare = unpacked(stream, shape.compression, shape.bounds, name)
    read = {FileFormat.JSON_LINES: json_line_rows, FileFormat.JSON: json_rows}
    done = 0
    try:
        if shape.format is FileFormat.TABLE:
            rows = table_rows(bare, shape, notes, width)
        else:
            rows = read[shape.format](bare, shape, notes)
        for row in rows:
            done += 1
            yield row
    except UNPACK_ERRORS as error:
        raise InputError(
            "{file} breaks off after {rows} rows ({error}); what stands before is kept. Fetch the file again.",
            file=name,
            rows=done,
            error=error,
        ) from None


def take_sample(stream: BinaryIO, shape: Shape, name: str) -> Sample:
    """Return the first rows of a file, its header found. Raises InputError when not even one can be read."""
    notes: Counter[str] = Counter()
    rows: list[Row] = []
    try:
        rows.extend(islice(rows_of(stream, shape, name, notes, 0), SAMPLE_ROWS))
    except InputError:
        if not rows:
            raise
    sample = Sample(rows, notes)
    if shape.format not in (FileFormat.TABLE, FileFormat.XLSX):
        return sample
    header = _find_header(rows)
    if header is not None:
        line, cells, _ = rows[header]
        sample.header_line = line
        sample.names = _names(cells)
    else:
        width = max((len(cells) for _, cells, _ in rows if isinstance(cells, list)), default=0)
        sample.names = [f"column {n}" for n in range(1, width + 1)]
    # Read once more, now that the number of columns is known: rows that do not have it are told as such.
    stream.seek(0)
    notes.clear()
    again = rows_of(stream, shape, name, notes, len(sample.names))
    try:
        sample.rows = [row for row in islice(again, SAMPLE_ROWS) if row[0] > sample.header_line]
    except InputError:
        sample.rows = [row for row in rows if row[0] > sample.header_line]
    return sample


def nothing_readable(sample: Sample, name: str) -> InputError:
    """Return why no row of the sample can be read."""
    if not sample.rows:
        return InputError(
            "{file} holds a header and no row, or nothing at all; give a file with at least one post.", file=name
        )
    line, first, _ = sample.rows[0]
    return InputError(
        "No row of {file} can be read; the first one, on line {line}: {why}", file=name, line=line, why=first
    )


def _find_header(rows: Sequence[Row]) -> int | None:
    """Return which row names the columns: the first of the usual width that reads like names; None for none."""
    tables = [(index, cells) for index, (_, cells, _) in enumerate(rows[:200]) if isinstance(cells, list)]
    if not tables:
        return None
    widths = Counter(len(cells) for _, cells in tables)
    usual = max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0]
    for index, cells in tables[:_HEADER_SEARCH]:
        if named_cells(cells) >= 2 and is_header(cells) and len(cells) >= usual:
            return index
    index, cells = next((pair for pair in tables if len(pair[1]) >= usual), tables[0])
    return index if is_header(cells) else None


def _names(cells: Any) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = str(cell).strip().lstrip("\ufeff") if cell is not None else ""
        name = (name or f"column {number}").replace("|", "/")
        names.append(name if name not in names else f"{name} ({number})")
    return names

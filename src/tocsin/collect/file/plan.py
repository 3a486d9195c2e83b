"""Look at the beginning of a file and say how it will be read, before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.post import Post
from tocsin.collect.adapter import Reject
from tocsin.collect.file.build import UNKNOWN_PLATFORM, PostBuilder, getter_of
from tocsin.collect.file.guess import (
    Column,
    columns_of_objects,
    columns_of_table,
    guess_columns,
    guess_decimal,
    guess_stars_max,
    is_header,
    named_cells,
)
from tocsin.collect.file.mapping import (
    ColumnMapping,
    Field,
    Preset,
    columns_of_preset,
    load_preset,
    overridden,
    read_option,
    recognise,
    zone_of,
)
from tocsin.collect.file.rows import Row, json_line_rows, json_rows
from tocsin.collect.file.sniff import (
    UNPACK_ERRORS,
    Encoding,
    FileFormat,
    FileInput,
    Shape,
    opened,
    sniff,
    unpacked,
)
from tocsin.collect.file.table import other_sheets, sheet_rows, table_rows
from tocsin.collect.file.times import OrderReason, find_date_order
from tocsin.collect.file.values import is_rounded_id

SAMPLE_ROWS = 2000
_PREVIEW = 5
_HEADER_SEARCH = 20
_SHORT_ID = 9  # shorter numbers count the rows of a file; they name no post elsewhere


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something the owner should know before the import: a sentence to translate, and what fills it."""

    template: str
    params: dict[str, str] = {}

    def __str__(self) -> str:
        return self.template.format(**self.params)


class PlannedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column as found: what it was taken for ("" for nothing), examples, how many cells of the sample are filled."""

    name: str
    field: str
    samples: tuple[str, ...]
    filled: int


class FilePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a file will be read. Change `mapping` through `plan_file(…, overrides=…)`, never by hand.

    header_line: physical line of the header; rows up to it are no posts; 0 when there is none.
    names: the columns of a table in order; () for JSON.
    sampled: rows looked at. preview: the first posts. rejects: what could not be read in the sample.
    order_reason: why `mapping.date_order` is what it is.
    """

    name: str
    shape: Shape
    header_line: int
    names: tuple[str, ...]
    columns: tuple[PlannedColumn, ...]
    mapping: ColumnMapping
    order_reason: OrderReason
    warnings: tuple[Remark, ...]
    sampled: int
    preview: tuple[Post, ...]
    rejects: tuple[Reject, ...]


def plan_file(
    source: FileInput,
    *,
    name: str,
    preset: str | None = None,
    overrides: Mapping[str, str] | None = None,
    time_zone: str = "Europe/Paris",
    now: datetime,
) -> FilePlan:
    """Return how a file will be read, from its first 2,000 rows.

    source: a path, or a stream that can seek. name: shown in messages. preset: name or .toml path; None recognises one.
    overrides: field to column, or option to value. time_zone: for times without a zone, unless an override says.
    Raises InputError when the file is empty, binary or broken, when no column holds texts, or an override is wrong.
    """
    zone_of(time_zone)
    with opened(source, name) as stream:
        shape = sniff(stream, name)
        sample = _sample(stream, shape, name)
        sheets = other_sheets(stream, shape, name) if shape.format is FileFormat.XLSX else ()
    good: list[Any] = [row for _, row, _ in sample.rows if not isinstance(row, InputError)]
    if not good:
        raise _nothing_readable(sample, name)
    table = shape.format in (FileFormat.TABLE, FileFormat.XLSX)
    columns = columns_of_table(sample.names, good) if table else columns_of_objects(good)
    chosen = load_preset(preset) if preset else recognise([column.name for column in columns])
    mapping = _mapping(chosen, columns, time_zone, table)
    mapping = overridden(mapping, overrides or {}, [column.name for column in columns])
    if Field.TEXT not in mapping.columns and Field.TITLE not in mapping.columns:
        raise InputError(
            "No column of {file} looks like the text of posts; say which one is with text=COLUMN. "
            "The columns are {known}.",
            file=name,
            known=", ".join(column.name for column in columns),
        )
    names = sample.names if table else None
    mapping, reason = _settled(mapping, good, names)
    mapping = _placed(mapping, good, names, name)
    planned = tuple(_planned(column, mapping) for column in columns)
    notes = Counter(sample.notes)
    posts, rejects = _try(sample.rows, PostBuilder(mapping, names, now, notes, shape.format is FileFormat.XLSX))
    warnings = [*_remarks(shape, sample, mapping, reason, good, names), *_remarks_of_notes(notes, mapping)]
    if sheets:
        warnings.append(Remark(template="Other sheets are not read: {sheets}.", params={"sheets": ", ".join(sheets)}))
    if chosen:
        warnings.append(
            Remark(
                template="The columns are those of {preset}. {doubt}",
                params={"preset": chosen.name, "doubt": chosen.doubt},
            )
        )
    return FilePlan(
        name=name,
        shape=shape,
        header_line=sample.header_line,
        names=tuple(sample.names),
        columns=planned,
        mapping=mapping,
        order_reason=reason,
        warnings=tuple(warnings),
        sampled=len(sample.rows),
        preview=tuple(posts[:_PREVIEW]),
        rejects=tuple(rejects),
    )


def rows_of(stream: BinaryIO, shape: Shape, name: str, notes: Counter[str], width: int) -> Iterator[Row]:
    """Yield the rows of a file of any format. Raises InputError where a compressed file breaks off."""
    if shape.format is FileFormat.XLSX:
        yield from sheet_rows(stream, shape, name, width)
        return
    bare = unpacked(stream, shape.compression)
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


def try_row(builder: PostBuilder, row: Row) -> Post | Reject:
    """Return the post of a row, or the reject that says where it stands and why it is none."""
    line, record, raw = row
    if not isinstance(record, InputError):
        try:
            return builder.build(record)
        except InputError as error:
            record = error
    start = raw[:800].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    params = {key: str(value) for key, value in record.params.items()}
    return Reject(line=line, why=record.template, params=params, raw=start[:200])


class _Sample:
    """The first rows of a file, the header apart."""

    def __init__(self, rows: list[Row], notes: Counter[str]) -> None:
        self.rows, self.notes = rows, notes
        self.names: list[str] = []
        self.header_line = 0


def _sample(stream: BinaryIO, shape: Shape, name: str) -> _Sample:
    notes: Counter[str] = Counter()
    rows: list[Row] = []
    try:
        rows.extend(islice(rows_of(stream, shape, name, notes, 0), SAMPLE_ROWS))
    except InputError:
        if not rows:
            raise
    sample = _Sample(rows, notes)
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


def _mapping(preset: Preset | None, columns: Sequence[Column], time_zone: str, table: bool) -> ColumnMapping:
    names = [column.name for column in columns]
    if preset is None:
        return ColumnMapping(columns=guess_columns(columns), time_zone=time_zone)
    found = columns_of_preset(preset, names)
    if not table:
        # A key may be absent from the sample and present later.
        found = {**preset.columns, **found}
    options: dict[str, Any] = {option: read_option(option, value) for option, value in preset.options.items()}
    return ColumnMapping(columns=found, preset=preset.name, **{"time_zone": time_zone, **options})


def _settled(
    mapping: ColumnMapping, rows: Sequence[Any], names: Sequence[str] | None
) -> tuple[ColumnMapping, OrderReason]:
    """Return the mapping with date order, decimal sign and top of the scale decided on the whole sample."""
    changes: dict[str, Any] = {}
    created = mapping.columns.get(Field.CREATED_AT)
    order, reason = find_date_order(_cells(created, rows, names), mapping.date_order)
    # What the owner declared stands, unless the sample leaves no other reading.
    changes["date_order"] = order
    stars = mapping.columns.get(Field.STARS)
    if stars:
        cells = _cells(stars, rows, names)
        changes["decimal"] = guess_decimal(cells) if mapping.decimal == "." else mapping.decimal
        changes["stars_max"] = mapping.stars_max or guess_stars_max(cells, changes["decimal"])
    return msgspec.structs.replace(mapping, **changes), reason


def _placed(mapping: ColumnMapping, rows: Sequence[Any], names: Sequence[str] | None, name: str) -> ColumnMapping:
    """Return the mapping with a platform of the file's own where ids only count its rows.

    Two files numbered from 1 would otherwise be taken for the same posts.
    """
    if mapping.platform_is or Field.PLATFORM in mapping.columns or Field.URL in mapping.columns:
        return mapping
    if not _has_short_ids(mapping, rows, names):
        return mapping
    stem = name.rsplit("/", 1)[-1].split(".", 1)[0].lower()
    slug = "-".join("".join(c if c.isalnum() else " " for c in stem).split()) or "rows"
    return msgspec.structs.replace(mapping, platform_is=f"{UNKNOWN_PLATFORM}:{slug}")


def _has_short_ids(mapping: ColumnMapping, rows: Sequence[Any], names: Sequence[str] | None) -> bool:
    cells = _cells(mapping.columns.get(Field.ID), rows, names)
    return bool(cells) and all(len(str(cell)) < _SHORT_ID and str(cell).strip().isdigit() for cell in cells)


def _cells(column: str | None, rows: Sequence[Any], names: Sequence[str] | None) -> list[object]:
    if not column:
        return []
    getter = getter_of(column, names)
    return [cell for cell in map(getter, rows) if cell is not None and cell != ""]


def _planned(column: Column, mapping: ColumnMapping) -> PlannedColumn:
    field = next((f for f, names in mapping.columns.items() if column.name in names.split("|")), "")
    samples = tuple(dict.fromkeys(str(cell)[:80] for cell in column.cells[:20]))[:3]
    return PlannedColumn(name=column.name, field=field, samples=samples, filled=len(column.cells))


def _try(rows: Sequence[Row], builder: PostBuilder) -> tuple[list[Post], list[Reject]]:
    outcomes = [try_row(builder, row) for row in rows]
    posts = [outcome for outcome in outcomes if isinstance(outcome, Post)]
    return posts, [outcome for outcome in outcomes if isinstance(outcome, Reject)]


def _nothing_readable(sample: _Sample, name: str) -> InputError:
    if not sample.rows:
        return InputError(
            "{file} holds a header and no row, or nothing at all; give a file with at least one post.", file=name
        )
    line, first, _ = sample.rows[0]
    return InputError(
        "No row of {file} can be read; the first one, on line {line}: {why}", file=name, line=line, why=first
    )


def _remarks(
    shape: Shape,
    sample: _Sample,
    mapping: ColumnMapping,
    reason: OrderReason,
    rows: Sequence[Any],
    names: Sequence[str] | None,
) -> Iterator[Remark]:
    order = str(mapping.date_order)
    if reason is OrderReason.AMBIGUOUS:
        yield Remark(
            template="No date of the sample tells whether the day or the month comes first; they are read {order}. "
            "Say it with date_order.",
            params={"order": order},
        )
    if reason is OrderReason.CONTRADICTED:
        yield Remark(
            template="Some dates have the day first and some the month; they are read {order}, the more frequent, and "
            "the others are rejected.",
            params={"order": order},
        )
    if shape.encoding is Encoding.CP1252:
        yield Remark(template="The file is not UTF-8; it is read as Windows-1252.")
    if names is not None and not sample.header_line:
        yield Remark(template="No header was found; the first row is taken for a post.")
    if Field.ID not in mapping.columns:
        yield Remark(template="No column holds an id; ids are made of the address, or of author, time and text.")
    elif any(
        is_rounded_id(c, spreadsheet=shape.format is FileFormat.XLSX)
        for c in _cells(mapping.columns[Field.ID], rows, names)
    ):
        yield Remark(
            template="Some ids were rounded by a spreadsheet; theirs are made of the address, or of author, "
            "time and text."
        )
    elif _has_short_ids(mapping, rows, names):
        yield Remark(
            template="The ids only count the rows: a file with other posts under the same ids would replace these. "
            "The platform is {platform}; choose another with platform_is.",
            params={"platform": mapping.platform_is or "-"},
        )
    if Field.CREATED_AT not in mapping.columns:
        yield Remark(template="No column holds a time; every post gets the time of the import.")


def _remarks_of_notes(notes: Counter[str], mapping: ColumnMapping) -> Iterator[Remark]:
    if notes["time_no_zone"]:
        yield Remark(template="Times without a zone are read in {zone}.", params={"zone": mapping.time_zone})
    if notes["read_as_cp1252"]:
        yield Remark(
            template="{lines} lines of the sample mix encodings; what is not UTF-8 is read as Windows-1252.",
            params={"lines": str(notes["read_as_cp1252"])},
        )
    if notes["time_future"]:
        yield Remark(
            template="{posts} posts of the sample lie in the future; they get the time of the import.",
            params={"posts": str(notes["time_future"])},
        )

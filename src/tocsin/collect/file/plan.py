"""Look at the beginning of a file and say how it will be read, before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

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
from tocsin.collect.file.rows import Row
from tocsin.collect.file.sample import Sample, nothing_readable, take_sample
from tocsin.collect.file.sniff import Encoding, FileFormat, FileInput, Shape, opened, sniff
from tocsin.collect.file.table import other_sheets
from tocsin.collect.file.times import OrderReason, find_date_order
from tocsin.collect.file.unpack import Bounds
from tocsin.collect.file.values import is_rounded_id

_PREVIEW = 5
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


class Wishes(TypedDict, total=False):
    """What the owner of a file may say about it.

    preset: name or .toml path; none recognises one. overrides: field to column, or option to value.
    time_zone: IANA name, for times without a zone, unless an override says; Europe/Paris by default.
    bounds: how far a compressed file may unpack.
    """

    preset: str | None
    overrides: Mapping[str, str] | None
    time_zone: str
    bounds: Bounds


def plan_file(source: FileInput, *, name: str, now: datetime, **wishes: Unpack[Wishes]) -> FilePlan:
    """Return how a file will be read, from its first 2,000 rows.

    source: a path, or a stream that can seek. name: shown in messages. now: aware; the instant of reading.
    Raises InputError when the file is empty, binary or broken, when no column holds texts, or a wish is wrong.
    """
    zone = wishes.get("time_zone", "Europe/Paris")
    zone_of(zone)
    with opened(source, name) as stream:
        shape = sniff(stream, name, wishes.get("bounds", Bounds()))
        sample = take_sample(stream, shape, name)
        sheets = other_sheets(stream, shape, name) if shape.format is FileFormat.XLSX else ()
    look = _Look(name, shape, sample)
    columns = columns_of_objects(look.rows) if look.names is None else columns_of_table(look.names, look.rows)
    known = [column.name for column in columns]
    wanted = wishes.get("preset")
    preset = load_preset(wanted) if wanted else recognise(known)
    mapping = overridden(_mapping(preset, columns, zone, look.names is not None), wishes.get("overrides") or {}, known)
    if Field.TEXT not in mapping.columns and Field.TITLE not in mapping.columns:
        raise InputError(
            "No column of {file} looks like the text of posts; say which one is with text=COLUMN. The columns are "
            "{known}.",
            file=name,
            known=", ".join(known),
        )
    mapping, reason = _settled(mapping, look)
    mapping = _placed(mapping, look)
    notes = Counter(sample.notes)
    posts, rejects = _try(sample.rows, PostBuilder(mapping, look.names, now, notes, look.is_spreadsheet))
    warnings = [
        *_remarks(look, mapping, reason),
        *_remarks_of_notes(notes, mapping),
        *_remarks_of_origin(preset, sheets),
    ]
    return FilePlan(
        name=name,
        shape=shape,
        header_line=sample.header_line,
        names=tuple(sample.names),
        columns=tuple(_planned(column, mapping) for column in columns),
        mapping=mapping,
        order_reason=reason,
        warnings=tuple(warnings),
        sampled=len(sample.rows),
        preview=tuple(posts[:_PREVIEW]),
        rejects=tuple(rejects),
    )


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


class _Look:
    """What was seen of a file: its shape and the rows of the sample that could be read."""

    def __init__(self, name: str, shape: Shape, sample: Sample) -> None:
        self.name, self.shape, self.has_header = name, shape, sample.header_line > 0
        self.rows: list[Any] = [row for _, row, _ in sample.rows if not isinstance(row, InputError)]
        if not self.rows:
            raise nothing_readable(sample, name)
        self.is_spreadsheet = shape.format is FileFormat.XLSX
        self.names = sample.names if shape.format in (FileFormat.TABLE, FileFormat.XLSX) else None

    def cells(self, column: str | None) -> list[object]:
        """Return the filled cells of a column, or of the columns `a|b`."""
        if not column:
            return []
        getter = getter_of(column, self.names)
        return [cell for cell in map(getter, self.rows) if cell is not None and cell != ""]


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


def _settled(mapping: ColumnMapping, look: _Look) -> tuple[ColumnMapping, OrderReason]:
    """Return the mapping with date order, decimal sign and top of the scale decided on the whole sample."""
    changes: dict[str, Any] = {}
    created = mapping.columns.get(Field.CREATED_AT)
    order, reason = find_date_order(look.cells(created), mapping.date_order)
    # What the owner declared stands, unless the sample leaves no other reading.
    changes["date_order"] = order
    stars = mapping.columns.get(Field.STARS)
    if stars:
        cells = look.cells(stars)
        changes["decimal"] = guess_decimal(cells) if mapping.decimal == "." else mapping.decimal
        changes["stars_max"] = mapping.stars_max or guess_stars_max(cells, changes["decimal"])
    return msgspec.structs.replace(mapping, **changes), reason


def _placed(mapping: ColumnMapping, look: _Look) -> ColumnMapping:
    """Return the mapping with a platform of the file's own where ids only count its rows.

    Two files numbered from 1 would otherwise be taken for the same posts.
    """
    if mapping.platform_is or Field.PLATFORM in mapping.columns or Field.URL in mapping.columns:
        return mapping
    if not _has_short_ids(mapping, look):
        return mapping
    stem = look.name.rsplit("/", 1)[-1].split(".", 1)[0].lower()
    slug = "-".join("".join(c if c.isalnum() else " " for c in stem).split()) or "rows"
    return msgspec.structs.replace(mapping, platform_is=f"{UNKNOWN_PLATFORM}:{slug}")


def _has_short_ids(mapping: ColumnMapping, look: _Look) -> bool:
    cells = look.cells(mapping.columns.get(Field.ID))
    return bool(cells) and all(len(str(cell)) < _SHORT_ID and str(cell).strip().isdigit() for cell in cells)


def _planned(column: Column, mapping: ColumnMapping) -> PlannedColumn:
    field = next((f for f, names in mapping.columns.items() if column.name in names.split("|")), "")
    samples = tuple(dict.fromkeys(str(cell)[:80] for cell in column.cells[:20]))[:3]
    return PlannedColumn(name=column.name, field=field, samples=samples, filled=len(column.cells))


def _try(rows: Sequence[Row], builder: PostBuilder) -> tuple[list[Post], list[Reject]]:
    outcomes = [try_row(builder, row) for row in rows]
    posts = [outcome for outcome in outcomes if isinstance(outcome, Post)]
    return posts, [outcome for outcome in outcomes if isinstance(outcome, Reject)]


def _remarks(look: _Look, mapping: ColumnMapping, reason: OrderReason) -> Iterator[Remark]:
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
    if look.shape.encoding is Encoding.CP1252:
        yield Remark(template="The file is not UTF-8; it is read as Windows-1252.")
    if look.names is not None and not look.has_header:
        yield Remark(template="No header was found; the first row is taken for a post.")
    if Field.ID not in mapping.columns:
        yield Remark(template="No column holds an id; ids are made of the address, or of author, time and text.")
    elif any(is_rounded_id(cell, spreadsheet=look.is_spreadsheet) for cell in look.cells(mapping.columns[Field.ID])):
        yield Remark(
            template="Some ids were rounded by a spreadsheet; theirs are made of the address, or of author, "
            "time and text."
        )
    elif _has_short_ids(mapping, look):
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


def _remarks_of_origin(preset: Preset | None, sheets: Sequence[str]) -> Iterator[Remark]:
    if sheets:
        yield Remark(template="Other sheets are not read: {sheets}.", params={"sheets": ", ".join(sheets)})
    if preset:
        yield Remark(
            template="The columns are those of {preset}. {doubt}", params={"preset": preset.name, "doubt": preset.doubt}
        )

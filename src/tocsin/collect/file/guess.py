"""Guess which column means what, first by its name, then by what it holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from tocsin.collect.file.mapping import Field
from tocsin.collect.file.times import DateOrder, parse_time
from tocsin.collect.file.values import (
    field_names,
    fold_name,
    is_rounded_id,
    looks_like_url,
    read_bool,
    read_count,
    read_kind,
    read_language,
    read_stars,
    read_urls,
    table,
)

_SURE_TEXTS = ("text", "texte", "full text", "content", "contenu")  # believed even where they hold numbers
_DEPTH = 3  # how far into nested JSON objects columns are looked for


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column with the filled cells of the sample, in order, and how many cells were empty."""

    name: str
    cells: tuple[object, ...]
    empty: int = 0


def columns_of_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> tuple[Column, ...]:
    """Return the columns of sample rows, which all have the length of `names`."""
    found = []
    for index, name in enumerate(names):
        cells = tuple(row[index] for row in rows if index < len(row) and not _is_empty(row[index]))
        found.append(Column(name=name, cells=cells, empty=len(rows) - len(cells)))
    return tuple(found)


def columns_of_objects(rows: Sequence[dict[str, object]]) -> tuple[Column, ...]:
    """Return the columns of sample objects, those of nested objects as `outer.inner`, in order of appearance."""
    cells: dict[str, list[object]] = {}
    for row in rows:
        _flatten("", row, cells, _DEPTH)
    return tuple(Column(name=name, cells=tuple(held), empty=len(rows) - len(held)) for name, held in cells.items())


def guess_columns(columns: Sequence[Column]) -> dict[str, str]:
    """Return field to column. Each column is taken once; one whose cells do not fit a field is not taken for it."""
    by_name: dict[str, Column] = {}
    for column in columns:
        by_name.setdefault(fold_name(column.name), column)
    chosen: dict[str, str] = {}
    taken: set[str] = set()

    def take(field: str, column: Column) -> None:
        chosen[str(field)] = column.name
        taken.add(column.name)

    for field, forms in field_names().items():
        if field == Field.CLOCK and Field.CREATED_AT not in chosen:
            continue
        fits = _FITS.get(Field(field), _anything)
        for form in forms:
            named = by_name.get(form)
            sure = form in _SURE_TEXTS and field == Field.TEXT
            if (
                named
                and named.cells
                and named.name not in taken
                and (fits(named) or (sure and _share(named, _is_scalar) > 0.5))
            ):
                take(field, named)
                break
    for field, looks in ((Field.URL, _all_urls), (Field.CREATED_AT, _all_dates), (Field.TEXT, None)):
        if field in chosen:
            continue
        left = [column for column in columns if column.cells and column.name not in taken]
        if looks is None:
            candidates = [column for column in left if _is_prose(column)]
            # A title alone is worth more than a longer column nobody named.
            if candidates and not (Field.TITLE in chosen and _mean_length(candidates[0]) < 40):
                take(field, max(candidates, key=_mean_length))
        elif match := next((column for column in left if looks(column)), None):
            take(field, match)
    return chosen


def guess_stars_max(cells: Sequence[object], decimal: str) -> float | None:
    """Return the likely top of a scale: 5, 10, 20 or 100, from the highest rating seen; None when none can be read."""
    highest = 0.0
    for cell in cells:
        try:
            stars, top = read_stars(cell, decimal=decimal)
        except ValueError:
            continue
        if top is None:
            highest = max(highest, stars or 0.0)
    return next((top for top in (5.0, 10.0, 20.0, 100.0) if 0 < highest <= top), None)


def guess_decimal(cells: Sequence[object]) -> str:
    """Return "," when some rating is written with a comma, else "."."""
    return "," if any(isinstance(cell, str) and re.search(r"\d,\d", cell) for cell in cells) else "."


def is_header(cells: Sequence[object]) -> bool:
    """Return whether a row of a table reads like names of columns rather than like a record."""
    names = [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]
    if not names or any(not isinstance(cell, str) for cell in cells if cell is not None):
        return False
    if named_cells(cells):
        return True
    if len(set(names)) < len(names) or any(len(name) > 60 or looks_like_url(name) or _is_date(name) for name in names):
        return False
    return len(names) > 1 and not any(re.fullmatch(r"[\d\s.,:%€$-]+", name) for name in names)


def named_cells(cells: Sequence[object]) -> int:
    """Return how many cells are known names of columns."""
    known = {form for forms in field_names().values() for form in forms}
    return sum(isinstance(cell, str) and fold_name(cell) in known for cell in cells)


def _flatten(prefix: str, row: dict[str, object], cells: dict[str, list[object]], depth: int) -> None:
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth > 1:
            cells.setdefault(name, []).append(value)
            _flatten(f"{name}.", value, cells, depth - 1)
        elif _is_empty(value):
            cells.setdefault(name, [])
        else:
            cells.setdefault(name, []).append(value)


def _is_empty(cell: object) -> bool:
    return cell is None or cell == "" or (isinstance(cell, str) and cell.isspace()) or cell == [] or cell == {}


def _share(column: Column, fits: Callable[[object], bool]) -> float:
    return sum(map(fits, column.cells)) / len(column.cells) if column.cells else 0.0


def _mean_length(column: Column) -> float:
    return sum(len(cell) for cell in column.cells if isinstance(cell, str)) / max(1, len(column.cells))


def _reads(read: Callable[[object], object]) -> Callable[[object], bool]:
    def fits(cell: object) -> bool:
        try:
            return read(cell) is not None
        except ValueError:
            return False

    return fits


def _is_date(cell: object) -> bool:
    for order in DateOrder:
        try:
            parse_time(cell, order)
        except ValueError:
            continue
        return True
    return False


def _is_scalar(cell: object) -> bool:
    return not isinstance(cell, (dict, list))


def _anything(column: Column) -> bool:
    return _share(column, _is_scalar) > 0.9


def _is_id(column: Column) -> bool:
    if not _anything(column):
        return False
    if _share(column, lambda cell: is_rounded_id(cell, spreadsheet=True)) > 0.5:
        return True  # taken, so that the reader says what a spreadsheet did to them
    distinct = len(Counter(str(cell) for cell in column.cells))
    return column.empty * 5 <= len(column.cells) and distinct * 2 >= len(column.cells)


def _is_text(column: Column) -> bool:
    return _share(column, lambda cell: isinstance(cell, str) and not looks_like_url(cell)) > 0.4 and not all(
        isinstance(cell, str) and cell.isdigit() for cell in column.cells
    )


def _is_prose(column: Column) -> bool:
    worded = _share(column, lambda cell: isinstance(cell, str) and len(cell.split()) > 1 and not _is_date(cell))
    return worded > 0.5 and not _all_urls(column)


def _is_platform(column: Column) -> bool:
    known = table("platforms")
    return (
        _share(column, lambda cell: isinstance(cell, str) and (fold_name(cell) in known or "." in cell.strip(".")[:60]))
        > 0.5
        and _mean_length(column) < 40
        and not _all_urls(column)
    )


def _is_author(column: Column) -> bool:
    return _share(column, lambda cell: _is_scalar(cell) and len(str(cell)) <= 120) > 0.9


def _is_named_time(column: Column) -> bool:
    return _share(column, _is_date) > 0.3  # its name already says it; what is no date is rejected row by row


def _all_dates(column: Column) -> bool:
    return _share(column, _is_date) > 0.8


def _all_urls(column: Column) -> bool:
    return _share(column, lambda cell: isinstance(cell, str) and looks_like_url(cell.strip())) > 0.8


def _is_clock(column: Column) -> bool:
    return _share(column, lambda cell: re.match(r"\s*\d{1,2}\s?[:hH]", str(cell)) is not None) > 0.8


def _most(fits: Callable[[object], bool], least: float = 0.8) -> Callable[[Column], bool]:
    return lambda column: _share(column, fits) > least


_is_count = _most(_reads(read_count))
_FITS: dict[Field, Callable[[Column], bool]] = {
    Field.ID: _is_id,
    Field.TEXT: _is_text,
    Field.TITLE: _is_text,
    Field.URL: _all_urls,
    Field.CREATED_AT: _is_named_time,
    Field.CLOCK: _is_clock,
    Field.EDITED_AT: _is_named_time,
    Field.AUTHOR: _is_author,
    Field.AUTHOR_NAME: _is_author,
    Field.FOLLOWERS: _is_count,
    Field.VERIFIED: _most(_reads(read_bool)),
    Field.AUTHOR_CREATED_AT: _is_named_time,
    Field.PLATFORM: _is_platform,
    Field.KIND: _most(_reads(read_kind)),
    Field.LANG: _most(_reads(read_language), 0.5),
    Field.LIKES: _is_count,
    Field.SHARES: _is_count,
    Field.REPLIES: _is_count,
    Field.VIEWS: _is_count,
    Field.STARS: _most(_reads(lambda cell: read_stars(cell, decimal=",")[0])),
    Field.LINKS: _most(lambda cell: bool(read_urls(cell))),
    Field.MEDIA: _most(lambda cell: bool(read_urls(cell))),
    Field.AUDIENCE: _most(
        lambda cell: fold_name(str(cell)) in ("public", "unlisted", "private", "direct", "restricted", "own mailbox")
    ),
}

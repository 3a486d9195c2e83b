"""Which column means what: the mapping, its overrides, and the presets of known exports."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tocsin.base.errors import InputError
from tocsin.collect.file.times import DateOrder
from tocsin.collect.file.values import fold_name, read_kind


class Field(StrEnum):
    """What a column may hold. `clock` is the hour, where it stands apart from the day."""

    ID = "id"
    TEXT = "text"
    TITLE = "title"
    URL = "url"
    CREATED_AT = "created_at"
    CLOCK = "clock"
    EDITED_AT = "edited_at"
    AUTHOR = "author"
    AUTHOR_NAME = "author_name"
    FOLLOWERS = "followers"
    VERIFIED = "verified"
    AUTHOR_CREATED_AT = "author_created_at"
    PLATFORM = "platform"
    KIND = "kind"
    LANG = "lang"
    LIKES = "likes"
    SHARES = "shares"
    REPLIES = "replies"
    VIEWS = "views"
    STARS = "stars"
    PARENT_ID = "parent_id"
    ROOT_ID = "root_id"
    SHARED_ID = "shared_id"
    LINKS = "links"
    MEDIA = "media"
    PLACE = "place"
    AUDIENCE = "audience"


class ColumnMapping(msgspec.Struct, frozen=True, kw_only=True):
    """How the columns of a file become posts.

    columns: field to column; `a|b` takes the first that is not empty, `a.b` goes into a JSON object.
    date_order: of dates whose year does not come first; None leaves it to the sample.
    time_zone: IANA name, for times without a zone. decimal: "," or ".", in ratings.
    platform_is, kind_is, lang_is: stand where no column, or an empty cell, says it; "" for not known.
    stars_max: highest rating, or None where the cells or the sample say it.
    """

    columns: dict[str, str] = {}
    preset: str = ""
    date_order: DateOrder | None = None
    time_zone: str = "Europe/Paris"
    decimal: str = "."
    platform_is: str = ""
    kind_is: str = ""
    lang_is: str = ""
    stars_max: float | None = None


OPTIONS = ("date_order", "time_zone", "decimal", "platform_is", "kind_is", "lang_is", "stars_max")
"""The names besides the fields that an override or a preset may set."""


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A known export. `signature`: sets of columns, one of which must be there whole for the export to be recognised.

    source: where the column names come from. doubt: what is not certain about them.
    """

    name: str
    source: str = ""
    doubt: str = ""
    signature: tuple[tuple[str, ...], ...] = ()
    columns: dict[str, str] = {}
    options: dict[str, str] = {}


def list_presets() -> tuple[str, ...]:
    """Return the names of the presets that ship, sorted."""
    return tuple(preset.name for preset in _shipped())


def load_preset(name: str) -> Preset:
    """Return a preset that ships, or the one saved in the TOML file `name`. Raises InputError when there is none."""
    for preset in _shipped():
        if preset.name == name:
            return preset
    if not name.endswith(".toml"):
        raise InputError(
            "There is no preset {name}; take one of {known}, or the path of a .toml file.",
            name=name,
            known=", ".join(list_presets()),
        )
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The preset {name} cannot be read ({error}); check the path.", name=name, error=error
        ) from None
    return _preset(text, name)


def save_preset(mapping: ColumnMapping, path: Path) -> None:
    """Write a mapping as a preset that `load_preset` reads. Raises InputError when the file cannot be written."""
    lines = [f"name = {json.dumps(path.stem)}", "", "[columns]"]
    lines += [f"{field} = {json.dumps(column)}" for field, column in sorted(mapping.columns.items())]
    lines += ["", "[options]"]
    for option in OPTIONS:
        value = getattr(mapping, option)
        if value not in (None, ""):
            lines.append(f"{option} = {json.dumps(str(value))}")
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            "The preset cannot be written to {path} ({error}); choose another place.", path=path, error=error.strerror
        ) from None


def recognise(columns: Sequence[str]) -> Preset | None:
    """Return the shipped preset whose signature stands among the columns, the longest one first; None for none."""
    there = {fold_name(column) for column in columns}
    best: tuple[int, Preset] | None = None
    for preset in _shipped():
        for signature in preset.signature:
            if {fold_name(column) for column in signature} <= there and (best is None or len(signature) > best[0]):
                best = (len(signature), preset)
    return best[1] if best else None


def columns_of_preset(preset: Preset, columns: Sequence[str]) -> dict[str, str]:
    """Return the fields of a preset with the spelling of the file; columns that are absent are left out."""
    found: dict[str, str] = {}
    for field, wanted in preset.columns.items():
        there = [match for part in wanted.split("|") if (match := _spelled(part, columns))]
        if there:
            found[field] = "|".join(there)
    return found


def overridden(mapping: ColumnMapping, overrides: Mapping[str, str], columns: Sequence[str]) -> ColumnMapping:
    """Return the mapping with some fields or options said by hand; an empty value takes a field away.

    Raises InputError for an unknown field, a column that is not there, or a value an option cannot take.
    """
    chosen = dict(mapping.columns)
    options: dict[str, object] = {}
    for name, value in overrides.items():
        if name in OPTIONS:
            options[name] = read_option(name, value)
        elif name not in Field.__members__.values():
            raise InputError(
                "{name} is no field; take one of {known}.", name=name, known=", ".join((*sorted(Field), *OPTIONS))
            )
        elif not value:
            chosen.pop(name, None)
        else:
            parts = [(part, _spelled(part, columns)) for part in value.split("|")]
            missing = next((part for part, found in parts if not found), None)
            if missing is not None:
                raise InputError(
                    "There is no column {column} for {field}; the columns are {known}.",
                    column=missing,
                    field=name,
                    known=", ".join(columns),
                )
            chosen[name] = "|".join(found for _, found in parts if found)
    return msgspec.structs.replace(mapping, columns=chosen, **options)


def read_option(name: str, value: str) -> object:
    """Return the value of an option as the mapping keeps it. Raises InputError when the option cannot take it."""
    if name == "date_order":
        if not value:
            return None
        if value not in DateOrder.__members__.values():
            raise _bad_option(name, value, ", ".join(DateOrder))
        return DateOrder(value)
    if name == "decimal" and value not in (",", "."):
        raise _bad_option(name, value, "',', '.'")
    if name == "time_zone":
        zone_of(value)
    if name == "kind_is" and value:
        kind = read_kind(value)
        if kind is None:
            raise _bad_option(name, value, "post, reply, share, quote, review, article, comment, message")
        return kind.value
    if name == "stars_max":
        try:
            return float(value.replace(",", ".")) if value else None
        except ValueError:
            raise _bad_option(name, value, "5, 10, 20, 100") from None
    return value


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name. Raises InputError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError("There is no time zone {zone}; write one such as Europe/Paris.", zone=name) from None


def _bad_option(name: str, value: str, known: str) -> InputError:
    return InputError("{option}={value} cannot be; take one of {known}.", option=name, value=value, known=known)


def _spelled(wanted: str, columns: Sequence[str]) -> str | None:
    if wanted in columns:
        return wanted
    folded = fold_name(wanted)
    return next((column for column in columns if fold_name(column) == folded and folded), None)


@cache
def _shipped() -> tuple[Preset, ...]:
    folder = resources.files("tocsin.collect.file").joinpath("presets")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(_preset(file.read_text(encoding="utf-8"), file.name) for file in files)


def _preset(text: str, name: str) -> Preset:
    try:
        preset = msgspec.convert(tomllib.loads(text), Preset)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError("The preset {name} cannot be read: {error}. Mend the file.", name=name, error=error) from None
    for field in preset.columns:
        if field not in Field.__members__.values():
            raise InputError("The preset {name} names an unknown field {field}. Mend the file.", name=name, field=field)
    for option, value in preset.options.items():
        if option not in OPTIONS:
            raise InputError(
                "The preset {name} sets an unknown option {field}. Mend the file.", name=name, field=option
            )
        read_option(option, value)
    return preset

"""Read a scenario from its file, or from a folder of files, and say in one sentence what is wrong with it."""

from __future__ import annotations

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from tocsin.base.errors import InputError
from tocsin.collect.scenario.check import check_scenario
from tocsin.collect.scenario.values import Scenario


def builtin_scenarios() -> list[str]:
    """Return the names of the scenarios that come with the product."""
    return sorted(entry.name for entry in _home().iterdir() if entry.is_dir() and not entry.name.startswith(("_", ".")))


def builtin_scenario(name: str) -> Scenario:
    """Return a scenario that comes with the product. Raises InputError if there is none of this name."""
    if name not in builtin_scenarios():
        raise InputError(
            "There is no scenario named '{name}'. Choose one of: {names}.",
            name=name,
            names=", ".join(builtin_scenarios()),
        )
    return _read(_home() / name)


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a TOML file, or of a folder whose TOML files are read in the order of their names.

    A name may be defined once in all the files together. Raises InputError, naming the file and the place in it.
    """
    if not path.exists():
        raise InputError("There is no scenario at {path}. Give a TOML file or a folder of them.", path=str(path))
    return _read(path)


def _home() -> Traversable:
    return resources.files("tocsin.collect.scenario") / "scenarios"


def _read(path: Traversable) -> Scenario:
    files = [path] if path.is_file() else sorted(_toml_files(path), key=lambda file: file.name)
    if not files:
        raise InputError("The folder {path} holds no TOML file. Put the scenario in it.", path=str(path))
    whole: dict[str, object] = {}
    for file in files:
        _merge(whole, _tables(file), file.name)
    return check_scenario(_convert(whole, path.name), path.name)


def _toml_files(folder: Traversable) -> list[Traversable]:
    return [file for file in folder.iterdir() if file.is_file() and file.name.endswith(".toml")]


def _tables(file: Traversable) -> dict[str, object]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError("{file} is not TOML: {error}. Mend that line.", file=file.name, error=str(error)) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "{file} is not UTF-8 text: byte {position} cannot be read. Save it as UTF-8.",
            file=file.name,
            position=error.start,
        ) from error
    _convert({"name": file.name, **tables}, file.name)  # alone first, so that the error names this file
    return tables


def _convert(tables: dict[str, object], file: str) -> Scenario:
    try:
        return msgspec.convert(tables, Scenario)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        raise InputError(
            "{file}: {place}: {what}. Mend it there.",
            file=file,
            place=place.rstrip("`").lstrip(".") or "top level",
            what=what,
        ) from error


def _merge(whole: dict[str, object], tables: dict[str, object], file: str) -> None:
    for section, said in tables.items():
        known = whole.get(section)
        if known is None:
            whole[section] = dict(said) if isinstance(said, dict) else said
        elif isinstance(known, dict) and isinstance(said, dict):
            for name, value in said.items():
                if name in known:
                    raise InputError(
                        "{file}: {place} is already defined in another file. Give it another name.",
                        file=file,
                        place=f"{section}.{name}",
                    )
                known[name] = value
        elif isinstance(known, list) and isinstance(said, list):
            whole[section] = [*known, *said]
        else:
            raise InputError(
                "{file}: {place} is already defined in another file. Say it once.", file=file, place=section
            )

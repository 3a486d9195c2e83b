"""Which titles of the press are national, local or specialised, by the host of their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from tocsin.base.errors import InputError
from tocsin.spread.values import Press

_TABLE = "media.tsv"
_COLUMNS = 4


@cache
def shipped_media() -> Mapping[str, Press]:
    """Return the scope of each title that ships, by the end of its host."""
    return read_media(files(__package__).joinpath(_TABLE).read_text(encoding="utf-8").splitlines())


def read_media(lines: Iterable[str]) -> dict[str, Press]:
    """Return the scope by host of a table: host, scope, language and source in columns parted by tabulators.

    Empty lines and those that begin with `#` are looked over. Raises InputError with the line that is wrong.
    """
    found: dict[str, Press] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.rstrip("\n").split("\t")
        if len(cells) != _COLUMNS or cells[1] not in Press.__members__.values():
            raise InputError(
                "Line {line} of the table of media is not a host, national, local or specialised, a language and a"
                " source, parted by tabulators. Mend the line or remove it.",
                line=number,
            )
        found[cells[0].lower()] = Press(cells[1])
    return found


def press_of(url: str | None, media: Mapping[str, Press] | None = None) -> Press | None:
    """Return the scope of the title that an address belongs to, None for an address of no known title.

    >>> press_of("https://www.lemonde.fr/a").value
    'national'
    """
    table = shipped_media() if media is None else media
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return None
    parts = host.split(".")
    for start in range(len(parts) - 1):
        found = table.get(".".join(parts[start:]))
        if found is not None:
            return found
    return None

"""The words of a report in one language, and how it writes instants."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.base.errors import InputError

_BELOW = re.compile(r"below_(\d+)_px_(?:of_(\d+)|over_bytes)")


class Words:
    """Says things in `language`, and instants in `time_zone` (IANA). Raises InputError for one that is not known."""

    def __init__(self, language: str, time_zone: str) -> None:
        tables = _tables()
        if language not in tables:
            raise InputError("Reports are written in fr or en, not in {language}.", language=language)
        self._table = tables[language]
        try:
            self._zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InputError("{zone} is no time zone; write one like Europe/Paris.", zone=time_zone) from error

    def say(self, key: str, **values: object) -> str:
        """Return the words for `key` with the values in their places. Values are never read as words."""
        text: str = self._table[key]
        return text.format(**values) if values else text

    def items(self, key: str) -> list[Any]:
        """Return a list of words, or of rows of them."""
        return list(self._table[key])

    def table(self, name: str) -> Mapping[str, str]:
        """Return the words for all codes of a kind, in their order."""
        return dict(self._table[name])

    def name(self, table: str, code: str) -> str:
        """Return the words for a code, the code itself where there are none."""
        return str(self._table[table].get(code, code))

    def reason(self, code: str) -> str:
        """Return why something was not had; details behind the code stay as they are."""
        if cut := _BELOW.fullmatch(code):
            kind = "below_px" if cut[2] else "below_bytes"
            return self.name("reasons", kind).format(top=cut[1], height=cut[2])
        bare = code.partition(":")[0]
        return code.replace(bare, self.name("reasons", bare), 1)

    def instant(self, at: datetime) -> str:
        """Return an instant to the second, with how far its zone is from UTC."""
        here = at.astimezone(self._zone)
        shift = here.strftime("%z")
        zone = "UTC" if shift == "+0000" else f"UTC{shift[:3]}:{shift[3:5]}"
        return self.say("instant", **self._date(here), hour=f"{here:%H}", minute=f"{here:%M}", second=f"{here:%S}",
                        zone=zone)  # fmt: skip

    def day(self, at: date) -> str:
        """Return a day, or the day of an instant here."""
        return self.say("day", **self._date(at.astimezone(self._zone) if isinstance(at, datetime) else at))

    def _date(self, here: date) -> Mapping[str, object]:
        return {"day": here.day, "month": self.items("months")[here.month - 1], "year": here.year}


def read_instant(text: str) -> datetime:
    """Return an instant as our files write it (RFC 3339). Raises InputError for another text."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise InputError("{text!a} is no instant.", text=text) from error
    if at.tzinfo is None:
        raise InputError("{text!a} is no instant.", text=text)
    return at


@cache
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("tocsin.report.dossier") / "words.toml").read_text("utf-8"))

"""Make a post of a row, or say why it cannot be; count every doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any

from tocsin.base.errors import InputError
from tocsin.base.html import looks_like_html, plain_text, read_html
from tocsin.base.ids import stable_id
from tocsin.base.post import Author, Engagement, Media, Post, PostKind
from tocsin.collect.file.mapping import ColumnMapping, Field, zone_of
from tocsin.collect.file.times import DateOrder, TimeReader, join_date_and_time
from tocsin.collect.file.values import (
    is_rounded_id,
    platform_of_url,
    read_audience,
    read_bool,
    read_count,
    read_handle,
    read_id,
    read_kind,
    read_language,
    read_platform,
    read_stars,
    read_urls,
)

Getter = Callable[[Any], Any]

UNKNOWN_PLATFORM = "file"
"""The platform of posts about which nothing tells where they stood."""


class PostBuilder:
    """Turns rows into posts along one mapping. Rows are lists when `columns` is given, JSON objects else."""

    def __init__(
        self,
        mapping: ColumnMapping,
        columns: Sequence[str] | None,
        now: datetime,
        notes: Counter[str],
        spreadsheet: bool,
    ) -> None:
        """spreadsheet: numbers over fifteen digits were rounded. notes: where doubts are counted, by name."""
        self._mapping, self._now, self._notes, self._spreadsheet = mapping, now, notes, spreadsheet
        self._column = {field: getter_of(column, columns) for field, column in mapping.columns.items()}
        order = mapping.date_order or DateOrder.DAY_FIRST
        self._times = TimeReader(zone_of(mapping.time_zone), order, now)
        self._text = self._column.get(Field.TEXT, _nothing)
        self._title = self._column.get(Field.TITLE)
        self._id = self._column.get(Field.ID, _nothing)
        self._url = self._column.get(Field.URL)
        self._created_at = self._column.get(Field.CREATED_AT, _nothing)
        self._clock = self._column.get(Field.CLOCK)
        self._author = self._column.get(Field.AUTHOR) or self._column.get(Field.AUTHOR_NAME)
        self._platform_of = self._column.get(Field.PLATFORM)
        # Told once for all rows where no cell can say otherwise.
        self._one_platform = "" if self._platform_of else mapping.platform_is or ("" if self._url else UNKNOWN_PLATFORM)
        self._kind = PostKind(mapping.kind_is) if mapping.kind_is else None
        self._extras = self._readers()
        self._author_extras = self._readers_of_author()
        self._counts = [(name, self._column[name]) for name in _COUNTS if name in self._column]

    def build(self, row: Any) -> Post:
        """Return the post a row holds. Raises InputError, in words, when it holds none."""
        extra: dict[str, Any] = {}
        text = self._words(self._text(row), extra)
        if self._title is not None:
            title = self._words(self._title(row), extra)
            if title:
                extra["title"] = title
        if (not text or text.isspace()) and "title" not in extra:
            raise InputError("This row holds no text. Check the column taken for the text, or leave the row out.")
        if self._url is not None:
            url = self._url(row)
            if isinstance(url, str) and url.strip():
                extra["url"] = url.strip()
        created = self._created_at(row)
        if self._clock is not None:
            created = join_date_and_time(created, self._clock(row))
        try:
            at, doubt = self._times.read(created)
        except ValueError:
            raise _bad_date(created) from None
        if doubt is not None:
            extra["time_doubt"] = doubt
            self._notes[f"time_{doubt.value}"] += 1
        platform = self._one_platform or self._platform(row, extra)
        if self._author is not None:
            self._add_author(row, platform, extra)
        for name, getter, read in self._extras:
            self._add(name, getter(row), read, extra)
        if self._counts:
            self._add_counts(row, extra)
        if "kind" not in extra:
            extra["kind"] = self._kind or _kind_of(extra)
        native_id = self._native_id(row, platform, text, created, extra)
        return Post(platform=platform, native_id=native_id, created_at=at, seen_at=self._now, text=text, **extra)

    def _words(self, raw: Any, extra: dict[str, Any]) -> str:
        """Return a text as a person reads it; its links go to `extra`."""
        if type(raw) is not str:
            if raw is None:
                return ""
            if isinstance(raw, (dict, list)):
                raise InputError("The text of this row is an object or a list. Choose the column inside it: text=a.b.")
            raw = str(raw)
        if "\0" in raw:
            self._notes["nul_removed"] += 1
            raw = raw.replace("\0", "")
        if "<" in raw and looks_like_html(raw):
            page = read_html(raw)
            if page.links:
                extra["links"] = tuple(dict.fromkeys((*extra.get("links", ()), *page.links)))
            return page.text
        return plain_text(raw) if "&" in raw else raw

    def _platform(self, row: Any, extra: dict[str, Any]) -> str:
        said = read_platform(self._platform_of(row)) if self._platform_of is not None else ""
        if said or self._mapping.platform_is:
            return said or self._mapping.platform_is
        return platform_of_url(extra["url"]) if "url" in extra else UNKNOWN_PLATFORM

    def _native_id(self, row: Any, platform: str, text: str, created: object, extra: dict[str, Any]) -> str:
        raw = self._id(row)
        found = read_id(raw, spreadsheet=self._spreadsheet)
        if found:
            return found
        if is_rounded_id(raw, spreadsheet=self._spreadsheet):
            self._notes["id_rounded"] += 1
        elif raw is not None:
            self._notes["id_missing"] += 1
        if "url" in extra:
            return stable_id(platform, extra["url"])
        author = extra["author"].handle if "author" in extra else ""
        return stable_id(platform, author, str(created or ""), extra.get("title", ""), text)

    def _add_author(self, row: Any, platform: str, extra: dict[str, Any]) -> None:
        handle = read_handle(self._author(row)) if self._author is not None else ""
        more: dict[str, Any] = {}
        for name, getter, read in self._author_extras:
            self._add(name, getter(row), read, more)
        if handle or more.get("name"):
            extra["author"] = Author(platform=platform, handle=handle or more["name"], **more)

    def _add_counts(self, row: Any, extra: dict[str, Any]) -> None:
        counts: dict[str, Any] = {}
        for name, getter in self._counts:
            raw = getter(row)
            if type(raw) is int and raw >= 0:
                counts[name] = raw
            else:
                self._add(name, raw, read_count, counts)
        if counts:
            extra["engagement"] = Engagement(**counts)

    def _add(self, name: str, raw: Any, read: Callable[[Any], Any], extra: dict[str, Any]) -> None:
        """Read one secondary cell: what cannot be read is counted, and the post goes without it."""
        if raw is None or raw == "":
            return
        try:
            value = read(raw)
        except ValueError:
            self._notes[f"unreadable_{name}"] += 1
            return
        if value is None or value == "" or value == ():
            if not _says_nothing(raw):
                self._notes[f"unreadable_{name}"] += 1
        elif name == "stars":
            extra["stars"], extra["stars_max"] = value
        elif name == "links" and "links" in extra:
            extra["links"] = tuple(dict.fromkeys((*extra["links"], *value)))
        else:
            extra[name] = value

    def _readers(self) -> list[tuple[str, Getter, Callable[[Any], Any]]]:
        readers: dict[str, Callable[[Any], Any]] = {
            Field.EDITED_AT: self._instant,
            Field.LANG: read_language,
            Field.KIND: read_kind,
            Field.PARENT_ID: partial(read_id, spreadsheet=self._spreadsheet),
            Field.ROOT_ID: partial(read_id, spreadsheet=self._spreadsheet),
            Field.SHARED_ID: partial(read_id, spreadsheet=self._spreadsheet),
            Field.STARS: self._stars,
            Field.LINKS: read_urls,
            Field.MEDIA: _media,
            Field.PLACE: _place,
            Field.AUDIENCE: read_audience,
        }
        found = [
            (_POST_NAMES.get(f, str(f)), self._column[f], read) for f, read in readers.items() if f in self._column
        ]
        if self._mapping.lang_is and Field.LANG not in self._column:
            found.append(("lang_claimed", lambda row: self._mapping.lang_is, read_language))
        return found

    def _readers_of_author(self) -> list[tuple[str, Getter, Callable[[Any], Any]]]:
        readers: dict[str, tuple[str, Callable[[Any], Any]]] = {
            Field.AUTHOR_NAME: ("name", _place),
            Field.FOLLOWERS: ("followers", read_count),
            Field.VERIFIED: ("verified", read_bool),
            Field.AUTHOR_CREATED_AT: ("created_at", self._instant),
        }
        return [(name, self._column[f], read) for f, (name, read) in readers.items() if f in self._column]

    def _instant(self, raw: Any) -> datetime | None:
        return self._times.read(raw)[0]

    def _stars(self, raw: Any) -> tuple[float, float | None] | None:
        stars, top = read_stars(raw, decimal=self._mapping.decimal)
        top = top or self._mapping.stars_max
        if stars is None:
            return None
        if stars < 0 or (top is not None and stars > top):
            raise ValueError(f"{stars} of {top} is no rating")
        return stars, top


_COUNTS = (Field.LIKES, Field.SHARES, Field.REPLIES, Field.VIEWS)
_POST_NAMES: dict[str, str] = {Field.LANG: "lang_claimed"}


def getter_of(column: str, columns: Sequence[str] | None) -> Getter:
    """Return what takes the cell of `column` out of a row: by place in a list, by name or path in an object."""
    parts = column.split("|")
    getters = [itemgetter(columns.index(part)) if columns is not None else _path(part) for part in parts]
    return getters[0] if len(getters) == 1 else partial(_first, tuple(getters))


def _path(name: str) -> Getter:
    if "." not in name:
        return lambda row: row.get(name)
    return partial(_walk, name, tuple(name.split(".")))


def _walk(name: str, steps: tuple[str, ...], row: Any) -> Any:
    if name in row:
        return row[name]
    for step in steps:
        if not isinstance(row, dict):
            return None
        row = row.get(step)
    return row


def _first(getters: tuple[Getter, ...], row: Any) -> Any:
    for getter in getters:
        cell = getter(row)
        if cell is not None and cell != "":
            return cell
    return None


def _nothing(row: Any) -> Any:
    return None


def _says_nothing(raw: object) -> bool:
    return raw in ([], {}) or (isinstance(raw, str) and raw.strip().lower() in ("", "null", "none", "nan", "n/a", "-"))


def _bad_date(raw: object) -> InputError:
    return InputError(
        "The date {value} cannot be read. Check the order of day and month (date_order), or mend the cell.",
        value=repr(str(raw)[:60]),
    )


def _kind_of(extra: dict[str, Any]) -> PostKind:
    if "shared_id" in extra:
        return PostKind.SHARE
    if "parent_id" in extra:
        return PostKind.REPLY
    return PostKind.REVIEW if "stars" in extra else PostKind.POST


def _media(raw: Any) -> tuple[Media, ...]:
    return tuple(Media(url=url) for url in read_urls(raw))


def _place(raw: Any) -> str | None:
    if isinstance(raw, (dict, list)):
        return None
    return str(raw).strip() or None

"""Group lines into stories without a database: JSON lines in, the same lines with their story out."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import groupby
from typing import IO, Any

import msgspec
import numpy as np

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.base.story import MentionDigest, Story
from tocsin.base.time import from_ms, minute_of, to_ms
from tocsin.collect.file.times import DateOrder, parse_time
from tocsin.flows.lines import BadLine
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features
from tocsin.screen.language import detect_language
from tocsin.story.group import Grouper

BATCH_LINES = 2_048
_LATEST_S = 32_503_680_000.0  # the year 3000: a greater number counts milliseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_APART = timedelta(seconds=1)  # of a line without a time, from the line before it
_MOST_KNOWN = 200_000  # ids of posts whose answers are looked for
_FEWEST_SHOWN = 2


class _Line(msgspec.Struct, gc=False):
    text: str
    title: str | None = None
    id: str | int | None = None
    platform: str | None = None
    at: Any = None
    created_at: Any = None
    date: Any = None
    lang: str | None = None
    root_id: str | int | None = None
    parent_id: str | int | None = None
    shared_id: str | int | None = None


_decode = msgspec.json.Decoder(_Line).decode
_decode_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class LineGrouping:
    """Groups lines as they are asked for; tells of the stories once all were.

    A line is an object with `text`, and may hold `title`, `id`, `at` (or `created_at`, `date`), `platform`, `lang`, and
    `root_id`, `parent_id` or `shared_id` of the post it answers or shares. One without a time comes a second after the
    line before it. Of memory: the stories that live, and some 30 bytes a line.
    """

    def __init__(self, brand: str = "") -> None:
        """brand: its name, whose words tell no story of it from another; "" where lines are of no one brand."""
        slug = "-".join(brand.lower().split()) or "lines"
        self._brand = Brand(slug=slug, name=brand or slug)
        self._grouper = Grouper(self._brand, "live", ())
        self._joined: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._stories: dict[str, Story] = {}
        self._last_at = _EPOCH - _APART

    def as_settled(self, lines: Iterable[bytes]) -> Iterator[bytes | BadLine]:
        """Yield a BadLine for each line that cannot be read, then all others in their order, with their final story.

        They are grouped in order of time, whatever the order in which they come, and stories that became one later
        have the name of the one that stayed. The lines wait in a temporary file.
        """
        at_ms, numbers = array("q"), array("q")
        with tempfile.TemporaryFile() as kept:
            places, place = array("q"), 0
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                read = self._read(line)
                if isinstance(read, InputError):
                    yield BadLine(number, read)
                    continue
                at_ms.append(to_ms(read[1]))
                numbers.append(number)
                places.append(place)
                place += kept.write(line.rstrip(b"\r\n") + b"\n")
            stories = self._group_kept(kept, places, at_ms, numbers)
            kept.seek(0)
            for line, story in zip(kept, stories, strict=True):
                yield _with_story(line, self._stays(story))

    def as_it_comes(self, lines: Iterable[bytes]) -> Iterator[bytes | BadLine]:
        """Yield each line once its minute is over, with its story as known then, or a BadLine as soon as it is met."""
        waiting: list[tuple[bytes, MentionDigest]] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            read = self._read(line)
            if isinstance(read, InputError):
                yield BadLine(number, read)
                continue
            if waiting and minute_of(read[1]) > waiting[-1][1].minute:
                yield from self._done(waiting)
                waiting = []
            waiting.append((line, self._digests([(number, *read)])[0]))
        yield from self._done(waiting)

    def stories(self) -> list[Story]:
        """Return the stories of two posts and more, largest first, as they stood when they were last heard of."""
        shown = [story for story in self._stories.values() if story.posts >= _FEWEST_SHOWN]
        return sorted(shown, key=lambda story: (-story.posts, story.first_at, story.id))

    def _done(self, waiting: Sequence[tuple[bytes, MentionDigest]]) -> Iterator[bytes]:
        stories = self._place([digest for _, digest in waiting])
        for (line, _), story in zip(waiting, stories, strict=True):
            yield _with_story(line, self._stays(story))

    def _group_kept(
        self, kept: IO[bytes], places: Sequence[int], at_ms: Sequence[int], numbers: Sequence[int]
    ) -> list[str]:
        minutes = np.array(at_ms, dtype=np.int64) // 60_000
        order = np.argsort(minutes, kind="stable").tolist()
        stories = [""] * len(order)
        for start in range(0, len(order), BATCH_LINES):
            batch = order[start : start + BATCH_LINES]
            digests = self._digests([(numbers[at], *self._again(kept, places[at], at_ms[at])) for at in batch])
            for at, story in zip(batch, self._place(digests), strict=True):
                stories[at] = story
        return stories

    def _again(self, kept: IO[bytes], place: int, at_ms: int) -> tuple[_Line, datetime]:
        kept.seek(place)
        return _decode(kept.readline()), from_ms(at_ms)

    def _place(self, digests: Sequence[MentionDigest]) -> list[str]:
        """Return the story of each of some lines in order of time; those that became one are put together."""
        stories: list[str] = []
        for _, minute in groupby(digests, key=lambda digest: digest.minute):
            run = list(minute)
            stories += self._grouper.place([self._tied(digest) for digest in run])
            for digest, story in zip(run, stories[-len(run) :], strict=True):
                self._known[digest.native_id] = story
                if len(self._known) > _MOST_KNOWN:
                    del self._known[next(iter(self._known))]
            for stays, gone in self._grouper.settle():
                self._joined[gone] = stays
                self._stories.pop(gone, None)
        for row in self._grouper.changed():
            if row.posts >= _FEWEST_SHOWN:
                self._stories[row.id] = msgspec.structs.replace(row, terms={}, exacts=(), bands=())
        return stories

    def _tied(self, digest: MentionDigest) -> MentionDigest:
        story = self._known.get(digest.answers) if digest.answers else None
        return msgspec.structs.replace(digest, answers_story=self._stays(story)) if story else digest

    def _stays(self, story: str) -> str:
        while story in self._joined:
            story = self._joined[story]
        return story

    def _read(self, line: bytes) -> tuple[_Line, datetime] | InputError:
        """Return a line with its instant, or why it cannot be taken."""
        try:
            read = _decode(line)
            at = self._at(read)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return InputError("it is not a JSON object with a text ({error})", error=str(error))
        except InputError as error:
            return error
        self._last_at = at
        return read, at

    def _at(self, read: _Line) -> datetime:
        name, given = next(
            ((name, value) for name in ("at", "created_at", "date") if (value := getattr(read, name)) is not None),
            ("at", None),
        )
        if given is None:
            return self._last_at + _APART
        try:
            if isinstance(given, (int, float)) and not isinstance(given, bool):
                return datetime.fromtimestamp(given if given < _LATEST_S else given / 1000, UTC)
            at = parse_time(given, DateOrder.DAY_FIRST)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            raise InputError("{name} {value} is not an instant", name=name, value=repr(given)) from None

    def _digests(self, read: Sequence[tuple[int, _Line, datetime]]) -> list[MentionDigest]:
        texts = [unescape(line.text) for _, line, _ in read]
        whole = [
            f"{line.title}. {text}" if line.title else text for (_, line, _), text in zip(read, texts, strict=True)
        ]
        keys = copy_keys(read_features(whole, frozenset()), [frozenset[str]()] * len(texts))
        return [
            MentionDigest(
                row=number,
                brand=self._brand.slug,
                minute=minute_of(at),
                platform=line.platform or "",
                native_id=f"{number:012}" if line.id is None else str(line.id),
                at=at,
                text=text,
                title=line.title or "",
                language=line.lang or detect_language(text).language,
                exact=key.exact,
                bands=key.bands,
                terms=key.terms,
                answers=next((str(one) for one in (line.root_id, line.parent_id, line.shared_id) if one), ""),
            )
            for (number, line, at), text, key in zip(read, texts, keys, strict=True)
        ]


def _with_story(line: bytes, story: str) -> bytes:
    found: dict[str, Any] = dict(_decode_keys(line))
    found["story"] = story
    return msgspec.json.encode(found)

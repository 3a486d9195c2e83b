"""Tell what a file is from its first bytes: compression, encoding, format, delimiter."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from tocsin.base.errors import InputError
from tocsin.collect.file.unpack import UNPACK_ERRORS, Bounds, Compression, unpacked
from tocsin.collect.file.values import field_names, fold_name

HEAD_BYTES = 1 << 18
FileInput = Path | BinaryIO
"""A path, or a stream of bytes that can seek."""


class FileFormat(StrEnum):
    """How records stand in a file."""

    JSON_LINES = "json_lines"
    JSON = "json"  # an array, an object that holds one, or objects one after the other
    TABLE = "table"  # delimited text
    XLSX = "xlsx"


class Encoding(StrEnum):
    """How bytes become characters. In both 8-bit ones, bytes that are not UTF-8 are read as Windows-1252."""

    UTF_8 = "utf-8"
    CP1252 = "cp1252"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is.

    delimiter: between the cells of a table; "" when each line is one cell.
    records_key: in JSON, the key that holds the records; "" for the outermost, "*" when every key names one record.
    old_mac: lines end in a carriage return alone. bounds: how far it may unpack.
    """

    format: FileFormat
    compression: Compression = Compression.NONE
    encoding: Encoding = Encoding.UTF_8
    delimiter: str = ""
    records_key: str = ""
    old_mac: bool = False
    bounds: Bounds = Bounds()


@contextmanager
def opened(source: FileInput, name: str) -> Iterator[BinaryIO]:
    """Give the raw bytes of a file from its beginning. Raises InputError when it cannot be opened."""
    if not isinstance(source, Path):
        source.seek(0)
        yield source
        return
    try:
        stream = source.open("rb")
    except OSError as error:
        raise InputError(
            "{file} cannot be opened ({error}); check the path and the rights.", file=name, error=error.strerror
        ) from None
    with stream:
        yield stream


def sniff(stream: BinaryIO, name: str, bounds: Bounds) -> Shape:
    """Return what a file is. Raises InputError for an empty, a binary or a broken file, saying which."""
    raw = stream.read(8)
    stream.seek(0)
    compression = Compression.GZIP if raw.startswith(b"\x1f\x8b") else Compression.NONE
    try:
        head = unpacked(stream, compression, bounds, name).read(HEAD_BYTES)
    except UNPACK_ERRORS as error:
        raise InputError(
            "{file} is a broken gzip file ({error}); fetch or compress it again.", file=name, error=error
        ) from None
    stream.seek(0)
    if not head.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise InputError("{file} is empty; give a file with at least one post.", file=name)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Shape(format=FileFormat.XLSX, compression=compression, bounds=bounds)
    _refuse_binary(head, name)
    encoding = _encoding(head)
    text = head_text(head, encoding)
    _refuse_noise(text, name)
    old_mac = "\n" not in text and "\r" in text
    found = _json_shape(text, whole=len(head) < HEAD_BYTES)
    delimiter = "" if found else _delimiter(text, whole=len(head) < HEAD_BYTES)
    return Shape(
        format=found[0] if found else FileFormat.TABLE,
        compression=compression,
        encoding=encoding,
        delimiter=delimiter,
        records_key=found[1] if found else "",
        old_mac=old_mac,
        bounds=bounds,
    )


def head_text(head: bytes, encoding: Encoding) -> str:
    """Return the text of the first bytes, roughly: only good to look at."""
    if encoding in (Encoding.UTF_16_LE, Encoding.UTF_16_BE):
        return head.decode(encoding.value, "ignore").lstrip("\ufeff")
    return head.decode("utf-8" if encoding is Encoding.UTF_8 else "cp1252", "replace").lstrip("\ufeff")


_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "RIFF"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
)
_OLE = b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",;\t|"
# The keys under which exports and interfaces keep their records.
_RECORD_KEYS = (
    "data", "orderedItems", "items", "posts", "statuses", "results", "records", "rows", "mentions", "messages",
    "comments", "reviews", "tweets", "entries", "documents", "feed", "articles", "avis", "publications",
)  # fmt: skip
_SPACE = re.compile(r"[\s,]*")
_X_ARCHIVE = re.compile(r"window\.YTD\.[\w.]+\s*=\s*\[")


def _refuse_binary(head: bytes, name: str) -> None:
    if head.startswith(_OLE):
        raise InputError(
            "{file} is a password-protected or an old .xls workbook; open it and save it as .xlsx without a password.",
            file=name,
        )
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise InputError(
                "{file} is a {kind} file, not posts; give JSON lines, JSON, CSV or XLSX, bare or gzipped.",
                file=name,
                kind=kind,
            )


def _refuse_noise(text: str, name: str) -> None:
    sample = text[:8192]
    odd = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\v\x1b\x00") or c == "\x7f")
    if odd * 20 > len(sample):
        raise InputError(
            "{file} is not text; give JSON lines, JSON, CSV or XLSX, bare or gzipped.",
            file=name,
        )


def _encoding(head: bytes) -> Encoding:
    if head.startswith(b"\xff\xfe"):
        return Encoding.UTF_16_LE
    if head.startswith(b"\xfe\xff"):
        return Encoding.UTF_16_BE
    if head.count(0) * 10 > len(head) * 3:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if even < odd // 8:
            return Encoding.UTF_16_LE
        if odd < even // 8:
            return Encoding.UTF_16_BE
    try:
        # The head may end within a character.
        head[:-4].decode("utf-8") if len(head) >= HEAD_BYTES else head.decode("utf-8")
    except UnicodeDecodeError:
        good = len(re.findall(r"[^\x00-\x7f]", head.decode("utf-8", "ignore")))
        bad = head.decode("utf-8", "replace").count("\ufffd")
        # UTF-8 sequences hardly ever stand in another text by chance: some of them, and the file is mixed.
        return Encoding.UTF_8 if good * 20 > bad else Encoding.CP1252
    return Encoding.UTF_8


def _json_shape(text: str, *, whole: bool) -> tuple[FileFormat, str] | None:
    start = text.lstrip("\ufeff \t\r\n\x00")
    if _X_ARCHIVE.match(start):
        return FileFormat.JSON, ""
    if start.startswith("["):
        return (FileFormat.JSON, "") if start[1:].lstrip()[:1] in ("{", "]") else None
    if not start.startswith("{"):
        return None
    lines = [line for line in start.splitlines() if line.strip()]
    if not whole and len(lines) > 1:
        lines.pop()
    objects = sum(_is_object(line) for line in lines[:20])
    if objects > 1:
        return FileFormat.JSON_LINES, ""
    key = _records_key(start)
    if key:
        return FileFormat.JSON, key
    if objects or len(lines) == 1:
        return FileFormat.JSON_LINES, ""
    # Objects that span lines, unless the lines themselves are meant to be objects and all are broken.
    return (FileFormat.JSON_LINES if lines[0].rstrip().endswith("}") else FileFormat.JSON), ""


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _records_key(text: str) -> str:
    """Return the key of the outermost object that holds the records, "*" if all its values are objects, else ""."""
    decoder, position, objects, keys = json.JSONDecoder(), 1, 0, 0
    try:
        while True:
            position = cast(re.Match[str], _SPACE.match(text, position)).end()
            key, position = decoder.raw_decode(text, position)
            position = text.index(":", position) + 1
            position = cast(re.Match[str], _SPACE.match(text, position)).end()
            inner = text[position + 1 : position + 200].lstrip()[:1]
            if text[position] == "[" and key in _RECORD_KEYS and inner in ("{", "]"):
                return str(key)
            keys += 1
            objects += text[position] == "{"
            _, position = decoder.raw_decode(text, position)
    except (ValueError, IndexError, RecursionError):
        return "*" if objects > 1 and objects == keys else ""


def _delimiter(text: str, *, whole: bool) -> str:
    """Return the sign that cuts the lines most evenly, or "" when none does; known column names weigh most."""
    best: tuple[tuple[bool, float, int], str] | None = None
    lines = [f"{line}\n" for line in re.split(r"\r\n|\n|\r", text[:65_536].replace("\x00", "")) if line]
    if (not whole or len(text) > 65_536) and len(lines) > 1:
        lines.pop()
    if not lines:
        return ""
    declared = re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE)
    if declared:
        return declared[1]
    known = {name for names in field_names().values() for name in names}
    for sign in _DELIMITERS:
        rows = [row for row in csv.reader(lines, delimiter=sign) if row]
        widths = Counter(len(row) for row in rows)
        width, often = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        if width < 2:
            continue
        start = next(index for index, row in enumerate(rows) if len(row) == width)
        named = any(fold_name(cell) in known for cell in rows[start])
        # Some lines about the query may stand before the header.
        score = (named, often / len(rows[start if start < 20 else 0 :]), width)
        if score[1] > 0.5 and (named or score[1] > 0.9) and (best is None or score > best[0]):
            best = (score, sign)
    if best is None or (not best[0][0] and fold_name(lines[0].strip().strip('"')) in known):
        return ""
    return best[1]

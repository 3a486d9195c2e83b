"""Read records one by one with flat memory: lines, JSON lines, JSON arrays; what is broken comes back as an error."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec

from tocsin.base.errors import InputError
from tocsin.collect.file.sniff import Encoding, Shape

MAX_ROW = 1 << 20
"""Bytes of the longest row that is read; a longer one is rejected."""

Row = tuple[int, object, str | bytes]
"""Physical line where it begins (from 1), the record (dict or list) or an InputError, its raw form."""

_CHUNK = 1 << 18
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def byte_lines(stream: BinaryIO, shape: Shape) -> Iterator[bytes]:
    """Yield lines without their end, in UTF-8 where the file is UTF-16; one over MAX_ROW is cut one byte beyond it."""
    end = b"\r" if shape.old_mac else b"\n"
    carry = b""
    for chunk in _byte_chunks(stream, shape):
        lines = (carry + chunk).split(end)
        carry = lines.pop()
        yield from (line if len(line) <= MAX_ROW else line[: MAX_ROW + 1] for line in lines)
        if len(carry) > MAX_ROW + 1:
            carry = carry[: MAX_ROW + 1]
    if carry:
        yield carry


def decode(raw: bytes, shape: Shape, notes: Counter[str]) -> str:
    """Return the text of some bytes; those that are not UTF-8 are read as Windows-1252, counted, and NULs dropped."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "tocsin.cp1252")
        if shape.encoding is not Encoding.CP1252:
            notes["read_as_cp1252"] += 1
    if "\0" in text:
        notes["nul_removed"] += 1
        text = text.replace("\0", "")
    return text


def json_line_rows(stream: BinaryIO, shape: Shape, notes: Counter[str]) -> Iterator[Row]:
    """Yield the record of each line that is not blank."""
    fast = msgspec.json.Decoder().decode
    for number, raw in enumerate(byte_lines(stream, shape), 1):
        if len(raw) > MAX_ROW:
            yield number, _too_long(), raw[:800]
            continue
        try:
            row: object = fast(raw)
        except (msgspec.DecodeError, ValueError, RecursionError):
            row = _slow_object(raw, shape, notes)
            if row is None:
                continue
        yield number, row if isinstance(row, (dict, InputError)) else _no_object(), raw


def json_rows(stream: BinaryIO, shape: Shape, notes: Counter[str]) -> Iterator[Row]:
    """Yield the records of an array, of the array under `records_key`, or of objects that follow one another."""
    return _JsonStream(stream, shape, notes).rows()


def clean_surrogates(value: object, notes: Counter[str]) -> object:
    """Return the value with half characters (lone surrogates) replaced by U+FFFD, counted."""
    if isinstance(value, str):
        clean = _LONE_SURROGATE.sub("\ufffd", value)
        notes["half_character"] += clean != value
        return clean
    if isinstance(value, list):
        return [clean_surrogates(part, notes) for part in value]
    if isinstance(value, dict):
        return {clean_surrogates(k, notes): clean_surrogates(v, notes) for k, v in value.items()}
    return value


class _JsonStream:
    """A window that slides over the text; each record is decoded as soon as it is whole."""

    def __init__(self, stream: BinaryIO, shape: Shape, notes: Counter[str]) -> None:
        self._chunks = _byte_chunks(stream, shape)
        self._shape, self._notes = shape, notes
        self._text, self._at, self._line, self._counted = "", 0, 1, 0
        self._carry, self._ended = b"", False
        self._decoder = json.JSONDecoder()

    def rows(self) -> Iterator[Row]:
        self._enter()
        while self._skip_space():
            if self._text[self._at] in "]}":
                return
            key = self._map_key() if self._shape.records_key == "*" else None
            line = self._line_here()
            row, raw = self._value()
            if isinstance(row, InputError):
                self._resume()
            elif len(raw) > MAX_ROW:
                row, raw = _too_long(), raw[:800]
            elif isinstance(row, dict) and key is not None:
                row.setdefault("id", key)
            yield line, row if isinstance(row, (dict, InputError)) else _no_object(), raw

    def _enter(self) -> None:
        """Place the window on the first record."""
        self._more()
        self._at = len(self._text) - len(self._text.lstrip("\ufeff \t\r\n"))
        if self._text.startswith("window.YTD", self._at):
            self._at = self._text.index("[", self._at)
        key = self._shape.records_key
        if key and key != "*":
            opening = re.compile(rf'"{re.escape(key)}"\s*:\s*\[')
            while (match := opening.search(self._text, self._at)) is None:
                if not self._more():
                    return
            self._at = match.end()
        elif key == "*" or self._text.startswith("[", self._at):
            self._at += 1

    def _more(self) -> bool:
        """Read on; returns whether anything came. What was consumed is let go."""
        if self._ended:
            return False
        chunk = next(self._chunks, None)
        raw = self._carry + (chunk or b"")
        cut = len(raw)
        if chunk is None:
            self._ended = True
        else:
            while cut and len(raw) - cut < 4 and raw[cut - 1] >= 0x80:
                cut -= 1  # a character may go on in the next chunk
        self._carry = raw[cut:]
        self._line_here()
        self._text = self._text[self._at :] + decode(raw[:cut], self._shape, self._notes)
        self._at = self._counted = 0
        return bool(raw)

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _skip_space(self) -> bool:
        while True:
            self._at = cast(re.Match[str], _SPACE.match(self._text, self._at)).end()
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def _map_key(self) -> str | None:
        while (match := _KEY.match(self._text, self._at)) is None:
            if len(self._text) - self._at > 4096 or not self._more():
                return None
        self._at = match.end()
        return str(json.loads(match[1], strict=False))

    def _value(self) -> tuple[object, str]:
        """Return the record at the pen and its raw form; a broken one leaves the pen where it begins."""
        while True:
            try:
                row, end = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                unfinished = self._may_go_on(error)
                if unfinished and len(self._text) - self._at <= MAX_ROW and self._more():
                    continue
                too_long = unfinished and len(self._text) - self._at > MAX_ROW
                return _too_long() if too_long else _no_json(error), self._text[self._at : self._at + 800]
            # A number at the very end of the window may go on.
            if end == len(self._text) and not isinstance(row, (dict, list)) and self._more():
                continue
            raw = self._text[self._at : end]
            self._at = end
            return (clean_surrogates(row, self._notes) if "\\ud" in raw or "\\uD" in raw else row), raw

    def _may_go_on(self, error: Exception) -> bool:
        """Return whether a record may only look broken because the window ends in it."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text) - 8

    def _resume(self) -> None:
        """Go to the next place where a record seems to begin after a broken one."""
        self._at += 1
        while True:
            match = _NEXT_RECORD.search(self._text, self._at)
            if match:
                self._at = match.end() - 1
                return
            self._at = max(self._at, len(self._text) - 64)
            if not self._more():
                self._at = len(self._text)
                return


_SPACE = re.compile(r"[\s,]*")
_KEY = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*:\s*(?=\S)')
_NEXT_RECORD = re.compile(r"\}\s*,?\s*\{")


def _byte_chunks(stream: BinaryIO, shape: Shape) -> Iterator[bytes]:
    """Yield blocks in UTF-8 (or whatever 8-bit encoding the file has), without the byte order mark."""
    if shape.encoding in (Encoding.UTF_16_LE, Encoding.UTF_16_BE):
        reader = io.TextIOWrapper(stream, encoding=shape.encoding.value, errors="replace", newline="")
        first = True
        while text := reader.read(_CHUNK):
            yield (text.lstrip("\ufeff") if first else text).encode("utf-8", "replace")
            first = False
        reader.detach()
        return
    chunk = stream.read(_CHUNK)
    yield chunk.removeprefix(codecs.BOM_UTF8)
    while chunk := stream.read(_CHUNK):
        yield chunk


def _slow_object(raw: bytes, shape: Shape, notes: Counter[str]) -> object:
    """Read a line that the strict reader refused; None when it is blank, an InputError when it is no JSON."""
    text = decode(raw, shape, notes).strip().rstrip(",")
    if not text:
        return None
    try:
        return clean_surrogates(json.loads(text, strict=False), notes)
    except (ValueError, RecursionError) as error:
        return _no_json(error)


def _no_json(error: Exception) -> InputError:
    if isinstance(error, json.JSONDecodeError):
        return InputError(
            "This is not JSON: {error} (column {column}). Mend the line and import the file again.",
            error=error.msg,
            column=error.colno,
        )
    return InputError("This is JSON nested too deep to be a post. Mend the line and import the file again.")


def _no_object() -> InputError:
    return InputError('This is JSON, but no object such as {{"id": …, "text": …}}. Write one object per post.')


def _too_long() -> InputError:
    return InputError("This row is longer than 1 MB, too long for a post. Cut it and import the file again.")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    # Five bytes have no meaning in Windows-1252; they stand for themselves, as browsers read them.
    text = "".join(bytes([b]).decode("latin-1" if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252") for b in wrong)
    return text, error.end


codecs.register_error("tocsin.cp1252", _as_cp1252)

from __future__ import annotations

import base64
import doctest
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.net.wire import imap
from tocsin.net.wire.imap import GarbledError, Response, ResponseReader, TooLongError, fetched, folder_name, searched


def _read(*chunks: bytes, line: int = 200, search: int = 500, literal: int = 100) -> list[Response]:
    reader, found = ResponseReader(line, search, literal), []
    for chunk in chunks:
        reader.feed(chunk)
        while (response := reader.next()) is not None:
            found.append(response)
    return found


def test_the_examples_are_true() -> None:
    assert doctest.testmod(imap).failed == 0


def test_a_literal_is_taken_whatever_it_holds() -> None:
    raw = b"* 1 FETCH (UID 9 BODY[] {12}\r\n) {3}\r\nt1 OK FLAGS (\\Seen))\r\nt1 OK done\r\n"
    first, second = _read(raw)
    assert first.literals == (b") {3}\r\nt1 OK",) and second.line == b"t1 OK done"
    assert fetched(first) == {"UID": b"9", "BODY[]": b") {3}\r\nt1 OK"}


@pytest.mark.parametrize("mark", [b"{3}", b"{3+}", b"~{3}"])
def test_each_way_to_announce_a_literal_is_known(mark: bytes) -> None:
    assert fetched(_read(b"* 1 FETCH (BODY[] " + mark + b"\r\nabc)\r\n")[0]) == {"BODY[]": b"abc"}


def test_strings_atoms_and_lists_are_told_apart() -> None:
    line = b'* 12 FETCH (FLAGS (\\Seen ($a (b) "c d")) INTERNALDATE "17-Jul-1996 02:44:25 -0700" X "a\\"b" UID 5 Y NIL)'
    assert fetched(Response(lines=(line,))) == {
        "INTERNALDATE": b"17-Jul-1996 02:44:25 -0700",
        "X": b'a"b',
        "UID": b"5",
        "Y": b"NIL",
    }


@pytest.mark.parametrize("line", [b"* OK FETCH", b"* 1 EXISTS", b"t1 OK (UID 5)", b"", b"* FETCH (UID 5)"])
def test_other_responses_are_no_letters(line: bytes) -> None:
    assert fetched(Response(lines=(line,))) is None


@pytest.mark.parametrize(
    "line",
    [
        b"* 1 FETCH",
        b"* 1 FETCH UID 5",
        b'* 1 FETCH (UID "5',
        b"* 1 FETCH (FLAGS (",
        b"* 1 FETCH (FLAGS " + b"(" * 5_000,
    ],
)
def test_what_has_no_end_is_garbled(line: bytes) -> None:
    with pytest.raises(GarbledError):
        fetched(Response(lines=(line,)))


def test_the_numbers_of_a_search_are_read_in_any_case() -> None:
    assert list(searched(Response(lines=(b"* search 2 84 4294967295",)))) == [2, 84, 4294967295]
    assert list(searched(Response(lines=(b"* SEARCH",)))) == []
    assert list(searched(Response(lines=(b"* 3 EXISTS",)))) == []


@pytest.mark.parametrize(
    "raw",
    [
        b"* OK " + b"x" * 300,
        b"* OK " + b"x" * 300 + b"\r\n",
        b"* 1 FETCH (BODY[] {101}\r\n",
        b"* OK {99999999999999999999}\r\n",
        b"* OK {60}\r\n" + b"x" * 60 + b" {60}\r\n",
        b"* SEARCH" + b" 1" * 300,
        b"{1}\r\nx" * 100,
    ],
)
def test_what_is_too_long_is_refused_as_soon_as_it_is_announced(raw: bytes) -> None:
    with pytest.raises(TooLongError):
        _read(raw)


def test_a_list_of_numbers_may_be_longer_than_other_lines() -> None:
    assert len(list(searched(_read(b"* SEARCH" + b" 10" * 120 + b"\r\n")[0]))) == 120


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        (b" 1-Jan-2026 00:30:00 +0100", datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
        (b"01-JAN-2026 00:30:00 -1130", datetime(2026, 1, 1, 12, 0, tzinfo=UTC)),
        (b"01-Jan-0001 00:00:00 +1400", None),
        (b"32-Jan-2026 00:00:00 +0000", None),
        (b"01-Jan-2026 00:00:00 +9900", None),
        (b"01-Foo-2026 00:00:00 +0000", None),
        (b"", None),
    ],
)
def test_instants_are_aware_or_nothing(text: bytes, instant: datetime | None) -> None:
    assert imap.instant_of(text) == instant


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=20))
def test_the_name_of_a_folder_comes_back_from_how_it_is_written(name: str) -> None:
    written = folder_name(name)
    assert written.isascii() and written[0] == written[-1] == '"' and "\r" not in written
    plain = re.sub(r"\\(.)", r"\1", written[1:-1])
    assert re.sub(r"&([^-]*)-", _unpacked, plain) == name


def _unpacked(mark: re.Match[str]) -> str:
    packed = mark[1].replace(",", "/")
    return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be") if packed else "&"


@given(st.lists(st.sampled_from([b"* 1 FETCH (", b"UID 5", b" {3}\r\n", b"abc", b"(", b")", b'"', b"\r\n", b"t1 OK"])))
def test_pieces_of_any_size_give_the_same_responses(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    whole = _read(raw, line=100_000, literal=100_000)
    assert _read(*(raw[at : at + 1] for at in range(len(raw))), line=100_000, literal=100_000) == whole
    for response in whole:
        try:
            fetched(response)
        except GarbledError:
            continue


@given(st.binary(max_size=300))
def test_whatever_comes_nothing_else_is_raised(raw: bytes) -> None:
    try:
        for response in _read(raw):
            list(searched(response))
            fetched(response)
    except (TooLongError, GarbledError):
        return

from __future__ import annotations

import doctest

import pytest

from tocsin.collect.feed import pace, times
from tocsin.collect.feed.cursor import Known, dump_seen, load_seen, mark
from tocsin.collect.feed.decode import decode_feed
from tocsin.collect.feed.web_page import feed_of_page, looks_like_web_page

_TEXT = "<?xml version='1.0' encoding='{name}'?><rss><channel><title>L’été à Œuf, 12 €</title></channel></rss>"


@pytest.mark.parametrize("module", [pace, times])
def test_the_examples_are_true(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written_in", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("utf-8-sig", "iso-8859-1", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "windows-1252", ""),
        ("cp1252", "utf-8", "text/xml; charset=ISO-8859-1"),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-16-be", "nonsense", ""),
        ("utf-32-le", "utf-32", ""),
    ],
)
def test_the_characters_are_read_whoever_lies(written_in: str, declared: str, content_type: str) -> None:
    decoded = decode_feed(_TEXT.format(name=declared).encode(written_in), content_type)
    assert "L’été à Œuf, 12 €" in decoded.body.decode("utf-8")
    assert b"encoding='utf-8'" in decoded.body or declared == "utf-8"
    assert decoded.notes == {}


def test_a_guess_and_a_lost_character_are_counted() -> None:
    french = "<rss>" + "Été comme hiver, la boulangerie a été fermée à Noël, où l'élève était-il ? " * 20 + "</rss>"
    guessed = decode_feed(french.encode("cp1252"))
    assert "fermée à Noël" in guessed.body.decode("utf-8") and guessed.notes["charset_guessed"] == 1
    damaged = decode_feed(french.encode() + b"\xff")
    assert damaged.notes == {"charset_replaced": 1} and "fermée" in damaged.body.decode("utf-8")


@pytest.mark.parametrize(
    "name", ["utf-7", "punycode", "rot13", "zlib", "unicode_escape", "undefined", "x" * 50, "\ufffd"]
)
def test_a_codec_that_no_feed_uses_is_not_followed(name: str) -> None:
    body = f"<?xml version='1.0' encoding='{name}'?><rss>".encode() + "déjà vu".encode("cp1252") + b"</rss>"
    assert b"<rss>" in decode_feed(body, f"text/xml; charset={name}").body


@pytest.mark.parametrize(
    ("start", "is_page"),
    [
        ("<!DOCTYPE html><html>", True),
        ("\n<!-- x --><HTML lang=fr>", True),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html xmlns='y'>", True),
        ("<!DOCTYPE html PUBLIC 'x'><!-- <html> --><rss>", False),
        ("<?xml version='1.0'?><?xml-stylesheet href='a'?><rss>", False),
        ("<rss><channel><title>&lt;html></title>", False),
        ("<!--" * 5_000, False),
        ("", False),
    ],
)
def test_the_first_element_tells_a_page_from_a_feed(start: str, is_page: bool) -> None:
    assert looks_like_web_page(start.encode()) is is_page


def test_a_page_without_feed_gives_no_address() -> None:
    assert feed_of_page(b"<html><link rel=stylesheet href=/a.css type=text/css>", "https://example.org/") == ""


@pytest.mark.parametrize(
    ("written", "zoned"),
    [
        ("2026-01-02T03:04:05Z", True),
        ("2026-01-02T03:04:05+0100", True),
        ("2026-01-02 03:04:05 +01:00", True),
        ("Fri, 02 Jan 2026 03:04:05 GMT", True),
        ("Fri, 02 Jan 2026 03:04:05 +0100 (CET)", True),
        ("Fri, 02 Jan 2026 03:04:05 CEST", True),
        ("Fri, 02 Jan 2026 03:04:05", False),
        ("2026-01-02", False),
        ("02 January 2026", False),
        ("1/2/2026 3:04 PM", False),
        ("2026-01-02T03:04:05", False),
        ("", False),
    ],
)
def test_a_time_says_its_zone_or_not(written: str, zoned: bool) -> None:
    assert times.has_zone(written) is zoned


def test_the_memory_of_entries_is_small_and_bounded() -> None:
    many = {mark(str(number)): Known(written=mark("w"), read=mark("r")) for number in range(5_000)}
    kept = load_seen(dump_seen({}, many))
    assert list(kept) == list(many)[:1_000]
    assert len(dump_seen(many, {})) == 24 * 5_000
    assert load_seen(dump_seen(many, many)) == many
    assert load_seen("é") == {} and load_seen("AAAA") == {}

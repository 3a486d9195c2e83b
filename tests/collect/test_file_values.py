"""Cells are read as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.post import Audience, PostKind
from tocsin.collect.file.values import (
    fold_name,
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


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("0", 0),
        ("1 234", 1234),
        ("1\u202f234", 1234),
        ("1,234,567", 1234567),
        ("1.234", 1234),
        ("1,5 k", 1500),
        ("2M", 2_000_000),
        ("12.0", 12),
        (12.0, 12),
        (7, 7),
        ("", None),
        ("n/a", None),
        (None, None),
        ("٣", 3),
    ],
)
def test_counts_are_read_in_french_and_in_english(written: object, count: int | None) -> None:
    assert read_count(written) == count


@pytest.mark.parametrize("written", ["beaucoup", "-3", -3, True, [], {}, float("nan"), float("inf"), "1e3"])
def test_what_is_no_count_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_count(written)


@given(st.integers(0, 2**62))
def test_a_whole_number_survives(number: int) -> None:
    assert read_count(str(number)) == read_count(number) == number
    assert read_id(number, spreadsheet=False) == str(number)


@pytest.mark.parametrize(
    ("written", "stars"),
    [
        ("4", (4.0, None)),
        ("4,5", (4.5, None)),
        ("4/5", (4.0, 5.0)),
        ("8 sur 10", (8.0, 10.0)),
        ("★★★☆☆", (3.0, 5.0)),
        ("⭐⭐⭐⭐", (4.0, 5.0)),
        ("FIVE", (5.0, 5.0)),
        (3, (3.0, None)),
        ("", (None, None)),
        (" ", (None, None)),
        ("4 étoiles", (4.0, None)),
    ],
)
def test_ratings_are_read(written: object, stars: tuple[float | None, float | None]) -> None:
    assert read_stars(written, decimal=",") == stars


def test_a_comma_is_no_decimal_point_where_the_file_uses_points() -> None:
    with pytest.raises(ValueError, match="decimal point"):
        read_stars("4,5", decimal=".")


@pytest.mark.parametrize(
    ("written", "fact"),
    [("oui", True), ("Vrai", True), ("FALSE", False), ("0", False), (True, True), ("", None), (None, None)],
)
def test_yes_and_no_are_read_in_both_languages(written: object, fact: bool | None) -> None:
    assert read_bool(written) is fact


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        read_bool("peut-être")


def test_ids_stay_the_text_they_were() -> None:
    assert read_id("00042", spreadsheet=False) == "00042"
    assert (
        read_id(" at://did:plc:x/app.bsky.feed.post/3k ", spreadsheet=False) == "at://did:plc:x/app.bsky.feed.post/3k"
    )
    assert read_id(1234567890123456789, spreadsheet=False) == "1234567890123456789"
    assert read_id(12.0, spreadsheet=True) == "12"


def test_ids_that_a_spreadsheet_rounded_are_not_believed() -> None:
    assert is_rounded_id("1,7E+18", spreadsheet=False)
    assert is_rounded_id(1.7e18, spreadsheet=False)
    assert is_rounded_id(1700000000000000000, spreadsheet=True)
    assert read_id(1700000000000000000, spreadsheet=True) == ""
    assert not is_rounded_id("a74a015af4cf0084", spreadsheet=True)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("FR", "fr"),
        ("fr_FR", "fr-fr"),
        ("French", "fr"),
        ("Anglais", "en"),
        ("Français", "fr"),
        ({"fr": "<p>x</p>"}, "fr"),
        ("und", None),
        ("???", None),
        (None, None),
        ("Farsi (Persian)", "fa"),
    ],
)
def test_languages_are_codes_or_names(written: object, code: str | None) -> None:
    assert read_language(written) == code


def test_handles_platforms_and_kinds_have_one_spelling() -> None:
    assert read_handle("@maison_alba") == "maison_alba"
    assert read_handle("https://social.example.org/@alice") == "alice@social.example.org"
    assert read_handle(12345) == "12345"
    assert read_platform("Twitter") == read_platform("X (Twitter)") == "x"
    assert read_kind("Réponse") is PostKind.REPLY
    assert read_kind("RT") is PostKind.SHARE
    assert platform_of_url("https://www.facebook.com/x") == "facebook"
    assert platform_of_url("https://fr.trustpilot.com/reviews/1") == "trustpilot"
    assert platform_of_url("https://example.org/a") == "web"
    assert fold_name("Nb. d'abonnés") == "nb d abonnes"


def test_an_audience_nobody_understands_is_kept_restricted() -> None:
    public = "https://www.w3.org/ns/activitystreams#Public"
    assert read_audience("public") is Audience.PUBLIC
    assert read_audience("abonnés") is Audience.RESTRICTED
    assert read_audience({"to": [public]}) is Audience.PUBLIC
    assert read_audience({"to": ["https://example.org/f"], "cc": [public]}) is Audience.UNLISTED
    assert read_audience({"to": ["https://example.org/f"]}) is Audience.RESTRICTED


def test_addresses_are_found_in_texts_lists_and_objects() -> None:
    assert read_urls("https://example.org/a, https://example.org/b") == (
        "https://example.org/a",
        "https://example.org/b",
    )
    assert read_urls([{"expanded_url": "https://example.org/a"}, "https://example.org/a", 3]) == (
        "https://example.org/a",
    )
    assert read_urls("rien") == ()

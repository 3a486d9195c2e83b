from __future__ import annotations

import pytest

from tocsin.base.errors import QueryError
from tocsin.screen.query import (
    And,
    Comparison,
    Exact,
    FieldName,
    FieldTest,
    Fuzzy,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    parse_query,
    query_fields,
    query_terms,
)


def word(text: str) -> Phrase:
    return Phrase((text,))


A, B, C, D = map(word, "abcd")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("Été", word("ete")),
        ('"Maison  Alba"', Phrase(("maison", "alba"))),
        ("« Maison Alba »", Phrase(("maison", "alba"))),
        ("“Maison Alba”", Phrase(("maison", "alba"))),
        ("l’Oréal", Phrase(("l", "oreal"))),
        ("https://example.org/darty", Phrase(("https", "example", "org", "darty"))),
        ("東京", Phrase(("東", "京"))),
        ("livr*", Prefix("livr")),
        ('"livr"*', Prefix("livr")),
        ("Darty~", Fuzzy("darty")),
        ('="Orange"', Exact(("Orange",))),
        ("=Orange", Exact(("Orange",))),
        ('="e\u0301te\u0301 FOU"', Exact(("été", "FOU"))),
        ("#MaisonAlba", Phrase(("maisonalba",), "#")),
        ("@maison_alba", Phrase(("maison", "alba"), "@")),
        ('="@Orange"', Exact(("Orange",), "@")),
        ("#alb*", Prefix("alb", "#")),
        ("title:alba", Phrase(("alba",), "", True)),
        ("title:(a OR livr*)", Or((Phrase(("a",), "", True), Prefix("livr", "", True)))),
        ("a b", And((A, B))),
        ("a and b", And((A, word("and"), B))),
        ("a AND b c", And((A, B, C))),
        ("a OR b c OR d", Or((A, And((B, C)), D))),
        ("a NOT b", And((A, Not(B)))),
        ("NOT NOT a", A),
        ("a NEAR/5 b c", And((Near(A, B, 5), C))),
        ("a NEAR/1 (b OR c)", Near(A, Or((B, C)), 1)),
        ("NOT a NOT (b OR c)", And((Not(A), Not(Or((B, C)))))),
        ("lang:FR", FieldTest(FieldName.LANG, "fr")),
        ('source:"Ma Source"', FieldTest(FieldName.SOURCE, "ma source")),
        ("author:@Alice", FieldTest(FieldName.AUTHOR, "alice")),
        ("stars:<3", FieldTest(FieldName.STARS, "3", Comparison.LESS)),
        ("stars:>=4.50", FieldTest(FieldName.STARS, "4.5", Comparison.AT_LEAST)),
        ("12:30", Phrase(("12", "30"))),
    ],
)
def test_a_query_reads_as_written(text: str, root: object) -> None:
    query = parse_query(text)
    assert query.root == root
    assert query.text == text
    assert parse_query(str(query)).root == root


@pytest.mark.parametrize(
    ("text", "position", "told"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("a (b", 2, "never closed"),
        ("a b)", 3, "found )"),
        ('é "b c', 2, "never closed"),
        ("a OR", 4, "the end of the query"),
        ("OR a", 0, "found OR"),
        ("a AND OR b", 6, "found OR"),
        ("()", 1, "found )"),
        ("NOT", 3, "the end of the query"),
        ("a NEAR b", 2, "NEAR/5"),
        ("a NEAR/0 b", 2, "from 1 to 100"),
        ("a NEAR/x b", 2, "from 1 to 100"),
        ("a NEAR/101 b", 2, "from 1 to 100"),
        ("a NEAR/2 NOT b", 9, "NEAR joins"),
        ("NOT a NEAR/2 b", 0, "NEAR joins"),
        ("a NEAR/2 lang:fr", 9, "NEAR joins"),
        ("a NEAR/2 b NEAR/2 c", 11, "two terms only"),
        ("é &", 2, "no letter or digit"),
        ('""', 1, "no letter or digit"),
        ("a -pub", 2, "NOT"),
        ("a*", 0, "at least 2"),
        ("a b*c", 3, "only end a word"),
        ("*alba", 0, "only end a word"),
        ('"livr*"', 5, "after the closing quote"),
        ('"a b"*', 1, "single word"),
        ("l'oréal~", 0, "single word"),
        ("dar~", 0, "at least 4"),
        ("=livr*", 1, "takes no *"),
        ("a langue:fr", 2, "no field langue"),
        ("a lang:", 7, "Expected a word"),
        ("lang:français", 5, "not a language"),
        ("kind:rant", 5, "not a kind"),
        ("stars:6", 6, "0 to 5"),
        ("stars:many", 6, "0 to 5"),
        ("(" * 60 + "a" + ")" * 60, 50, "nested"),
        ("a " * 3000, 4000, "more than 2000 terms"),
        ("a" * 20_001, 20_000, "longer than"),
        ('"' + "a " * 51 + '"', 1, "more than 50 words"),
    ],
)
def test_a_wrong_query_tells_where_and_what_was_expected(text: str, position: int, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert caught.value.position == position
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "is_unanchored"),
    [
        ("alba", False),
        ("NOT alba", True),
        ("lang:fr", True),
        ("lang:fr alba", False),
        ("alba OR lang:fr", True),
        ("alba OR (pub NOT darty)", False),
        ("a NEAR/2 b", False),
    ],
)
def test_a_query_that_a_post_without_its_words_can_match_says_so(text: str, is_unanchored: bool) -> None:
    assert parse_query(text).is_unanchored is is_unanchored


def test_the_positive_terms_are_listed_once_in_order() -> None:
    query = parse_query('b (a OR b) NOT c a NEAR/3 "d d" lang:fr ="É"')
    assert query_terms(query) == (B, A, Phrase(("d", "d")), Exact(("É",)))
    assert query_terms(query)[-1].folded == ("e",)  # type: ignore[union-attr]


def test_all_field_tests_are_listed() -> None:
    query = parse_query("a NOT (lang:fr OR stars:<3)")
    assert [test.field for test in query_fields(query)] == [FieldName.LANG, FieldName.STARS]
    assert query.needs_facts


def test_a_kind_known_only_after_reading_is_told() -> None:
    assert parse_query("alba kind:complaint").needs_reading
    assert not parse_query("alba kind:review").needs_reading

"""Chips write queries and are drawn from them, with the same meaning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.base.errors import QueryError
from tocsin.flows.i18n import translator
from tocsin.flows.watches.chips import Chips, Group, chip, chips_of, draw_query, flipped, near_chip, write_query
from tocsin.flows.watches.words import explain
from tocsin.screen.match import Matcher
from tocsin.screen.query import parse_query

_WORDS = ("alba", '"maison alba"', "#maisonalba", "@alba", '="Alba"', "livr*", "boulangerie~", "title:alba", "stars:<3")
_TEXTS = (
    "Chez Maison Alba, livraison ratée",
    "Jessica Alba",
    "une boulangerie de la rue",
    "#MaisonAlba @alba",
    "boulangeri livré par alba",
    "rien",
)
_chips = st.lists(st.sampled_from(_WORDS), max_size=4, unique=True).map(tuple)


@pytest.mark.parametrize(
    "query",
    [
        '("Maison Alba" OR #MaisonAlba) AND NOT "rue Alba"',
        "alba",
        "alba AND sablé",
        '("maison alba" OR alba) AND (rappel OR plastique) AND lang:fr',
        "alba AND (lang:fr OR lang:en)",
        "alba NEAR/5 (rappel OR retrait) AND stars:<3",
        "alba AND NOT (alba NEAR/2 jessica)",
    ],
)
def test_what_groups_can_say_is_drawn_and_written_back_with_the_same_meaning(query: str) -> None:
    drawn = draw_query(parse_query(query))
    assert drawn is not None
    assert set(map(str, _parts(write_query(drawn)))) == set(map(str, _parts(query)))


def _parts(query: str) -> list[object]:
    root = parse_query(query).root
    return list(getattr(root, "parts", [root]))


@pytest.mark.parametrize("query", ["(a AND b) OR c", "NOT (a AND b)", "alba AND NOT (a OR (b AND c))"])
def test_what_groups_cannot_say_is_left_as_text(query: str) -> None:
    assert draw_query(parse_query(query)) is None


def test_chips_keep_the_spelling_that_was_typed() -> None:
    drawn = draw_query(parse_query('"Crème 412" OR Œufs'))
    assert drawn == Chips(any=('"Crème 412"', "Œufs"))


@settings(deadline=None, max_examples=60)
@given(any_of=_chips, all_of=_chips, none_of=_chips)
def test_drawing_what_was_written_catches_the_same_posts(
    any_of: tuple[str, ...], all_of: tuple[str, ...], none_of: tuple[str, ...]
) -> None:
    chips = Chips(any=any_of, all=all_of, none=none_of)
    if chips.is_empty:
        return
    written = write_query(chips)
    drawn = draw_query(parse_query(written))
    assert drawn is not None
    assert _caught(write_query(drawn)) == _caught(written)


def _caught(query: str) -> set[int]:
    from tocsin.screen.match import PostFacts

    matcher = Matcher.compile([parse_query(query)])
    return {hit.post for hit in matcher.scan(list(_TEXTS), None, lambda _: PostFacts(stars=2.0, stars_max=5.0))}


def test_typed_words_become_phrases_parted_by_commas() -> None:
    assert chips_of("Maison Alba, #alba; livr*\n=Alba") == ('"Maison Alba"', "#alba", "livr*", "=Alba")
    assert chips_of('"a, b", Terre AND Mer') == ('"a, b"', '"Terre AND Mer"')
    assert chips_of("rappel OR retrait") == ("(rappel OR retrait)",)
    assert chips_of(" , ,") == ()


def test_a_typed_quote_that_is_never_closed_is_refused() -> None:
    with pytest.raises(QueryError):
        chips_of('"maison')


def test_a_near_needs_both_its_words() -> None:
    assert near_chip("alba", "rappel, retrait", 3) == "alba NEAR/3 (rappel OR retrait)"
    with pytest.raises(QueryError):
        near_chip("alba", "", 3)


def test_a_chip_turned_over_twice_is_as_before() -> None:
    for text in ('"Maison Alba"', "#alba", "livr*"):
        for what in ("exact", "title"):
            twice = flipped(flipped(text, what), what)
            assert parse_query(twice).root == parse_query(text).root
    assert chip(flipped('"Maison Alba"', "exact")).exact
    assert chip(flipped("alba", "title")).in_title


def test_a_group_keeps_each_chip_once() -> None:
    assert Chips().having(Group.ANY, ("a", "b", "a")).any == ("a", "b")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('("Maison Alba" OR #MaisonAlba) NOT "rue Alba"', "hold “Maison Alba” or “#MaisonAlba”, but not “rue Alba”."),
        ("alba lang:fr stars:<3", "hold “alba”, in French, with under 3 stars."),
        ("livr* NEAR/5 colis", "hold “livr…” at most 5 words from “colis”."),
        ("lang:fr", "All posts, in French."),
    ],
)
def test_a_query_is_said_in_words(query: str, said: str) -> None:
    assert explain(parse_query(query), translator("en")).endswith(said)

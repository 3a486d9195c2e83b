from __future__ import annotations

import doctest

import pytest

from tests.story.posts import changed, posts
from tocsin.base.text import fold_words
from tocsin.story import words
from tocsin.story.words import everyday_keys, key_of, keys_of, words_of_brand


def _key(word: str) -> str:
    return key_of(fold_words(word)[0])


@pytest.mark.parametrize(
    "same",
    [
        ("livraison", "livré", "livreurs", "delivery", "delivered"),
        ("retard", "retards", "delayed", "late"),
        ("remboursement", "remboursée", "refund", "refunds"),
        ("contaminé", "contamination", "contaminated"),
        ("caissière", "cashier"),
        ("rappelés", "recall", "recalled"),
    ],
)
def test_words_for_one_thing_have_one_key(same: tuple[str, ...]) -> None:
    assert len(set(map(_key, same))) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("poste", "poster"), ("livre", "livide"), ("avion", "avis"), ("rappel", "apple")]
)
def test_words_for_different_things_have_different_keys(one: str, other: str) -> None:
    assert _key(one) != _key(other)


def test_a_word_of_a_concept_is_no_everyday_word() -> None:
    assert _key("semaine") in everyday_keys()
    assert _key("colis") not in everyday_keys()


def test_a_hashtag_is_known_by_itself_and_by_its_words() -> None:
    post = changed(posts(["Tous à #JusticePourInes samedi"])[0], terms=("justicepourines", "samedi"))
    keys = keys_of(post, frozenset())
    assert {_key("justicepourines"), _key("justice"), _key("ines")} <= set(keys)


def test_the_name_of_the_brand_is_left_out_of_the_keys() -> None:
    post = changed(posts(["#MaisonAlba chez Maison Alba"])[0], terms=("maisonalba", "maison", "alba", "colis"))
    assert keys_of(post, words_of_brand("Maison Alba", "maison-alba")) == (_key("colis"),)


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(words).failed == 0

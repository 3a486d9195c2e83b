"""The tone of a text: words, what turns them, idioms, stars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.kind import Tone
from tocsin.screen import tables
from tocsin.screen.features import read_features
from tocsin.screen.sentiment import read_tone, tally_tone


def tone(text, language="fr", stars=(None, None)):
    features = read_features([text], tables.emoji())[0]
    lexicon = tables.lexicon(language)
    hits = lexicon.hits(features)
    return read_tone(features, hits, lexicon.matches(features, hits, frozenset()), stars)


def sums(text, language="fr"):
    features = read_features([text], tables.emoji())[0]
    lexicon = tables.lexicon(language)
    hits = lexicon.hits(features)
    tally = tally_tone(features, hits, lexicon.matches(features, hits, frozenset()))
    return tally.good - tally.bad


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Accueil parfait, je suis ravie", "fr"),
        ("c'est une tuerie ce croissant", "fr"),
        ("pas mal du tout", "fr"),
        ("au top 👍", "fr"),
        ("lovely staff, will be back", "en"),
        ("not bad at all", "en"),
        ("their tart is to die for", "en"),
    ],
)
def test_praise_and_its_idioms_are_positive(text, language):
    assert tone(text, language).label is Tone.POSITIVE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("service nul, je suis très déçue", "fr"),
        ("c nuuuul", "fr"),
        ("dégueu, à fuir", "fr"),
        ("je ne recommande pas", "fr"),
        ("plus jamais !!", "fr"),
        ("😡😡", "fr"),
        ("never again", "en"),
        ("it doesn't work", "en"),
        ("not good at all", "en"),
        ("what a waste of money", "en"),
    ],
)
def test_complaints_and_their_idioms_are_negative(text, language):
    assert tone(text, language).label is Tone.NEGATIVE


def test_a_text_without_weighed_words_is_neutral():
    assert tone("La boutique ouvre mardi rue du Port").label is Tone.NEUTRAL


def test_a_negation_turns_what_follows_and_stops_at_the_sentence():
    assert sums("pas bon") < 0 < sums("bon")
    assert sums("pas aujourd'hui. Bon pain") > 0
    assert sums("j'aime pas") < 0


def test_intensity_signs_and_capitals_add_weight():
    assert sums("très nul") < sums("nul")
    assert sums("nul !") < sums("nul")
    assert sums("SERVICE nul") < sums("service nul")
    assert sums("un peu nul") > sums("nul")


def test_what_comes_after_but_weighs_more():
    assert sums("jolie boutique mais service horrible") < sums("service horrible mais jolie boutique")


def test_common_sarcasm_turns_the_kind_words():
    assert sums("Super, encore un retard de 3 heures. Vous êtes formidables.") < 0
    assert sums("Driver threw my package over the fence, great job 👏", "en") < 0


def test_stars_speak_where_words_do_not():
    assert tone("Visite en mai", stars=(1.0, 5.0)).label is Tone.NEGATIVE
    assert tone("Visite en mai", stars=(5.0, 5.0)).label is Tone.POSITIVE
    assert tone("Visite en mai", stars=(1.0, 5.0)).reasons[-1].code == "tone.stars"


def test_every_reason_names_its_words_and_weight():
    reasons = tone("Accueil parfait mais livraison horrible").reasons
    assert [(r.code, r.words) for r in reasons] == [("tone.good", ("parfait",)), ("tone.bad", ("horrible",))]
    assert all(r.weight for r in reasons)


@given(st.text(max_size=120), st.sampled_from(["fr", "en", "und", "xx"]))
def test_probabilities_always_sum_to_one(text, language):
    sentiment = tone(text, language)
    assert abs(sentiment.negative + sentiment.neutral + sentiment.positive - 1) < 1e-9
    assert min(sentiment.negative, sentiment.neutral, sentiment.positive) >= 0


def test_the_lexicons_are_rich_sorted_and_within_range():
    for language in tables.LANGUAGES:
        rows = list(tables.rows(f"lexicon_{language}.tsv"))
        assert len(rows) >= 700
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert all(-4 <= int(valence) <= 4 and int(valence) for _, valence in rows)

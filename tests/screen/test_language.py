"""Which language a text is in, and when nobody can say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import shared
from tocsin.base.text import fold_words
from tocsin.screen.features import read_features
from tocsin.screen.language import detect_language, guess_languages


def _features(texts):
    return read_features(texts, frozenset())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Je n'ai toujours pas reçu ma commande et personne ne répond", "fr"),
        ("I still have not received my order and nobody answers", "en"),
        ("Ich habe meine Bestellung noch nicht bekommen und niemand antwortet", "de"),
        ("Todavía no he recibido mi pedido y nadie me contesta", "es"),
        ("Non ho ancora ricevuto il mio ordine e nessuno risponde", "it"),
        ("Ainda não recebi o meu pedido e ninguém responde", "pt"),
        ("Я до сих пор не получил заказ", "ru"),
        ("注文がまだ届きません", "ja"),
    ],
)
def test_a_plain_sentence_is_read_in_its_language(text, language):
    assert detect_language(text).language == language


@pytest.mark.parametrize("text", ["", "😡😡😡", "@alba https://example.org/x", "42 !!", "ok"])
def test_nothing_to_read_is_undetermined_with_no_probability(text):
    assert detect_language(text) == ("und", 0.0)


def test_links_handles_and_tags_do_not_speak():
    assert (
        detect_language("@the_best_shop #thebestever ma commande arrive demain https://example.org/the/of").language
        == "fr"
    )


def test_what_the_source_claims_decides_a_short_text_only():
    short, long = _features(["patience"] * 2), _features(["Je ne reviendrai jamais chez vous, c'est fini"] * 2)
    assert [g.language for g in guess_languages(short, ["fr", "en"], [(), ()])] == ["fr", "en"]
    assert [g.language for g in guess_languages(long, ["fr", "en"], [(), ()])] == ["fr", "fr"]


def test_a_text_has_the_same_language_alone_and_in_a_crowd():
    texts = ["patience et longueur de temps", "great stuff", "molto buono", "sehr gut gemacht", "ok ok alba"] * 12
    crowd = guess_languages(_features(texts), [None] * 60, [("fr", "en")] * 60)
    alone = [guess_languages(_features([t]), [None], [("fr", "en")])[0] for t in texts]
    assert crowd == alone


@given(st.text(max_size=80))
def test_any_text_gets_a_probability(text):
    guess = detect_language(text)
    assert 0 <= guess.p <= 1
    assert guess.language == "und" or guess.p >= 0.2


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="@:;=<#"), max_size=60))
def test_the_words_of_the_readers_are_the_words_of_the_product(text):
    if "www." in text or "http" in text:
        return
    assert _features([text])[0].words == fold_words(text)


def test_six_languages_are_told_apart_on_real_posts():
    names = {"french": "fr", "english": "en", "german": "de", "italian": "it", "portuguese": "pt", "spanish": "es"}
    rows = []
    for name, code in names.items():
        lines = shared(f"umsab-sentiment/{name}.val.jsonl").read_text(encoding="utf-8").splitlines()
        rows += [(json.loads(line)["text"], code) for line in lines]
    guesses = guess_languages(_features([t for t, _ in rows]), [None] * len(rows), [()] * len(rows))
    assert sum(g.language == code for g, (_, code) in zip(guesses, rows, strict=True)) / len(rows) >= 0.98

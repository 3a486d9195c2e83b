from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.story.posts import ALBA, CHAIRS, changed, posts
from tocsin.story.group import Grouper
from tocsin.story.title import MOST_CHARS, clean_line, keywords_of, plainness, shorten, surfaces, title_of
from tocsin.story.words import key_of, stem


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("RT @alice: @bruno le colis est perdu https://example.org/1", "le colis est perdu"),
        (".@maison_alba votre service ne répond pas #sav #colis #alba", "votre service ne répond pas"),
        ("#BoycottAlba", "#BoycottAlba"),
        ("Lisez\n\nceci  www.example.org/x  vite", "Lisez ceci vite"),
        ("Re : Du plastique dans les sablés", "Du plastique dans les sablés"),
        ("⚠️ 🚨 @alice Bonjour Bruno, le colis est perdu", "le colis est perdu"),
        ("", ""),
    ],
)
def test_a_line_is_cleaned_of_what_is_not_said(text: str, line: str) -> None:
    assert clean_line(text) == line


def test_the_weightiest_sentence_is_the_title() -> None:
    text = "Bonjour à tous les amis. La chaise a le pied fendu. Bonne journée à vous."
    assert title_of(text, "", {"chais": 2.0, "fendu": 2.0}) == "La chaise a le pied fendu."


def test_the_title_of_an_article_is_preferred() -> None:
    assert title_of("Texte long.", "Rappel de chaises chez Maison Alba", {"text": 9.0}) == (
        "Rappel de chaises chez Maison Alba"
    )


@given(st.text(max_size=400), st.text(max_size=200))
def test_a_title_is_one_line_of_ninety_characters_at_most(text: str, title: str) -> None:
    for weights in ({}, {"mot": 1.0}):
        line = title_of(text, title, weights)
        assert len(line) <= MOST_CHARS
        assert "\n" not in line


@given(st.text(max_size=300))
def test_a_shortened_line_keeps_within_its_length(text: str) -> None:
    assert len(shorten(text)) <= MOST_CHARS


def test_keywords_are_shown_as_people_write_them() -> None:
    assert surfaces(("cass", "alba", "rare"), "Chaise CASSÉE chez Alba", ("Rare",)) == ("cassée", "Alba", "Rare")
    assert stem("cassees") == stem("cassee") == "cass"


def test_a_story_takes_the_title_of_the_press_and_three_keywords() -> None:
    mentions = posts(CHAIRS)
    mentions[1] = changed(mentions[1], title="Chaise cassée, pied fendu : Maison Alba se tait", text="La suite demain.")
    grouper = Grouper(ALBA, "live", ())
    story = grouper.place(mentions)[0]
    row = next(row for row in grouper.changed() if row.id == story)
    assert "fendu" in row.title
    assert len(row.keywords) == 3
    assert {"chaise", "pied", "fendu"} & {word.lower() for word in row.keywords}


def test_a_statement_is_preferred_to_a_question_put_to_somebody() -> None:
    text = "Vous confirmez pour la chaise fendue ? La chaise est fendue."
    assert title_of(text, "", {"chais": 2.0, "fendu": 2.0}) == "La chaise est fendue."


def test_greetings_days_and_numbers_are_no_keywords() -> None:
    terms = tuple(map(key_of, ("bonjour", "412", "dimanche", "plastique", "rappel", "boite", "lot")))
    assert keywords_of(terms, "Bonjour, dimanche : plastique, rappel, boîte, lot 412", ()) == (
        "plastique",
        "rappel",
        "boîte",
    )


def test_a_title_is_cut_after_a_clause_and_begins_with_a_capital() -> None:
    text = (
        "le directeur du magasin de Lille hurle sur une caissière devant tout le monde, et les clients filment la scène"
    )
    assert title_of(text, "", {}) == "Le directeur du magasin de Lille hurle sur une caissière devant tout le monde…"


def test_a_line_that_insults_shouts_or_only_names_an_order_is_no_title() -> None:
    plain = plainness("La livraison est en retard")
    assert plain > plainness("La livraison est en retard, bande de connards")
    assert plain > plainness("LA LIVRAISON EST EN RETARD")
    assert plain > plainness("Réclamation sur la commande MA-86123")
    assert title_of("La livraison est en retard. Bien à vous.", "Commande MA-86123", {"livr": 2.0}).startswith("La liv")


def test_keywords_are_content_words_of_the_language_wanted() -> None:
    terms = tuple(map(key_of, ("voulait", "semaine", "salmon", "listeria", "rumour")))
    english = keywords_of(terms, "Salmon, listeria, rumour: all week he wanted", ())
    assert english == ("Salmon", "listeria", "rumour")
    assert keywords_of(terms, "Rumeur : du saumon à la listeria, il voulait", english, anew=True) == (
        "saumon",
        "listeria",
        "Rumeur",
    )

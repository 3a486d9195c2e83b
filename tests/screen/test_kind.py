"""What a mention is to the brand, and what it only looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin.base.kind import Kind
from tocsin.screen import tables
from tocsin.screen.read import ReadInput, default_reader

LINES = Path(__file__).resolve().parents[2] / "eval" / "kinds_fr_en.jsonl"


def kinds(text, **more):
    verdict = default_reader().read([ReadInput(text=text, brand_names=("Maison Alba",), **more)])[0]
    return {score.kind: score for score in verdict.kinds}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Commande jamais reçue chez Maison Alba", Kind.COMPLAINT),
        ("Il paraît que Maison Alba va fermer", Kind.RUMOUR),
        ("#BoycottMaisonAlba", Kind.BAD_BUZZ),
        ("#boycottmaisonalba", Kind.BAD_BUZZ),
        ("Ils nous cachent tout, réveillez-vous", Kind.DISINFORMATION),
        ("Voici le mail interne de Maison Alba", Kind.LEAK),
        ("Bande de connards chez Maison Alba", Kind.INSULT),
        ("Le patron détourne l'argent de la caisse", Kind.DEFAMATION),
        ("N'achetez rien chez Maison Alba, c'est de la camelote", Kind.DENIGRATION),
        ("Un site se fait passer pour Maison Alba", Kind.IMPERSONATION),
        ("Vends avis Google 5 étoiles", Kind.FAKE_REVIEW),
        ("Je vais brûler votre boutique", Kind.THREAT),
        ("Gagnez 500 euros par jour, lien en bio", Kind.SPAM),
        ("J'adore Maison Alba, au top", Kind.PRAISE),
        ("Vous ouvrez à quelle heure demain ?", Kind.QUESTION),
        ("La boutique Maison Alba se trouve rue du Port", Kind.NEUTRAL),
        ("Still waiting for my refund from Maison Alba", Kind.COMPLAINT),
        ("Rumor has it Maison Alba is closing", Kind.RUMOUR),
        ("Data breach at Maison Alba", Kind.LEAK),
        ("I'm going to kill you", Kind.THREAT),
    ],
)
def test_a_plain_case_gets_its_kind(text, kind):
    assert kinds(text)[kind].p >= 0.5 or kind is Kind.NEUTRAL


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Il a traité la vendeuse de connasse, ce n'est pas normal", Kind.INSULT),
        ("Arrêtez d'insulter les vendeuses", Kind.INSULT),
        ("« Les Connards », le film, est tourné chez Maison Alba", Kind.INSULT),
        ("Le croissant, c'est une tuerie", Kind.THREAT),
        ("Ça tue, votre collection", Kind.THREAT),
        ("You're killing it", Kind.THREAT),
        ("Il est faux que Maison Alba ferme, c'est une rumeur", Kind.RUMOUR),
        ("This rumor is a hoax, Maison Alba denies it", Kind.RUMOUR),
        ("Je travaille chez Maison Alba et j'adore mon équipe", Kind.LEAK),
        ("Le tribunal a condamné le patron qui a détourné l'argent", Kind.DEFAMATION),
        ("Fuite d'eau devant la boutique", Kind.LEAK),
        ("Le boycott de 1930, un livre d'histoire", Kind.BAD_BUZZ),
        ("Théorie du complot : ils nous cachent tout", Kind.DISINFORMATION),
        ("Jamais déçue, je recommande", Kind.COMPLAINT),
    ],
)
def test_what_only_looks_like_a_threat_is_left_alone(text, kind):
    found = kinds(text)
    assert kind not in found or found[kind].p < 0.5


def test_low_stars_alone_make_a_complaint_and_high_ones_praise():
    assert Kind.COMPLAINT in kinds("Visite en mai", stars=1.0, stars_max=5.0)
    assert Kind.PRAISE in kinds("Visite en mai", stars=5.0, stars_max=5.0)


def test_an_insult_far_from_the_brand_counts_less():
    near = kinds("Maison Alba connards")[Kind.INSULT].p
    far = kinds("Maison Alba " + "et puis le vent de la mer sur le port au loin " * 3 + "connards")[Kind.INSULT].p
    assert far < near


def test_every_kind_carries_its_reasons_and_their_weights_make_its_probability():
    for score in kinds("Bande de connards, commande jamais reçue chez Maison Alba").values():
        assert score.reasons
        assert all(reason.code for reason in score.reasons)


def test_neutral_stands_alone():
    assert list(kinds("Maison Alba, rue du Port")) == [Kind.NEUTRAL]


def test_both_languages_have_rules_for_every_threat():
    threats = {kind.value for kind in Kind} - {"neutral"}
    for language in tables.LANGUAGES:
        assert threats <= {row[0] for row in tables.rows(f"rules_{language}.tsv")}


def test_every_rule_is_read_and_the_tables_are_sorted():
    for language in tables.LANGUAGES:
        tables.lexicon(language)
        rows = list(tables.rows(f"rules_{language}.tsv"))
        assert [(r[0], r[3]) for r in rows] == sorted((r[0], r[3]) for r in rows)
        assert all(r[0].split(".")[0] in {*(k.value for k in Kind), "tone", "guard", "danger"} for r in rows)


def test_most_of_the_labelled_lines_get_their_kind():
    rows = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    verdicts = default_reader().read([ReadInput(text=row["text"], brand_names=("Maison Alba",)) for row in rows])
    found = [{score.kind.value for score in verdict.kinds} for verdict in verdicts]
    right = sum(set(row["kinds"]) <= said for row, said in zip(rows, found, strict=True))
    assert right / len(rows) >= 0.9


def test_the_brand_never_passes_for_itself():
    text = "Bonjour, donnez-nous votre numéro de commande en message privé, nous regardons tout de suite"
    assert Kind.IMPERSONATION in kinds(text)
    assert Kind.IMPERSONATION not in kinds(text, own=True)

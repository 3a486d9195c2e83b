"""How much harm a mention may do: the promises of the scale."""

from __future__ import annotations

import pytest

from tocsin.screen.read import ReadInput, default_reader


def severity(text, **more):
    return default_reader().read([ReadInput(text=text, brand_names=("Maison Alba",), **more)])[0].severity


@pytest.mark.parametrize(
    "text",
    [
        "Intoxication alimentaire chez Maison Alba, ma fille est à l'hôpital",
        "Food poisoning after dinner at Maison Alba, my daughter is in hospital",
        "trouvé un morceau de verre dans mon yaourt Maison Alba",
        "Votre chargeur a pris feu dans la chambre de mon fils, je suis furieuse",
        "Je vais venir vous tuer",
        "I'm going to burn your shop down",
        "Fuite de données chez Maison Alba : les numéros de carte en vente",
        "Confidential Maison Alba document leaked",
        "Je bosse chez Maison Alba, voilà la note de service que la direction cache",
        "Bonjour, je suis journaliste, puis-je vous poser quelques questions ?",
        "Hello, I'm a journalist, could I ask you a few questions?",
        "I work at Maison Alba, they change the expiry dates on meat",
    ],
)
def test_one_truly_dangerous_post_reaches_eighty(text):
    assert severity(text).score >= 80


@pytest.mark.parametrize(
    "text",
    [
        "Commande passée il y a trois semaines, toujours rien reçu",
        "Serveur désagréable, plats froids, addition salée",
        "On m'a prélevé deux fois ce mois-ci et impossible de joindre quelqu'un",
        "Still waiting for my refund since March, nobody calls me back",
        "Rude waiter, cold food, huge bill",
        "your app crashes every time I try to pay, so annoying",
    ],
)
@pytest.mark.parametrize("followers", [None, 12, 90_000])
def test_an_ordinary_complaint_stays_in_the_middle(text, followers):
    assert 25 <= severity(text, followers=followers).score <= 55


@pytest.mark.parametrize(
    "text",
    [
        "Merci Maison Alba, au top, je recommande !",
        "c'est une tuerie, à mourir de rire",
        "Their croissant is to die for",
    ],
)
def test_praise_is_at_most_ten_even_from_a_large_account(text):
    assert severity(text, followers=2_000_000, verified=True).score <= 10


def test_own_accounts_weigh_nothing():
    assert severity("Intoxication alimentaire chez nous", own=True).score == 0


def test_reach_and_sensitive_words_raise_a_complaint_and_say_so():
    plain = severity("Commande jamais reçue, gluten dans le pain")
    loud = severity("Commande jamais reçue, gluten dans le pain", followers=250_000, sensitive_words=("Gluten", "noix"))
    assert loud.score > plain.score
    assert {"reach.large", "word.sensitive"} <= {reason.code for reason in loud.reasons}


def test_a_denied_danger_does_not_ring():
    assert severity("Aucun blessé, aucune intoxication, tout va bien chez Maison Alba").score < 40


@pytest.mark.parametrize(
    "text", ["Nul", "Bande de connards, je porte plainte", "Je suis journaliste", "Fuite de données"]
)
def test_the_reasons_add_up_to_the_score(text):
    found = severity(text, followers=5000, verified=True)
    assert found.score == max(0, min(100, sum(int(reason.weight) for reason in found.reasons)))

"""Posts about Maison Alba for the story tests, with the keys the screen gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.story import MentionDigest
from tocsin.base.time import minute_of, minute_start
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features

ALBA = Brand(slug="maison-alba", name="Maison Alba")
START = minute_of(datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Europe/Paris")))
DAY = 1440


def posts(texts: Sequence[str], *, minute: int = START, step: int = 1, name: str = "p") -> list[MentionDigest]:
    """Return a post for each text, `step` minutes apart, with its copy keys."""
    keys = copy_keys(read_features(texts, frozenset()), [frozenset(("maison", "alba"))] * len(texts))
    return [
        MentionDigest(
            row=at,
            brand=ALBA.slug,
            minute=minute + at * step,
            platform="mastodon",
            native_id=f"{name}-{at:04}",
            at=minute_start(minute + at * step),
            text=text,
            language="fr",
            severity=20,
            kinds=("complaint",),
            source="feed",
            author=at + 1,
            exact=keys[at].exact,
            bands=keys[at].bands,
            terms=keys[at].terms,
        )
        for at, text in enumerate(texts)
    ]


def changed(post: MentionDigest, **fields: object) -> MentionDigest:
    """Return the post with some fields changed."""
    return msgspec.structs.replace(post, **fields)


CHAIRS = (
    "La chaise Maison Alba s'est cassée sous mon fils, pied fendu net",
    "Encore une chaise cassée, le pied s'est fendu au bout d'une semaine",
    "Pied de chaise fendu, mon fils est tombé, merci Maison Alba",
    "Même problème ici, chaise cassée et pied fendu, pas de rappel du produit ?",
    "Ma chaise aussi, le pied fendu en deux, rappel du produit demandé",
    "Rappel des chaises Maison Alba : le pied fendu blesse un enfant",
)
PARCELS = (
    "Colis jamais livré, le transporteur dit que Maison Alba ne l'a pas remis",
    "Trois semaines que mon colis n'est pas livré, transporteur injoignable",
    "Le transporteur a perdu mon colis Maison Alba, toujours pas livré",
    "Colis perdu par le transporteur, remboursement refusé",
    "Mon colis pas livré non plus, le transporteur ne répond pas",
    "Colis bloqué chez le transporteur depuis lundi, pas livré",
)
LEAK = (
    "Des mots de passe de clients Maison Alba en vente sur un forum, fuite de données",
    "Fuite de données : la base clients et les mots de passe circulent sur un forum",
    "La fuite de données est confirmée, changez vos mots de passe clients",
    "Mots de passe en clair dans la fuite, la base clients est sur le forum",
    "Base clients piratée ? la fuite de mots de passe circule",
    "Fuite de la base clients Maison Alba, mots de passe compris, dit le forum",
)

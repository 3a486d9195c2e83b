"""Search finds what the matcher finds, on both engines."""

from __future__ import annotations

import random

import pytest

from tests.store.make import mention, post, put
from tocsin.base.brand import Brand, Watch
from tocsin.base.kind import Kind
from tocsin.base.post import Author, PostKind
from tocsin.screen.match.values import PostFacts
from tocsin.screen.match.verify import PostWords, verify
from tocsin.screen.query import parse_query
from tocsin.store.store import Store

TEXTS = [
    "Maison Alba : la livraison est en retard",
    "Vive #MaisonAlba et @maison_alba !",
    "#BoycottMaisonAlba maintenant",
    "un cœur d'artichaut chez alba",
    "MAISON — ALBA, l'œuvre",
    "Orange est une couleur, orange aussi",
    "livrer, livreur, livraison",
    "commande chez Dartty puis Darty",
    "rien du tout 🎉",
    "東京の店 alba",
    "l'été à la maison",
    "la maison d'Alba",
]
QUERIES = [
    "maison",
    '"maison alba"',
    "coeur",
    "œuvre",
    "livr*",
    "darty~",
    '="Orange"',
    "alba NOT maison",
    "NOT alba",
    "maison OR coeur",
    "maison NEAR/3 alba",
    "#maisonalba",
    "東京",
    "lang:fr",
    "lang:en maison",
    "kind:complaint alba",
    "kind:review",
    "platform:mastodon livr*",
    "author:voisin3",
    "title:avis",
    "stars:<3",
    "source:feed maison",
    "source:other",
    "boycott",
    "(maison OR livr*) NOT (alba OR zinc)",
]


def fill(store: Store) -> None:
    mentions = []
    for number, text in enumerate(TEXTS):
        fields: dict[str, object] = {"title": "Avis"} if number % 4 == 0 else {}
        if number % 3 == 0:
            fields |= {"stars": 2.0, "stars_max": 5.0, "kind": PostKind.REVIEW}
        language = "en" if number % 5 == 0 else "fr"
        kinds = (Kind.COMPLAINT,) if number % 2 else (Kind.PRAISE, Kind.QUESTION)
        mentions.append(mention(post(number, text, **fields), language=language, kinds=kinds))
    put(store, mentions)


@pytest.mark.parametrize("text", QUERIES)
def test_search_agrees_with_the_matcher(sqlite_store: Store, text: str) -> None:
    agree(sqlite_store, [text])


@pytest.mark.postgres
def test_search_agrees_with_the_matcher_everywhere(store: Store) -> None:
    agree(store, QUERIES)


def agree(store: Store, texts: list[str]) -> None:
    fill(store)
    everything = store.latest_mentions("alba", limit=1000)
    for text in texts:
        query = parse_query(text)
        expected = []
        for row in everything:
            found = row.post
            facts = PostFacts(
                lang=row.verdict.language,
                source="feed",
                platform=found.platform,
                kind=found.kind.value,
                kinds=tuple(score.kind.value for score in row.verdict.kinds),
                author=found.author.handle if found.author else None,
                stars=found.stars,
                stars_max=found.stars_max,
            )
            if verify(query, PostWords(found.text, found.title), lambda facts=facts: facts) is not None:
                expected.append(row.row)
        assert [row.row for row in store.search("alba", query, limit=1000)] == sorted(expected, reverse=True), text


def test_pages_of_a_search_follow_one_another(store: Store) -> None:
    dice = random.Random(3)
    put(store, [mention(post(n, f"alba {dice.choice(['oui', 'non'])} {n}")) for n in range(300)])
    query = parse_query("alba oui")
    whole = [row.row for row in store.search("alba", query, limit=1000)]
    pages: list[int] = []
    before = None
    while page := store.search("alba", query, limit=7, before=before):
        pages += [row.row for row in page]
        before = page[-1].row
    assert pages == whole
    assert len(whole) > 100


def test_a_brand_does_not_see_the_posts_of_another(store: Store) -> None:
    store.save_brand(Brand(slug="zinc", name="Zinc"))
    watch = Watch(brand="zinc", name="main", query="zinc")
    store.save_watch(watch)
    put(store, [mention(post(1, "alba et zinc")), mention(post(2, "zinc"), watch)])
    assert [row.post.native_id[-1] for row in store.search("zinc", parse_query("zinc"))] == ["2"]
    assert store.search("alba", parse_query("alba"), world="drill:1") == []


def test_operators_in_a_handle_or_a_word_are_plain_text(store: Store) -> None:
    author = Author(platform="mastodon", handle="a\"b'c")
    put(store, [mention(post(1, "l'alba d'aujourd'hui", author=author))])
    assert len(store.search("alba", parse_query("aujourd'hui"))) == 1
    assert store.doctor() == []

from __future__ import annotations

import time

import msgspec
import pytest

from tocsin.base.errors import InputError
from tocsin.base.mention import Span, TextField
from tocsin.screen.match import Engine, Hit, Matcher, MatcherHandle, PostFacts
from tocsin.screen.query import parse_query


def matches(query: str, text: str, title: str = "", facts: PostFacts | None = None) -> list[str] | None:
    """Return the stretches that matched, None for no match; both engines must agree."""
    found = []
    for engine in (Engine.HYPERSCAN, Engine.AHOCORASICK):
        matcher = Matcher.compile([parse_query(query)], engine)
        found.append(matcher.scan(["voisin", text, "voisin"], ["", title, ""], lambda _: facts or PostFacts()))
    assert found[0] == found[1]
    hits = [hit for hit in found[0] if hit.post == 1]
    if not hits:
        return None
    return [(title if span.field is TextField.TITLE else text)[span.start : span.end] for span in hits[0].spans]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("alba", "Vive ALBÂ !", ["ALBÂ"]),
        ("alba", "albalone dalba", None),
        ("alba", "alba", ["alba"]),
        ("alba", "alba alba", ["alba", "alba"]),
        ("alba", "« 𝐀lba » 😡", ["𝐀lba"]),
        ("été", "l'e\u0301te\u0301, là", ["e\u0301te\u0301"]),
        ("cœur", "Coeur et CŒUR", ["Coeur", "CŒUR"]),
        ("oréal", "chez L’Oréal", ["Oréal"]),
        ("alba", "maison_alba", ["alba"]),
        ("darty", "https://www.darty.example.org", ["darty"]),
        ('"Maison Alba"', "maison,\n— 😡 alba", ["maison,\n— 😡 alba"]),
        ('"Maison Alba"', "maison de alba", None),
        ('"a b c"', "a b, c a,  b c", ["a b, c", "a,  b c"]),
        ('"Maison Alba"', "#MaisonAlba", ["MaisonAlba"]),
        ('"Maison Alba"', "@maison_alba", ["maison_alba"]),
        ('"Maison Alba"', "@_maisonalba_!", ["maisonalba"]),
        ('"Maison Alba"', "maisonalba", None),
        ('"Maison Alba"', "#maisonalbalone", None),
        ('"Maison Alba"', "#BoycottMaisonAlba", ["MaisonAlba"]),
        ('"Boycott Maison"', "boycott #MaisonAlba", ["boycott #Maison"]),
        ("southwest", "merci @SouthwestAir", ["Southwest"]),
        ("southwest", "merci @southwestair", None),
        ("sncf", "#SNCFBoycott2024", ["SNCF"]),
        ("2024", "#SNCFBoycott2024", ["2024"]),
        ('"Maison Alba"', "❤️#MaisonAlba", ["MaisonAlba"]),
        ('"Maison Alba"', "a#MaisonAlba", None),
        ("#maisonalba", "#MaisonAlba MaisonAlba", ["MaisonAlba"]),
        ("#boycott", "#BoycottMaisonAlba", None),
        ("#boycott*", "#BoycottMaisonAlba", ["Boycott", "BoycottMaisonAlba"]),
        ("@orange", "jean@orange.example.org", None),
        ("@orange", "@OrangeBank @Orange", ["Orange"]),
        ("@maison_alba", "@MaisonAlba", ["MaisonAlba"]),
        ('="Orange"', "ORANGE orange Orange", ["Orange"]),
        ('="été"', "ete e\u0301te\u0301", ["e\u0301te\u0301"]),
        ('="Maison Alba"', "#MaisonAlba #maisonalba", ["MaisonAlba"]),
        ("livr*", "Livraison relivré", ["Livraison"]),
        ("carrefour~", "carefour carrefuor carrrefour carrefours karrefour", 5),
        ("carrefour~", "carfour carreforu carre", ["carreforu"]),
        ("a NEAR/2 b", "b x a y y b", ["b", "a"]),
        ("a NEAR/1 a", "a b", None),
        ("a NOT b", "a c", ["a"]),
        ("a NOT b", "a b", None),
        ("a OR b", "b", ["b"]),
        ("NOT a", "b", []),
        ("кафе", "в Кафе", ["Кафе"]),
        ("東京", "iPhoneは東京で", ["東京"]),
        ("한국*", "한국은", ["한국은"]),
        ("カ", "ガス", None),
        ("ガス", "新しいガス会社", ["ガス"]),
        ("مقهى", "في مَقهى", ["مَقهى"]),
        ("alba", "\x00alba\ud83d\uffff", ["alba"]),
    ],
)
def test_what_a_query_finds_in_a_text(query: str, text: str, found: list[str] | int | None) -> None:
    stretches = matches(query, text)
    assert (len(stretches or ()) if isinstance(found, int) else stretches) == found


def test_title_and_text_are_searched_but_no_phrase_spans_both() -> None:
    assert matches("alba", "rien", "Alba ferme") == ["Alba"]
    assert matches('"alba ferme"', "ferme", "alba") is None
    assert matches('"ferme alba"', "ferme", "alba") is None
    assert matches("title:alba", "alba", "rien") is None
    assert matches("title:alba", "alba", "alba") == ["alba"]
    assert matches("a NEAR/5 b", "a", "b") is None
    assert matches("a AND b", "a", "b") == ["a", "b"]


def test_no_phrase_spans_two_posts() -> None:
    matcher = Matcher.compile([parse_query('"maison alba"')])
    assert matcher.scan(["une maison", "alba"] * 50 + ["été maison", "alba é"], None, None) == []


@pytest.mark.parametrize(
    ("query", "facts", "holds"),
    [
        ("alba lang:fr", PostFacts(lang="fr"), True),
        ("alba lang:fr", PostFacts(lang="fr-CA"), True),
        ("alba lang:fr", PostFacts(), False),
        ("alba NOT lang:fr", PostFacts(), True),
        ("alba source:presse", PostFacts(source="Presse"), True),
        ("alba platform:bluesky", PostFacts(platform="mastodon"), False),
        ("alba author:@Alice", PostFacts(author="alice"), True),
        ("alba kind:review", PostFacts(kind="review"), True),
        ("alba kind:complaint", PostFacts(kinds=("complaint",)), True),
        ("alba stars:<3", PostFacts(stars=5, stars_max=10), True),
        ("alba stars:<3", PostFacts(stars=3, stars_max=5), False),
        ("alba stars:3", PostFacts(stars=6, stars_max=10), True),
        ("alba stars:>=1", PostFacts(), False),
        ("stars:<=2", PostFacts(stars=2), True),
    ],
)
def test_fields_are_tested(query: str, facts: PostFacts, holds: bool) -> None:
    assert (matches(query, "alba", "", facts) is not None) is holds


def test_facts_are_asked_once_and_only_of_posts_whose_words_match() -> None:
    asked: list[int] = []

    def facts(post: int) -> PostFacts:
        asked.append(post)
        return PostFacts(lang="fr")

    matcher = Matcher.compile([parse_query("alba lang:fr"), parse_query("alba stars:<3"), parse_query("darty")])
    assert matcher.needs_facts
    hits = matcher.scan(["darty", "alba", "rien", "alba"], None, facts)
    assert [(hit.post, hit.query) for hit in hits] == [(0, 2), (1, 0), (3, 0)]
    assert asked == [1, 3]
    with pytest.raises(ValueError, match="facts"):
        matcher.scan(["alba"], None, None)


def test_hits_are_sorted_and_their_spans_are_distinct() -> None:
    matcher = Matcher.compile([parse_query("alba OR alba OR alb*"), parse_query("maison")])
    hits = matcher.scan(["maison alba", "alba"], None, None)
    assert [(hit.post, hit.query) for hit in hits] == [(0, 0), (0, 1), (1, 0)]
    assert hits[0] == Hit(0, 0, (Span(field=TextField.TEXT, start=7, end=11),))


def test_an_empty_set_and_an_empty_batch_match_nothing() -> None:
    assert Matcher.compile([]).scan(["alba"], None, None) == []
    assert Matcher.compile([parse_query("alba")]).scan([], None, None) == []
    assert Matcher.compile([parse_query("NOT alba")]).scan([""], None, None) == [Hit(0, 0, ())]


@pytest.mark.parametrize("glue", [" ", " é ", "œ ", " #AbC1 "])
def test_a_very_long_text_is_searched_to_its_end(glue: str) -> None:
    text = ("mot" + glue) * 16_000 + "#" + "Boycott" * 500 + "MaisonAlba"
    stretches = matches('"maison alba"', text)
    assert stretches == ["MaisonAlba"]


def test_near_stays_quick_in_a_text_made_of_its_words() -> None:
    text = "a b " * 8_000
    before = time.process_time()
    [hit] = Matcher.compile([parse_query("a NEAR/100 b")]).scan([text], None, None)
    assert len(hit.spans) == 16_000
    assert time.process_time() - before < 5


@pytest.mark.parametrize("engine", [Engine.HYPERSCAN, Engine.AHOCORASICK])
def test_a_saved_set_gives_the_same_hits(engine: Engine) -> None:
    texts = ["Maison Alba", "#MaisonAlba", "darti", "кафе"]
    matcher = Matcher.compile([parse_query(text) for text in ('"maison alba"', "darty~ NOT x", "кафе")], engine)
    loaded = Matcher.loads(matcher.dumps())
    assert loaded.version == matcher.version
    assert loaded.scan(texts, None, None) == matcher.scan(texts, None, None) != []


def test_a_damaged_or_foreign_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = Matcher.compile([parse_query("alba")]).dumps()
    for broken in (b"", saved[:-1], saved[:40] + b"?" + saved[41:]):
        with pytest.raises(InputError, match="damaged"):
            Matcher.loads(broken)
    monkeypatch.setattr("tocsin.screen.match.matcher.MATCH_VERSION", "next")
    with pytest.raises(InputError, match=r"of version 1,.*this is version next"):
        Matcher.loads(saved)


def test_the_version_names_the_queries_whatever_the_engine() -> None:
    one, other = ([parse_query(text)] for text in ("alba  darty", "alba OR darty"))
    assert Matcher.compile(one, Engine.HYPERSCAN).version == Matcher.compile(one, Engine.AHOCORASICK).version
    assert Matcher.compile(one).version == Matcher.compile([parse_query("alba AND darty")]).version
    assert Matcher.compile(one).version != Matcher.compile(other).version


def test_readers_keep_their_set_while_another_is_put_in_force() -> None:
    old, new = (Matcher.compile([parse_query(text)]) for text in ("alba", "darty"))
    handle = MatcherHandle(old)
    held = handle.current
    assert handle.swap(new) is old
    assert held.scan(["alba"], None, None)
    assert handle.current.scan(["darty"], None, None)


def test_the_tree_passes_through_message_pack() -> None:
    query = parse_query('a NEAR/3 (b OR ="C d") NOT lang:fr')
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(query), type=type(query)) == query

"""What a batch says in columns is what its texts say one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.screen import tables
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features
from tocsin.screen.language import guess_languages
from tocsin.screen.tables.vocabulary import (
    CLOSING,
    EXCLAMATION,
    FOREIGN,
    NUMBER,
    ORDER,
    QUESTION,
    RARE,
    SHARE,
    SPOKEN,
    WAY,
    Vocabulary,
    look_up,
    packed_function,
)

LISTS = {CLOSING: "closing", ORDER: "order", WAY: "way", SHARE: "shares", SPOKEN: "personal"}
PIECES = [
    "arnaque", "NUUUL", "coooool", "I love it", "je ne suis pas content", "commande n° 12345", "12 rue de la Paix",
    "Cordialement, Alice", "RT @chloe", "12 likes", "#BoycottMaisonAlba", "#œuvre", "привет всем", "注文", "😡", "😍",
    "https://example.org/x", "www.example.org", "alice@example.org", "5 µm", "“oui”", "…", "?", "!", "ﷺ", "½", "AAAA",
    "\x1e", "\x1d", "\x00", "e\u0301", "Straße", ":-)", ":(", "<3",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=9).map(" ".join)


def features_of(texts):
    return read_features(texts, tables.emoji(), ("boycott",))


@given(st.lists(TEXTS, min_size=20, max_size=24))
def test_a_batch_folded_as_one_gives_the_features_of_each_text_alone(texts):
    assert features_of(texts) == [features_of([text])[0] for text in texts]


@given(st.lists(TEXTS, max_size=6))
def test_the_columns_say_what_the_words_say(texts):
    features = features_of(texts)
    columns = look_up(features)
    assert columns.function == [packed_function(f.words) for f in features]
    assert columns.letters == [sum(len(w) for w in f.words if not w.isdigit()) for f in features]
    assert columns.digits == [sum(len(w) for w in f.words if w < ":") for f in features]
    assert columns.lengths.tolist() == [len(f.words) for f in features]
    for f, bits, marks in zip(features, columns.bits, columns.marks, strict=True):
        assert bool(bits & FOREIGN) == any(not w.isascii() for w in f.words)
        assert bool(bits & NUMBER) == any(w < ":" for w in f.words)
        assert marks == QUESTION * ("?" in f.tokens) + EXCLAMATION * ("!" in f.tokens)
        for bit, name in LISTS.items():
            assert bool(bits & bit) == (not tables.word_list(name).isdisjoint(f.words))
    common = tables.word_list("stop_fr") | tables.word_list("stop_en")
    rare = [len(w) > 2 and w not in common for f in features for w in f.words]
    assert (columns.word_bits & RARE > 0).tolist() == rare


@given(st.lists(TEXTS, max_size=6), st.lists(st.sampled_from(["fr", "en", "und", "de"]), min_size=6, max_size=6))
def test_the_hits_of_a_batch_are_those_of_each_lexicon(texts, languages):
    features = features_of(texts)
    wanted = [tables.lexicon(language).hits(f) for language, f in zip(languages, features, strict=False)]
    assert look_up(features).hits(languages[: len(texts)]) == wanted


@given(st.lists(TEXTS, max_size=6))
def test_language_and_copy_keys_are_the_same_with_columns_and_without(texts):
    features = features_of(texts)
    columns = look_up(features)
    others = [["fr", "en"]] * len(texts)
    assert guess_languages(features, [None] * len(texts), others, columns) == guess_languages(
        features, [None] * len(texts), others
    )
    brands = [frozenset({"alice"})] * len(texts)
    assert copy_keys(features, brands, columns) == [copy_keys([f], brands[:1])[0] for f in features]


def test_words_met_before_and_words_met_now_say_the_same():
    features = features_of(["Maison Alba, quelle arnaque !", "arnaque again"])
    vocabulary = Vocabulary()
    first, again, fresh = (v.columns(features) for v in (vocabulary, vocabulary, Vocabulary()))
    assert first.bits == again.bits == fresh.bits
    assert first.hashes.tolist() == again.hashes.tolist() == fresh.hashes.tolist()
    assert first.hits(["fr", "en"]) == again.hits(["fr", "en"]) == fresh.hits(["fr", "en"])

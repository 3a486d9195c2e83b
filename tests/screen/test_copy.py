"""Keys by which copies and near-copies find one another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features

LONG = "Maison Alba ferme sa boutique du port et personne ne sait pourquoi ce matin"


def keys(*texts, brand=frozenset()):
    return copy_keys(read_features(texts, frozenset()), [brand] * len(texts))


def test_copies_share_their_exact_key_whatever_surrounds_them():
    plain, dressed = keys(LONG, f"RT @chloe: {LONG.upper()} !!! https://example.org/1 12 likes")
    assert plain.exact == dressed.exact
    assert 0 <= plain.exact < 2**63


def test_other_scripts_have_exact_keys_of_their_own():
    a, b = keys("Магазин закрыт сегодня", "Магазин открыт завтра")
    assert a.exact != b.exact


def test_keys_are_the_same_on_every_machine():
    (key,) = keys("le pain est très bon ici")
    assert key.exact == 6831471829647431370
    assert key.bands[:2] == (427235341, 3561426119)


def test_a_near_copy_shares_a_band_and_a_stranger_none():
    near, other, base = keys(
        LONG.replace("ce matin", "ce soir"), "Le train de Nantes arrive à midi avec vingt minutes de retard", LONG
    )
    assert set(zip(range(32), near.bands, strict=True)) & set(zip(range(32), base.bands, strict=True))
    assert not set(zip(range(32), other.bands, strict=True)) & set(zip(range(32), base.bands, strict=True))


def test_fewer_than_four_words_have_no_bands():
    assert keys("trop bon ici")[0].bands == ()
    assert len(keys("trop bon ici vraiment")[0].bands) == 32


def test_terms_are_the_rare_words_in_order_without_the_brand():
    (key,) = keys("Chez Maison Alba, des asticots dans les éclairs 2026 #AlbaGate", brand=frozenset({"maison", "alba"}))
    assert key.terms == ("asticots", "eclairs", "2026", "albagate")


def test_terms_stop_at_twenty_four():
    assert len(keys(" ".join(f"mot{i}" for i in range(40)))[0].terms) == 24


@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_a_text_has_the_same_keys_alone_and_in_a_crowd(texts):
    assert keys(*texts) == [keys(text)[0] for text in texts]

"""A slice is turned into rows and words all at once; each must be what it would be alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.store.make import at, post
from tocsin.base.ids import stable_int
from tocsin.base.text import fold_words
from tocsin.base.time import to_ms
from tocsin.screen.match.tags import cut_positions
from tocsin.screen.match.words import insert_cuts
from tocsin.store.map import author_id, clean, post_key, stored_id
from tocsin.store.write.columns import all_ms, author_numbers, clean_all, post_keys, stored_ids
from tocsin.store.write.index import texts_words

_ODD = st.text(st.sampled_from("aB9 é#@_Œ\u0301\ufe0f東\n\t\u2028\U0001f600\uffff\ud83d\0"), max_size=30)
_TEXTS = st.lists(st.one_of(st.text(max_size=30), _ODD), max_size=6)


def _words_alone(text: str) -> list[str]:
    words = fold_words(text)
    cut = fold_words(insert_cuts(text, cut_positions(text))) if cut_positions(text) else []
    return words + [word for word in dict.fromkeys(cut) if word not in set(words)]


@given(_TEXTS)
def test_the_words_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    cleaned = list(clean_all(texts))
    assert [words.split() for words in texts_words(cleaned)] == [_words_alone(text) for text in cleaned]


def test_a_text_of_many_rare_letters_is_folded_like_any_other() -> None:
    text = "Maison " + "".join(chr(code) for code in range(0x4E00, 0x4E00 + 300)) + " É"
    assert texts_words([text])[0].split() == fold_words(text)


@given(_TEXTS)
def test_cleaning_many_is_cleaning_each(texts: list[str]) -> None:
    assert list(clean_all(texts)) == [clean(text) for text in texts]
    assert list(stored_ids([text * 40 for text in texts])) == [stored_id(text * 40) for text in texts]


def test_keys_and_instants_of_many_are_those_of_each() -> None:
    posts = [post(1), post(2, native_id="x" * 700), post(3, native_id="a\0b")]
    assert post_keys(posts) == [post_key(one.platform, one.native_id) for one in posts]
    assert all_ms([at(1), at(2.5)]) == [to_ms(at(1)), to_ms(at(2.5))]
    assert author_numbers([("mastodon", "alice")]) == {("mastodon", "alice"): author_id("mastodon", "alice")}
    assert author_id("mastodon", "alice") == stable_int("mastodon", "alice")

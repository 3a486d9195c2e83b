"""Whatever is forged in the rendered page is caught, and what was not is left alone."""

from __future__ import annotations

import random
import re
import unicodedata
from functools import cache

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.evidence.make import FORGED, make_recording, passage
from tocsin.base.capture import Recording
from tocsin.evidence.corroborate import Tie, TieStrength, corroborate, corroborate_page

LETTERS = st.characters(categories=("Ll", "Lu", "Nd"))
# In the form in which what is missing is named.
WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=12).map(lambda word: unicodedata.normalize("NFC", word))


@cache
def recording() -> Recording:
    return make_recording()


@cache
def answers() -> str:
    """What the servers sent, in one way of writing."""
    return " ".join(passage(n) for n in range(61)).casefold()


def tie(line: str) -> Tie:
    return corroborate([line], recording())[0]


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(0, 9), st.data())
def test_one_digit_changed_unties_the_line(number: int, digit: int, data: st.DataObject) -> None:
    said = passage(number)
    places = [found.start() for found in re.finditer(r"\d", said)]
    place = data.draw(st.sampled_from(places))
    forged = said[:place] + str(digit) + said[place + 1 :]
    assume(forged != said)
    found = tie(forged)
    assert found.strength is TieStrength.NONE
    assert any(any(letter.isdigit() for letter in word) for word in found.missing)


@settings(max_examples=60)
@given(st.integers(0, 60), WORDS, st.data())
def test_one_word_changed_is_never_whole_and_is_named(number: int, word: str, data: st.DataObject) -> None:
    words = passage(number).split(" ")
    place = data.draw(st.integers(0, len(words) - 1))
    assume(word.casefold() not in answers())
    words[place] = word
    found = tie(" ".join(words))
    assert found.strength is not TieStrength.WHOLE
    assert any(part.casefold() in word.casefold() for part in found.missing)


@settings(max_examples=40)
@given(st.integers(0, 60), st.data())
def test_one_word_left_out_is_never_whole_and_is_named(number: int, data: st.DataObject) -> None:
    words = passage(number).split(" ")
    place = data.draw(st.integers(1, len(words) - 2))
    assume(words[place].isalnum())
    left_out = words.pop(place)
    found = tie(" ".join(words))
    assert found.strength is not TieStrength.WHOLE
    assert found.instead == () or left_out.casefold() in " ".join(found.instead)


@settings(max_examples=40)
@given(st.integers(0, 60), st.sampled_from(["ne", "pas", "jamais", "non", "aucun"]), st.data())
def test_a_negation_put_in_unties_the_line(number: int, negation: str, data: st.DataObject) -> None:
    words = passage(number).split(" ")
    words.insert(data.draw(st.integers(0, len(words))), negation)
    assert tie(" ".join(words)).strength is TieStrength.NONE


@settings(max_examples=40)
@given(st.lists(WORDS, min_size=3, max_size=20))
def test_an_invented_line_is_untied(words: list[str]) -> None:
    assume(not any(word.casefold() in answers() or word.isdigit() for word in words))
    assert tie(" ".join(words)).strength is TieStrength.NONE


def test_a_line_put_anywhere_into_the_page_is_the_only_one_untied() -> None:
    lines = recording().text.split("\n")
    for seed in range(5):
        place = random.Random(seed).randrange(len(lines))
        forged = [*lines[:place], FORGED, *lines[place:]]
        ties = corroborate_page(msgspec.structs.replace(recording(), text="\n".join(forged)))
        assert [one.passage for one in ties if one.strength is TieStrength.NONE] == [FORGED]


@settings(max_examples=40)
@given(st.integers(0, 60), st.sampled_from(["upper", "spaces", "quotes", "lower"]))
def test_how_a_line_is_written_does_not_untie_it(number: int, way: str) -> None:
    ways = {
        "upper": str.upper,
        "lower": str.lower,
        "spaces": lambda line: "\u00a0 ".join(line.split()),
        "quotes": lambda line: line.replace("'", "’").replace("« ", "“").replace(" »", "”"),
    }
    assert tie(ways[way](passage(number))).strength is TieStrength.WHOLE

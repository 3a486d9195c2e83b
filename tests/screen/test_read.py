"""The whole first reading of a batch."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.base.mention import Span, TextField, Verdict
from tocsin.screen import tables
from tocsin.screen.read import Reader, ReadInput, default_reader

TEXTS = [
    "Commande jamais reçue, alice@example.org",
    "I love it 😍 #MaisonAlba",
    "",
    "Il paraît que Maison Alba ferme ?",
    "😡",
    "Я не получил заказ",
    "NUUUL !!! jamais plus",
]
ONE_LINE = """
import hashlib, json, sys, msgspec
from tocsin.screen.read import ReadInput, default_reader
verdicts = default_reader().read([ReadInput(text=text) for text in json.loads(sys.argv[1])])
print(hashlib.sha256(msgspec.json.encode(verdicts)).hexdigest())
"""


def test_a_batch_gives_one_verdict_a_post_in_order():
    verdicts = default_reader().read([ReadInput(text=text) for text in TEXTS])
    assert [v.language for v in verdicts[:2]] == ["fr", "en"]
    assert len(verdicts) == len(TEXTS)
    assert {v.version for v in verdicts} == {default_reader().version}
    assert default_reader().read([]) == []


def test_a_post_is_read_the_same_alone_and_in_a_crowd():
    inputs = [ReadInput(text=text, followers=5000) for text in TEXTS * 6]
    assert default_reader().read(inputs) == [default_reader().read([post])[0] for post in inputs]


def test_two_processes_with_other_hash_seeds_agree_to_the_byte():
    answers = {
        subprocess.run(
            [sys.executable, "-c", ONE_LINE, json.dumps(TEXTS)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_verdicts_travel_as_json_and_come_back_equal():
    verdicts = default_reader().read([ReadInput(text=text) for text in TEXTS])
    assert msgspec.json.decode(msgspec.json.encode(verdicts), type=list[Verdict]) == verdicts


def test_the_title_is_read_with_the_text():
    (verdict,) = default_reader().read(
        [ReadInput(title="Maison Alba : intoxication alimentaire", text="Trois clients.")]
    )
    assert verdict.severity.score >= 40


def test_spans_tell_where_the_brand_stands():
    text = "ces gens de chez Truc sont des connards"
    span = Span(field=TextField.TEXT, start=17, end=21)
    (verdict,) = default_reader().read([ReadInput(text=text, spans=(span,))])
    assert "near.brand" in {reason.code for kind in verdict.kinds for reason in kind.reasons}


def test_a_reader_refuses_other_tables_than_those_it_was_asked_for():
    assert Reader(tables.digest()).version == default_reader().version
    with pytest.raises(ValueError, match="reinstall"):
        Reader("000000000000")


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=40))
def test_any_text_is_read_within_the_ranges(text, title):
    (verdict,) = default_reader().read([ReadInput(text=text, title=title, sensitive_words=("é", "a b"))])
    assert 0 <= verdict.severity.score <= 100
    assert verdict.kinds
    assert all(0 <= score.p <= 1 for score in verdict.kinds)

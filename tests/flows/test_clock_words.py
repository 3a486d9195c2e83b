"""What is said of clocks: every reason, doubt and alarm has its words, and no placeholder is left empty."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tocsin.flows.i18n import translator
from tocsin.flows.law import clock_words
from tocsin.flows.law.clock_words import ClockWords
from tocsin.legal.cases import read_case
from tocsin.legal.clock import run
from tocsin.legal.packs import Doubt, load_packs
from tocsin.legal.values import Remark, State

LAW = load_packs()


def test_every_code_has_its_words() -> None:
    assert set(clock_words._REMARKS) == set(Remark)
    assert set(clock_words._DOUBTS) == set(Doubt)
    assert set(clock_words._STATES) == set(State)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_reason_of_a_full_case_is_a_sentence(language: str) -> None:
    raw = {
        "ground": "fr.1881.injure_discriminatoire_65_3",
        "event": {
            "first_online": "2026-01-15",
            "knowledge": "2026-02-01",
            "republications": [
                {"kind": "third_party_share", "date": "2026-02-01"},
                {"kind": "new_post", "date": "2026-02-02"},
                {"kind": "different_manner", "date": "2026-02-03"},
            ],
        },
        "acts": [
            {"kind": "plainte_simple", "date": "2026-02-05"},
            {"kind": "convocation_entretien_prealable", "date": "2026-02-05"},
            {"kind": "police_hearing", "date": "2026-02-06"},
            {"kind": "assignation_served", "date": "2026-02-07", "void": True},
            {"kind": "claimant_conclusions_notified", "date": "2026-02-08"},
            {"kind": "citation_directe", "date": "2026-02-09", "stamped": True},
            {"kind": "requisitions_qualifiees", "date": "2028-02-09"},
        ],
    }
    clock = run(LAW, read_case(raw, LAW, "A"))
    said = list(ClockWords(LAW, translator(language)).reasons(clock))
    assert len(said) == len(clock.reasons) >= 11
    assert all(line.endswith(".") and "{" not in line and ": ;" not in line for line in said)
    assert any("02/02/2026" in line if language == "fr" else "2026-02-02" in line for line in said)


def test_days_are_written_as_each_language_writes_them() -> None:
    assert ClockWords(LAW, translator("fr")).day(date(2026, 4, 15)) == "15/04/2026"
    at = datetime.fromisoformat("2026-11-23T16:40:00+00:00")
    assert ClockWords(LAW, translator("en")).instant(at, "Europe/Paris") == "2026-11-23 17:40"


def test_a_rule_with_doubts_says_them() -> None:
    rule = LAW.rule("fr.1881.offre_de_preuve_55")
    words = ClockWords(LAW, translator("en"))
    assert list(words.doubts(rule, (Doubt.UNVERIFIED,))) == [
        "Part of this rule could not be verified: have it checked."
    ]

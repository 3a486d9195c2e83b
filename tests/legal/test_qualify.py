"""The qualification: grounds the words come near to, for and against, and never a verdict."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.qualify.measure import Case, cost_ms, read_cases
from tests.legal.mentions import mention
from tocsin.base.kind import Kind
from tocsin.base.mention import KindScore, PersonalKind
from tocsin.base.post import Audience, PostKind
from tocsin.flows.i18n import translator
from tocsin.flows.law.qualify import candidate_row
from tocsin.legal.grounds import Target
from tocsin.legal.qualify import AuthorKind, Candidate, ElementState, Facts, facts_of, qualify, say_sign
from tocsin.legal.qualify.tables import load_signs

DEFAMATION = "fr.1881.diffamation_publique"
INSULT = "fr.1881.injure_publique"
DENIGRATION = "fr.civil.denigrement_1240"
FORBIDDEN = re.compile(r"ill[ée]gal", re.IGNORECASE)
CASES = tuple(read_cases())


def facts(text: str, language: str = "fr", **known: object) -> Facts:
    return Facts(text=text, language=language, brand_names=("Maison Alba",), **known)  # type: ignore[arg-type]


def near(found: tuple[Candidate, ...]) -> list[str]:
    return [candidate.ground.id for candidate in found if candidate.near]


def one(found: tuple[Candidate, ...], ground: str) -> Candidate:
    return next(candidate for candidate in found if candidate.ground.id == ground)


def state(candidate: Candidate, element: str) -> ElementState:
    return next(reading.state for reading in candidate.elements if reading.element.id == element)


@pytest.mark.parametrize("case", CASES[::2], ids=lambda case: case.id)
def test_a_mention_of_the_development_half_leads_to_its_ground(case: Case) -> None:
    found = near(qualify(case.facts))
    assert (found[0] if found else "none") == case.first
    assert not set(found) & set(case.excluded)


def test_there_are_enough_cases_of_each_language_and_a_third_are_hard_negatives() -> None:
    languages = [case.facts.language for case in CASES]
    assert len(CASES) >= 120
    assert min(languages.count("fr"), languages.count("en")) >= 60
    assert sum(case.first == "none" for case in CASES) >= len(CASES) / 4


def test_what_is_said_never_says_that_words_break_the_law() -> None:
    for language in ("fr", "en"):
        t = translator(language)
        for case in CASES:
            for candidate in qualify(case.facts):
                row = candidate_row(candidate, t)
                said = json.dumps({key: value for key, value in row.items() if key != "words"}, ensure_ascii=False)
                assert not FORBIDDEN.search(said.replace(case.facts.text, "")), said


def test_the_words_of_the_mention_are_given_as_they_were_written() -> None:
    text = "Hier, le Gérant de MAISON ALBA détourne l’argent des pourboires !"
    candidate = one(qualify(facts(text)), DEFAMATION)
    words = [word for reason in candidate.speaks for word in reason.words]
    assert words
    assert all(word in text for word in words)
    assert "MAISON ALBA" in words


def test_an_insult_beside_a_fact_is_told_with_the_rule_that_parts_them() -> None:
    found = qualify(facts("Le patron de Maison Alba détourne les pourboires, quel connard"))
    assert near(found)[:2] == [DEFAMATION, INSULT]
    (conflict,) = one(found, DEFAMATION).conflicts
    assert (conflict.other, conflict.first, conflict.same_words) == (INSULT, DEFAMATION, False)
    assert conflict.source.title
    assert state(one(found, INSULT), "no_fact") is ElementState.TO_CHECK


def test_on_other_words_the_nearer_of_two_comes_first() -> None:
    text = "La couverture Nuage de Maison Alba serait rappelée, et ils le cachent aux clients"
    found = qualify(facts(text))
    assert near(found) == [DENIGRATION, DEFAMATION]
    assert [conflict.same_words for conflict in found[0].conflicts] == [False]
    assert state(found[0], "measure_missing") is ElementState.TO_CHECK  # the conditional speaks against us


def test_a_source_put_forward_speaks_against_and_recalls_general_interest() -> None:
    found = qualify(facts("Le doudou Maison Alba contient du plomb d’après l’analyse d’un laboratoire"))
    assert near(found) == [DENIGRATION]
    assert "source_given" in {reason.code for reason in found[0].against}
    assert "general_interest" in {reading.exclusion.id for reading in found[0].exclusions}


def test_honour_of_the_company_comes_before_its_products_on_the_same_words() -> None:
    found = qualify(facts("Maison Alba vend de la viande périmée et contaminée, les produits sont toxiques"))
    assert {DEFAMATION, DENIGRATION} <= set(near(found))
    assert near(found)[0] == DEFAMATION
    assert one(found, DENIGRATION).conflicts[0].first == DEFAMATION


def test_a_closed_circle_changes_the_ground() -> None:
    text = "La gérante détourne les pourboires"
    assert near(qualify(facts(text))) == [DEFAMATION]
    closed = qualify(facts(text, audience=Audience.RESTRICTED))
    assert near(closed) == ["fr.penal.diffamation_non_publique_r621_1"]
    assert state(closed[0], "private_circle") is ElementState.LOOKS_MET


def test_grounds_of_persons_are_not_looked_at_for_a_company() -> None:
    text = "La gérante trompe son mari"
    assert near(qualify(facts(text, target=Target.PERSON)))[0] == "fr.civil.vie_privee_9"
    assert "fr.civil.vie_privee_9" not in [c.ground.id for c in qualify(facts(text, target=Target.COMPANY))]


def test_the_conditional_leaves_the_fact_to_check() -> None:
    candidate = one(qualify(facts("Maison Alba aurait falsifié les certificats en mars")), DEFAMATION)
    assert state(candidate, "precise_fact") is ElementState.TO_CHECK
    assert "conditional" in {reason.code for reason in candidate.against}


def test_what_only_people_know_is_never_met_by_words() -> None:
    candidate = one(qualify(facts("Les jouets Maison Alba sont toxiques")), DENIGRATION)
    assert state(candidate, "base_missing") is ElementState.TO_CHECK
    assert state(candidate, "loss") is ElementState.TO_CHECK
    told = one(qualify(facts("Les jouets Maison Alba sont toxiques", base_missing=True)), DENIGRATION)
    assert state(told, "base_missing") is ElementState.LOOKS_MET


def test_a_factual_base_weighs_against_denigration() -> None:
    text = "Les jouets Maison Alba sont toxiques"
    assert not one(qualify(facts(text, base_missing=False)), DENIGRATION).near


def test_a_ground_set_aside_says_why() -> None:
    found = qualify(facts("Parodie : Maison Alba blanchit de l’argent avec des brioches"))
    assert near(found) == []
    aside = one(found, DEFAMATION)
    assert aside.against[0].code == "parody"
    assert "parody" in {reading.exclusion.id for reading in aside.exclusions}


def test_a_negation_turns_an_accusation_into_a_denial() -> None:
    assert near(qualify(facts("Maison Alba n’a jamais volé ses clients"))) == []
    assert near(qualify(facts("Maison Alba a volé ses clients"))) == [DEFAMATION]


def test_a_word_that_names_a_group_is_no_attack() -> None:
    for text in ("Une patronne musulmane, bravo Maison Alba", "Maison Alba, adresse gay et conviviale"):
        assert qualify(facts(text)) == ()


def test_a_refund_that_is_claimed_is_no_blackmail_and_a_ransom_is() -> None:
    assert near(qualify(facts("Remboursez-moi mes 40 euros sinon je publie mon avis"))) == []
    assert near(qualify(facts("Versez 900 euros sinon je publie vos factures"))) == ["fr.penal.chantage_312_10"]


def test_personal_data_that_was_found_and_a_call_to_go_there_are_exposure_to_a_risk() -> None:
    found = qualify(facts("Allez lui dire ce que vous en pensez", personal=(PersonalKind.ADDRESS,)))
    assert near(found)[0] == "fr.penal.doxxing_223_1_1"


def test_kinds_of_the_first_reading_weigh_by_their_probability() -> None:
    text = "Maison Alba, bande de connards"
    plain = one(qualify(facts(text)), INSULT)
    read = one(qualify(facts(text, kinds=(KindScore(kind=Kind.INSULT, p=0.9),))), INSULT)
    assert read.p > plain.p
    assert "kind.insult" in {reason.code for reason in read.speaks}


def test_other_packs_are_looked_at_when_asked_for() -> None:
    found = qualify(facts("The owner of Maison Alba stole money from the staff", "en"), packs=("uk", "qc"))
    assert near(found) == ["qc.ccq.diffamation_2929", "uk.1980.libel_s4a"]


def test_an_article_that_names_the_brand_opens_a_right_of_reply_without_any_fault() -> None:
    found = qualify(facts("Maison Alba fête ses dix ans", post_kind=PostKind.ARTICLE))
    assert near(found) == ["fr.lcen.droit_de_reponse"]


def test_facts_come_from_a_mention_and_from_what_people_know() -> None:
    known = facts_of(mention("Maison Alba vend des jouets toxiques"), ("Maison Alba",), author=AuthorKind.COMPETITOR)
    assert known.text == "Maison Alba vend des jouets toxiques"
    assert known.author is AuthorKind.COMPETITOR
    assert "given.author_competitor" in {r.code for r in one(qualify(known), DENIGRATION).speaks}


def test_every_reason_has_its_words_in_both_languages() -> None:
    codes = {
        reason.code
        for case in CASES
        for candidate in qualify(case.facts)
        for reason in (*candidate.speaks, *candidate.against, *(r for e in candidate.elements for r in e.reasons))
    }
    assert codes
    for code in codes:
        assert say_sign(code, "fr") != code
        assert say_sign(code, "en") != code
    assert all(words.fr.strip() and words.en.strip() for words in load_signs().values())


def test_a_mention_takes_less_than_two_milliseconds() -> None:
    assert cost_ms([case.facts for case in CASES]) < 2.0


def test_two_processes_give_the_same_answer() -> None:
    text = "Maison Alba vole ses clients, bande de rats, jouets toxiques, sinon je publie, versez 500 euros"
    code = (
        "from tocsin.legal.qualify import Facts, qualify; import msgspec;"
        f"print(msgspec.json.encode(qualify(Facts(text={text!r}, language='fr'))).decode())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["fr", "en", "und", "ja"]), st.sampled_from(list(Audience)))
def test_any_text_can_be_read(text: str, language: str, audience: Audience) -> None:
    for candidate in qualify(facts(text, language, audience=audience), packs=("fr", "eu", "uk", "qc")):
        assert 0.0 <= candidate.p <= 1.0
        assert candidate.near is (candidate.p >= 0.5)
        assert candidate.speaks


def test_a_very_long_text_is_read_in_bounded_time() -> None:
    text = "« Maison Alba vole ses clients, bande de rats », disait-il. " * 3_000
    assert cost_ms([facts(text)]) < 5_000

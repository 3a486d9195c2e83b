from __future__ import annotations

from datetime import date

import msgspec
import pytest

from tocsin.base.errors import NotFoundError
from tocsin.legal.packs import COUNTRIES, Doubt, doubts_of, load_packs, overdue, read_rules
from tocsin.legal.values import Effect, Extension, RuleKind

LAW = load_packs()
EXTENDED_BY = {
    RuleKind.PRESS: {Extension.NONE},
    RuleKind.CIVIL: {Extension.NONE},
    RuleKind.PENAL: {Extension.NONE},
    RuleKind.HOURS: {Extension.NONE},
    RuleKind.PROCEDURE: {Extension.FR_CPC_642, Extension.FR_CPP_801},
    RuleKind.EU: {Extension.EU_1182_71},
}
HEAD = """
[pack]
country = "fr"
zone = "Europe/Paris"
place = "FR"
ends = "24:00"
last_checked = 2026-11-22
check_before = 2027-11-22
[[rule]]
id = "fr.a"
name = { fr = "a", en = "a" }
article = "a"
kind = "press"
starts = ["first_online"]
length = { count = 3, unit = "month" }
confidence = "high"
sources = ["a"]
"""


@pytest.mark.parametrize("name", LAW.rules)
def test_a_rule_is_whole(name: str) -> None:
    rule = LAW.rules[name]
    assert rule.country in COUNTRIES
    assert name.split(".")[0] == rule.country
    assert rule.extension in EXTENDED_BY[rule.kind]
    assert rule.length.count > 0
    assert rule.sources and rule.article
    assert rule.last_checked < rule.check_before
    texts = [rule.name, *([rule.notes] if rule.notes else []), *(act.why for act in rule.acts)]
    texts += [again.why for again in rule.republications]
    assert all(text.fr.strip() and text.en.strip() for text in texts)


def test_names_of_the_vocabulary_stand_in_both_languages() -> None:
    words = LAW.words
    tables = (words.events, words.acts, words.republications, words.flags.good, words.flags.bad)
    assert all(named.name.fr and named.name.en for table in tables for named in table.values())


def test_no_word_of_the_vocabulary_means_two_things() -> None:
    words = LAW.words
    for table in (words.events, words.acts, words.republications, {**words.flags.good, **words.flags.bad}):
        names = [name for code, named in table.items() for name in (code, *named.aliases)]
        assert len(names) == len(set(names))


def test_a_rule_is_found_by_its_alias() -> None:
    assert LAW.rule("fr.civil.denigrement").id == "fr.civil.denigrement_1240"


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match=r"nearest are .*fr\.1881\.diffamation_publique"):
        LAW.rule("fr.1881.difamation_publique")
    with pytest.raises(NotFoundError, match="--list"):
        LAW.rule("§§§§")


def test_a_family_that_takes_another_says_its_own_acts_anew() -> None:
    kinds = {act.kind: act.effect for act in LAW.rule("fr.1881.injure_discriminatoire_65_3").acts}
    assert kinds["police_hearing"] is Effect.DEBATED
    assert kinds["assignation_served"] is Effect.INTERRUPTS
    assert kinds["plainte_simple"] is Effect.NOTHING


def test_a_rule_read_long_ago_or_unverified_bears_a_mark() -> None:
    sure, unsure = LAW.rule("fr.1881.diffamation_publique"), LAW.rule("fr.1881.offre_de_preuve_55")
    assert doubts_of(sure, date(2026, 11, 23)) == ()
    assert doubts_of(sure, date(2027, 11, 22)) == ()
    assert doubts_of(sure, date(2027, 11, 23)) == (Doubt.STALE,)
    assert doubts_of(unsure, date(2026, 11, 23)) == (Doubt.UNVERIFIED,)


def test_a_rule_is_overdue_the_day_after_its_date() -> None:
    assert overdue(LAW, date(2027, 11, 22)) == ()
    assert len(overdue(LAW, date(2027, 11, 23))) == len(LAW.rules)


def test_a_misspelt_field_of_a_pack_is_refused() -> None:
    assert read_rules(HEAD)[0].id == "fr.a"
    with pytest.raises(msgspec.ValidationError, match="lenght"):
        read_rules(HEAD.replace("length", "lenght"))
    with pytest.raises(msgspec.ValidationError, match="extention"):
        read_rules(HEAD + 'extention = "none"\n')

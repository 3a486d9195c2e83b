"""The packs of grounds: whole, in both languages, sourced, tied to clocks, and honest about what was not verified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources

import pytest

from tests.helpers import ROOT
from tocsin.base.errors import InputError, NotFoundError
from tocsin.legal.grounds import (
    PACKS,
    Ground,
    SourceKind,
    Target,
    Trust,
    load_grounds,
    load_remedies,
    standing,
    unknown_clocks,
)
from tocsin.legal.grounds.file import read_pack
from tocsin.legal.packs import load_packs
from tocsin.legal.qualify.tables import load_tables
from tocsin.legal.values import Words

READ_ON = date(2026, 11, 23)
# Every ground that the packs must hold: what the facts page of the law lists.
WANTED = [
    "fr.1881.diffamation_publique",
    "fr.1881.injure_publique",
    "fr.1881.diffamation_discriminatoire_65_3",
    "fr.1881.injure_discriminatoire_65_3",
    "fr.1881.provocation_haine_65_3",
    "fr.penal.diffamation_non_publique_r621_1",
    "fr.penal.injure_non_publique_r621_2",
    "fr.1881.fausses_nouvelles_27",
    "fr.civil.presomption_innocence_9_1",
    "fr.lcen.droit_de_reponse",
    "fr.civil.denigrement_1240",
    "fr.conso.comparaison_illicite_l122_1",
    "fr.civil.parasitisme_1240",
    "fr.penal.usurpation_identite_226_4_1",
    "fr.cpi.contrefacon_marque_l716_4_2",
    "fr.cpi.contrefacon_droit_auteur_l122_4",
    "fr.penal.montage_226_8",
    "fr.civil.vie_privee_9",
    "fr.penal.doxxing_223_1_1",
    "fr.penal.harcelement_en_ligne_222_33_2_2",
    "fr.penal.menaces_222_17",
    "fr.penal.chantage_312_10",
    "fr.penal.piratage_323_1",
    "fr.penal.denonciation_calomnieuse_226_10",
    "fr.penal.escroquerie_313_1",
    "fr.conso.faux_avis_l121_4",
    "fr.conso.plateforme_avis_l111_7_2",
    "fr.com.secret_affaires_l152_2",
    "fr.penal.secret_professionnel_226_13",
    "fr.travail.sanction_disciplinaire_l1332_4",
    "fr.cpce.prospection_l34_5",
    "eu.gdpr.art17_erasure",
    "eu.gdpr.art33_breach",
    "eu.dsa.art16_notice",
    "eu.dsa.art20_complaint",
    "eu.dsa.art21_dispute",
    "uk.1980.libel_s4a",
    "uk.1980.slander_s4a",
    "uk.1980.malicious_falsehood_s4a",
    "qc.ccq.diffamation_2929",
    "qc.presse.journal_p19",
]
# What may keep words from being pursued, and must stand in the French pack.
EXCLUSIONS = {
    "truth", "good_faith", "opinion", "honest_review", "general_interest", "parody", "quotation", "whistle_blower",
    "journalist", "provocation",
}  # fmt: skip
TRAPS = {
    "art_53", "one_fact", "simple_complaint", "every_three_months", "first_online", "proof_of_truth", "nothing_stops",
    "slapp",
}  # fmt: skip
FORBIDDEN = re.compile(r"ill[ée]gal", re.IGNORECASE)
PACK = """
pack = "xx"
title = { fr = "X", en = "X" }
last_checked = 2026-11-22
check_before = 2027-05-22
[source.a]
kind = "code"
title = "A"
[element.e]
ask = { fr = "E ?", en = "E?" }
shows = { fr = "e", en = "e" }
[[ground]]
id = "xx.one"
name = { fr = "Un", en = "One" }
article = { fr = "1", en = "1" }
family = "civil"
aim = "honour"
audience = "any"
elements = ["e"]
who = { fr = "lui", en = "them" }
clocks = ["xx.one"]
remedies = ["complaint"]
confidence = "high"
sources = ["a"]
"""


def grounds() -> tuple[Ground, ...]:
    return tuple(load_grounds().by_id.values())


def texts_of(ground: Ground) -> Iterator[Words]:
    yield from (ground.name, ground.article, ground.who)
    yield from (words for words in (ground.no_clock, ground.unverified) if words)
    for element in ground.elements:
        yield from (words for words in (element.ask, element.shows, element.hint) if words)
    for exclusion in ground.exclusions:
        yield from (exclusion.name, exclusion.says)
    yield from (trap.says for trap in ground.traps)


def test_the_packs_hold_every_ground_of_the_list_and_no_other() -> None:
    assert {ground.id for ground in grounds()} == set(WANTED)


@pytest.mark.parametrize("ground", grounds(), ids=lambda ground: ground.id)
def test_a_ground_is_whole(ground: Ground) -> None:
    assert len(ground.elements) >= 2
    assert ground.sources
    assert ground.remedies
    assert bool(ground.clocks) is (ground.no_clock is None)
    for words in texts_of(ground):
        assert words.fr.strip()
        assert words.en.strip()
        assert words.fr != words.en or len(words.fr.split()) < 12  # an article may read the same in both


@pytest.mark.parametrize("ground", grounds(), ids=lambda ground: ground.id)
def test_french_is_written_with_its_own_marks(ground: Ground) -> None:
    for words in texts_of(ground):
        assert "'" not in words.fr, words.fr
        assert not re.search(r"[^\u00a0\u202f][;:?!»](?:\s|$)|«[^\u00a0]", words.fr), words.fr


def test_every_clock_is_a_rule_that_can_be_run() -> None:
    assert unknown_clocks(load_grounds(), {rule.id for rule in load_packs().rules.values()}) == ()


def test_the_french_pack_knows_what_excludes_and_what_goes_wrong() -> None:
    french = load_grounds().pack("fr").grounds
    assert {exclusion.id for ground in french for exclusion in ground.exclusions} >= EXCLUSIONS
    assert {trap.id for ground in french for trap in ground.traps} >= TRAPS
    assert all(trap.sources for ground in french for trap in ground.traps)


def test_press_grounds_warn_of_article_53_and_of_one_qualification() -> None:
    for name in ("fr.1881.diffamation_publique", "fr.1881.injure_publique"):
        assert {"art_53", "one_fact", "nothing_stops"} <= {trap.id for trap in load_grounds().ground(name).traps}


def test_rights_of_persons_are_not_offered_to_companies() -> None:
    for name in ("eu.gdpr.art17_erasure", "fr.civil.vie_privee_9", "fr.penal.harcelement_en_ligne_222_33_2_2"):
        assert load_grounds().ground(name).targets == (Target.PERSON,)


def test_what_was_not_verified_says_so() -> None:
    trusts = {ground.id: standing(ground, READ_ON) for ground in grounds()}
    assert trusts["fr.1881.fausses_nouvelles_27"].trust is Trust.PARTLY
    assert trusts["fr.penal.usurpation_identite_226_4_1"].trust is Trust.PARTLY
    assert trusts["fr.civil.denigrement_1240"].trust is Trust.CURRENT
    for ground in grounds():
        if any(source.kind is SourceKind.MEMORY for source in ground.sources):
            assert ground.unverified is not None, ground.id


def test_a_ground_past_its_day_is_stale_and_keeps_its_note() -> None:
    ground = load_grounds().ground("fr.1881.fausses_nouvelles_27")
    assert standing(ground, ground.check_before).trust is Trust.PARTLY
    stale = standing(ground, ground.check_before + timedelta(days=1))
    assert stale.trust is Trust.STALE
    assert stale.note == ground.unverified


def test_a_ground_that_rests_on_memory_alone_is_not_verified() -> None:
    pack = read_pack(PACK.replace('kind = "code"', 'kind = "memory"'), load_remedies(), "x.toml")
    assert standing(pack.grounds[0], READ_ON).trust is Trust.UNVERIFIED


def test_an_unknown_ground_or_pack_is_an_error() -> None:
    with pytest.raises(NotFoundError, match=r"fr\.no_such"):
        load_grounds().ground("fr.no_such")
    with pytest.raises(NotFoundError, match="'be'"):
        load_grounds().pack("be")
    with pytest.raises(NotFoundError, match="no element 'x'"):
        load_grounds().ground("fr.civil.denigrement_1240").element("x")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('who = { fr = "lui", en = "them" }', 'who = { fr = "lui" }'), "no text in en"),
        (('elements = ["e"]', 'elements = ["f"]'), "names 'f'"),
        (('elements = ["e"]', "elements = []"), "has no elements"),
        (('sources = ["a"]', "sources = []"), "has no sources"),
        (('clocks = ["xx.one"]', "clocks = []"), "does not say why"),
        (('family = "civil"', 'family = "feudal"'), "'feudal'"),
        (('id = "xx.one"', 'id = "yy.one"'), "does not begin with xx."),
        (("check_before = 2027-05-22\n", ""), "no day check_before"),
        (('remedies = ["complaint"]', 'remedies = ["duel"]'), "names 'duel'"),
        (('title = "A"', ""), "has no title"),
        (("pack = ", "pack "), "is not TOML"),
    ],
)
def test_a_pack_that_is_not_whole_is_refused(change: tuple[str, str], says: str) -> None:
    read_pack(PACK, load_remedies(), "x.toml")
    assert change[0] in PACK
    with pytest.raises(InputError, match=re.escape(says)):
        read_pack(PACK.replace(*change), load_remedies(), "x.toml")


def test_a_ground_that_stands_twice_is_refused() -> None:
    twice = PACK + PACK[PACK.index("[[ground]]") :]
    with pytest.raises(InputError, match="stands twice"):
        read_pack(twice, load_remedies(), "x.toml")


def test_every_ground_is_qualified_or_said_to_stand_aside() -> None:
    import tomllib

    text = (resources.files("tocsin.legal") / "tables" / "qualify.toml").read_text(encoding="utf-8")
    aside = set(tomllib.loads(text)["aside"]["grounds"])
    qualified = set(load_tables().grounds)
    assert aside | qualified == set(WANTED)
    assert aside & qualified == set()
    elements = {element.id for ground in grounds() for element in ground.elements}
    assert elements == set(load_tables().elements)


@pytest.mark.parametrize("pack", PACKS)
def test_no_pack_and_no_table_ever_says_that_something_breaks_the_law(pack: str) -> None:
    folder = ROOT / "src" / "tocsin" / "legal"
    paths = [*(folder / "packs" / pack).glob("*.toml"), *(folder / "tables").glob("*")]
    assert [path.name for path in paths if FORBIDDEN.search(_said(path.read_text(encoding="utf-8"), path.suffix))] == []


def _said(text: str, suffix: str) -> str:
    """What a file says to people: patterns of signs are what others say, not what we do."""
    return "" if suffix == ".tsv" else text

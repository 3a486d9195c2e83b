"""Letters are composed from facts, in both languages; what is not known is a gap, and some may not leave."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import ROOT
from tests.legal.letters.facts import DIGEST, PASSAGE, full
from tocsin.base.errors import InputError
from tocsin.legal.graduated import Credibility, Persistence
from tocsin.legal.letters.checks import CONFIRMED
from tocsin.legal.letters.compose import compose, fields_of
from tocsin.legal.letters.facts import (
    CaptureRef,
    Facts,
    GroundRef,
    Item,
    Reach,
    Recipient,
    SecondPerson,
    Sender,
    read_facts,
)
from tocsin.legal.letters.kinds import blocks_of, load_kinds, load_labels, load_remarks
from tocsin.legal.letters.text import COLUMNS, plain_text
from tocsin.legal.letters.values import LetterKind, Level, Role

BOTH = pytest.mark.parametrize("language", ["fr", "en"])
EVERY = pytest.mark.parametrize("kind", list(LetterKind))

# The platform act's own words, asked for by its article 16; nowhere else does a letter call a content so.
_OWN_WORDS = {"contenu illicite", "illegal content"}
_JUDGEMENT = re.compile(
    r"(?:contenu )?\b\w*(?:illégal|illegal|illicite|unlawful|coupable|guilty)\w*(?: content)?", re.IGNORECASE
)


def text_of(kind: LetterKind, facts: Facts, language: str = "fr") -> str:
    return plain_text(compose(kind, facts, language))


def codes(kind: LetterKind, facts: Facts) -> set[str]:
    return {refusal.code for refusal in compose(kind, facts, "fr").refusals}


@EVERY
@BOTH
def test_each_kind_is_whole_with_all_facts(kind: LetterKind, language: str) -> None:
    draft = compose(kind, full(language), language)
    assert not draft.missing and not draft.refusals
    shown = plain_text(draft)
    assert "[à compléter" not in shown and "[to be filled in" not in shown
    assert not re.search(r"[{}]|\[\[|\]\]", shown)
    assert draft.follow_ups and draft.does_not


@EVERY
@BOTH
def test_each_kind_without_facts_shows_gaps_and_may_not_leave(kind: LetterKind, language: str) -> None:
    draft = compose(kind, Facts(), language)
    assert draft.refusals and draft.missing
    word = "[à compléter\u00a0:" if language == "fr" else "[to be filled in:"
    assert word in plain_text(draft)
    assert plain_text(draft).startswith("BROUILLON" if language == "fr" else "DRAFT")
    form = load_kinds()[kind]
    needed = {need.field for need in form.needs} | {CONFIRMED[name] for name in form.checks if name in CONFIRMED}
    assert needed == {gap.field for gap in draft.missing if gap.level is Level.ESSENTIAL}


@EVERY
@BOTH
def test_every_piece_of_a_fact_names_the_field_that_filled_it(kind: LetterKind, language: str) -> None:
    draft = compose(kind, full(language), language)
    filled = {piece.field for part in draft.paragraphs for piece in part.pieces if piece.field}
    assert filled
    for part in draft.paragraphs:
        for piece in part.pieces:
            if piece.text in (PASSAGE, DIGEST, "Alice Martin", "https://example.org/posts/1234567890?view=full"):
                assert piece.field is not None


@EVERY
@BOTH
def test_no_letter_judges(kind: LetterKind, language: str) -> None:
    shown = re.sub(r"\s+", " ", text_of(kind, full(language), language))
    allowed = _OWN_WORDS if kind is LetterKind.PLATFORM_NOTICE else set()
    assert {match[0].lower() for match in _JUDGEMENT.finditer(shown)} <= allowed


@EVERY
@BOTH
def test_french_words_have_the_spaces_that_french_wants(kind: LetterKind, language: str) -> None:
    for part in compose(kind, full(language), language).paragraphs:
        for piece in part.pieces:
            if piece.field is None and language == "fr":
                assert not re.search(r"(?<![\u00a0/p s])[;:!?»](?=\s|$)| [;:!?»]|« ", piece.text), piece.text
            if piece.field is None:
                assert "'" not in piece.text and '"' not in piece.text


@BOTH
def test_the_text_holds_lines_of_seventy_four_columns_and_whole_addresses(language: str) -> None:
    for kind in LetterKind:
        shown = text_of(kind, full(language), language)
        for line in shown.splitlines():
            assert len(line) <= COLUMNS or " " not in line.strip()
    shown = text_of(LetterKind.PLATFORM_NOTICE, full(language), language)
    assert DIGEST in shown and "https://example.org/posts/1234567890?view=full" in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": msgspec.structs.replace(full().words, explanation=" ")}, "words.explanation"),
        ({"items": ()}, "items.url"),
        ({"items": (Item(details="le message de mardi"),)}, "items.url"),
        ({"sender": msgspec.structs.replace(full().sender, name="")}, "sender.name"),
        ({"sender": msgspec.structs.replace(full().sender, email="")}, "sender.email"),
    ],
)
def test_a_platform_notice_is_refused_without_each_of_its_elements(changes: dict[str, object], field: str) -> None:
    draft = compose(LetterKind.PLATFORM_NOTICE, full(**changes), "fr")
    assert [refusal.code for refusal in draft.refusals] == ["missing"]
    assert field in draft.refusals[0].text and "DSA, art. 16(2)" in draft.refusals[0].source


def test_a_platform_notice_is_refused_until_its_sender_states_good_faith() -> None:
    assert codes(LetterKind.PLATFORM_NOTICE, full(good_faith=False)) == {"good_faith"}
    assert "[à compléter" in text_of(LetterKind.PLATFORM_NOTICE, full(good_faith=False))


def test_a_platform_notice_wants_exact_addresses_and_a_real_email() -> None:
    assert codes(LetterKind.PLATFORM_NOTICE, full(items=(Item(url="example.org", passages=("x",)),))) == {
        "address_not_exact"
    }
    sender = msgspec.structs.replace(full().sender, email="alice at maison")
    assert codes(LetterKind.PLATFORM_NOTICE, full(sender=sender)) == {"email_wrong"}


def item(**changes: object) -> tuple[Item, ...]:
    return (msgspec.structs.replace(full().items[0], **changes),)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items": item(length_chars=20)}, "reply_longer"),
        ({"items": item(length_chars=None)}, "missing"),
        ({"items": item(self_service_reply=True)}, "reply_self_service"),
        ({"date": date(2026, 9, 3)}, "reply_late"),
        (
            {"words": msgspec.structs.replace(full().words, reply="l\n" * 201), "items": item(length_chars=9_000)},
            "reply_lines",
        ),
        ({"items": item(passages=())}, "missing"),
        ({"date": None}, "missing"),
        ({"words": msgspec.structs.replace(full().words, designation="")}, "missing"),
    ],
)
def test_a_right_of_reply_keeps_to_its_conditions(changes: dict[str, object], code: str) -> None:
    assert codes(LetterKind.RIGHT_OF_REPLY, full(**changes)) == {code}


def test_a_right_of_reply_may_leave_on_the_last_day() -> None:
    assert not codes(LetterKind.RIGHT_OF_REPLY, full(date=date(2026, 9, 2)))


def test_a_right_of_reply_asks_for_equal_proof_and_quotes_the_passages() -> None:
    shown = re.sub(r"\s+", " ", text_of(LetterKind.RIGHT_OF_REPLY, full()))
    assert "recommandée" in shown and PASSAGE in shown and "dans les trois jours" in shown


LEGAL_STEPS = [kind for kind, form in load_kinds().items() if form.legal_step]


@pytest.mark.parametrize("kind", LEGAL_STEPS)
def test_a_legal_step_below_the_threshold_of_reach_wants_a_second_persons_reason(kind: LetterKind) -> None:
    assert codes(kind, full(reach=Reach(people=40))) == {"reach_low"}
    assert codes(kind, full(reach=Reach())) == {"reach_unknown"}
    second = SecondPerson(name="Chloé Roux", reason="Deux clients ont annulé.")
    assert not codes(kind, full(reach=Reach(people=40), second=second))
    assert codes(kind, full(reach=Reach(people=40), second=msgspec.structs.replace(second, reason=" "))) == {
        "reach_low"
    }


def test_the_second_person_is_not_who_prepared_the_letter() -> None:
    second = SecondPerson(name="bruno  petit", reason="Il le faut.")
    assert codes(LetterKind.FORMAL_NOTICE, full(reach=Reach(people=40), second=second)) == {"second_person_same"}


def test_a_complaint_about_threats_does_not_wait_for_a_second_person() -> None:
    threats = (GroundRef(id="fr.penal.menaces_222_17", name="menaces", article="code pénal, art. 222-17"),)
    assert not codes(LetterKind.COMPLAINT, full(reach=Reach(), grounds=threats))
    insult = GroundRef(id="fr.1881.injure_publique", name="injure", article="a", passage="voleurs")
    assert codes(LetterKind.COMPLAINT, full(reach=Reach(), grounds=(*threats, insult))) == {"reach_unknown"}


def test_the_exposure_weighs_who_speaks_and_how_long_it_stays() -> None:
    loud = Reach(people=6_000, credibility=Credibility.HIGH)
    assert not codes(LetterKind.FORMAL_NOTICE, full(reach=loud))
    faint = Reach(people=12_000, persistence=Persistence.PASSING)
    refusals = compose(LetterKind.FORMAL_NOTICE, full(reach=faint), "fr").refusals
    assert [refusal.code for refusal in refusals] == ["reach_low"] and "10\u202f000" in refusals[0].text


def test_what_is_no_legal_step_asks_nobody() -> None:
    assert not codes(LetterKind.REVIEW_ANSWER, full(reach=Reach(people=2)))
    assert not codes(LetterKind.CORRECTION, full(reach=Reach()))


def ground(name: str, passage: str = "") -> GroundRef:
    return GroundRef(id=name, name="n", article="a", passage=passage)


def test_one_fact_has_one_qualification() -> None:
    defamation, insult = "fr.1881.diffamation_publique", "fr.1881.injure_publique"
    same = (ground(defamation), ground(insult))
    assert codes(LetterKind.FORMAL_NOTICE, full(grounds=same)) == {"two_press_grounds"}
    mixed = (ground(defamation, PASSAGE), ground("fr.civil.denigrement_1240", "cuirs volés"))
    assert codes(LetterKind.FORMAL_NOTICE, full(grounds=mixed)) == {"press_and_1240"}
    apart = (ground(defamation, "cuirs volés"), ground(insult, "pauvres types"))
    assert not codes(LetterKind.FORMAL_NOTICE, full(grounds=apart))


def test_delisting_is_for_natural_persons_alone() -> None:
    for known in (False, None):
        sender = msgspec.structs.replace(full().sender, natural_person=known)
        assert codes(LetterKind.SEARCH_DELISTING, full(sender=sender)) == {"natural_person"}
        assert not codes(LetterKind.SEARCH_REMOVAL, full(sender=sender))


def test_an_internal_complaint_is_in_time_for_six_months() -> None:
    assert not codes(LetterKind.INTERNAL_COMPLAINT, full(date=date(2026, 12, 8)))
    assert codes(LetterKind.INTERNAL_COMPLAINT, full(date=date(2026, 12, 9))) == {"complaint_late"}


def test_a_formal_notice_does_not_ask_for_an_answer_in_the_past() -> None:
    assert codes(LetterKind.FORMAL_NOTICE, full(reply_by=date(2026, 6, 12))) == {"reply_by_past"}


def test_a_legal_step_against_a_protected_speaker_warns() -> None:
    journalist = Recipient(name="J", address="a", kind="journalist")

    def warned(kind: LetterKind, facts: Facts) -> bool:
        return "protected_speaker" in {warning.code for warning in compose(kind, facts, "fr").warnings}

    assert warned(LetterKind.FORMAL_NOTICE, full(recipient=journalist))
    assert not warned(LetterKind.FORMAL_NOTICE, full())
    assert not warned(LetterKind.CORRECTION, full(recipient=journalist))


@EVERY
def test_every_letter_warns_and_says_what_it_does_not_do(kind: LetterKind) -> None:
    draft = compose(kind, full(), "fr")
    warned = {warning.code for warning in draft.warnings}
    assert warned & {"may_be_published", "will_be_public", "counsel_reads"}
    if kind not in (LetterKind.COMPLAINT, LetterKind.COMPLAINT_CIVIL_PARTY):
        assert "press_clock_runs" in {remark.code for remark in draft.does_not}


def test_a_part_of_a_capture_that_is_not_known_is_a_gap_and_not_invented() -> None:
    shown = text_of(LetterKind.PLATFORM_NOTICE, full(captures=(CaptureRef(number="2026-0042/02"),)))
    assert "Capture 2026-0042/02, commencée le [à" in re.sub(r"\s+", " ", shown)
    assert "inscrite au journal" not in shown


def test_facts_are_kept_as_json_and_read_back() -> None:
    for facts in (full(), Facts()):
        assert msgspec.json.decode(msgspec.json.encode(facts), type=Facts) == facts


def test_an_instant_first_online_counts_as_its_day() -> None:
    assert Item(first_online=datetime(2026, 6, 2, 23, 30, tzinfo=UTC)).first_online == date(2026, 6, 2)
    facts = read_facts(b"[[items]]\nfirst_online = 2026-06-02T23:30:00Z\n", "facts.toml")
    assert facts.items[0].first_online == date(2026, 6, 2)


def test_hostile_facts_stay_words() -> None:
    hostile = "{sender.email} [[{date}]] «\u202e» #panic(1)"
    shown = text_of(LetterKind.REVIEW_ANSWER, full(words=msgspec.structs.replace(full().words, answer=hostile)))
    assert "{sender.email} [[{date}]]" in shown


@given(st.text(max_size=60), st.sampled_from(list(LetterKind)), st.sampled_from(["fr", "en"]))
def test_any_words_make_a_letter_that_holds_them_as_they_are(words: str, kind: LetterKind, language: str) -> None:
    facts = full(language, brand=words, items=item(passages=(words,), title=words, url=words))
    draft = compose(kind, facts, language)
    shown = [piece.text for part in draft.paragraphs for piece in part.pieces if piece.field == "item.passages"]
    assert all(text == words or "[" in text for text in shown)
    assert plain_text(draft).endswith("\n")


@pytest.mark.parametrize("kind", [LetterKind.COMPLAINT, LetterKind.AUTHOR_DATA])
def test_what_a_french_court_reads_says_so_in_english_alone(kind: LetterKind) -> None:
    for language, told in (("en", True), ("fr", False)):
        warned = {warning.code for warning in compose(kind, full(language), language).warnings}
        assert ("in_french" in warned) is told


def test_the_fields_of_a_kind_are_told_with_their_level() -> None:
    fields = {gap.field: gap.level for gap in fields_of(LetterKind.PLATFORM_NOTICE, "fr")}
    assert fields["words.explanation"] is Level.ESSENTIAL and fields["date"] is Level.WANTED


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="not in de"):
        compose(LetterKind.COMPLAINT, Facts(), "de")


@EVERY
def test_the_data_of_a_kind_are_whole(kind: LetterKind) -> None:
    form = load_kinds()[kind]
    assert form.kind is kind
    for code in (*form.warnings, *form.does_not):
        assert code in load_remarks()
    for block in blocks_of(form):
        assert block.fr.strip() and block.en.strip()
        fields = [sorted(re.findall(r"\{([a-z_.]+)\}", text)) for text in (block.fr, block.en)]
        assert fields[0] == fields[1], block
    for need in form.needs:
        assert need.field in load_labels()
    assert len({step.id for step in form.follow_ups}) == len(form.follow_ups)


def test_follow_ups_name_rules_that_the_packs_have() -> None:
    packs = sorted(Path(ROOT, "src/tocsin/legal/packs").glob("*/rules.toml"))
    rules = {rule["id"] for path in packs for rule in tomllib.loads(path.read_text())["rule"]}
    for form in load_kinds().values():
        for step in form.follow_ups:
            assert not step.rule or step.rule in rules, step.rule
            assert step.start in ("sent", "received", "decision")


def test_every_letter_that_a_ground_may_lead_to_has_its_kind() -> None:
    tables = tomllib.loads(Path(ROOT, "src/tocsin/legal/tables/remedies.toml").read_text())
    letters = {name for name, remedy in tables["remedy"].items() if remedy["by"] == "letter"}
    served = {name for form in load_kinds().values() for name in form.remedies}
    assert letters <= served and served <= set(tables["remedy"])


def test_roles_are_all_drawn() -> None:
    used = {part.role for kind in LetterKind for part in compose(kind, full(), "fr").paragraphs}
    assert used == set(Role)


def test_a_sender_without_an_organisation_signs_alone() -> None:
    sender = Sender(name="Alice Martin", address="a", email="a@example.org", natural_person=True)
    assert "pour " not in text_of(LetterKind.SEARCH_DELISTING, full(sender=sender)).split("salutations")[1]

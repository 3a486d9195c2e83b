"""The graduated response: steps in order, the risk of making it louder, and what holds a step."""

from __future__ import annotations

from importlib import resources

import pytest

from tocsin.base.errors import NotFoundError
from tocsin.legal.graduated import (
    Approval,
    Circumstances,
    Credibility,
    Hold,
    Nature,
    Persistence,
    Risk,
    advise,
    hold,
    load_response,
    read_response,
    situation_of,
)
from tocsin.legal.grounds import load_grounds
from tocsin.legal.qualify import AuthorKind

SITUATIONS = tuple(load_response().situations)
MANY = Circumstances(readers=50_000, proof=3)
FEW = Circumstances(readers=900, proof=3)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_begins_with_a_capture(situation: str) -> None:
    steps = advise(situation, MANY).steps
    assert steps[0].nature is Nature.CAPTURE
    assert len(steps) >= 3


def test_every_ground_leads_to_a_situation() -> None:
    for ground in load_grounds().by_id:
        assert situation_of(ground) in SITUATIONS


def test_a_true_complaint_or_an_honest_review_never_leads_to_a_lawyer() -> None:
    for situation in ("true_complaint", "honest_review"):
        natures = {step.nature for step in advise(situation, MANY).steps}
        assert not natures & {Nature.LEGAL, Nature.LETTER}


def test_below_the_threshold_loud_steps_are_held() -> None:
    assert advise("defamation_known", FEW).held == ("lawyers_letter", "summons")
    assert advise("defamation_known", MANY).held == ()


def test_readers_that_are_not_known_hold_as_few_do() -> None:
    assert advise("defamation_known", Circumstances()).held
    assert advise("defamation_known", Circumstances()).exposure is None


def test_the_same_readers_weigh_more_when_the_author_is_believed_and_the_words_last() -> None:
    loud = Circumstances(readers=3_000, credibility=Credibility.HIGH, persistence=Persistence.LASTING)
    quiet = Circumstances(readers=30_000, credibility=Credibility.LOW, persistence=Persistence.PASSING)
    assert advise("defamation_known", loud).exposure == 12_000
    assert not advise("defamation_known", loud).held
    assert advise("defamation_known", quiet).held


@pytest.mark.parametrize("situation", ["safety", "blackmail", "impersonation", "leak"])
def test_danger_and_deceit_are_never_held(situation: str) -> None:
    assert advise(situation, Circumstances(readers=3)).held == ()


def test_a_correction_asked_of_a_publisher_is_not_held() -> None:
    held = advise("rumour", FEW).held
    assert "add_our_position" not in held
    assert "right_of_reply" not in held
    assert held == ("judge_6_3",)


def test_a_held_step_goes_on_when_somebody_else_gives_a_reason() -> None:
    advice = advise("defamation_known", FEW)
    assert hold(advice, "summons", "Alice", None) is Hold.SECOND_PERSON
    assert hold(advice, "summons", "Alice", Approval(person="Alice", reason="it hurts")) is Hold.SAME_PERSON
    assert hold(advice, "summons", "Alice", Approval(person="Bruno", reason="  ")) is Hold.NO_REASON
    assert hold(advice, "summons", "Alice", Approval(person="Bruno", reason="customers ask us every day")) is None
    assert hold(advice, "capture", "Alice", None) is None


@pytest.mark.parametrize(
    "author", [AuthorKind.JOURNALIST, AuthorKind.NGO, AuthorKind.UNION, AuthorKind.WHISTLE_BLOWER, AuthorKind.CUSTOMER]
)
def test_acting_against_those_who_are_often_silenced_warns_first(author: AuthorKind) -> None:
    advice = advise("defamation_known", Circumstances(readers=50_000, author=author))
    assert load_response().warnings["slapp"] in advice.warnings
    assert list(Risk).index(advice.risk) > list(Risk).index(advise("defamation_known", MANY).risk)


def test_a_rival_makes_the_risk_lower_and_gives_no_such_warning() -> None:
    advice = advise("denigration", Circumstances(readers=50_000, author=AuthorKind.COMPETITOR))
    assert advice.risk is Risk.LOW
    assert load_response().warnings["slapp"] not in advice.warnings


def test_a_whistle_blower_is_checked_before_all_else() -> None:
    warnings = advise("leak", Circumstances(author=AuthorKind.EMPLOYEE)).warnings
    assert load_response().warnings["whistle_blower"] in warnings


def test_every_letter_warns_that_it_may_be_published() -> None:
    for situation in SITUATIONS:
        advice = advise(situation, MANY)
        letters = any(step.nature is Nature.LETTER for step in advice.steps)
        assert (load_response().warnings["published"] in advice.warnings) is letters


def test_few_readers_make_a_suit_for_defamation_riskier() -> None:
    assert advise("defamation_known", MANY).risk is Risk.MEDIUM
    assert advise("defamation_known", FEW).risk is Risk.HIGH


def test_an_officers_report_is_advised_when_the_page_may_vanish_or_the_day_is_near() -> None:
    words = load_response().constat
    calm = advise("defamation_known", Circumstances(readers=50_000, proof=3))
    assert calm.constat == ()
    near = advise("defamation_known", Circumstances(readers=50_000, proof=2, may_vanish=True, days_left=9))
    assert near.constat == (words["vanishing"], words["weak_proof"], words["deadline"], words["legal"])
    review = advise("honest_review", Circumstances(may_vanish=False, proof=1))
    assert review.constat == ()


def test_a_customer_who_runs_a_product_down_is_a_review_before_all_else() -> None:
    assert situation_of("fr.civil.denigrement_1240", author=AuthorKind.CUSTOMER) == "honest_review"
    assert situation_of("fr.civil.denigrement_1240", author=AuthorKind.COMPETITOR) == "denigration"


def test_a_known_author_is_written_to_and_an_unknown_one_looked_for() -> None:
    assert situation_of("fr.1881.diffamation_publique", author_known=True) == "defamation_known"
    assert situation_of("fr.1881.diffamation_publique", author_known=None) == "defamation_pseudonym"


def test_an_unknown_situation_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(NotFoundError, match="rumour"):
        advise("gossip", MANY)
    with pytest.raises(NotFoundError):
        situation_of("fr.no_such")


def test_a_table_that_names_a_missing_step_is_refused() -> None:
    text = (resources.files("tocsin.legal") / "packs" / "fr" / "response.toml").read_text(encoding="utf-8")
    with pytest.raises(NotFoundError, match="'shout'"):
        read_response(text.replace('"fix_it", ', '"shout", '), "response.toml")

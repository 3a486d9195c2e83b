"""The ladder of proof: where a capture stands, why, and what it does not prove."""

from __future__ import annotations

import pytest

from tocsin.base.errors import NotFoundError
from tocsin.legal.ladder import Proof, level_of, load_ladder

SEALED = Proof(by_robot=True, logged=True, authorities=("alpha", "beta"), qualified=("beta",))


@pytest.mark.parametrize(
    ("proof", "number"),
    [
        (Proof(by_robot=False), 1),
        (Proof(by_robot=False, logged=True, authorities=("alpha", "beta"), qualified=("beta",)), 1),
        (Proof(by_robot=True), 2),
        (Proof(by_robot=True, logged=True, authorities=("alpha",), qualified=("alpha",)), 2),
        (Proof(by_robot=True, logged=True, authorities=("alpha", "alpha"), qualified=("alpha",)), 2),
        (Proof(by_robot=True, logged=True, authorities=("alpha", "beta")), 2),
        (Proof(by_robot=True, authorities=("alpha", "beta"), qualified=("beta",)), 2),
        (SEALED, 3),
        (Proof(by_robot=False, officer_report=True), 4),
        (Proof(by_robot=True, officer_report=True, judge_order=True), 5),
        (Proof(by_robot=True, logged=True, authorities=("a", "b"), qualified=("a",), broken=True), 1),
    ],
)
def test_a_proof_stands_on_its_level(proof: Proof, number: int) -> None:
    assert level_of(proof).level.number == number


def test_a_seal_of_two_authorities_says_why_and_lacks_nothing() -> None:
    rung = level_of(SEALED)
    words = load_ladder().reasons
    assert rung.reasons == (words["robot"], words["logged"], words["two_stamps"], words["qualified"])
    assert rung.lacks == ()


def test_what_keeps_a_capture_lower_is_named() -> None:
    words = load_ladder().reasons
    lacks = level_of(Proof(by_robot=True, logged=True, authorities=("alpha",), clock_measured=False, untied=2)).lacks
    assert lacks == (words["few_stamps"], words["none_qualified"], words["clock_unknown"], words["untied"])


def test_a_qualified_authority_counts_only_with_its_own_stamp() -> None:
    assert level_of(Proof(by_robot=True, logged=True, authorities=("a", "b"), qualified=("c",))).level.number == 2


def test_every_level_says_what_it_proves_and_what_it_does_not() -> None:
    ladder = load_ladder()
    assert [level.number for level in ladder.levels] == [1, 2, 3, 4, 5]
    for level in ladder.levels:
        assert level.proves
        assert level.not_proves
    assert "app" in {agent.id for agent in ladder.agents}


def test_a_seal_is_never_said_to_prove_that_the_site_served_the_page() -> None:
    says = [words.en for words in load_ladder().level(3).not_proves]
    assert any("site served it" in line for line in says)


def test_there_is_no_sixth_level() -> None:
    with pytest.raises(NotFoundError, match="no level 6"):
        load_ladder().level(6)

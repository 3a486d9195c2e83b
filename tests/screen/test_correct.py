"""Corrections: what a person says of a reading, on the text and on those that are nearly the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import InputError
from tocsin.base.kind import Kind, Tone
from tocsin.base.mention import Verdict
from tocsin.screen.correct import Act, Change, Correction, Corrections, corrected, corrected_by_all, parse_change
from tocsin.screen.read import ReadInput, default_reader

GRAVE = "Honte à Maison Alba : une arnaque, ma commande n’arrive jamais, boycottez cette marque, partagez !"
PRAISE = "Bravo Maison Alba, quel service formidable, merci, je recommande vivement cette boutique."
CHANGES = st.sampled_from(
    [Change(act=act) for act in Act if act not in (Act.KIND, Act.NOT_KIND, Act.TONE)]
    + [Change(act=act, kind=kind) for act in (Act.KIND, Act.NOT_KIND) for kind in Kind]
    + [Change(act=Act.TONE, tone=tone) for tone in Tone]
)


def read(text: str, *, own: bool = False) -> Verdict:
    return default_reader().read([ReadInput(text=text, own=own)])[0]


@given(st.sampled_from([GRAVE, PRAISE, "Maison Alba ouvre à Lyon"]), st.lists(CHANGES, max_size=6))
def test_the_reasons_add_up_to_the_score_whatever_was_said(text: str, changes: list[Change]) -> None:
    severity = corrected_by_all(read(text), changes).severity
    assert severity.score == max(0, min(100, round(sum(reason.weight for reason in severity.reasons))))


@given(CHANGES)
def test_a_label_reads_back_to_its_change(change: Change) -> None:
    assert parse_change(change.label) == change


@pytest.mark.parametrize("label", ["", "kind:", "kind:none", "less:5", "tone:sour"])
def test_an_unknown_label_is_refused(label: str) -> None:
    with pytest.raises(InputError):
        parse_change(label)


def test_a_kind_that_is_taken_away_takes_its_points_along() -> None:
    before = read(GRAVE)
    kind = before.kinds[0].kind
    after = corrected(before, Change(act=Act.NOT_KIND, kind=kind))
    assert kind not in {score.kind for score in after.kinds}
    assert sum(reason.weight for reason in after.severity.reasons) < sum(r.weight for r in before.severity.reasons)


def test_irony_turns_praise_into_a_complaint() -> None:
    after = corrected(read(PRAISE), Change(act=Act.IRONY))
    assert after.sentiment.label is Tone.NEGATIVE
    assert after.kinds[0].kind is Kind.COMPLAINT
    assert after.severity.score > read(PRAISE).severity.score


def test_less_severe_is_less_even_where_the_sum_was_over_a_hundred() -> None:
    grave = read(GRAVE)
    for _ in range(4):
        grave = corrected(grave, Change(act=Act.MORE))
    assert grave.severity.score == 100
    assert corrected(grave, Change(act=Act.LESS)).severity.score == 75


def test_what_the_brand_says_itself_stays_at_nought() -> None:
    own = read(GRAVE, own=True)
    assert corrected(own, Change(act=Act.KIND, kind=Kind.THREAT)).severity.score == 0


def test_a_correction_holds_for_near_copies_of_its_brand_alone() -> None:
    verdict = read(GRAVE)
    kind = verdict.kinds[0].kind
    said = Corrections(
        [
            Correction(
                brand="alba",
                change=Change(act=Act.NOT_KIND, kind=kind),
                exact=verdict.keys.exact,
                bands=verdict.keys.bands,
            )
        ]
    )
    near = read(GRAVE + " https://example.org/a")
    longer = read("RT " + GRAVE + " Merci")
    other = read("Maison Alba : honte à vous, une arnaque, boycottez-les tous sans attendre une minute de plus.")
    assert kind not in {score.kind for score in said.apply("alba", near).kinds}
    assert kind not in {score.kind for score in said.apply("alba", longer).kinds}
    assert said.apply("alba", other) == other
    assert said.apply("autre", near) == near

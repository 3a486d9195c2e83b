from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tocsin.base.errors import InputError, NotFoundError
from tocsin.legal.cases import cases_of, id_of, read_case
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Residence

LAW = load_packs()
GOOD: dict[str, Any] = {"ground": "fr.1881.diffamation_publique", "event": {"first_online": "2026-01-15"}}


def _with(**more: object) -> dict[str, Any]:
    return {**GOOD, **more}


def test_a_file_is_an_object_a_list_or_one_case() -> None:
    assert cases_of(b'{"cases": [{"id": "A"}]}') == cases_of(b'[{"id": "A"}]') == cases_of(b'{"id": "A"}')


@pytest.mark.parametrize(("content", "told"), [(b"{", "not JSON"), (b"3", "no list"), (b'{"cases": 3}', "no list")])
def test_a_file_that_holds_no_cases_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        cases_of(content)


def test_a_case_without_id_is_named_by_its_number() -> None:
    assert [id_of(raw, 3) for raw in ({}, {"id": ""}, {"id": 7}, "no case")] == ["#3", "#3", "7", "#3"]


def test_other_spellings_are_taken() -> None:
    case = read_case(
        {
            "ground": "fr.1881.diffamation",
            "event": {"published": "2026-01-15", "republications": [{"kind": "reactivation", "date": "2026-02-01"}]},
            "acts": [{"kind": "plainte_cpc_signed", "date": "2026-03-01", "deposit_paid": True, "court": "Paris"}],
            "residence": "abroad",
            "why": "words for people",
        },
        LAW,
        "A",
    )
    assert case.ground == "fr.1881.diffamation_publique"
    assert case.events == {"first_online": date(2026, 1, 15)}
    assert case.acts[0].kind == "plainte_avec_constitution_de_partie_civile"
    assert case.acts[0].flags == {"consignation_paid": True}
    assert case.republications[0].kind == "reactivated_site"
    assert case.residence is Residence.ABROAD


def test_an_act_late_in_the_evening_elsewhere_is_a_day_in_paris() -> None:
    acts = [{"kind": "assignation_served", "date": "2026-03-09T23:30:00Z"}]
    assert read_case(_with(acts=acts), LAW, "A").acts[0].day == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("A", "A case is an object"),
        ({"event": {}}, "names no ground"),
        (_with(event=[1]), "event=.1. is no object"),
        (_with(event={"frist_online": "2026-01-15"}), "frist_online is no event.*first_online"),
        (_with(event={"first_online": "15/01/2026"}), "first_online=15/01/2026 is no day"),
        (_with(event={"first_online": "2026-02-30"}), "is no day"),
        (_with(event={"first_online": 20260115}), "is no day"),
        (_with(acts={}), "acts={} is no list"),
        (_with(acts=["assignation_served"]), "is no act"),
        (_with(acts=[{"kind": "asignation_servd", "date": "2026-03-01"}]), "no act.*assignation_served"),
        (_with(acts=[{"kind": "assignation_served"}]), "assignation_served.date=None is no day"),
        (_with(acts=[{"kind": "mediation", "date": "2026-03-01", "until": "2026-02-01"}]), "before it begins"),
        (_with(republications=[{"kind": "like", "date": "2026-03-01"}]), "like is no republication"),
        (_with(act=[]), "act is not read in a case; write acts"),
        (_with(good_friday="yes"), "good_friday=yes is neither"),
        (_with(residence="moon"), "residence=moon is not known"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(raw: object, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_case(raw, LAW, "A")


def test_an_unknown_ground_is_refused() -> None:
    with pytest.raises(NotFoundError, match="nearest"):
        read_case(_with(ground="fr.1881.diffamation_privee"), LAW, "A")

"""`tocsin law` and `tocsin qualify`: packs, grounds and candidates from the command line, without a database."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import tocsin


def test_the_packs_are_listed_with_what_is_not_verified(tmp_path: Path) -> None:
    ran = tocsin("law", data=tmp_path, language="en")
    assert ran.code == 0, ran.err
    assert [row["pack"] for row in ran.rows] == ["fr", "eu", "uk", "qc"]
    assert ran.rows[0]["grounds"] > 25
    assert ran.rows[0]["not_verified"] > 0
    assert "no advice" in ran.err


def test_a_pack_past_its_day_is_said_to_be_stale(tmp_path: Path) -> None:
    ran = tocsin("law", "--on", "2031-01-01", data=tmp_path, language="en")
    assert all(row["stale"] == row["grounds"] for row in ran.rows)
    ran = tocsin("law", "fr", "--on", "2031-01-01", data=tmp_path, language="en")
    assert {row["standing"] for row in ran.rows} == {"stale"}


def test_a_ground_is_shown_whole_in_the_language_asked_for(tmp_path: Path) -> None:
    ran = tocsin("law", "fr.civil.denigrement_1240", data=tmp_path, language="fr")
    (row,) = ran.rows
    assert row["name"] == "Dénigrement"
    assert row["elements"][0]["ask"].endswith("?")
    assert row["clocks"] == ["fr.civil.denigrement_1240"]
    assert tocsin("law", "fr.civil.denigrement_1240", data=tmp_path, language="en").rows[0]["name"] == "Denigration"


def test_an_unknown_ground_and_a_day_that_is_none_are_one_sentence_each(tmp_path: Path) -> None:
    ran = tocsin("law", "fr.no_such", data=tmp_path, language="en")
    assert (ran.code, ran.out) == (1, "")
    assert "fr.no_such" in ran.err
    ran = tocsin("law", "--on", "tomorrow", data=tmp_path, language="en")
    assert ran.code == 1
    assert "2026-11-22" in ran.err


def test_the_ladder_of_proof_has_five_levels_and_its_agents(tmp_path: Path) -> None:
    rows = tocsin("law", "ladder", data=tmp_path, language="en").rows
    assert [row["level"] for row in rows if "level" in row] == [1, 2, 3, 4, 5]
    assert next(row["agent"] for row in rows if "agent" in row) == "app"


def test_lines_of_text_and_of_json_are_qualified(tmp_path: Path) -> None:
    lines = [
        "Le patron de Maison Alba détourne les pourboires".encode(),
        b"",
        json.dumps({"id": 7, "text": "La gérante vole la caisse", "audience": "restricted", "mine": [1]}).encode(),
        json.dumps({"text": "Maison Alba toys are toxic", "author_kind": "competitor", "kinds": []}).encode(),
    ]
    ran = tocsin("qualify", "--brand", "Maison Alba", data=tmp_path, stdin=b"\n".join(lines), language="en")
    assert ran.code == 0, ran.err
    text, closed, rival = ran.rows
    assert text["candidates"][0]["ground"] == "fr.1881.diffamation_publique"
    assert closed["mine"] == [1]
    assert closed["candidates"][0]["ground"] == "fr.penal.diffamation_non_publique_r621_1"
    assert rival["candidates"][0]["ground"] == "fr.civil.denigrement_1240"
    assert "a judge decides" in ran.err


def test_a_bad_line_is_named_and_the_rest_is_done(tmp_path: Path) -> None:
    lines = b'{"text": 3}\n\xff\xfe\nMaison Alba, bande de connards\n{"text": "x", "audience": "moon"}\n'
    ran = tocsin("qualify", data=tmp_path, stdin=lines, language="en")
    assert ran.code == 1
    assert len(ran.rows) == 1
    for number in (1, 2, 4):
        assert f"Line {number} " in ran.err


def test_grounds_set_aside_are_told_when_asked_for(tmp_path: Path) -> None:
    line = "Parodie : Maison Alba blanchit de l’argent".encode()
    assert tocsin("qualify", data=tmp_path, stdin=line, language="en").rows[0]["candidates"] == []
    (candidate,) = tocsin("qualify", "--all", data=tmp_path, stdin=line, language="en").rows[0]["candidates"]
    assert candidate["near"] is False
    assert candidate["against"][0]["code"] == "parody"


def test_another_law_is_looked_at_when_asked_for(tmp_path: Path) -> None:
    line = b"The owner of Maison Alba stole money from the staff"
    ran = tocsin("qualify", "--pack", "uk", data=tmp_path, stdin=line, language="en")
    assert [found["ground"] for found in ran.rows[0]["candidates"]] == ["uk.1980.libel_s4a"]


def test_the_usual_steps_follow_and_loud_ones_wait_below_the_threshold(tmp_path: Path) -> None:
    few = {"text": "Les jouets Maison Alba sont toxiques", "readers": 300, "author_kind": "competitor"}
    lines = "\n".join(json.dumps(line) for line in (few, {**few, "readers": 90_000}, {"text": "Merci !"})).encode()
    quiet, loud, thanks = tocsin("qualify", data=tmp_path, stdin=lines, language="en").rows
    assert quiet["response"]["situation"] == "denigration"
    assert quiet["response"]["steps"][0]["step"] == "capture"
    assert [step["step"] for step in quiet["response"]["steps"] if step["held"]] == ["formal_notice", "summary_or_1240"]
    assert not any(step["held"] for step in loud["response"]["steps"])
    assert thanks["response"] is None

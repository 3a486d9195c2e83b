"""`tocsin deadline`: one ground or a file of cases in, days and reasons out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import Ran, tocsin
from tests.helpers import ROOT

PRESS = "fr.1881.diffamation_publique"


def deadline(data: Path, *arguments: str, stdin: bytes = b"", language: str = "en") -> Ran:
    return tocsin("deadline", *arguments, data=data, stdin=stdin, language=language)


def test_cases_are_answered_by_one_list_with_these_keys_alone(tmp_path: Path) -> None:
    cases = {
        "cases": [
            {"id": "A", "ground": PRESS, "event": {"first_online": "2026-05-16"}},
            {"id": "B", "ground": "eu.gdpr.art33_breach", "event": {"aware_at": "2026-11-20T17:40:00+01:00"}},
        ]
    }
    ran = deadline(tmp_path, "--cases", "-", "--json", stdin=json.dumps(cases).encode())
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == [
        {"id": "A", "last_useful_day": "2026-08-16", "extended_day": None, "safe_day": "2026-08-14"},
        {
            "id": "B",
            "last_useful_instant": "2026-11-23T17:40:00+01:00",
            "latest_reading": "2026-11-23T18:00:00+01:00",
        },
    ]


def test_a_bad_case_is_named_and_the_others_are_answered(tmp_path: Path) -> None:
    cases = [
        {"id": "A", "ground": "fr.1881.difamation", "event": {}},
        {"id": "B", "ground": PRESS, "event": {"first_online": "2026-01-15"}},
    ]
    ran = deadline(tmp_path, "--cases", "-", stdin=json.dumps(cases).encode())
    assert ran.code == 1
    assert ran.err.startswith("Case A: There is no rule fr.1881.difamation; the nearest are")
    bad, good = json.loads(ran.out)
    assert bad.keys() == {"id", "error"}
    assert good["last_useful_day"] == "2026-04-15"


def test_why_tells_reasons_in_the_language_asked(tmp_path: Path) -> None:
    case = {"id": "A", "ground": PRESS, "event": {"first_online": "2026-01-15"}}
    case["acts"] = [{"kind": "plainte_simple", "date": "2026-02-01"}]
    ran = deadline(tmp_path, "--cases", "-", "--why", stdin=json.dumps([case]).encode())
    (row,) = json.loads(ran.out)
    assert row["reasons"][0] == "Runs from first put online, 2026-01-15."
    assert row["reasons"][1].startswith("simple complaint, 2026-02-01: changes nothing;")
    assert row["state"] == "expired" or row["alarms"]
    assert row["sources"]


def test_one_ground_is_told_with_its_acts(tmp_path: Path) -> None:
    ran = deadline(
        tmp_path,
        PRESS,
        "--event",
        "first_online=2026-01-15",
        "--act",
        "assignation_served=2026-03-10,art53_complete=yes,notified_to_prosecutor=oui",
        "--again",
        "edited=2026-04-01",
        "--json",
    )
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["last_useful_day"] == "2026-06-10"


def test_the_days_are_written_to_an_agenda(tmp_path: Path) -> None:
    file = tmp_path / "days.ics"
    ran = deadline(tmp_path, PRESS, "--event", "first_online=2098-05-16", "--ics", str(file))
    assert ran.code == 0, ran.err
    content = file.read_bytes()
    assert content.count(b"BEGIN:VEVENT") == 2  # the safe day, and the last useful one, which is a Saturday
    assert content.count(b"BEGIN:VALARM") >= 5
    again = deadline(tmp_path, PRESS, "--event", "first_online=2098-05-16", "--ics", str(file))
    assert again.code == 0
    uids = [line for line in content.split(b"\r\n") if line.startswith(b"UID:")]
    assert uids == [line for line in file.read_bytes().split(b"\r\n") if line.startswith(b"UID:")]


def test_an_unknown_author_is_told_both_tracks(tmp_path: Path) -> None:
    ran = deadline(tmp_path, PRESS, "--event", "first_online=2026-01-15", "--anonymous")
    assert "two tracks" in ran.err
    assert "complaint as civil party against X by 2026-04-15" in ran.err


def test_the_list_shows_every_rule(tmp_path: Path) -> None:
    rules = [row["id"] for row in deadline(tmp_path, "--list").rows]
    assert len(rules) > 50
    assert PRESS in rules


def test_misuse_is_one_sentence(tmp_path: Path) -> None:
    for arguments, told in (
        ((), "Name one ground"),
        ((PRESS, "--list"), "Name one ground"),
        ((PRESS,), "starts with first_online"),
        ((PRESS, "--event", "first_online"), "no NAME=DAY"),
        ((PRESS, "--event", "first_online=2026-01-15", "--act", "constat=2026-01-16,signed=maybe"), "yes or no"),
        (("--cases", "-", "--event", "first_online=2026-01-15"), "holds its own"),
        (("--cases", str(tmp_path / "none.json")), "none.json"),
    ):
        ran = deadline(tmp_path, *arguments)
        assert ran.code == 1
        assert told in ran.err
        assert ran.err.count("\n") == 1


def test_the_example_of_the_documentation_is_true(tmp_path: Path) -> None:
    for page in ("docs/en/deadlines.md", "docs/fr/delais.md"):
        blocks = (ROOT / page).read_text("utf-8").split("```json\n")[1:]
        asked, answered = (block.split("```")[0] for block in blocks[:2])
        ran = deadline(tmp_path, "--cases", "-", stdin=asked.encode())
        assert json.loads(ran.out) == json.loads(answered)

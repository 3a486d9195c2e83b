"""`tocsin together`: lines of who acted on what and when, rings out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.cli.run import Ran, tocsin

START = 1_770_000_000


def talk(count: int = 300) -> list[object]:
    """Neighbours who share twenty things over ten days, each at their own time."""
    return [
        {"account": f"voisin{n % 90}", "object": f"chose{n * 7 % 20}", "at": START + n * 2_879 + n * n % 977}
        for n in range(count)
    ]


def push(turns: int = 5, members: int = 9) -> list[object]:
    """Nine accounts that share five things within seconds, one a day."""
    return [
        {"account": f"compte{n}", "object": f"lien{turn}", "at": START + 86_400 * turn + 40_000 + 3 * n}
        for turn in range(turns)
        for n in range(members)
    ]


def together(lines: list[object], data: Path, *arguments: str, language: str = "en") -> Ran:
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return tocsin("together", *arguments, data=data, stdin=raw + b"\n", language=language)


def test_a_ring_is_told_with_its_members_and_its_odds(tmp_path: Path) -> None:
    ran = together([*talk(), *push()], tmp_path)
    assert ran.code == 0, ran.err
    (ring,) = ran.rows
    assert sorted(ring["accounts"]) == [f"compte{n}" for n in range(9)]
    assert sorted(ring["objects"]) == [f"lien{turn}" for turn in range(5)]
    assert (ring["events"], ring["moments"], ring["median_gap_s"]) == (45, 5, 3.0)
    assert (ring["start"], ring["end"]) == (START + 40_000, START + 4 * 86_400 + 40_024)
    assert 0 < ring["odds"] < 1e-6 and "A person has to look" in ring["odds_words"]


def test_ordinary_talk_gives_no_line(tmp_path: Path) -> None:
    assert together(talk(), tmp_path).out == ""


def test_instants_and_names_come_back_as_they_came(tmp_path: Path) -> None:
    lines = [
        line | {"at": datetime.fromtimestamp(line["at"], UTC).isoformat(), "account": n % 9}
        for n, line in enumerate(push())
    ]  # type: ignore[operator, index]
    (ring,) = together([*talk(), *lines], tmp_path).rows
    assert ring["accounts"] == list(range(9)) and ring["start"] == "2026-02-02T13:46:40Z"


def test_new_accounts_are_counted_and_make_chance_smaller(tmp_path: Path) -> None:
    (old,) = together([*talk(), *push(2, 5)], tmp_path).rows
    joined = [line | {"joined": START - 86_400} for line in push(2, 5)]  # type: ignore[operator]
    (new,) = together([*talk(), *joined], tmp_path).rows
    assert new["new"] == 5 and new["odds"] < old["odds"] and "new" not in old


def test_bad_lines_are_named_and_the_rest_is_done(tmp_path: Path) -> None:
    bad = [b"{broken", {"account": "a", "object": "b"}, {"account": "a", "object": "b", "at": "hier"}]
    ran = together([*bad, {"account": "a", "object": "b", "at": 1_770_000_000_000}, *talk(), *push()], tmp_path)
    assert ran.code == 1 and len(ran.rows) == 1
    said = ran.err.splitlines()
    assert [f"Line {n} " in line for n, line in enumerate(said[:4], 1)] == [True] * 4
    assert "at='hier'" in said[2] and "milliseconds" in said[3]


def test_an_empty_input_gives_nothing(tmp_path: Path) -> None:
    ran = together([], tmp_path)
    assert (ran.code, ran.out) == (0, "")


def test_a_probability_that_is_none_is_refused(tmp_path: Path) -> None:
    ran = together(push(), tmp_path, "--chance", "7")
    assert ran.code == 1 and "--chance 7.0 is not a probability" in ran.err

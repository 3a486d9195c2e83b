"""`tocsin forecast`: cascades in, what is to be expected of them out; and a model of one's own."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.run import tocsin
from tests.spread.forecast.cascades import faded
from tocsin.spread.forecast.values import Past


def _line(past: Past, **more: object) -> bytes:
    return json.dumps({"t": past.times.tolist(), "t0": past.scene.began_s, **more}).encode() + b"\n"


def test_each_line_comes_back_with_its_forecast_and_its_own_keys(tmp_path: Path) -> None:
    lines = [_line(past, id=number, mine=[1, {"a": None}]) for number, past in enumerate(faded(3))]
    ran = tocsin("forecast", "--after", "3600", data=tmp_path, stdin=b"".join(lines))
    assert ran.code == 0, ran.err
    for number, row in enumerate(ran.rows):
        assert (row["id"], row["mine"]) == (number, [1, {"a": None}])
        low, high = row["interval"]
        assert max(row["seen"], row["least"]) <= low <= row["size"] <= high
        assert 0 <= row["p_double"] <= 1 and 0 <= row["p_reach"] <= 1
        assert row["seen"] == sum(at <= 3_600 for at in row["t"])
        assert row["reason"] == "forecast"


def test_too_few_posts_give_null_and_say_why(tmp_path: Path) -> None:
    ran = tocsin("forecast", data=tmp_path, stdin=b'{"t": [1, 2, 9000, 9001, 9002, 9003]}\n{"t": []}\n')
    assert ran.code == 0, ran.err
    assert [(row["size"], row["interval"], row["p_double"], row["seen"], row["reason"]) for row in ran.rows] == [
        (None, None, None, 2, "too_few"),
        (None, None, None, 0, "too_few"),
    ]


def test_a_bad_line_is_said_on_the_side_and_the_rest_is_done(tmp_path: Path) -> None:
    ran = tocsin("forecast", data=tmp_path, stdin=b'{"t": [3, 1]}\n{"t": [1, 2]}\n')
    assert ran.code == 1
    assert len(ran.rows) == 1
    assert "Line 1: 1.0 s comes after 3.0 s" in ran.err


def test_a_moment_out_of_what_was_learnt_is_refused(tmp_path: Path) -> None:
    ran = tocsin("forecast", "--after", "60", data=tmp_path, stdin=b'{"t": [1, 2, 3, 4, 5]}\n')
    assert (ran.code, ran.out) == (1, "")
    assert "A forecast after 60 s is out of what was learnt; ask for 600 to 86400 s." in ran.err


def test_a_model_is_fitted_kept_and_used(tmp_path: Path) -> None:
    past, model = tmp_path / "past.jsonl", tmp_path / "m.npz"
    past.write_bytes(b"".join(map(_line, faded(80))))
    ran = tocsin("forecast", "--fit", past, "--model", model, data=tmp_path)
    assert ran.code == 0, ran.err
    assert "best constant guess" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir() if "m.npz" in path.name) == ["m.npz"]
    line = _line(faded(90)[-1])
    own = tocsin("forecast", "--model", model, data=tmp_path, stdin=line)
    shipped = tocsin("forecast", data=tmp_path, stdin=line)
    assert own.rows[0]["size"] != shipped.rows[0]["size"]


def test_what_is_no_model_is_not_written_over(tmp_path: Path) -> None:
    past, other = tmp_path / "past.jsonl", tmp_path / "other.txt"
    past.write_bytes(b"".join(map(_line, faded(3))))
    other.write_text("mine", "utf-8")
    ran = tocsin("forecast", "--fit", past, "--model", other, data=tmp_path)
    assert ran.code == 1
    assert "is there and is no model" in ran.err
    assert other.read_text("utf-8") == "mine"


def test_what_a_fit_cannot_take_is_said_in_a_sentence(tmp_path: Path) -> None:
    past = tmp_path / "past.jsonl"
    past.write_bytes(b"".join(map(_line, faded(3))) + b'{"t": [-4]}\n')
    for arguments, said in (
        ((), "--fit needs --model"),
        (("--model", tmp_path / "m.npz"), "Line 4: -4.0 s is before the beginning"),
        (("--model", tmp_path / "m.npz", "--zone", "Mars/Olympus"), "is not a time zone"),
        (("--model", tmp_path / "m.npz", "--least", "0"), "is not a number of posts"),
    ):
        ran = tocsin("forecast", "--fit", past, *arguments, data=tmp_path)
        assert ran.code == 1, arguments
        assert said in ran.err
    ran = tocsin("forecast", "--model", past, data=tmp_path, stdin=b"")
    assert ran.code == 1
    assert "is not a model" in ran.err

"""`tocsin backtest --counts`: alarms and scores of any series, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.run import tocsin


def _series(path: Path) -> Path:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    rows = [
        f"{start + timedelta(hours=hour):%Y-%m-%d %H:%M:%S},{400 if hour == 700 else 20 + hour % 24}"
        for hour in range(720)
    ]
    path.write_text("timestamp,value\n" + "\n".join(rows) + "\n")
    return path


def test_a_series_tells_its_alarms_as_the_file_writes_their_time(tmp_path: Path) -> None:
    ran = tocsin("backtest", "--counts", _series(tmp_path / "counts.csv"), "--budget", "1", data=tmp_path / "data")
    assert (ran.code, ran.err) == (0, "")
    last = ran.rows[-1]
    assert (last["at"], last["level"], last["seen"]) == ("2026-02-03 04:00:00", "alarm", 400)
    assert last["expected"] < 100
    assert last["reasons"]
    assert not (tmp_path / "data").exists()


def test_standard_input_gives_a_score_for_each_row(tmp_path: Path) -> None:
    text = _series(tmp_path / "counts.csv").read_bytes()
    ran = tocsin("backtest", "--counts", "-", "--scores", data=tmp_path / "data", stdin=text)
    assert len(ran.rows) == 720
    assert max(ran.rows, key=lambda row: row["score"])["at"] == "2026-02-03 04:00:00"
    assert all(0 <= row["score"] <= 1 for row in ran.rows)


def test_a_missing_row_is_told_and_a_bad_one_refused(tmp_path: Path) -> None:
    rows = b"timestamp,value\n2026-01-05,3\n2026-01-06,3\n2026-01-08,4\n"
    ran = tocsin("backtest", "--counts", "-", data=tmp_path / "data", stdin=rows)
    assert (ran.code, ran.out) == (0, "")
    assert "1 rows are missing in 1 gaps" in ran.err
    ran = tocsin("backtest", "--counts", "-", data=tmp_path / "data", stdin=rows + b"2026-01-09,-1\n")
    assert ran.code == 1
    assert "Line 5: '-1'" in ran.err


def test_options_that_make_no_sense_together_are_refused(tmp_path: Path) -> None:
    for arguments in (
        ("--brand", "alba", "--scores"),
        ("--counts", "-", "--budget", "0"),
        ("--counts", "-", "--budget", "nan"),
        (),
    ):
        assert tocsin("backtest", *arguments, data=tmp_path / "data").code in (1, 2)

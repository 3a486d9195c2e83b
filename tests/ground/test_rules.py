"""The check that fails when nobody has read the sources of a rule again in time."""

from __future__ import annotations

import pytest

from tests.ground.load import script


def test_the_check_passes_on_the_last_day_and_fails_the_day_after(capsys: pytest.CaptureFixture[str]) -> None:
    check = script("check_rules")
    assert check.main(["--today", "2027-11-22"]) == 0
    assert "none overdue" in capsys.readouterr().out
    assert check.main(["--today", "2027-11-23"]) == 1
    said = capsys.readouterr().out
    assert "fr.1881.diffamation_publique: last read on 2026-11-22" in said
    assert "mend the ground" in said
    assert "ladder.toml" in said


def test_the_check_is_among_those_of_the_project() -> None:
    assert "scripts/check_rules.py" in script("check").CHECKS["law"]

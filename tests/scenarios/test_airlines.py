"""A real crisis, from the file to the alert, when the development data are beside the project."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.run import tocsin
from tests.helpers import shared

pytestmark = [pytest.mark.shared, pytest.mark.slow]

WATCHES = {
    "American": '"American Airlines" OR @AmericanAir OR #AmericanAir',
    "US Airways": '"US Airways" OR @USAirways',
    "Southwest": '"Southwest Airlines" OR @SouthwestAir',
}
CRISIS = (datetime(2015, 2, 22, tzinfo=UTC), datetime(2015, 2, 24, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    posts = shared("airline-stream/posts.jsonl.gz")
    data = tmp_path_factory.mktemp("airlines")
    assert tocsin("init", data=data).code == 0
    for brand, query in WATCHES.items():
        assert tocsin("watch", "add", "--brand", brand, "--query", query, data=data).code == 0
    ran = tocsin("import", posts, "--rejects", data / "rejects.jsonl", data=data)
    assert ran.code == 0, ran.err
    return data


def rung(installation: Path, brand: str, *levels: str) -> list[datetime]:
    rows = tocsin("surges", "--brand", brand, data=installation).rows
    return [datetime.fromisoformat(row["at"]) for row in rows if row["level"] in levels]


def alarms(installation: Path, brand: str) -> list[datetime]:
    return rung(installation, brand, "alarm")


def test_the_crisis_of_american_rings(installation: Path) -> None:
    assert any(CRISIS[0] <= at <= CRISIS[1] for at in alarms(installation, "American"))


def test_the_twofold_rise_of_us_airways_is_told(installation: Path) -> None:
    assert any(CRISIS[0] <= at <= CRISIS[1] for at in rung(installation, "US Airways", "watch", "alarm"))


def test_southwest_has_no_alarm(installation: Path) -> None:
    assert alarms(installation, "Southwest") == []


def test_the_same_file_again_adds_nothing(installation: Path) -> None:
    before = tocsin("doctor", data=installation).out
    ran = tocsin("import", shared("airline-stream/posts.jsonl.gz"), data=installation)
    assert ran.code == 0
    assert ran.rows[0]["posts"] == 0
    assert tocsin("doctor", data=installation).out == before

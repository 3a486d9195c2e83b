"""What a page in the wild, a race, a kill or a full disk does to captures: kept, shown, exported and verified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.evidence.make import make_recording
from tests.flows.evidence.make import ALICE, PAGE, HandClock, Page, robot
from tests.store.make import ALBA
from tocsin.base.capture import Exchange, Outcome, Record, Resolution, Step, StepKind, Want
from tocsin.evidence.values import Status
from tocsin.evidence.verify import outcome, verify
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.erase import erase_capture
from tocsin.flows.evidence.export import export_dossier
from tocsin.flows.evidence.request import request_capture
from tocsin.store.dossiers.rows import NewDossier
from tocsin.store.evidence.rows import CaptureState

NASTY = "\u202e\x00\x1b[2J\ud800<script>alert(1)</script>\r\nX-Evil: 1\u2028\x85\ufeff"


def opened(engine: Engine) -> str:
    return engine.store.dossiers.open(NewDossier(brand=ALBA.slug, title="Avis", by=ALICE, at=HandClock()())).number


def exchange(number: int, **changes: object) -> Exchange:
    base = make_recording().exchanges[0]
    return msgspec.structs.replace(base, number=number, **changes)


LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)
PAGES = {
    "title_of_control_signs": {"title": NASTY},
    "huge_title": {"title": "é" * 5_000_000},
    "text_of_nulls": {"text": f"a\x00b\n{NASTY}\n" * 50, "dom": NASTY},
    "no_text": {"text": "", "dom": "", "title": ""},
    "address": {"final_url": "https://example.org/" + "a" * 100_000 + NASTY},
    "headers": {
        "exchanges": (
            exchange(
                1, headers=((NASTY, NASTY), ("", ""), ("Content-Type", "text/html; charset=nonsense\x00")), reason=NASTY
            ),
            exchange(2, method="G\r\nET", url="https://example.org/\r\n\r\nHTTP/1.1 200 OK"),
            exchange(3, url="data:text/html," + "x" * 100_000, status=None, body=None, failure=NASTY),
            exchange(4, url="", status=0, remote_ip="\ud800", protocol="\x00"),
            exchange(5, url="https://exa mple.org:99999999/[::", status=999999, body=b"\xff\xfe\x00\x80" * 100),
            exchange(6, at=LONG_AGO, answered_at=LONG_AGO),
            exchange(7, status=-1, headers=(("Content-Encoding", "gzip"),), body=b"\x1f\x8b not gzip"),
        )
    },
    "names": {
        "resolutions": (
            Resolution(
                host=NASTY,
                at=LONG_AGO,
                resolver=NASTY,
                records=(Record(name=NASTY, kind="A\ud800", value=NASTY, ttl_s=-(2**31)),),
            ),
        )
    },
    "steps": {
        "steps": tuple(Step(at=LONG_AGO, elapsed_ms=-5, kind=StepKind.DIALOG, detail=NASTY * 1000) for _ in range(5)),
        "wants": (Want(field=NASTY, reason=NASTY),),
    },
    "years_before": {"started_at": LONG_AGO, "ended_at": LONG_AGO},
    "status": {"status": -200, "outcome": Outcome.GONE},
}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_whatever_a_page_brings_is_kept_exported_and_verified(sqlite_engine: Engine, tmp_path: Path, name: str) -> None:
    engine, number = sqlite_engine, opened(sqlite_engine)
    page = Page()
    page.becomes(**PAGES[name])
    one = request_capture(engine, ALBA.slug, PAGE, ALICE, HandClock()(), dossier=number)
    assert robot(engine, page).take(one.number).state is CaptureState.SEALED
    # and once more, so that the two are compared
    again = request_capture(engine, ALBA.slug, PAGE, ALICE, HandClock()(), dossier=number)
    assert robot(engine, page).take(again.number).state is CaptureState.SEALED
    folder = export_dossier(engine, number, tmp_path / "out", ALICE, HandClock()())
    assert outcome(verify(folder)) is Status.OK


def test_a_capture_erased_while_it_waits_is_never_taken(sqlite_engine: Engine) -> None:
    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, HandClock()())
    erase_capture(sqlite_engine, ALBA.slug, one.number, ALICE, HandClock()())
    page = Page()
    robot(sqlite_engine, page).turn()
    assert page.visits == []
    assert sqlite_engine.store.evidence.vault.folders() == []

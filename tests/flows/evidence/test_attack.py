"""What a page in the wild, a race, a kill or a full disk does to captures: kept, shown, exported and verified."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.evidence.authority import Authority
from tests.evidence.make import make_recording
from tests.flows.evidence.make import ALICE, PAGE, HandClock, Page, captured, installed, robot
from tests.store.make import ALBA
from tocsin.base.capture import Exchange, Outcome, Record, Resolution, Step, StepKind, Visit, Want
from tocsin.evidence.values import Status
from tocsin.evidence.verify import outcome, verify
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.check import check_capture
from tocsin.flows.evidence.dossiers import close_dossier
from tocsin.flows.evidence.erase import erase_capture, erase_dossier
from tocsin.flows.evidence.export import export_dossier
from tocsin.flows.evidence.keep import keep_recording
from tocsin.flows.evidence.request import attach_file, request_capture
from tocsin.flows.evidence.seal import seal_recorded
from tocsin.flows.law.dossier_clocks import first_online
from tocsin.flows.law.dossier_letters import facts_of_dossier
from tocsin.store.dossiers.rows import NewDossier
from tocsin.store.evidence.facade import Evidence
from tocsin.store.evidence.rows import ALL, CaptureRow, CaptureScope, CaptureState, NewEntry
from tocsin.store.evidence.vault import Vault

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


def test_two_programs_that_seal_at_once_seal_each_capture_once(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second had read what is to be sealed before the first sealed it: an export beside the worker."""
    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, HandClock()())
    other = request_capture(sqlite_engine, ALBA.slug, PAGE + "0", ALICE, HandClock()())
    for _ in range(2):
        claimed = sqlite_engine.store.evidence.claim("here:1", HandClock()(), timedelta(minutes=5))
        assert claimed is not None
        keep_recording(sqlite_engine, claimed, Page()(Visit(url=PAGE)))
    seen = sqlite_engine.store.evidence.to_seal()
    assert len(seen) == 2
    append = Evidence.append
    first = [True]

    def late(evidence: Evidence, news: Sequence[NewEntry]) -> range:
        if first.pop() if first else False:
            assert len(seal_recorded(sqlite_engine, HandClock()())) == 2
        return append(evidence, news)

    monkeypatch.setattr(Evidence, "append", late)
    assert seal_recorded(sqlite_engine, HandClock()()) == []
    assert sqlite_engine.store.evidence.log_size() == 2
    assert {sqlite_engine.store.evidence.capture(each.number).index for each in (one, other)} == {0, 1}


def test_a_dossier_of_more_captures_than_a_page_lists_is_erased_and_exported_whole(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = opened(sqlite_engine)
    for _ in range(2):
        captured(sqlite_engine, number)
    many = Evidence.captures
    asked: list[int] = []

    def listed(evidence: Evidence, scope: CaptureScope) -> list[CaptureRow]:
        asked.append(scope.limit)
        return many(evidence, scope)

    monkeypatch.setattr(Evidence, "captures", listed)
    folder = export_dossier(sqlite_engine, number, tmp_path / "out", ALICE, HandClock()())
    assert len(list((folder / "captures").iterdir())) == 2
    close_dossier(sqlite_engine, number, ALICE, HandClock()())
    assert erase_dossier(sqlite_engine, ALBA.slug, number, ALICE, HandClock()()) == 2
    first_online(sqlite_engine, number)
    facts_of_dossier(sqlite_engine, number, "fr", ALICE, HandClock()())
    assert set(asked) == {ALL}
    assert sqlite_engine.store.evidence.vault.folders() == []


def test_a_sweep_leaves_a_file_alone_that_is_being_attached(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(sqlite_engine)
    write = Vault.write

    def slow(vault: Vault, *given: object) -> str:
        folder = write(vault, *given)  # type: ignore[arg-type]
        robot(sqlite_engine).turn()  # which sweeps first of all
        return folder

    monkeypatch.setattr(Vault, "write", slow)
    one = attach_file(sqlite_engine, number, "x.png", b"png", ALICE, now=HandClock()())
    monkeypatch.undo()
    robot(sqlite_engine).turn()
    assert sqlite_engine.store.evidence.capture(one.number).index is not None
    assert check_capture(sqlite_engine, sqlite_engine.store.evidence.capture(one.number)) == []


def test_a_full_disk_loses_nothing_and_is_told(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    one = request_capture(sqlite_engine, ALBA.slug, PAGE, ALICE, HandClock()())

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    clock = HandClock()
    assert robot(sqlite_engine, clock=clock).turn().failed == 1
    assert list(sqlite_engine.store.evidence.vault.root.glob("*/*")) == []
    row = sqlite_engine.store.evidence.capture(one.number)
    assert (row.state, row.error_params["error"]) == (CaptureState.QUEUED, "No space left on device")
    monkeypatch.undo()
    clock.later(hours=2)
    assert robot(sqlite_engine, clock=clock).turn().sealed == 1


def test_an_old_backup_that_goes_on_is_caught_by_the_head_that_had_left(
    tmp_path: Path, stampers: Sequence[Authority]
) -> None:
    one = installed(tmp_path / "one", stampers)
    captured(one)
    one.store.backup(tmp_path / "old.zip")
    captured(one)
    left = one.store.evidence.checkpoint()
    assert left is not None
    back = installed_from(tmp_path, one, "old.zip")
    captured(back)
    mine = back.store.evidence.checkpoint()
    assert mine is not None
    assert mine.size == left.size
    assert mine.root != left.root


def installed_from(folder: Path, one: Engine, name: str) -> Engine:
    from tests.store.conftest import new_store

    store = new_store(folder / "back")
    store.restore(folder / name)
    for kept in ("authorities.toml", "secret.key"):
        (folder / "back" / kept).write_bytes((folder / "one" / kept).read_bytes())
    return Engine(msgspec.structs.replace(one.settings, data_dir=folder / "back"), store)

"""Dossiers: each look is noted, what is closed is not written to, what is erased leaves its leaf."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.evidence.authority import Authority, Behaviour
from tests.flows.evidence.make import ALICE, PAGE, HandClock, Page, captured, installed, robot
from tests.store.conftest import new_store
from tests.store.make import ALBA, START, mention, post, put
from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.post import Author
from tocsin.base.settings import Settings
from tocsin.evidence.log.checkpoint import read_checkpoint
from tocsin.evidence.values import EntryKind, Status
from tocsin.evidence.verify import outcome, verify
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.check import check_vault
from tocsin.flows.evidence.dossiers import (
    add_capture,
    add_note,
    change_dossier,
    close_dossier,
    keep_until,
    open_dossier,
    read_capture,
    read_dossier,
    reopen_dossier,
)
from tocsin.flows.evidence.erase import erase_capture, erase_dossier, erase_in_time, erase_words
from tocsin.flows.evidence.export import export_dossier
from tocsin.flows.evidence.log import sign_log
from tocsin.flows.evidence.request import request_capture
from tocsin.store.dossiers.rows import DossierState, NewDossier
from tocsin.store.evidence.rows import CaptureState

BRUNO = "person:2"


def opened(engine: Engine, title: str = "Avis") -> str:
    return open_dossier(engine, NewDossier(brand=ALBA.slug, title=title, by=ALICE, at=HandClock()())).number


def kinds(engine: Engine, number: str) -> list[EntryKind]:
    return [entry.kind for entry in engine.store.evidence.entries(dossier=number)]


def test_a_dossier_shows_all_it_holds_and_notes_who_looked(engine: Engine) -> None:
    number, clock = opened(engine), HandClock()
    captured(engine, number, clock=clock)
    add_note(engine, number, "Vu par une cliente", ALICE, clock())
    page = read_dossier(engine, ALBA.slug, number, BRUNO, clock())
    assert ([one.dossier for one in page.captures], [entry.words for entry in page.notes]) == (
        [number],
        ["Vu par une cliente"],
    )
    assert len(page.tokens[0]) == 2
    assert {turn.why for turn in page.turns} == {"after_1h", "after_24h", "weekly"}
    read_dossier(engine, ALBA.slug, number, BRUNO, clock.later(minutes=30))
    read_capture(engine, ALBA.slug, page.captures[0].number, BRUNO, clock())
    read_dossier(engine, ALBA.slug, number, ALICE, clock())
    read_dossier(engine, ALBA.slug, number, BRUNO, clock.later(hours=1))
    assert kinds(engine, number).count(EntryKind.ACCESS) == 3
    for brand, name in (("other", number), (ALBA.slug, "2026-9999")):
        with pytest.raises(NotFoundError):
            read_dossier(engine, brand, name, ALICE, clock())
    assert kinds(engine, number).count(EntryKind.ACCESS) == 3


def test_a_page_is_captured_again_in_its_turns_until_the_dossier_closes(engine: Engine) -> None:
    number, clock, page = opened(engine), HandClock(), Page()
    request_capture(engine, ALBA.slug, PAGE, ALICE, clock(), dossier=number)
    machine = robot(engine, page, clock)
    machine.turn()
    clock.later(minutes=61)
    page.becomes(text="Une ligne de plus\n" + page.seen.text, title="Titre changé")
    assert machine.turn().recorded == 1
    clock.later(hours=24)
    page.goes()
    assert machine.turn().recorded == 1
    for _ in range(3):
        clock.later(days=7)
        assert machine.turn().recorded == 1
    captures = read_dossier(engine, ALBA.slug, number, ALICE, clock()).captures
    assert [one.why for one in captures] == ["asked", "after_1h", "after_24h", "weekly", "weekly", "weekly"]
    first, changed, gone = captures[:3]
    assert first.difference.before == ""
    assert (changed.difference.before, changed.difference.added, changed.difference.removed) == (first.number, 1, 0)
    assert changed.difference.title_before == first.title
    assert (gone.outcome, gone.difference.gone) == ("gone", True)
    assert captures[3].difference.is_same
    close_dossier(engine, number, ALICE, clock())
    clock.later(days=30)
    assert machine.turn().recorded == 0


def test_a_closed_dossier_is_not_written_to(engine: Engine) -> None:
    number, now = opened(engine), HandClock()()
    one = captured(engine)
    row = close_dossier(engine, number, ALICE, now)
    assert row.state is DossierState.CLOSED
    assert row.keep_until == keep_until(engine, number, now)
    for refused in (
        lambda: add_note(engine, number, "mot", ALICE, now),
        lambda: add_capture(engine, number, one.number, ALICE, now),
        lambda: request_capture(engine, ALBA.slug, PAGE, ALICE, now, dossier=number),
        lambda: change_dossier(engine, number, title="x", counsel=0, online_on=None, by=ALICE, now=now),
    ):
        with pytest.raises(InputError):
            refused()
    reopen_dossier(engine, number, ALICE, now)
    assert add_capture(engine, number, one.number, ALICE, now).dossier == number
    with pytest.raises(InputError):
        close_dossier(engine, number, ALICE, now, now - timedelta(days=1))


def test_an_erased_capture_leaves_its_leaf_and_no_file(engine: Engine) -> None:
    number, clock = opened(engine), HandClock()
    one = captured(engine, number)
    assert erase_capture(engine, ALBA.slug, one.number, ALICE, clock()).url == ""
    erase_capture(engine, ALBA.slug, one.number, ALICE, clock())
    assert engine.store.evidence.vault.folders() == []
    assert kinds(engine, number) == [EntryKind.CAPTURE, EntryKind.DELETION]
    assert engine.store.evidence.entry(0).digest == one.manifest
    assert sign_log(engine, clock()) is not None
    assert check_vault(engine, clock()) == []


def test_a_dossier_is_erased_by_hand_or_in_time(engine: Engine) -> None:
    number, clock = opened(engine, "Nom de la voisine"), HandClock()
    captured(engine, number)
    index = add_note(engine, number, "Son adresse", ALICE, clock())
    with pytest.raises(InputError):
        erase_dossier(engine, ALBA.slug, number, ALICE, clock())
    assert erase_words(engine, ALBA.slug, number, index, ALICE, now=clock())
    assert not erase_words(engine, ALBA.slug, number, index, ALICE, now=clock())
    close_dossier(engine, number, ALICE, clock(), clock() + timedelta(days=10))
    assert erase_in_time(engine, clock.later(days=9)) == 0
    assert erase_in_time(engine, clock.later(days=2)) == 1
    assert erase_in_time(engine, clock.later(days=2)) == 0
    row = engine.store.dossiers.dossier(number)
    assert (row.title, row.number) == ("", number)
    assert row.erased_at is not None
    assert engine.store.evidence.vault.folders() == []
    assert EntryKind.DELETION in kinds(engine, number)
    with pytest.raises(ConflictError):
        reopen_dossier(engine, number, ALICE, clock())


def test_an_exported_dossier_is_good_for_a_stranger(engine: Engine, tmp_path: Path) -> None:
    number, now = opened(engine), HandClock()()
    with pytest.raises(InputError):
        export_dossier(engine, number, tmp_path / "none", ALICE, now)
    captured(engine, number)
    captured(engine, number, url="https://forum.example.org/fil/2")
    folder = export_dossier(engine, number, tmp_path / "out", ALICE, now)
    packed = export_dossier(engine, number, tmp_path / "out.zip", ALICE, now)
    assert outcome(verify(folder)) is outcome(verify(packed)) is Status.OK
    ran = subprocess.run(["sh", "verify.sh"], cwd=folder, capture_output=True, check=False)
    assert ran.returncode == 0
    assert kinds(engine, number).count(EntryKind.EXPORT) == 2
    with pytest.raises(ConflictError):
        export_dossier(engine, number, folder, ALICE, now)
    (folder / "captures" / "01" / "text.txt").write_text("autre")
    assert outcome(verify(folder)) is Status.FAILED


def test_a_changed_file_is_told_and_never_exported(engine: Engine, tmp_path: Path) -> None:
    number, now = opened(engine), HandClock()()
    one = captured(engine, number)
    path = engine.store.evidence.vault.path(one.folder, "text.txt")
    path.parent.chmod(0o700)
    path.chmod(0o600)
    path.write_text("Autre chose")
    assert [(finding.code, finding.params["path"]) for finding in check_vault(engine, now)] == [("vault", "text.txt")]
    with pytest.raises(ConflictError):
        export_dossier(engine, number, tmp_path / "out", ALICE, now)
    assert not (tmp_path / "out").exists()
    path.unlink()
    (path.parent / "more.txt").write_text("x")
    assert {finding.params["path"] for finding in check_vault(engine, now)} == {"text.txt", "more.txt"}
    engine.store.evidence.vault.remove(one.folder)
    assert [finding.grave for finding in check_vault(engine, now)] == [True]


def test_an_export_without_a_network_awaits_its_stamps(
    sqlite_engine: Engine, stampers: Sequence[Authority], tmp_path: Path
) -> None:
    number, now = opened(sqlite_engine), HandClock()()
    for authority in stampers:
        authority.behaviour = Behaviour.DOWN
    try:
        assert captured(sqlite_engine, number).state is CaptureState.AWAITING_STAMP
        folder = export_dossier(sqlite_engine, number, tmp_path / "out", ALICE, now)
    finally:
        for authority in stampers:
            authority.behaviour = Behaviour.STAMPS
    assert outcome(verify(folder)) is Status.AWAITING


def test_a_changed_log_is_told(sqlite_engine: Engine) -> None:
    captured(sqlite_engine)
    assert check_vault(sqlite_engine, HandClock()()) == []
    db = sqlite_engine.store._db
    db.run("drop trigger store_logentry_no_update")
    db.run("update store_logentry set body = replace(body, 'person:1', 'person:2')")
    assert [finding.code for finding in check_vault(sqlite_engine, HandClock()())] == ["log"]


def test_the_erasure_of_an_author_tells_the_captures_that_stay(engine: Engine) -> None:
    eve = Author(platform="mastodon", handle="eve", name="Ève")
    put(engine.store, [mention(post(1, url=PAGE, author=eve))])
    number = opened(engine)
    row = engine.store.latest_mentions(ALBA.slug)[0].row
    one = request_capture(engine, ALBA.slug, "", ALICE, HandClock()(), dossier=number, mention=row)
    robot(engine).take(one.number)
    report = engine.store.erase_author("", "eve", now=HandClock()())
    assert [stay.rows for stay in report.stays if "evidence" in stay.what] == [1]
    assert engine.store.evidence.capture(one.number).folder in engine.store.evidence.vault.folders()


@pytest.mark.postgres
def test_backup_carries_the_vault_to_the_other_database_and_back(tmp_path: Path, stampers: Sequence[Authority]) -> None:
    one = installed(tmp_path / "one", stampers)
    number = opened(one)
    captured(one, number)
    digest = one.store.backup(tmp_path / "one.zip")
    other, back = new_store(tmp_path / "other", "postgres"), new_store(tmp_path / "back")
    assert other.restore(tmp_path / "one.zip") == other.digest() == digest
    other.backup(tmp_path / "two.zip")
    assert back.restore(tmp_path / "two.zip") == digest
    for folder, store in (("other", other), ("back", back)):
        (tmp_path / folder / "secret.key").write_bytes((tmp_path / "one" / "secret.key").read_bytes())
        assert check_vault(Engine(one.settings, store), HandClock()()) == []
        place = one.store.evidence.in_vault()[0].folder
        assert list(store.evidence.vault.files(place)) == list(one.store.evidence.vault.files(place))
    moved = Engine(_settings_of(one, tmp_path / "back"), back)
    captured(moved, number, url="https://forum.example.org/fil/2")
    written = export_dossier(moved, number, tmp_path / "out", ALICE, HandClock()())
    assert outcome(verify(written)) is Status.OK


def test_an_export_of_everything_goes_on_under_a_key_of_its_own(tmp_path: Path, stampers: Sequence[Authority]) -> None:
    one = installed(tmp_path / "one", stampers)
    number = opened(one)
    captured(one, number)
    one.store.export(tmp_path / "open")
    back = new_store(tmp_path / "back")
    back.restore(tmp_path / "open")
    moved = Engine(_settings_of(one, tmp_path / "back"), back)
    assert check_vault(moved, HandClock()()) == []
    captured(moved, number, url="https://forum.example.org/fil/2", clock=HandClock(START + timedelta(days=1)))
    head = moved.store.evidence.checkpoint()
    assert head is not None
    assert read_checkpoint(head.text).size == 2


def _settings_of(engine: Engine, folder: Path) -> Settings:
    (folder / "authorities.toml").write_bytes((engine.settings.data_dir / "authorities.toml").read_bytes())
    return msgspec.structs.replace(engine.settings, data_dir=folder)

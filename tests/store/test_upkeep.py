"""Backup, restore, export, digest, doctor: nothing is lost between one engine and the other."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from threading import Thread

import pytest

from tests.store.conftest import new_store
from tests.store.make import ALBA, SECOND, WATCH, at, mention, post, put, story
from tests.store.test_close import alert, closed, outbox, surge
from tocsin.base.alert import AlertState
from tocsin.base.errors import ConflictError, InputError, StoreError
from tocsin.base.post import Engagement
from tocsin.base.seam import LIVE, Deletion, Event, EventKind
from tocsin.collect.adapter import Reject, Source
from tocsin.screen.query import parse_query
from tocsin.store.errors import plain_errors
from tocsin.store.rows import AuditEntry, ImportRow, LabelRow
from tocsin.store.store import Store
from tocsin.store.upkeep.tables import snapshot


def fill(store: Store) -> None:
    """Put something in every table."""
    store.save_watch(SECOND)
    store.save_source(Source(name="box", adapter="mail", options={"host": "example.org", "password": "hush-hush"}))
    put(store, [mention(post(n)) for n in range(6)], rejects=[Reject(line=1, why="no")], source="box")
    put(store, [mention(post(7), SECOND)], timeline="backfill:may", source="file:may")
    put(store, [], seen=[post(1, "autre chose", engagement=Engagement(likes=3))])
    put(store, [], deletions=[Deletion(platform="mastodon", native_id=post(5).native_id, reason="gone")], source="box")
    event = Event(id="e1", timeline=LIVE, brand="alba", kind=EventKind.SURGE, at=at(5), subject="s", body=b'{"a":1}')
    done = closed(store, surges=[surge()], alerts=[alert()], events=[event], outbox=[outbox()], stories=[story()])
    assert store.commit_close(done)
    store.set_alert_state("alert1", AlertState.FALSE, by="alice", at=at(7), note="rien")
    store.add_label(LabelRow(subject_kind="mention", subject="2", label="irony", by="bruno", at=at(8)))
    store.note_audit(AuditEntry(at=at(9), by="alice", action="export", subject="all", text="pour le conseil"))
    store.save_import(ImportRow(timeline="backfill:may", source="file:may", origin="may.csv", started_at=at(0)))
    store.digest()


@pytest.mark.postgres
def test_a_backup_goes_to_the_other_engine_and_back_with_the_same_digest(tmp_path: Path) -> None:
    one = new_store(tmp_path / "one")
    one.save_brand(ALBA)
    one.save_watch(WATCH)
    fill(one)
    other, back = new_store(tmp_path / "other", "postgres"), new_store(tmp_path / "back")
    digest = one.backup(tmp_path / "one.zip")
    assert digest == one.digest()
    assert other.restore(tmp_path / "one.zip") == other.digest() == digest
    assert other.backup(tmp_path / "other.zip") == digest
    assert back.restore(tmp_path / "other.zip") == back.digest() == digest
    for store in (other, back):
        assert store.doctor() == []
        assert store.latest_mentions("alba") == one.latest_mentions("alba")
        assert store.search("alba", parse_query("retard")) == one.search("alba", parse_query("retard"))
        assert put(store, [mention(post(30))]).new_mentions == 1
        assert store.commit_close(closed(store, to_minute=10**9))


def test_a_restored_store_still_refuses_what_was_deleted(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    sqlite_store.backup(tmp_path / "b.zip")
    other = new_store(tmp_path / "other")
    other.restore(tmp_path / "b.zip")
    assert put(other, [mention(post(5))]).refused == 1


def test_secrets_stand_apart_from_the_backup(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    sqlite_store.backup(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert all(b"hush-hush" not in archive.read(name) for name in archive.namelist())
    beside = tmp_path / "b.zip.secrets.json"
    assert json.loads(beside.read_text()) == {"box": {"password": "hush-hush"}}
    assert beside.stat().st_mode & 0o077 == (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    other, without = new_store(tmp_path / "other"), new_store(tmp_path / "without")
    other.restore(tmp_path / "b.zip")
    assert other.sources()[0].source.options["password"] == "hush-hush"
    beside.unlink()
    without.restore(tmp_path / "b.zip")
    assert without.sources()[0].source.options == {"host": "example.org", "password": ""}
    assert without.digest() == other.digest()


def test_an_export_is_open_files_that_can_be_read_back(store: Store, tmp_path: Path) -> None:
    fill(store)
    rows = store.export(tmp_path / "open")
    lines = [json.loads(line) for line in (tmp_path / "open" / "post.jsonl").read_text().splitlines()]
    assert rows["post.jsonl"] == len(lines) == 6
    assert lines[1]["text"] == "autre chose"
    assert "post.jsonl" in (tmp_path / "open" / "README.txt").read_text()
    other = new_store(tmp_path / "other")
    assert other.restore(tmp_path / "open") == other.digest() == store.digest()
    with pytest.raises(ConflictError):
        store.export(tmp_path / "open")


def test_a_store_that_holds_something_is_not_overwritten(sqlite_store: Store, tmp_path: Path) -> None:
    sqlite_store.backup(tmp_path / "b.zip")
    with pytest.raises(ConflictError):
        sqlite_store.restore(tmp_path / "b.zip")


def test_a_broken_backup_is_refused_whole(sqlite_store: Store, tmp_path: Path) -> None:
    fill(sqlite_store)
    sqlite_store.backup(tmp_path / "b.zip")
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(tmp_path / "b.zip") as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            raw = source.read(name)
            target.writestr(name, raw.replace(b"Voisin 1", b"Voisin 9") if name == "author.jsonl" else raw)
    (tmp_path / "half.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-200])
    other = new_store(tmp_path / "other")
    for path in (broken, tmp_path / "half.zip", tmp_path / "none.zip"):
        with pytest.raises(InputError):
            other.restore(path)
    assert other.brands() == []


def test_a_backup_is_of_one_instant_while_others_write(store: Store) -> None:
    fill(store)
    with snapshot(store._db):
        before = store._db.value("select count(*) from store_post")
        writer = Thread(target=lambda: (put(store, [mention(post(40))]), store.close()))
        writer.start()
        writer.join()
        assert store._db.value("select count(*) from store_post") == before
    assert store._db.value("select count(*) from store_post") == before + 1


def test_the_doctor_sees_a_wrong_count_and_mends_it(store: Store) -> None:
    fill(store)
    assert store.doctor() == []
    store._db.run("update store_count set posts = posts + 1 where span = 60")
    store._db.run("update store_kindcount set posts = 40")
    assert {finding.code for finding in store.doctor()} == {"counts"}
    assert store.mend() > 0
    assert store.doctor() == []
    assert len(store.search("alba", parse_query("retard"))) == 5


def test_append_only_rows_cannot_be_changed_or_removed(store: Store) -> None:
    fill(store)
    for table in ("store_event", "store_alertaction", "store_audit"):
        for verb in (f"update {table} set at_ms = 0", f"delete from {table}"):
            with pytest.raises(StoreError, match="append-only"), plain_errors():
                store._db.run(verb)


def test_the_doctor_misses_a_guard_that_was_removed(sqlite_store: Store) -> None:
    sqlite_store._db.run("drop trigger store_event_no_delete")
    assert [(finding.code, finding.grave) for finding in sqlite_store.doctor()] == [("guard", True)]


def test_imports_audit_and_labels_are_listed(store: Store) -> None:
    fill(store)
    assert store.imports()[0].origin == "may.csv"
    assert store.audit()[0].text == "pour le conseil"
    assert store.labels(subject_kind="mention", subject="2")[0].label == "irony"
    assert store.labels(subject_kind="story") == []

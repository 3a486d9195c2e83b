"""Opening a database: what is refused, and with which words."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.postgres import postgres_url
from tests.store.conftest import new_store
from tests.store.make import ALBA, WATCH, mention, post, put
from tocsin.base.errors import SettingsError, StoreError
from tocsin.base.settings import Settings
from tocsin.store.connect import SQLITE_FILE, database_settings, django_settings, open_store


def test_a_new_installation_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="tocsin init --migrate"):
        open_store(Settings(data_dir=tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_the_folder_and_the_file_are_their_owners_alone(tmp_path: Path) -> None:
    open_store(Settings(data_dir=tmp_path / "data"), migrate=True).close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / SQLITE_FILE).stat().st_mode) == 0o600


def test_the_file_is_opened_safely(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    said = {name: store._db.value(f"pragma {name}") for name in ("journal_mode", "foreign_keys", "secure_delete")}
    assert said == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1}
    assert store._db.value("pragma busy_timeout") == 30_000


def test_an_older_schema_is_refused_with_the_command(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store._db.run("delete from django_migrations where app = 'store'")
    store._db.run("insert into django_migrations (app, name, applied) values ('store', '0000_older', '2026-01-01')")
    store.close()
    with pytest.raises(StoreError, match="newer tocsin"):
        open_store(Settings(data_dir=tmp_path))
    with pytest.raises(StoreError, match="newer tocsin"):
        open_store(Settings(data_dir=tmp_path), migrate=True)


def test_an_empty_database_is_refused_with_the_command(tmp_path: Path) -> None:
    (tmp_path / SQLITE_FILE).touch()
    with pytest.raises(StoreError, match="tocsin init --migrate"):
        open_store(Settings(data_dir=tmp_path))
    store = open_store(Settings(data_dir=tmp_path), migrate=True)
    assert store.brands() == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.save_brand(ALBA)
    store.close()
    assert open_store(Settings(data_dir=tmp_path), migrate=True).brands() == [ALBA]


def test_a_file_that_is_no_database_is_said_damaged(tmp_path: Path) -> None:
    (tmp_path / SQLITE_FILE).write_bytes(b"this is not a database" * 1000)
    with pytest.raises(StoreError, match="damaged"):
        open_store(Settings(data_dir=tmp_path))


def test_a_locked_database_is_said_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.store.connect.BUSY_TIMEOUT_S", 0.05)
    store = new_store(tmp_path)
    other = sqlite3.connect(tmp_path / SQLITE_FILE, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="locked"):
        store.save_brand(ALBA)
    other.execute("rollback")
    other.close()
    store.save_brand(ALBA)


def test_a_read_only_database_is_said_so(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store._db.rows("pragma query_only = on")
    with pytest.raises(StoreError, match="only be read"):
        store.save_brand(ALBA)


def test_a_full_disk_is_said_full_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.save_brand(ALBA)
    store.save_watch(WATCH)
    pages = store._db.value("pragma page_count")
    store._db.rows(f"pragma max_page_count = {pages + 4}")
    with pytest.raises(StoreError, match="full"):
        put(store, [mention(post(number, f"alba {number} " * 200)) for number in range(200)])
    store._db.rows("pragma max_page_count = 1073741823")
    assert store.cursor("feed", "live") == ""
    assert store.latest_mentions("alba") == []
    assert store.doctor() == []


def test_a_server_that_is_not_there_is_said_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not answer"):
        open_store(Settings(data_dir=tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none"))


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    base = postgres_url().replace("/t", "/absent_t", 1)
    with pytest.raises(StoreError, match="TOCSIN_DATABASE_URL"):
        open_store(Settings(data_dir=tmp_path, database_url=base))


def test_an_address_is_read_whole(tmp_path: Path) -> None:
    url = "postgresql://al%40ice:p%3Aw@db.example.org:6543/alba?sslmode=require"
    entry = database_settings(Settings(data_dir=tmp_path, database_url=url))
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"]) == (
        "al@ice",
        "p:w",
        "db.example.org",
        "6543",
    )
    assert entry["NAME"] == "alba"
    assert entry["OPTIONS"]["sslmode"] == "require"
    with pytest.raises(SettingsError):
        database_settings(Settings(data_dir=tmp_path, database_url="postgresql://a@b:port/c"))


def test_the_web_door_gets_what_django_needs(tmp_path: Path) -> None:
    told = django_settings(Settings(data_dir=tmp_path))
    assert told["INSTALLED_APPS"] == ["tocsin.store"]
    assert told["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_models_say_what_the_migration_made(tmp_path: Path) -> None:
    new_store(tmp_path)
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    ours = {label: found for label, found in detector.changes(graph=loader.graph).items() if label == "store"}
    assert ours == {}

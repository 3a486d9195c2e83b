"""Erasing an author leaves no trace of them in any file, and says what stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.store.conftest import new_store
from tests.store.make import ALBA, WATCH, at, mention, post, put, screened, story, stretch
from tests.store.test_close import alert, closed, outbox
from tocsin.base.alert import AlertState
from tocsin.base.errors import InputError
from tocsin.base.post import Author
from tocsin.base.seam import Event, EventKind, OutboxRow
from tocsin.collect.adapter import Reject
from tocsin.screen.query import parse_query
from tocsin.store.rows import AuditEntry, LabelRow
from tocsin.store.store import Store

HANDLE, NAME, WORDS = "zorglubine77", "Zorglubine Dupuis", "quadrimoteur"
AUTHOR = Author(platform="mastodon", handle=HANDLE, name=NAME)


def plant(store: Store) -> None:
    """Write the author everywhere something of them can stand."""
    text = f"Maison Alba : {WORDS} signé @{HANDLE}"
    theirs = [mention(post(n, f"{text} {n}", author=AUTHOR)) for n in range(3)]
    put(store, [*theirs, mention(post(10))])
    put(store, [mention(post(0, f"{text} corrigé", author=AUTHOR))])
    put(store, [mention(post(0, author=AUTHOR))], timeline="drill:1")
    ring = [post(20, f"autre chose de {HANDLE}"), post(21, "rien", author=AUTHOR)]
    rejects = [Reject(line=1, why="Line of {author}.", params={"author": HANDLE}, raw=f'{{"author":"{HANDLE}"')]
    cursor = store.cursor("feed", "live")
    store.commit(stretch(cursor, "end"), screened([], unmatched=ring), rejects=rejects, now=at(60))
    event = Event(
        id="e1", timeline="live", brand="alba", kind=EventKind.STORY, at=at(5), subject="1", body=f'"{HANDLE}"'.encode()
    )
    told = OutboxRow(
        event="x", timeline="live", action="mail", delivery=outbox().delivery, body=f'{{"text":"{HANDLE}"}}'.encode()
    )
    title = f"{WORDS} signé @{HANDLE}"
    line = story(title=title, keywords=(WORDS, HANDLE), terms={HANDLE: 2.0, WORDS: 1.0})
    rang = alert()
    assert store.commit_close(closed(store, stories=[line], events=[event], outbox=[told], alerts=[rang]))
    store.set_alert_state("alert1", AlertState.FALSE, by="bruno", at=at(6), note=f"{NAME} est un ami")
    store.add_label(LabelRow(subject_kind="mention", subject="1", label="irony", by="bruno", at=at(7), note=HANDLE))
    store.note_audit(AuditEntry(at=at(8), by="bruno", action="look", subject="mention 1", text=f"vu {HANDLE}"))


def traces(folder: Path) -> list[str]:
    """Return the files of a folder that hold the handle or the name, in whatever case."""
    needles = [needle.lower().encode() for needle in (HANDLE, NAME, WORDS)]
    return [
        f"{path.name}: {needle.decode()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for needle in needles
        if needle in path.read_bytes().lower()
    ]


def test_no_file_holds_the_author_afterwards(sqlite_store: Store) -> None:
    folder = sqlite_store._db.settings.data_dir
    plant(sqlite_store)
    assert traces(folder)
    report = sqlite_store.erase_author("mastodon", f"@{HANDLE.upper()}", now=at(70))
    assert traces(folder) == []
    assert report.erased["posts"] == 4
    assert report.erased["revisions"] == 1
    assert report.erased["unmatched"] == 2
    assert all(stay.what and stay.ground for stay in report.stays)
    assert sqlite_store.doctor() == []


def test_the_rest_stands_as_before(store: Store) -> None:
    plant(store)
    store.erase_author("", HANDLE, now=at(70))
    assert [row.post for row in store.latest_mentions("alba")] == [post(10)]
    assert store.search("alba", parse_query(WORDS)) == []
    assert store.dashboard("alba", "2026-03-02").posts == 1
    assert store.stories("alba")[0].title == ""
    assert store.events()[0].event.body == b"{}"
    assert store.audit()[1].text == ""
    assert store.doctor() == []


def test_no_later_import_brings_the_author_back(store: Store) -> None:
    plant(store)
    store.erase_author("mastodon", HANDLE, now=at(70))
    result = put(store, [mention(post(55, author=AUTHOR)), mention(post(56))], timeline="backfill:x", source="file:x")
    assert (result.new_posts, result.refused) == (1, 1)


def test_posts_of_others_that_name_the_author_stay_and_are_counted(store: Store) -> None:
    plant(store)
    put(store, [mention(post(11, f"Maison Alba, comme dit @{HANDLE}"))], timeline="backfill:x", source="file:x")
    report = store.erase_author("", HANDLE, now=at(70))
    assert [stay.rows for stay in report.stays if stay.rows] == [1]


def test_an_unknown_author_is_kept_out_all_the_same(store: Store) -> None:
    report = store.erase_author("mastodon", HANDLE, now=at(70))
    assert not any(report.erased.values())
    assert put(store, [mention(post(1, author=AUTHOR))]).refused == 1
    with pytest.raises(InputError):
        store.erase_author("", " @ ", now=at(70))


@pytest.mark.postgres
def test_postgres_holds_nothing_either(tmp_path: Path) -> None:
    store = new_store(tmp_path, "postgres")
    store.save_brand(ALBA)
    store.save_watch(WATCH)
    plant(store)
    store.erase_author("", HANDLE, now=at(70))
    dump = subprocess.run(
        ["pg_dump", "--data-only", "-d", store._db.settings.database_url], capture_output=True, check=False
    ).stdout.lower()
    assert b"copy public.store_post" in dump
    assert not any(needle.lower().encode() in dump for needle in (HANDLE, NAME, WORDS))

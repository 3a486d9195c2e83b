"""Captures: numbered without gaps, claimed by one robot, never lost, never sealed twice."""

from __future__ import annotations

import pytest

from tests.store.make import ALBA, at
from tests.store.proof.make import FILES, LEASE, PAGE, ROBOT, asked, left, opened, recorded, sealed, sealing
from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.evidence.values import Entry, EntryKind
from tocsin.store.evidence.rows import CaptureScope, CaptureState, Difference, NewEntry, Turn
from tocsin.store.store import Store


def test_a_capture_goes_from_the_queue_to_the_log(store: Store) -> None:
    dossier = opened(store)
    one = asked(store, dossier=dossier.number, platform="mastodon", native_id="p/1")
    assert (one.number, one.state, one.dossier) == ("C2026-000001", CaptureState.QUEUED, dossier.number)
    one = recorded(store, one.number)
    assert (one.state, one.title, one.status) == (CaptureState.RECORDED, "Avis", 200)
    assert [row.number for row in store.evidence.to_seal()] == [one.number]
    assert list(store.evidence.append([sealing(one)])) == [0]
    one = store.evidence.capture(one.number)
    assert (one.state, one.index, one.sealed_at) == (CaptureState.AWAITING_STAMP, 0, at(3))
    assert [row.number for row in store.evidence.to_stamp(at(3))] == [one.number]
    store.evidence.stamped(one.number, at(9))
    assert store.evidence.capture(one.number).stamped_at == at(9)
    assert store.evidence.captures_of([("mastodon", "p/1")])[("mastodon", "p/1")][0].number == one.number
    assert store.dossiers.dossier(dossier.number).captures == 1
    assert store.evidence.count([dossier.number]) == {dossier.number: 1}


def test_numbers_of_a_year_leave_no_gap(store: Store) -> None:
    with pytest.raises(NotFoundError):
        asked(store, dossier="2026-0009")
    assert [asked(store).number for _ in range(3)] == [f"C2026-{rank:06d}" for rank in (1, 2, 3)]


def test_one_robot_alone_has_a_capture(store: Store) -> None:
    asked(store)
    first = store.evidence.claim("robot:1", at(1), LEASE)
    assert first is not None
    assert store.evidence.claim("robot:2", at(2), LEASE) is None
    assert store.evidence.waiting(at(2)) == 1


def test_a_robot_that_died_gives_its_capture_back_and_comes_too_late(store: Store) -> None:
    asked(store)
    dead = store.evidence.claim("robot:1", at(1), LEASE)
    taken = store.evidence.claim("robot:2", at(5), LEASE)
    assert dead is not None
    assert taken is not None
    assert not store.evidence.recorded(dead, left("alba/late"))
    assert not store.evidence.not_recorded(dead, "No.", {}, None)
    assert store.evidence.recorded(taken, left("alba/x"))
    assert store.evidence.claim("robot:3", at(50), LEASE) is None


def test_a_page_at_which_three_robots_died_is_given_up(store: Store) -> None:
    number = asked(store).number
    for minute in (0, 10, 20):
        assert store.evidence.claim("robot:1", at(minute), LEASE) is not None
    assert store.evidence.claim("robot:1", at(30), LEASE) is None
    one = store.evidence.capture(number)
    assert (one.state, one.error_params) == (CaptureState.FAILED, {"tries": "3"})


def test_a_failure_is_tried_again_or_told(store: Store) -> None:
    number = asked(store).number
    one = store.evidence.claim(ROBOT, at(0), LEASE)
    assert one is not None
    assert store.evidence.not_recorded(one, "No browser: {why}.", {"why": "none"}, at(10))
    assert store.evidence.claim(ROBOT, at(5), LEASE) is None
    again = store.evidence.claim(ROBOT, at(10), LEASE)
    assert again is not None
    assert store.evidence.not_recorded(again, "No browser: {why}.", {"why": "none"}, None)
    one = store.evidence.capture(number)
    assert (one.state, one.error, one.error_params) == (CaptureState.FAILED, "No browser: {why}.", {"why": "none"})


def test_a_capture_is_sealed_once(store: Store) -> None:
    one = sealed(store)
    with pytest.raises(ConflictError):
        store.evidence.append([sealing(one)])
    assert store.evidence.log_size() == 1


def test_a_capture_of_the_same_page_knows_the_one_before(store: Store) -> None:
    first = sealed(store)
    second = asked(store)
    before = store.evidence.before(second)
    assert before is not None
    assert before.number == first.number
    assert store.evidence.before(first) is None
    assert Difference().is_same
    assert not Difference(gone=True).is_same


def test_a_capture_goes_into_one_dossier_of_its_brand(store: Store) -> None:
    one, first, second = sealed(store), opened(store), opened(store, "Autre")
    assert store.evidence.put_in(one.number, first.number).dossier == first.number
    assert store.evidence.put_in(one.number, first.number).dossier == first.number
    with pytest.raises(ConflictError):
        store.evidence.put_in(one.number, second.number)
    assert [row.number for row in store.evidence.captures(CaptureScope(dossier=first.number))] == [one.number]
    assert store.evidence.captures(CaptureScope(brand=ALBA.slug, state=CaptureState.SEALED)) == []


def test_the_erasure_of_a_content_keeps_its_leaf(store: Store) -> None:
    one = sealed(store)
    entry = Entry(kind=EntryKind.DELETION, at=at(9), digest=one.manifest, number=one.number, who="person:1")
    assert store.evidence.delete(NewEntry(entry=entry, capture=one.number)) == 1
    gone = store.evidence.capture(one.number)
    assert (gone.url, gone.title, gone.final_url, gone.erased_at) == ("", "", "", at(9))
    assert (gone.manifest, gone.index) == (one.manifest, 0)
    assert [row.kind for row in store.evidence.entries(capture=one.number)] == [EntryKind.CAPTURE, EntryKind.DELETION]
    assert store.evidence.in_vault() == []


def test_pages_come_again_in_their_turn_while_the_dossier_is_open(store: Store) -> None:
    dossier = opened(store)
    turns = [
        Turn(dossier=dossier.number, brand=ALBA.slug, url=PAGE, why=why, due_at=at(minutes))
        for why, minutes in (("after_1h", 60), ("after_24h", 1440), ("before_clock", 2000))
    ]
    store.evidence.plan(turns)
    store.evidence.plan(turns)
    due = store.evidence.turns_due(at(61))
    assert [turn.why for turn in due] == ["after_1h"]
    taken = store.evidence.take_turn(due[0], at(61))
    assert taken is not None
    assert (taken.url, taken.why, taken.by, taken.dossier) == (PAGE, "after_1h", "tocsin", dossier.number)
    assert store.evidence.take_turn(due[0], at(62)) is None
    assert [row.number for row in store.evidence.pages(dossier.number)] == [taken.number]
    assert store.evidence.call_off(dossier.number, "before_clock") == 1
    store.dossiers.close(dossier.number, at(70), None)
    assert store.evidence.turns_due(at(5000)) == []
    assert [turn.why for turn in store.evidence.turns(dossier.number)] == ["after_24h"]


def test_files_are_whole_read_only_and_written_once(store: Store) -> None:
    vault = store.evidence.vault
    folder = vault.write("alba", "C1", ROBOT, FILES)
    assert vault.folders() == []
    assert vault.place(folder, ROBOT)
    assert vault.place(folder, ROBOT)
    assert [file.path for file in vault.files(folder)] == [file.path for file in FILES]
    path = vault.path(folder, "page.png")
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o777 == 0o500
    assert not vault.place("alba/none", ROBOT)
    with pytest.raises(NotFoundError):
        vault.path(folder, "none.png")
    vault.remove(folder)
    assert vault.folders() == []


def test_files_that_may_still_come_are_known(store: Store) -> None:
    asked(store)
    assert store.evidence.busy(at(0)) == []
    one = store.evidence.claim(ROBOT, at(1), LEASE)
    assert one is not None
    assert [row.holder for row in store.evidence.busy(at(2))] == [ROBOT]
    assert store.evidence.busy(at(9)) == []
    store.evidence.recorded(one, left("alba/x"))
    assert len(store.evidence.busy(at(9))) == 1
    store.evidence.doubt(one.number)
    assert store.evidence.capture(one.number).is_doubtful


def test_half_written_folders_are_swept_and_those_of_others_left(store: Store) -> None:
    vault = store.evidence.vault
    vault.write("alba", "C1", "dead:1", FILES)
    living = vault.write("alba", "C2", "alive:2", FILES)
    assert vault.sweep({("alba", "C2", "alive:2")}) == 1
    assert vault.place(living, "alive:2")
    assert vault.folders() == ["alba/C2"]

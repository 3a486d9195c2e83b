"""The log: entries without gaps, hashes of their tree, words apart, nothing that changes."""

from __future__ import annotations

import hashlib

import pytest

from tests.store.make import at
from tests.store.proof.make import digest, note, opened, sealed, token
from tocsin.base.errors import ConflictError, StoreError
from tocsin.evidence.log.tree import check_inclusion, inclusion, leaf_hash, tree_hash
from tocsin.evidence.values import Entry, EntryKind
from tocsin.store.errors import plain_errors
from tocsin.store.evidence.rows import NewEntry, SealedKey, Signed, Stamped
from tocsin.store.schema import APPEND_ONLY
from tocsin.store.store import Store


def access(who: str, number: str, minute: float) -> NewEntry:
    entry = Entry(kind=EntryKind.ACCESS, at=at(minute), digest=digest("d"), number=number, who=who)
    return NewEntry(entry=entry, dossier=number)


def test_every_entry_is_proven_by_the_tree(store: Store) -> None:
    assert list(store.evidence.append([note(f"mot {n}") for n in range(7)])) == list(range(7))
    assert list(store.evidence.append([note("huit")])) == [7]
    root = tree_hash(8, store.evidence.read_hashes)
    for index in range(8):
        leaf = leaf_hash(store.evidence.entry(index).body)
        assert check_inclusion(leaf, index, 8, inclusion(8, index, store.evidence.read_hashes), root)


def test_entries_come_whole_or_not_at_all(store: Store) -> None:
    bad = note("mot")
    with pytest.raises(ConflictError):
        store.evidence.entry(0)
    one = sealed(store)
    again = NewEntry(
        entry=Entry(kind=EntryKind.CAPTURE, at=at(9), digest=one.manifest, number=one.number, who="tocsin"),
        capture=one.number,
    )
    with pytest.raises(ConflictError):
        store.evidence.append([bad, again])
    assert store.evidence.log_size() == 1


def test_words_go_and_their_entry_stays(store: Store) -> None:
    dossier = opened(store)
    store.evidence.append([note("Nom de la voisine", dossier.number), note("Nom de la voisine", dossier.number)])
    assert store.evidence.erase_words(0)
    assert not store.evidence.erase_words(0)
    assert [row.words for row in store.evidence.entries(dossier=dossier.number)] == ["", "Nom de la voisine"]
    assert len(store.evidence.note_digest("mot")) == 64
    assert store.evidence.note_digest("mot") != hashlib.sha256(b"mot").hexdigest()


def test_an_access_is_entered_once_an_hour_for_each_person(store: Store) -> None:
    number = opened(store).number
    assert store.evidence.note_access(access("person:1", number, 0)) == 0
    assert store.evidence.note_access(access("person:1", number, 59)) is None
    assert store.evidence.note_access(access("person:2", number, 59)) == 1
    assert store.evidence.note_access(access("person:1", number, 61)) == 2


def test_the_log_refuses_changes_on_both_engines(store: Store) -> None:
    sealed(store)
    store.evidence.put_checkpoint(Signed(size=1, root="00", at=at(4), text="note"))
    store.evidence.put_tokens([Stamped(entry=0, token=token("a", digest("d")), got_at=at(5))])
    for table in APPEND_ONLY[3:]:
        column = {"store_checkpoint": "note", "store_loghash": "hash", "store_logentry": "who"}.get(table, "authority")
        for verb in (f"update {table} set {column} = {column}", f"delete from {table}"):
            with pytest.raises(StoreError, match="append-only"), plain_errors():
                store._db.run(verb)


def test_the_newest_checkpoint_is_found_and_one_of_a_size_is_kept_once(store: Store) -> None:
    first, second = (Signed(size=size, root="00", at=at(size), text=f"note {size}") for size in (1, 5))
    assert store.evidence.put_checkpoint(first)
    assert store.evidence.put_checkpoint(second)
    assert not store.evidence.put_checkpoint(second)
    assert store.evidence.checkpoint() == second
    assert store.evidence.checkpoint(at_most=4) == first
    assert store.evidence.checkpoint(at_most=0) is None


def test_tokens_of_an_entry_are_kept_one_for_each_authority(store: Store) -> None:
    one = Stamped(entry=3, token=token("one", digest("d")), got_at=at(5))
    two = Stamped(entry=3, token=token("two", digest("d")), got_at=at(6))
    store.evidence.put_tokens([one])
    store.evidence.put_tokens([one, two])
    assert store.evidence.tokens(3) == [one, two]


def test_the_health_of_authorities_is_kept(store: Store) -> None:
    store.evidence.note_authority("one", at(0), "no answer")
    store.evidence.note_authority("one", at(1), "no answer")
    assert [(row.name, row.failures) for row in store.evidence.authorities()] == [("one", 2)]
    store.evidence.note_authority("one", at(2))
    (row,) = store.evidence.authorities()
    assert (row.failures, row.error, row.good_at, row.bad_at) == (0, "", at(2), at(1))


def test_the_first_key_of_a_name_stays(store: Store) -> None:
    first = SealedKey(name="log", sealed="s", public="p", made_at=at(0))
    assert store.evidence.key("log") is None
    assert store.evidence.put_key(first) == first
    assert store.evidence.put_key(SealedKey(name="log", sealed="t", public="q", made_at=at(1))) == first

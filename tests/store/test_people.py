"""Accounts in the store: roles, last owner, links used once, sessions, and what travels in a backup."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from tests.store.conftest import new_store
from tests.store.make import at
from tocsin.base.errors import ConflictError, InputError, StoreError
from tocsin.base.person import Person, Role
from tocsin.store.people.audit import AuditScope
from tocsin.store.people.rows import LinkPurpose, LinkRow, SessionRow, Wish
from tocsin.store.rows import AuditEntry
from tocsin.store.secret.password import check_strength, hash_password, is_password, needs_renewal
from tocsin.store.secret.seal import KEY_FILE, Seal
from tocsin.store.store import Store

ALICE = Person(id=0, email="Alice@Example.org ", name="Alice", is_owner=True)
BRUNO = Person(id=0, email="bruno@example.org", name="Bruno")


def link(email: str = "eva@example.org", **more: object) -> LinkRow:
    given = {"wish": Wish(roles={"alba": Role.AGENT}), "made_at": at(0), "ends_at": at(60), "by": "test"}
    return LinkRow(purpose=LinkPurpose.JOIN, email=email, **{**given, **more})  # type: ignore[arg-type]


def test_an_address_has_one_account_whatever_its_case(store: Store) -> None:
    alice = store.people.add(ALICE, at(0))
    assert store.people.by_email("ALICE@example.org") == alice
    with pytest.raises(ConflictError):
        store.people.add(ALICE, at(1))


def test_roles_are_those_given_and_all_for_an_owner(store: Store) -> None:
    alice, bruno = store.people.add(ALICE, at(0)), store.people.add(BRUNO, at(0))
    assert store.people.roles(alice.id) == {"alba": Role.OWNER}
    assert store.people.roles(bruno.id) == {}
    store.people.set_roles(bruno.id, {"alba": Role.AGENT})
    assert store.people.roles(bruno.id) == {"alba": Role.AGENT}
    assert [(member.person.name, member.role) for member in store.people.members("alba")] == [
        ("Alice", Role.OWNER),
        ("Bruno", Role.AGENT),
    ]
    store.people.set_roles(bruno.id, {"alba": None})
    assert store.people.roles(bruno.id) == {}


def test_a_disabled_account_has_no_role_and_keeps_it_for_later(store: Store) -> None:
    store.people.add(ALICE, at(0))
    bruno = store.people.add(BRUNO, at(0))
    store.people.set_roles(bruno.id, {"alba": Role.AGENT})
    store.people.set_active(bruno.id, False)
    assert store.people.roles(bruno.id) == {}
    assert len(store.people.members("alba")) == 1
    store.people.set_active(bruno.id, True)
    assert store.people.roles(bruno.id) == {"alba": Role.AGENT}


def test_the_last_owner_stays(store: Store) -> None:
    alice, bruno = store.people.add(ALICE, at(0)), store.people.add(BRUNO, at(0))
    for leave in (lambda: store.people.set_owner(alice.id, False), lambda: store.people.set_active(alice.id, False)):
        with pytest.raises(ConflictError):
            leave()
    store.people.set_owner(bruno.id, True)
    store.people.set_owner(alice.id, False)
    with pytest.raises(ConflictError):
        store.people.set_active(bruno.id, False)


def test_a_link_is_used_once_even_by_two_at_once(store: Store) -> None:
    store.people.save_link("token", link())
    found = store.people.open_link("token", LinkPurpose.JOIN, at(1))
    assert found is not None
    joined: list[Person | None] = []

    def join() -> None:
        try:
            joined.append(store.people.join(found, Person(id=0, email=found.email, name="Eva"), "hash", at(2)))
        except ConflictError:
            joined.append(None)
        finally:
            store.close()

    threads = [Thread(target=join) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([person for person in joined if person is not None]) == 1
    assert store.people.open_link("token", LinkPurpose.JOIN, at(3)) is None


def test_a_link_that_ended_or_was_replaced_opens_nothing(store: Store) -> None:
    store.people.save_link("old", link())
    store.people.save_link("new", link(email="EVA@example.org"))
    assert store.people.open_link("old", LinkPurpose.JOIN, at(1)) is None
    assert store.people.open_link("new", LinkPurpose.PASSWORD, at(1)) is None
    assert store.people.open_link("new", LinkPurpose.JOIN, at(60)) is None


def test_a_join_grants_nothing_for_a_brand_that_is_gone(store: Store) -> None:
    store.people.save_link("token", link(wish=Wish(roles={"alba": Role.AGENT, "gone": Role.OWNER})))
    found = store.people.open_link("token", LinkPurpose.JOIN, at(1))
    person = store.people.join(found, Person(id=0, email=found.email, name="Eva"), "hash", at(2))
    assert store.people.roles(person.id) == {"alba": Role.AGENT}


def test_a_step_and_a_recovery_code_are_taken_once(store: Store) -> None:
    bruno = store.people.add(BRUNO, at(0))
    store.people.set_second_factor(bruno.id, "sealed", ["one", "two"], step=5)
    assert [store.people.take_step(bruno.id, step) for step in (5, 6, 6, 4, 7)] == [False, True, False, False, True]
    assert [store.people.take_code(bruno.id, code, at(1)) for code in ("one", "one", "six")] == [True, False, False]
    assert store.people.codes_left(bruno.id) == 1


def test_a_session_that_was_ended_does_not_come_back(store: Store) -> None:
    bruno = store.people.add(BRUNO, at(0))
    row = SessionRow(key="k", person=bruno.id, body="{}", device="", made_at=at(0), seen_at=at(0), ends_at=at(60))
    assert store.people.add_session(row)
    assert not store.people.add_session(row)
    assert store.people.session("k", at(60)) is None
    assert store.people.end_sessions(bruno.id) == 1
    assert not store.people.change_session(row)
    assert store.people.sessions_of(bruno.id, at(1)) == []


def test_a_new_password_ends_sessions_and_links(store: Store) -> None:
    bruno = store.people.add(BRUNO, at(0))
    for key in ("here", "there"):
        store.people.add_session(
            SessionRow(key=key, person=bruno.id, body="{}", device="", made_at=at(0), seen_at=at(0), ends_at=at(60))
        )
    wish = link(email=bruno.email, person=bruno.id)
    store.people.save_link("token", wish)
    store.people.set_password(bruno.id, "hash", keep="here")
    assert [row.key for row in store.people.sessions_of(bruno.id, at(1))] == ["here"]
    assert store.people.open_link("token", LinkPurpose.JOIN, at(1)) is None


def test_tries_are_counted_even_when_they_come_at_once(store: Store) -> None:
    seen: list[int] = []

    def attempt() -> None:
        try:
            seen.append(store.people.note_tries(["a"], at(1), at(0))["a"][0])
        finally:
            store.close()

    threads = [Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(6))
    store.people.forget_tries(["a"])
    assert store.people.note_tries(["a", "b"], at(2), at(0)) == {"a": (0, 0), "b": (0, 0)}


def test_a_forgotten_person_leaves_no_name_anywhere(store: Store) -> None:
    store.people.add(ALICE, at(0))
    bruno = store.people.add(BRUNO, at(0))
    store.people.set_active(bruno.id, False)
    store.people.forget(bruno.id)
    kept = store.people.person(bruno.id)
    assert (kept.name, kept.has_password) == ("", False)
    assert store.people.by_email("bruno@example.org") is None
    assert store.people.add(BRUNO, at(1)).id != bruno.id


def test_the_trail_is_found_by_who_what_and_when(store: Store) -> None:
    for minute, (by, action) in enumerate((("a", "x"), ("b", "y"), ("a", "y"))):
        store.note_audit(AuditEntry(at=at(minute), by=by, action=action, subject="s", text=f"note {minute}"))
    found = [line.entry.text for line in store.people.audit(AuditScope(by="a"))]
    assert found == ["note 2", "note 0"]
    assert [line.entry.text for line in store.people.audit(AuditScope(action="y", until=at(2)))] == ["note 1"]
    assert store.people.audit_actions() == ["x", "y"]


def people_of(store: Store) -> None:
    alice = store.people.add(ALICE, at(0))
    bruno = store.people.add(BRUNO, at(0))
    store.people.set_roles(bruno.id, {"alba": Role.AGENT})
    store.people.set_password(alice.id, "the-hash-of-alice")
    store.people.set_second_factor(alice.id, "sealed", ["one"], step=3)
    store.people.save_link("token", link())


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_backup_brings_people_back_with_their_passwords(sqlite_store: Store, tmp_path: Path, engine: str) -> None:
    people_of(sqlite_store)
    digest = sqlite_store.backup(tmp_path / "b.zip")
    other = new_store(tmp_path / "other", engine)
    assert other.restore(tmp_path / "b.zip") == other.digest() == digest
    assert other.people.everybody() == sqlite_store.people.everybody()
    alice = other.people.by_email("alice@example.org")
    assert other.people.credentials(alice.id) == sqlite_store.people.credentials(alice.id)
    assert other.people.take_code(alice.id, "one", at(1))
    assert other.people.open_link("token", LinkPurpose.JOIN, at(1)) is not None
    assert other.people.add(Person(id=0, email="new@example.org", name="New"), at(1)).id > alice.id
    other.close()


def test_an_export_names_nobody_and_can_be_put_back(sqlite_store: Store, tmp_path: Path) -> None:
    people_of(sqlite_store)
    sqlite_store.export(tmp_path / "open")
    written = b"".join(path.read_bytes() for path in (tmp_path / "open").iterdir())
    assert b"bruno@example.org" not in written
    assert b"the-hash-of-alice" not in written
    other = new_store(tmp_path / "other")
    assert other.restore(tmp_path / "open") == sqlite_store.digest()
    assert other.people.everybody() == []


def test_an_installation_with_people_is_not_overwritten(tmp_path: Path, sqlite_store: Store) -> None:
    sqlite_store.backup(tmp_path / "b.zip")
    other = new_store(tmp_path / "other")
    other.people.add(ALICE, at(0))
    with pytest.raises(ConflictError):
        other.restore(tmp_path / "b.zip")


def test_a_seal_opens_with_its_key_and_purpose_alone(tmp_path: Path) -> None:
    sealed = Seal(tmp_path).close("secret", "a:1")
    assert "secret" not in sealed
    assert Seal(tmp_path).open(sealed, "a:1") == "secret"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    for wrong in (sealed[:-4] + "AAA=", "plain", "s1:"):
        with pytest.raises(StoreError):
            Seal(tmp_path).open(wrong, "a:1")
    with pytest.raises(StoreError):
        Seal(tmp_path).open(sealed, "a:2")
    (tmp_path / KEY_FILE).write_text("short")
    with pytest.raises(StoreError):
        Seal(tmp_path).open(sealed, "a:1")


def test_two_processes_that_begin_together_share_one_key(tmp_path: Path) -> None:
    seals = [Seal(tmp_path / "new") for _ in range(4)]
    sealed: list[str] = []
    threads = [Thread(target=lambda seal=seal: sealed.append(seal.close("x", "p"))) for seal in seals]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Seal(tmp_path / "new").open(one, "p") for one in sealed] == ["x"] * 4
    assert [path.name for path in (tmp_path / "new").iterdir()] == [KEY_FILE]


def test_a_password_is_known_by_its_hash_alone() -> None:
    hashed = hash_password("quatre mots sans lien")
    assert hashed.startswith("$argon2id$")
    assert is_password("quatre mots sans lien", hashed)
    assert not is_password("quatre mots sans liens", hashed)
    assert not is_password("nobody has this password", "")
    assert not is_password("x", "not a hash")
    assert not needs_renewal(hashed)


@pytest.mark.parametrize(
    "weak", ["court", "x" * 300, "aaaaaaaaaaaaaaaa", "motdepasse123", "password1234", "123456789012", "maisonalba1234"]
)
def test_a_password_that_is_guessed_first_is_refused(weak: str) -> None:
    with pytest.raises(InputError):
        check_strength(weak, ("Alice", "alice@maisonalba.example.org"))


def test_a_few_words_make_a_password() -> None:
    check_strength("trois chouettes au grenier", ("Alice", "alice@example.org"))

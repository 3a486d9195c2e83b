"""Dossiers: numbered without gaps, grounds ticked, clocks kept as given, letters step by step."""

from __future__ import annotations

from datetime import date

import pytest

from tests.store.make import ALBA, at
from tests.store.proof.make import note, opened
from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.store.dossiers.rows import ClockRow, DossierState, LetterRow, LetterState, Tick, TickState
from tocsin.store.store import Store


def a_clock(dossier: str, **more: object) -> ClockRow:
    given: dict[str, object] = {
        "rule": "fr.1881.diffamation_publique",
        "event": b'{"first_online":"2026-03-02"}',
        "acts": b"[]",
        "term": b'{"safe_day":"2026-06-01"}',
        "engine": "law 1",
        "by": "person:1",
        "at": at(0),
        "computed_at": at(0),
        "safe_on": date(2026, 6, 1),
        "last_on": date(2026, 6, 2),
    }
    return ClockRow(dossier=dossier, **(given | more))  # type: ignore[arg-type]


def a_letter(dossier: str, **more: object) -> LetterRow:
    given: dict[str, object] = {
        "kind": "formal_notice",
        "language": "fr",
        "subject": "Mise en demeure",
        "text": "Madame, Monsieur,",
        "by": "person:1",
        "at": at(0),
    }
    return LetterRow(dossier=dossier, **(given | more))  # type: ignore[arg-type]


def test_dossiers_are_numbered_by_year_without_gaps(store: Store) -> None:
    assert [opened(store).number for _ in range(3)] == ["2026-0001", "2026-0002", "2026-0003"]
    assert [row.number for row in store.dossiers.dossiers(ALBA.slug)] == ["2026-0003", "2026-0002", "2026-0001"]
    assert store.dossiers.dossiers("other") == []
    for number in ("2026-0009", "x", "2026-1", ""):
        with pytest.raises(NotFoundError):
            store.dossiers.dossier(number)


def test_a_dossier_is_changed_closed_and_opened_again(store: Store) -> None:
    number = opened(store).number
    store.dossiers.change(number, title="Faux avis", counsel=3, online_on=date(2026, 2, 28))
    store.dossiers.close(number, at(10), at(1000))
    one = store.dossiers.dossier(number)
    assert (one.title, one.counsel, one.online_on) == ("Faux avis", 3, date(2026, 2, 28))
    assert (one.state, one.closed_at, one.keep_until) == (DossierState.CLOSED, at(10), at(1000))
    with pytest.raises(ConflictError):
        store.dossiers.close(number, at(11), None)
    assert store.dossiers.due_to_go(at(999)) == []
    assert [row.number for row in store.dossiers.due_to_go(at(1000))] == [number]
    store.dossiers.reopen(number)
    assert store.dossiers.dossier(number).keep_until is None


def test_a_ground_is_chosen_ticked_dropped_and_taken_up(store: Store) -> None:
    number, ground = opened(store).number, "fr.1881.diffamation_publique"
    said = Tick(element="fait_precis", state=TickState.MET, by="person:1", at=at(1), note="Le post dit « volé »")
    with pytest.raises(NotFoundError):
        store.dossiers.tick(number, ground, said)
    store.dossiers.choose(number, ground, "person:1", at(0))
    store.dossiers.tick(number, ground, said)
    doubt = Tick(element="fait_precis", state=TickState.DOUBTFUL, by="person:2", at=at(2))
    store.dossiers.tick(number, ground, doubt)
    assert [row.ticks for row in store.dossiers.grounds(number)] == [(doubt,)]
    store.dossiers.drop(number, ground, at(3))
    assert store.dossiers.grounds(number) == []
    store.dossiers.choose(number, ground, "person:1", at(4))
    assert [row.ticks for row in store.dossiers.grounds(number)] == [(doubt,)]


def test_what_the_engine_gave_is_kept_as_it_gave_it(store: Store) -> None:
    number = opened(store).number
    row = store.dossiers.start_clock(a_clock(number))
    kept = store.dossiers.clock(row)
    assert kept == a_clock(number, id=row)
    later = a_clock(number, id=row, safe_on=date(2026, 7, 1), engine="law 2", computed_at=at(9))
    store.dossiers.change_clock(later)
    assert store.dossiers.running_clocks(ALBA.slug) == [later]
    store.dossiers.stop_clock(row, at(10))
    with pytest.raises(NotFoundError):
        store.dossiers.change_clock(later)
    assert store.dossiers.running_clocks() == []
    assert store.dossiers.clocks(number)[0].ended_at == at(10)


def test_a_letter_that_needs_a_second_person_does_not_leave_without(store: Store) -> None:
    number = opened(store).number
    row = store.dossiers.save_letter(a_letter(number, needs_second=True))
    with pytest.raises(ConflictError):
        store.dossiers.letter_sent(row, at(1), "", text=store.dossiers.letter(row).text)
    store.dossiers.approve_letter(
        row, "person:2", at(1), "Trois lignes, rien de trop.", text=store.dossiers.letter(row).text
    )
    store.dossiers.save_letter(a_letter(number, id=row, text="Autre texte", needs_second=True))
    assert store.dossiers.letter(row).state is LetterState.DRAFT
    store.dossiers.approve_letter(row, "person:2", at(2), "Relu.", text="Autre texte")
    with pytest.raises(ConflictError):
        store.dossiers.letter_sent(row, at(3), "ab", text="Texte")  # sealed by another program under its old text
    store.dossiers.letter_sent(row, at(3), "ab", text="Autre texte")
    with pytest.raises(ConflictError):
        store.dossiers.letter_sent(row, at(3), "ab", text="Autre texte")
    with pytest.raises(ConflictError):
        store.dossiers.save_letter(a_letter(number, id=row))
    store.dossiers.letter_answered(row, at(4))
    kept = store.dossiers.letters(number)[0]
    assert (kept.state, kept.reason, kept.text, kept.digest) == (LetterState.ANSWERED, "Relu.", "Autre texte", "ab")


def test_the_words_of_a_dossier_go_and_its_entries_stay(store: Store) -> None:
    number = opened(store).number
    store.dossiers.save_letter(a_letter(number))
    store.dossiers.start_clock(a_clock(number))
    store.evidence.append([note("des mots", number)])
    store.dossiers.close(number, at(5), at(6))
    store.dossiers.forget(number, at(7))
    one = store.dossiers.dossier(number)
    assert (one.title, one.erased_at) == ("", at(7))
    assert store.dossiers.letters(number)[0].text == ""
    assert [row.words for row in store.evidence.entries(dossier=number)] == [""]
    with pytest.raises(ConflictError):
        store.dossiers.reopen(number)

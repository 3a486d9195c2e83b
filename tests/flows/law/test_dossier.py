"""Law in a dossier: grounds that people tick, clocks kept as the engine gave them, letters that wait for a second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from tests.flows.evidence.make import ALICE, PAGE, HandClock, captured
from tests.store.make import ALBA, START, mention, post, put
from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.kind import Kind
from tocsin.base.person import Person, Role
from tocsin.evidence.values import EntryKind
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.request import request_capture
from tocsin.flows.law.clock_alarms import clock_letter, ring_clocks
from tocsin.flows.law.dossier_clocks import (
    add_act,
    agenda,
    calendar,
    change_clock,
    clock_sheets,
    first_online,
    rules_of,
    start_clock,
    stop_clock,
)
from tocsin.flows.law.dossier_grounds import (
    candidates,
    choose_ground,
    drop_ground,
    ground_sheets,
    story_candidates,
    tick_element,
)
from tocsin.flows.law.dossier_letters import (
    approve_letter,
    draft_letter,
    facts_of_dossier,
    follow_up_text,
    mark_answered,
    mark_sent,
    save_letter,
)
from tocsin.legal.letters.facts import Recipient, Sender, Words
from tocsin.store.dossiers.rows import LetterState, NewDossier, Tick, TickState

PRESS = "fr.1881.diffamation_publique"
NOW = START
SAID = "Maison Alba a volé l’argent de ses clients, le directeur a falsifié les comptes."


def opened(engine: Engine) -> str:
    return engine.store.dossiers.open(NewDossier(brand=ALBA.slug, title="Avis", by=ALICE, at=NOW)).number


def test_a_mention_leads_to_candidate_grounds_of_its_brand_alone(sqlite_engine: Engine) -> None:
    put(sqlite_engine.store, [mention(post(1, SAID), kinds=(Kind.DEFAMATION,), severity=80)])
    row = sqlite_engine.store.latest_mentions(ALBA.slug)[0].row
    found = candidates(sqlite_engine, ALBA.slug, row)
    assert PRESS in {one.ground.id for one in found}
    assert found == candidates(sqlite_engine, ALBA.slug, row)
    with pytest.raises(NotFoundError):
        candidates(sqlite_engine, "other", row)
    assert story_candidates(sqlite_engine, ALBA.slug, "none") == []


def test_a_chosen_ground_shows_what_is_open_missing_and_doubtful(engine: Engine) -> None:
    number = opened(engine)
    with pytest.raises(NotFoundError):
        choose_ground(engine, number, "fr.unknown", ALICE, NOW)
    choose_ground(engine, number, PRESS, ALICE, NOW)
    (sheet,) = ground_sheets(engine, number)
    names = [element.id for element in sheet.ground.elements]
    assert sheet.open == tuple(names)
    for state, name in zip((TickState.MISSING, TickState.DOUBTFUL), names, strict=False):
        tick_element(engine, number, PRESS, Tick(element=name, state=state, by=ALICE, at=NOW, note="À voir"))
    (sheet,) = ground_sheets(engine, number)
    assert (sheet.missing, sheet.doubtful, sheet.is_ready) == ((names[0],), (names[1],), False)
    with pytest.raises(NotFoundError):
        tick_element(engine, number, PRESS, Tick(element="none", state=TickState.MET, by=ALICE, at=NOW))
    for name in names:
        tick_element(engine, number, PRESS, Tick(element=name, state=TickState.MET, by=ALICE, at=NOW))
    assert ground_sheets(engine, number)[0].is_ready
    assert PRESS in rules_of(engine, number)
    drop_ground(engine, number, PRESS, ALICE, NOW)
    assert ground_sheets(engine, number) == ()
    words = [entry.words for entry in engine.store.evidence.entries(dossier=number)]
    assert words == [f"ground={PRESS}", f"dropped={PRESS}"]


def test_a_clock_starts_on_the_first_day_online(engine: Engine) -> None:
    number = opened(engine)
    put(engine.store, [mention(post(1, url=PAGE, created_at=datetime(2026, 2, 10, 23, 30, tzinfo=UTC)))])
    row = engine.store.latest_mentions(ALBA.slug)[0].row
    assert first_online(engine, number) is None
    request_capture(engine, ALBA.slug, "", ALICE, NOW, dossier=number, mention=row)
    assert first_online(engine, number) == date(2026, 2, 11)
    sheet = start_clock(engine, number, PRESS, ALICE, NOW)
    assert sheet.row.safe_on == sheet.clock.term.safe_day  # type: ignore[union-attr]
    assert sheet.row.last_on == date(2026, 5, 11)
    assert clock_sheets(engine, number)[0].row == sheet.row
    assert not clock_sheets(engine, number)[0].has_moved
    why = {turn.why for turn in engine.store.evidence.turns(number)}
    assert "before_clock" in why
    days = [day.due_at.date() for day in engine.store.evidence.turns(number) if day.why == "before_clock"]
    safe = sheet.row.safe_on
    assert safe is not None
    assert days == [safe - timedelta(days=7), safe - timedelta(days=1)]


def test_acts_move_a_clock_and_a_stopped_one_rests(sqlite_engine: Engine) -> None:
    number = opened(sqlite_engine)
    with pytest.raises(InputError):
        start_clock(sqlite_engine, number, PRESS, ALICE, NOW)
    sheet = start_clock(sqlite_engine, number, PRESS, ALICE, NOW, events={"first_online": "2026-02-10"})
    act = {"kind": "assignation_served", "date": "2026-03-20"}
    moved = add_act(sqlite_engine, ALBA.slug, sheet.row.id, act, ALICE, now=NOW)
    assert sheet.row.last_on is not None
    assert moved.row.last_on is not None
    assert moved.row.last_on > sheet.row.last_on
    back = change_clock(sqlite_engine, ALBA.slug, sheet.row.id, ALICE, NOW, acts=[])
    assert back.row.last_on == sheet.row.last_on
    with pytest.raises(NotFoundError):
        stop_clock(sqlite_engine, "other", sheet.row.id, ALICE, NOW)
    stop_clock(sqlite_engine, ALBA.slug, sheet.row.id, ALICE, NOW)
    assert calendar(sqlite_engine, ALBA.slug, NOW) == []


def test_the_calendar_holds_all_clocks_and_the_agenda_says_the_same(sqlite_engine: Engine) -> None:
    number = opened(sqlite_engine)
    start_clock(sqlite_engine, number, PRESS, ALICE, NOW, events={"first_online": "2026-02-10"})
    start_clock(sqlite_engine, number, PRESS, ALICE, NOW, events={"first_online": "2026-02-20"})
    days = calendar(sqlite_engine, ALBA.slug, NOW)
    assert days == sorted(days, key=lambda day: day.day)
    assert {"safe", "before", "half"} <= {day.what for day in days}
    written = agenda(sqlite_engine, ALBA.slug, "fr", NOW).decode()
    assert written.count("BEGIN:VEVENT") >= 2
    assert len({line for line in written.split("\r\n") if line.startswith("UID")}) == written.count("BEGIN:VEVENT")


def member(engine: Engine, role: Role, name: str) -> Person:
    added = engine.store.people.add(Person(id=0, email=f"{name}@example.org", name=name.title(), language="en"), NOW)
    engine.store.people.set_roles(added.id, {ALBA.slug: role})
    return added


def test_each_alarm_is_told_once_to_each(engine: Engine) -> None:
    counsel = member(engine, Role.COUNSEL, "carla")
    member(engine, Role.MANAGER, "bruno")
    number = opened(engine)
    sheet = start_clock(engine, number, PRESS, ALICE, NOW, events={"first_online": "2026-02-28"})
    assert sheet.row.safe_on is not None
    clock = HandClock(NOW)
    assert ring_clocks(engine, clock.later(hours=1)) == 0
    told = 0
    for _ in range(100):
        told += ring_clocks(engine, clock.later(days=1))
    rows = [row for row in engine.store.outbox_list() if row.action == "letter:clock"]
    assert told == len(rows) >= 5
    letter = clock_letter(engine, msgspec.json.decode(rows[-1].body), rows[-1].event, NOW)
    assert letter is not None
    assert letter.to == (counsel.email,)
    assert number in letter.subject
    stop_clock(engine, ALBA.slug, sheet.row.id, ALICE, NOW)
    assert clock_letter(engine, msgspec.json.decode(rows[-1].body), rows[-1].event, NOW) is None


def test_a_letter_waits_for_a_second_person_then_leaves_and_is_followed(engine: Engine) -> None:
    number = opened(engine)
    captured(engine, number)
    choose_ground(engine, number, PRESS, ALICE, NOW)
    told = facts_of_dossier(engine, number, "fr", ALICE, NOW)
    assert (told.reference, len(told.captures), told.grounds[0].id) == (number, 1, PRESS)
    facts = msgspec.structs.replace(
        told,
        good_faith=True,
        sender=Sender(name="Alice", organisation="Maison Alba", address="1 rue des Lilas", email="alice@example.org"),
        recipient=Recipient(name="Forum", address="2 rue du Port", email="contact@forum.example.org", kind="platform"),
        words=Words(explanation="Ces lignes disent un vol qui n’a pas eu lieu.", demands=("retirer ces lignes",)),
    )
    draft = draft_letter("formal_notice", "fr", facts)
    row = save_letter(engine, number, draft, facts, ALICE, now=NOW)
    assert row.text
    assert row.needs_second
    with pytest.raises(InputError):
        mark_sent(engine, ALBA.slug, row.id, ALICE, NOW)
    with pytest.raises(InputError):
        approve_letter(engine, ALBA.slug, row.id, ALICE, "Relu", now=NOW)
    with pytest.raises(ConflictError):
        approve_letter(
            engine, ALBA.slug, row.id, "person:2", "Relu", now=NOW, seen="0" * 64
        )  # it was changed meanwhile
    approve_letter(engine, ALBA.slug, row.id, "person:2", "Vu par 300 personnes, mais citée par la presse.", now=NOW)
    sent = mark_sent(engine, ALBA.slug, row.id, ALICE, NOW)
    assert (sent.state, len(sent.digest)) == (LetterState.SENT, 64)
    entry = engine.store.evidence.entries(dossier=number)[-1]
    sealed = [one for one in engine.store.evidence.entries(dossier=number) if one.digest == sent.digest]
    assert entry.kind is EntryKind.NOTE
    assert len(sealed) == 1
    clocks = [clock for clock in engine.store.dossiers.clocks(number) if clock.letter == row.id]
    assert clocks
    assert all(follow_up_text(sent, clock) for clock in clocks if clock.rule.startswith("follow_up."))
    with pytest.raises(ConflictError):
        save_letter(engine, number, draft, facts, ALICE, now=NOW, letter=row.id)
    mark_answered(engine, ALBA.slug, row.id, ALICE, NOW)
    assert all(clock.ended_at for clock in engine.store.dossiers.clocks(number) if clock.letter == row.id)


def test_an_unknown_letter_is_refused(sqlite_engine: Engine) -> None:
    with pytest.raises(InputError):
        draft_letter("poem", "fr", facts_of_dossier(sqlite_engine, opened(sqlite_engine), "fr", ALICE, NOW))

"""The digest: due once a period to each person, told in their words, silent when nothing was said."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.flows.test_deliver import NOON, engine_with_a_leak, with_mail
from tests.net.test_send import smtp_server
from tocsin.base.alert import AlertState
from tocsin.base.person import Person, Rhythm, Role
from tocsin.base.settings import Settings
from tocsin.cli.commands.digest import run
from tocsin.cli.context import Context
from tocsin.cli.output import standard_output
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import translator
from tocsin.flows.letters.digest import due_day, event_key, queue_digests, write_digest
from tocsin.flows.letters.digest_facts import digest_facts
from tocsin.flows.letters.letter import recipient

BRAND = "maison-alba"
MONDAY_8 = datetime(2026, 3, 9, 7, tzinfo=UTC)  # in Paris
NEXT_MORNING = datetime(2026, 3, 3, 7, tzinfo=UTC)


def add(engine: Engine, name: str, rhythm: Rhythm, **fields: object) -> Person:
    person = engine.store.people.add(
        msgspec.structs.replace(
            Person(id=0, email=f"{name}@example.org", name=name.title(), digest=rhythm, language="en"), **fields
        ),
        NOON,
    )
    engine.store.people.set_roles(person.id, {BRAND: Role.READER})
    return person


def put_off_alerts(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, mail_to=())


def test_a_digest_reaches_its_reader_once_a_day(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(put_off_alerts(with_mail(settings, tmp_path)))
        add(engine, "remi", Rhythm.DAILY)
        for minutes in range(-30, 300, 15):
            now = NEXT_MORNING + timedelta(minutes=minutes)
            queue_digests(engine, now)
            deliver(engine, now)
        engine.store.close()
    assert len(mails) == 1
    assert b"1 mention in a day, 1 alert" in mails[0]


def test_two_workers_queue_one_digest(tmp_path: Path) -> None:
    with smtp_server() as (settings, _):
        engine = engine_with_a_leak(put_off_alerts(with_mail(settings, tmp_path)))
        person = add(engine, "remi", Rhythm.DAILY)
        assert (queue_digests(engine, NEXT_MORNING), queue_digests(engine, NEXT_MORNING)) == (1, 0)
        rows = [row for row in engine.store.outbox_list() if row.action == f"digest:{person.id}"]
        assert [row.event for row in rows] == [f"digest:{BRAND}:2026-03-03:{person.id}"]
        engine.store.close()


def test_nothing_said_is_nothing_sent_unless_it_is_wanted(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(put_off_alerts(with_mail(settings, tmp_path)))
        add(engine, "remi", Rhythm.DAILY)
        add(engine, "carla", Rhythm.DAILY, digest_empty=True)
        later = NEXT_MORNING + timedelta(days=3)
        queue_digests(engine, later)
        deliver(engine, later)
        engine.store.close()
    assert len(mails) == 1
    assert b"carla@example.org" in mails[0]
    assert b"a day without a word" in mails[0]


def test_a_weekly_digest_comes_on_mondays_at_eight_of_the_reader() -> None:
    weekly = Person(id=1, email="a@example.org", name="A", digest=Rhythm.WEEKLY)
    days = [MONDAY_8 + timedelta(hours=hour) for hour in range(-24, 24 * 7)]
    assert [at for at in days if due_day(weekly, at)] == [MONDAY_8 + timedelta(hours=hour) for hour in range(4)]
    far = msgspec.structs.replace(weekly, time_zone="America/New_York")
    assert due_day(far, MONDAY_8) is None
    assert due_day(far, MONDAY_8 + timedelta(hours=5)) is not None


def test_nobody_gets_the_digest_of_a_brand_that_was_taken_from_them(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(put_off_alerts(with_mail(settings, tmp_path)))
        person = add(engine, "remi", Rhythm.DAILY)
        queue_digests(engine, NEXT_MORNING)
        engine.store.people.set_roles(person.id, {BRAND: None})
        deliver(engine, NEXT_MORNING)
        engine.store.close()
    assert mails == []


def test_a_sleeper_gets_it_in_the_morning(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_with_a_leak(put_off_alerts(with_mail(settings, tmp_path)))
        person = add(engine, "remi", Rhythm.DAILY)
        engine.store.people.save(msgspec.structs.replace(person, night_from=22 * 60, night_until=9 * 60))
        queue_digests(engine, NEXT_MORNING)
        assert deliver(engine, NEXT_MORNING).later == 1
        assert deliver(engine, NEXT_MORNING + timedelta(hours=1)).done == 1
        engine.store.close()
    assert len(mails) == 1


def test_it_tells_what_people_did_with_alerts(tmp_path: Path) -> None:
    engine = engine_with_a_leak(Settings(data_dir=tmp_path, web_address="https://tocsin.example.org"))
    person = add(engine, "bruno", Rhythm.DAILY)
    (alert,) = engine.store.alerts(brand=BRAND)
    engine.store.set_alert_state(alert.id, AlertState.FALSE, by=person.mark, at=NOON + timedelta(minutes=3))
    brand = engine.store.brand(BRAND)
    facts = digest_facts(engine, brand, NEXT_MORNING, Rhythm.DAILY)
    letter = write_digest(engine, facts, recipient(engine, brand, "bruno@example.org"), "e")
    assert "Called false by Bruno" in " ".join(letter.text.split())
    assert f"https://tocsin.example.org/b/{BRAND}/alerts/{alert.id}/" in letter.html
    assert "Mentions: 1" in letter.text
    engine.store.close()


@pytest.mark.parametrize("slug", ["alba", "a" * 64])
def test_the_name_of_a_digest_fits_the_outbox(slug: str) -> None:
    assert len(event_key(slug, NOON.date(), 12)) <= 64


def test_the_command_prints_it_and_writes_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine = engine_with_a_leak(Settings(data_dir=tmp_path))
    engine.store.close()
    page = tmp_path / "digest.html"
    context = Context(
        Settings(data_dir=tmp_path), translator("en"), standard_output(as_json=False), lambda: NEXT_MORNING
    )
    assert run(argparse.Namespace(brand=None, week=False, html=page), context) == 0
    context.close()
    assert "1 mention in a day, 1 alert" in capsys.readouterr().out
    assert "data:image/png;base64," in page.read_text(encoding="utf-8")
    assert "cid:" not in page.read_text(encoding="utf-8")

"""Who gets the mail of an alert, once, and who sleeps through what is only to watch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tests.net.test_send import smtp_server
from tests.store.conftest import new_store
from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Brand
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.base.settings import Settings
from tocsin.flows.alerting.team import channels_of
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine
from tocsin.flows.people.links import Invitation, ask_new_password, invite, take_back
from tocsin.flows.people.told import quiet_until

NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Paris
MORNING = datetime(2026, 3, 3, 6, tzinfo=UTC)
BRAND = "maison-alba"


def engine_in(folder: Path, settings: Settings | None = None) -> Engine:
    """An installation that mails: Alice owns it, Bruno manages Maison Alba and sleeps from 22 to 7, Chloé answers."""
    given = settings or Settings(data_dir=folder, smtp_host="mail.example.org", mail_from="tocsin@example.org")
    engine = Engine(msgspec.structs.replace(given, data_dir=folder, mail_from="tocsin@example.org"), new_store(folder))
    engine.store.save_brand(Brand(slug=BRAND, name="Maison Alba"))
    people = engine.store.people
    for name, role in (("alice", None), ("bruno", Role.MANAGER), ("chloe", Role.AGENT)):
        new = Person(id=0, email=f"{name}@example.org", name=name.title(), is_owner=role is None)
        person = people.add(new, NIGHT)
        if role is not None:
            people.set_roles(person.id, {BRAND: role})
        if name == "bruno":
            people.save(msgspec.structs.replace(person, night_from=22 * 60, night_until=7 * 60))
    return engine


def ring(engine: Engine, level: str, *, to: str = "bruno@example.org") -> None:
    alert = Alert(
        id=f"a-{level}",
        brand=BRAND,
        timeline=LIVE,
        cause=AlertCause.SURGE,
        level=level,
        at=NIGHT,
        subject="s",
        title="t",
    )
    engine.store.save_alert(alert)
    body = msgspec.json.encode({"alert": alert.id})
    engine.store.outbox_put(
        OutboxRow(event=alert.id, timeline=LIVE, action=f"mail:{to}", delivery=Delivery.AT_LEAST_ONCE, body=body)
    )


def test_owners_and_managers_are_told_and_nobody_twice(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    engine.settings = msgspec.structs.replace(
        engine.settings, mail_to=("Alice@Example.org", "duty@example.org"), notify_urls=("json://example.org",)
    )
    told = ["mail:Alice@Example.org", "mail:duty@example.org", "apprise:0", "mail:bruno@example.org"]
    assert channels_of(engine, BRAND) == told
    engine.store.close()


def test_without_a_mail_server_only_the_addresses_of_the_settings_are_tried(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    engine.settings = Settings(data_dir=tmp_path, mail_to=("duty@example.org",))
    assert channels_of(engine, BRAND) == ["mail:duty@example.org"]
    engine.store.close()


def test_a_disabled_manager_is_no_longer_told(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    engine.store.people.set_active(engine.store.people.by_email("bruno@example.org").id, False)
    assert channels_of(engine, BRAND) == ["mail:alice@example.org"]
    engine.store.close()


def test_the_night_ends_at_the_hour_of_the_person_even_when_clocks_change() -> None:
    bruno = Person(id=1, email="b@example.org", name="B", night_from=22 * 60, night_until=7 * 60)
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)  # at two that night, Paris goes to three
    assert quiet_until(bruno, spring) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert quiet_until(bruno, MORNING) is None
    afternoon = msgspec.structs.replace(bruno, night_from=13 * 60, night_until=14 * 60)
    assert quiet_until(afternoon, datetime(2026, 3, 2, 12, 30, tzinfo=UTC)) == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert quiet_until(None, NIGHT) is None


def test_what_is_to_watch_waits_for_the_morning_and_an_alarm_does_not(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_in(tmp_path, settings)
        ring(engine, "watch")
        ring(engine, "alarm")
        ring(engine, "danger")
        report = deliver(engine, NIGHT)
        assert (report.done, report.later, len(mails)) == (2, 1, 1)
        assert deliver(engine, MORNING - timedelta(minutes=1)).done == 0
        assert deliver(engine, MORNING).done == 1
        engine.store.close()
    assert len(mails) == 2  # the alarm and the dangerous post left together


def test_somebody_awake_is_told_at_once(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_in(tmp_path, settings)
        ring(engine, "watch", to="alice@example.org")
        assert deliver(engine, NIGHT).done == 1
        engine.store.close()
    assert len(mails) == 1


def test_what_was_taken_up_in_the_night_wakes_nobody_in_the_morning(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_in(tmp_path, settings)
        ring(engine, "watch")
        deliver(engine, NIGHT)
        engine.store.set_alert_state("a-watch", AlertState.ACKNOWLEDGED, by="person:1", at=NIGHT)
        report = deliver(engine, MORNING)
        assert (report.done, report.spared) == (0, 1)
        engine.store.close()
    assert mails == []


def test_an_invitation_leaves_by_mail_with_its_link_and_not_once_taken_back(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_in(tmp_path, settings)
        token = invite(engine, Invitation(email="eva@example.org", roles={BRAND: Role.AGENT}), "test", NIGHT).token
        assert all(token.encode() not in item.body for item in engine.store.outbox_list())
        assert deliver(engine, NIGHT).done == 1
        invite(engine, Invitation(email="igor@example.org", roles={BRAND: Role.AGENT}), "test", NIGHT)
        waiting = engine.store.people.invitations(NIGHT)
        take_back(engine, waiting[0].id, "test", NIGHT)
        assert deliver(engine, NIGHT).done == 1
        engine.store.close()
    (mail,) = mails
    assert f"/join/{token}".encode() in mail.replace(b"=\r\n", b"")
    assert b"eva@example.org" in mail


def test_a_new_password_is_mailed_to_who_has_an_account_and_to_nobody_else(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_in(tmp_path, settings)
        for name in ("bruno", "nobody"):
            assert ask_new_password(engine, f"{name}@example.org", "198.51.100.7", NIGHT) == 0
        assert deliver(engine, NIGHT).done == 2
        engine.store.close()
    (mail,) = mails
    assert b"bruno@example.org" in mail
    assert b"/password/" in mail.replace(b"=\r\n", b"")


def test_asking_again_and_again_is_slowed_down(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    waits = [ask_new_password(engine, "bruno@example.org", "198.51.100.7", NIGHT) for _ in range(6)]
    assert waits[:5] == [0] * 5
    assert waits[5] > 0
    assert len(engine.store.outbox_list()) == 5
    engine.store.close()


def test_a_setting_to_mend_holds_back_one_action_and_not_those_behind_it(tmp_path: Path) -> None:
    with smtp_server() as (settings, mails):
        engine = engine_in(tmp_path, settings)
        ring(engine, "alarm", to="not an address")
        ring(engine, "danger")
        report = deliver(engine, NIGHT)
        assert (report.failed, report.done) == (1, 1)
        engine.store.close()
    assert len(mails) == 1

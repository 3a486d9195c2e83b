"""The mail address of an account: changed by its password and from the new address, never in silence."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest

from tests.web.world import World
from tocsin.base.person import Person
from tocsin.flows.people import letters
from tocsin.flows.people.enter import Answer, enter
from tocsin.net.send import Mail
from tocsin.store.people.audit import AuditScope
from tocsin.store.secret.password import hash_password

PAGE = "/me/address"
PASSWORD = "quatre sablés au beurre salé"


@pytest.fixture
def mailing(web: World) -> World:
    """An installation that can send mails, where Bruno has a password."""
    web.engine.settings = msgspec.structs.replace(
        web.engine.settings, smtp_host="smtp.example.org", mail_from="tocsin@example.org"
    )
    web.store.people.set_password(web.people["bruno"].id, hash_password(PASSWORD))
    return web


def sent(web: World, monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """The letters that wait, as they would leave now."""
    left: list[Mail] = []
    monkeypatch.setattr(letters, "send_mail", lambda _, mail: left.append(mail))
    for item in web.store.outbox_list():
        if item.action.startswith("letter:"):
            body = msgspec.json.decode(item.body, type=dict[str, str])
            letters.send_letter(web.engine, item.action.removeprefix("letter:"), body, item.event, web.now)
    return left


def bruno(web: World) -> Person:
    found = web.store.people.person(web.people["bruno"].id)
    assert found is not None
    return found


def test_an_address_changes_once_its_link_is_used_and_both_addresses_are_told(
    mailing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = mailing.as_("bruno")
    answer = client.post(PAGE, {"email": " Bruno.Durand@example.org ", "present": PASSWORD})
    assert answer.status_code == 302
    mails = {mail.to[0]: mail.text for mail in sent(mailing, monkeypatch)}
    assert set(mails) == {"bruno@example.org", "bruno.durand@example.org"}
    assert "/address/" not in mails["bruno@example.org"]
    (path,) = re.findall(r"(/address/\S+)", mails["bruno.durand@example.org"])
    stranger = mailing.as_(None)
    assert stranger.get(path).status_code == 200
    assert bruno(mailing).email == "bruno@example.org"  # a visit alone changes nothing
    assert stranger.post(path).status_code == 302
    assert bruno(mailing).email == "bruno.durand@example.org"
    assert stranger.post(path).status_code == 410
    assert enter(mailing.engine, "bruno.durand@example.org", PASSWORD, "::1", mailing.now).answer is Answer.IN
    assert enter(mailing.engine, "bruno@example.org", PASSWORD, "::1", mailing.now).answer is Answer.WRONG
    assert any("no longer" in mail.text or "plus" in mail.text for mail in sent(mailing, monkeypatch))
    assert mailing.store.people.audit(AuditScope(action="email", limit=2))


@pytest.mark.parametrize(
    "given",
    [
        {"email": "bruno.durand@example.org", "present": "faux"},
        {"email": "bruno@example.org", "present": PASSWORD},
        {"email": "nulle part", "present": PASSWORD},
        {"email": "", "present": ""},
    ],
)
def test_a_wrong_password_or_address_changes_nothing(mailing: World, given: dict[str, str]) -> None:
    answer = mailing.as_("bruno").post(PAGE, given)
    assert answer.status_code == 200
    assert mailing.store.outbox_list() == []


def test_an_address_of_another_account_gets_no_letter_and_is_never_told(
    mailing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = mailing.as_("bruno").post(PAGE, {"email": "alice@example.org", "present": PASSWORD})
    assert answer.status_code == 302
    assert [mail.to for mail in sent(mailing, monkeypatch)] == [("bruno@example.org",)]


def test_a_link_ends_after_two_hours(mailing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing.as_("bruno").post(PAGE, {"email": "b@example.org", "present": PASSWORD})
    (path,) = re.findall(r"(/address/\S+)", "".join(mail.text for mail in sent(mailing, monkeypatch)))
    mailing.now += timedelta(hours=2, minutes=1)
    assert mailing.as_(None).get(path).status_code == 410


def test_without_a_mail_server_the_page_says_so(web: World) -> None:
    assert "form-row" not in web.as_("bruno").get(PAGE).content.decode().partition("<main")[2]

"""The door holds: forged forms, fixed sessions, guessed passwords, told accounts, foreign addresses, replayed codes."""

from __future__ import annotations

import time
from datetime import timedelta

import msgspec
import pyotp
import pytest
from django.test import Client

from tests.web.world import BRAND, PASSWORD, World
from tocsin.base.person import Role
from tocsin.flows.i18n import translator
from tocsin.flows.people import links, manage, second_factor
from tocsin.flows.people.audit import trail
from tocsin.flows.people.links import Invitation, invite, password_link
from tocsin.store.people.audit import AuditScope
from tocsin.store.secret.password import hash_password

HASHED = hash_password(PASSWORD)
NEW = "trois chouettes lisent au grenier"


def with_password(web: World, name: str) -> None:
    web.store.people.set_password(web.people[name].id, HASHED)


def sign_in(client: Client, name: str = "bruno", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", {"email": f"{name}@example.org", "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/me").status_code == 200


def key_of(client: Client) -> str:
    return client.cookies["tocsin_session"].value


def with_second_factor(web: World, name: str) -> tuple[pyotp.TOTP, list[str]]:
    person = web.store.people.person(web.people[name].id)
    offered = second_factor.offer(web.engine, person)
    totp = pyotp.TOTP(offered.secret)
    codes = second_factor.confirm(web.engine, person, offered.sealed, totp.at(web.now), web.now)
    return totp, codes


# In and out


def test_the_right_password_opens_and_leads_on(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    asked = client.get(f"/b/{BRAND}/people/")
    assert asked["Location"] == f"/sign-in?next=/b/{BRAND}/people/".replace("/b/", "%2Fb%2F").replace(
        f"{BRAND}/people/", f"{BRAND}%2Fpeople%2F"
    )
    answer = sign_in(client, next="/me")
    assert (answer.status_code, answer["Location"]) == (302, "/me")
    assert is_in(client)


def test_signing_out_ends_the_session_for_good(web: World) -> None:
    client = web.as_("bruno")
    kept = key_of(client)
    assert client.get("/sign-out").status_code == 405
    client.post("/sign-out")
    client.cookies["tocsin_session"] = kept
    assert not is_in(client)


def test_a_form_that_is_not_ours_is_refused(web: World) -> None:
    with_password(web, "bruno")
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    assert sign_in(client).status_code == 403
    signed = web.as_("bruno")
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    strict.cookies = signed.cookies
    for address in ("/sign-out", "/me", "/me/password", "/me/sessions", "/me/test-mail", f"/b/{BRAND}/people/invite"):
        assert strict.post(address).status_code == 403, address


def test_a_session_known_before_sign_in_opens_nothing_after(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_("chloe")
    fixed = key_of(client)
    sign_in(client)
    assert key_of(client) != fixed
    other = web.as_(None)
    other.cookies["tocsin_session"] = fixed
    assert not is_in(other)


def test_a_made_up_session_key_is_not_taken_over(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    client.cookies["tocsin_session"] = "a" * 32
    sign_in(client)
    assert key_of(client) != "a" * 32


def test_the_table_of_sessions_holds_no_cookie(web: World) -> None:
    client = web.as_("bruno")
    rows = web.store.people.sessions_of(web.people["bruno"].id, web.now)
    assert rows
    assert all(key_of(client) not in (row.key, row.body) for row in rows)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "//example.com/",
        "/\\example.com",
        "///example.com",
        "javascript:alert(1)",
        "http:///example.com",
        "\thttps://example.com",
        "https:example.com",
    ],
)
def test_no_address_elsewhere_is_led_to(web: World, address: str) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    assert sign_in(client, next=address)["Location"] == "/"
    assert client.get("/sign-in", {"next": address})["Location"] == "/"


# Guessing


def test_many_wrong_answers_make_the_next_wait_and_the_wait_ends(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 200
    blocked = sign_in(client)
    assert blocked.status_code == 429
    assert 0 < int(blocked["Retry-After"]) <= 900
    web.now += timedelta(seconds=int(blocked["Retry-After"]))
    assert sign_in(client).status_code == 302


def test_a_wait_is_never_longer_than_a_quarter_of_an_hour(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    waits = []
    for _ in range(14):
        answer = sign_in(client, password="wrong")
        if answer.status_code == 429:
            waits.append(int(answer["Retry-After"]))
            web.now += timedelta(seconds=waits[-1])
    assert waits == sorted(waits)
    web.now += timedelta(minutes=15)
    assert sign_in(client).status_code == 302


def test_one_address_that_tries_many_accounts_waits_too(web: World) -> None:
    client = web.as_(None)
    answers = [sign_in(client, name=f"nobody{number}", password="wrong").status_code for number in range(26)]
    assert answers == [200] * 25 + [429]


def test_another_address_is_not_kept_out_by_a_stranger(web: World) -> None:
    with_password(web, "bruno")
    stranger, bruno = web.as_(None), Client(REMOTE_ADDR="198.51.100.7", SERVER_NAME="localhost")
    for _ in range(8):
        sign_in(stranger, password="wrong")
    assert sign_in(bruno).status_code == 302


def test_an_unknown_account_a_disabled_one_and_a_wrong_password_answer_alike(web: World) -> None:
    with_password(web, "bruno")
    with_password(web, "chloe")
    manage.disable(web.engine, web.people["chloe"].id, by="test", now=web.now)
    pages, seconds = [], []
    for name, password in (("bruno", "wrong"), ("chloe", PASSWORD), ("nobody", PASSWORD)):
        client = web.as_(None)
        begun = time.perf_counter()
        page = sign_in(client, name, password).content.decode().replace(name, "X")
        seconds.append(time.perf_counter() - begun)
        pages.append(page[: page.index("csrfmiddlewaretoken")] + page[page.index("password") :])
    assert pages[0] == pages[1] == pages[2]
    # All hash: a refusal that looked the account up first would be ten times faster.
    assert min(seconds) > max(seconds) / 5


def test_asking_for_a_password_tells_no_account(web: World) -> None:
    web.engine.settings = msgspec.structs.replace(
        web.engine.settings, smtp_host="127.0.0.1", mail_from="tocsin@example.org"
    )
    known, unknown = (
        web.as_(None).post("/password", {"email": f"{name}@example.org"}).content.decode().replace(name, "X")
        for name in ("bruno", "nobody")
    )
    assert known == unknown
    assert len(web.store.outbox_list()) == 2
    web.engine.settings = msgspec.structs.replace(web.engine.settings, smtp_host="")


def test_every_try_is_noted_without_names(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    sign_in(client, password="wrong")
    sign_in(client, name="nobody", password="wrong")
    sign_in(client)
    lines = [(line.action, line.subject) for line in trail(web.engine, AuditScope(), translator("en"))]
    assert lines == [("sign_in", "Bruno"), ("sign_in_refused", ""), ("sign_in_refused", "Bruno")]
    assert all("@" not in entry.by + entry.subject + entry.text for entry in web.store.audit())


# The second factor


def test_the_second_factor_is_asked_for_and_its_code_is_taken_once(web: World) -> None:
    with_password(web, "bruno")
    totp, _ = with_second_factor(web, "bruno")
    web.now += timedelta(minutes=1)
    client, other = web.as_(None), web.as_(None)
    for browser in (client, other):
        assert sign_in(browser, next="/me")["Location"] == "/sign-in/code"
        assert not is_in(browser)
    code = totp.at(web.now)
    assert client.post("/sign-in/code", {"code": code})["Location"] == "/me"
    assert is_in(client)
    assert other.post("/sign-in/code", {"code": code}).status_code == 200
    assert not is_in(other)


def test_the_code_that_set_it_up_does_not_sign_in(web: World) -> None:
    with_password(web, "bruno")
    totp, _ = with_second_factor(web, "bruno")
    client = web.as_(None)
    sign_in(client)
    client.post("/sign-in/code", {"code": totp.at(web.now)})
    assert not is_in(client)


def test_a_recovery_code_opens_once(web: World) -> None:
    with_password(web, "bruno")
    _, codes = with_second_factor(web, "bruno")
    for expected in (True, False):
        client = web.as_(None)
        sign_in(client)
        client.post("/sign-in/code", {"code": codes[0].upper()})
        assert is_in(client) is expected
    assert web.store.people.codes_left(web.people["bruno"].id) == 9


def test_codes_cannot_be_guessed_one_after_another(web: World) -> None:
    with_password(web, "bruno")
    with_second_factor(web, "bruno")
    client = web.as_(None)
    sign_in(client)
    answers = [client.post("/sign-in/code", {"code": f"{number:06}"}).status_code for number in range(6)]
    assert answers == [200] * 5 + [429]


def test_the_second_step_must_follow_soon_and_needs_the_first(web: World) -> None:
    with_password(web, "bruno")
    totp, _ = with_second_factor(web, "bruno")
    assert web.as_(None).post("/sign-in/code", {"code": totp.at(web.now)})["Location"] == "/sign-in"
    client = web.as_(None)
    sign_in(client)
    web.now += timedelta(minutes=6)
    assert client.post("/sign-in/code", {"code": totp.at(web.now)})["Location"] == "/sign-in"


def test_the_second_factor_is_set_up_on_its_page_after_the_password(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    sign_in(client)
    page = client.get("/me/second-factor").content.decode()
    assert "<svg" in page
    assert "style=" not in page[page.index("<main") :]
    secret = page[page.index('class="secret">') + 15 :].split("<")[0].replace(" ", "")
    code = pyotp.TOTP(secret).at(web.now)
    refused = client.post("/me/second-factor", {"present": "wrong", "code": code})
    assert web.store.people.codes_left(web.people["bruno"].id) == 0
    assert refused.status_code == 200
    shown = client.post("/me/second-factor", {"present": PASSWORD, "code": code}).content.decode()
    assert shown.count("<li>") >= 10
    assert web.store.people.person(web.people["bruno"].id).has_second_factor
    assert client.post("/me/second-factor/off", {"present": PASSWORD}).status_code == 302
    assert not web.store.people.person(web.people["bruno"].id).has_second_factor


def test_the_database_alone_does_not_hold_the_secret(web: World) -> None:
    totp, _ = with_second_factor(web, "bruno")
    kept = web.store.people.credentials(web.people["bruno"].id)
    assert totp.secret not in kept.totp_secret


def test_a_lost_key_is_said_calmly_and_an_owner_can_help(web: World) -> None:
    with_password(web, "bruno")
    totp, _ = with_second_factor(web, "bruno")
    (web.engine.settings.data_dir / "secret.key").unlink()
    web.now += timedelta(minutes=1)
    client = web.as_(None)
    sign_in(client)
    assert 'class="errors"' in client.post("/sign-in/code", {"code": totp.at(web.now)}).content.decode()
    assert not is_in(client)
    second_factor.take_away(web.engine, web.people["bruno"], "person:1", web.now)
    sign_in(client)
    assert is_in(client)


# Links


def test_an_invitation_lets_in_once_as_what_it_says(web: World) -> None:
    wish = Invitation(email="Eva@example.org", roles={BRAND: Role.AGENT})
    token = invite(web.engine, wish, web.people["alice"].mark, web.now).token
    client = web.as_(None)
    assert "eva@example.org" in client.get(f"/join/{token}").content.decode()
    joined = client.post(f"/join/{token}", {"name": "Eva", "language": "en", "password": NEW, "email": "x@example.org"})
    assert joined["Location"] == "/"
    assert is_in(client)
    eva = web.store.people.by_email("eva@example.org")
    assert web.store.people.roles(eva.id) == {BRAND: Role.AGENT}
    assert web.store.people.by_email("x@example.org") is None
    again = web.as_(None)
    assert again.get(f"/join/{token}").status_code == 410
    assert again.post(f"/join/{token}", {"name": "Denis", "language": "fr", "password": NEW}).status_code == 410


def test_an_invitation_ends_after_seven_days_and_when_it_is_taken_back_or_renewed(web: World) -> None:
    mark = web.people["alice"].mark
    old = invite(web.engine, Invitation(email="eva@example.org", roles={BRAND: Role.AGENT}), mark, web.now).token
    new = invite(web.engine, Invitation(email="eva@example.org", roles={BRAND: Role.READER}), mark, web.now).token
    client = web.as_(None)
    assert (client.get(f"/join/{old}").status_code, client.get(f"/join/{new}").status_code) == (410, 200)
    web.now += timedelta(days=7)
    assert client.get(f"/join/{new}").status_code == 410
    third = invite(web.engine, Invitation(email="eva@example.org", roles={BRAND: Role.READER}), mark, web.now).token
    (waiting,) = web.store.people.invitations(web.now)
    links.take_back(web.engine, waiting.id, mark, web.now)
    assert client.get(f"/join/{third}").status_code == 410


def test_the_table_of_links_holds_no_token(web: World) -> None:
    token = invite(web.engine, Invitation(email="eva@example.org", is_owner=True), "test", web.now, mail=False).token
    assert token not in repr(web.store.people.invitations(web.now))


def test_a_weak_password_is_refused_and_leaves_the_invitation_good(web: World) -> None:
    token = invite(web.engine, Invitation(email="eva@example.org", is_owner=True), "test", web.now).token
    client = web.as_(None)
    for weak in ("court", "password1234", "azertyuiop", "evaevaevaeva", "12345678901234"):
        answer = client.post(f"/join/{token}", {"name": "Eva", "language": "fr", "password": weak})
        assert (answer.status_code, 'class="error"' in answer.content.decode()) == (200, True), weak
    assert client.post(f"/join/{token}", {"name": "Eva", "language": "fr", "password": NEW}).status_code == 302


def test_a_link_sets_a_password_once_ends_sessions_and_keeps_the_second_step(web: World) -> None:
    with_password(web, "bruno")
    with_second_factor(web, "bruno")
    signed = web.as_("bruno")
    token = password_link(web.engine, web.people["bruno"], "test", web.now)
    client = web.as_(None)
    assert client.get(f"/password/{token}").status_code == 200
    assert client.post(f"/password/{token}", {"password": NEW})["Location"] == "/sign-in"
    assert not is_in(signed)
    assert client.post(f"/password/{token}", {"password": NEW}).status_code == 410
    assert sign_in(client, password=PASSWORD).status_code == 200
    assert sign_in(client, password=NEW)["Location"] == "/sign-in/code"
    assert not is_in(client)


def test_a_link_of_one_kind_opens_no_page_of_the_other(web: World) -> None:
    token = password_link(web.engine, web.people["bruno"], "test", web.now)
    assert web.as_(None).get(f"/join/{token}").status_code == 410
    web.now += timedelta(days=1)
    assert web.as_(None).get(f"/password/{token}").status_code == 410


# Sessions and settings


def test_a_session_ended_elsewhere_is_over(web: World) -> None:
    here, there = web.as_("bruno"), web.as_("bruno")
    assert is_in(there)
    here.post("/me/sessions")
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_the_session_of_another(web: World) -> None:
    chloe, bruno = web.as_("chloe"), web.as_("bruno")
    (row,) = web.store.people.sessions_of(web.people["chloe"].id, web.now)
    bruno.post("/me/sessions", {"key": row.key})
    assert is_in(chloe)


def test_a_session_ends_after_twelve_idle_hours_and_lives_while_it_is_used(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    sign_in(client)
    assert client.cookies["tocsin_session"]["max-age"] == ""
    for _ in range(3):
        web.now += timedelta(hours=11)
        assert is_in(client)
    web.now += timedelta(hours=12)
    assert not is_in(client)


def test_who_stays_signed_in_is_asked_again_after_thirty_days(web: World) -> None:
    with_password(web, "bruno")
    client = web.as_(None)
    sign_in(client, stay="on")
    assert int(client.cookies["tocsin_session"]["max-age"]) == 30 * 86_400
    web.now += timedelta(days=29)
    assert is_in(client)
    web.now += timedelta(days=1)
    assert not is_in(client)


def test_a_disabled_account_is_out_at_once(web: World) -> None:
    client = web.as_("bruno")
    assert is_in(client)
    manage.disable(web.engine, web.people["bruno"].id, by="test", now=web.now)
    assert not is_in(client)


def test_changing_the_password_keeps_this_session_and_ends_the_others(web: World) -> None:
    with_password(web, "bruno")
    here, there = web.as_(None), web.as_(None)
    sign_in(here)
    sign_in(there)
    assert here.post("/me/password", {"present": "wrong", "password": NEW}).status_code == 200
    assert is_in(there)
    assert here.post("/me/password", {"present": PASSWORD, "password": NEW}).status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_settings_are_kept_and_nonsense_is_not(web: World) -> None:
    client = web.as_("bruno")
    given = {"name": "Bruno B.", "language": "en", "time_zone": "America/Montreal", "theme": "dark", "digest": "off"}
    assert client.post("/me", {**given, "night_from": "22:00", "night_until": "07:30"}).status_code == 302
    kept = web.store.people.person(web.people["bruno"].id)
    assert (kept.name, kept.language, kept.theme, kept.night_from, kept.night_until) == (
        "Bruno B.",
        "en",
        "dark",
        1320,
        450,
    )
    assert 'data-bs-theme="dark"' in client.get("/me").content.decode()
    for wrong in ({"time_zone": "Moon/Base"}, {"night_from": "22:00"}, {"language": "tlh"}, {"name": " "}):
        assert client.post("/me", {**given, **wrong}).status_code == 200, wrong
    assert web.store.people.person(web.people["bruno"].id).time_zone == "America/Montreal"


def test_the_settings_of_the_installation_show_no_secret_and_only_to_the_owner(web: World) -> None:
    web.engine.settings = msgspec.structs.replace(web.engine.settings, smtp_password="hush-hush")
    page = web.as_("alice").get("/installation")
    assert "hush-hush" not in page.content.decode()
    assert "TOCSIN_SMTP_PASSWORD" in page.content.decode()
    assert web.as_("bruno").get("/installation").status_code == 404
    web.engine.settings = msgspec.structs.replace(web.engine.settings, smtp_password="")


def test_pages_behind_a_link_are_not_kept_by_any_cache(web: World) -> None:
    for address in ("/sign-in", "/password", "/join/x"):
        assert "no-store" in web.as_(None).get(address)["Cache-Control"]

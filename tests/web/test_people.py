"""People of a brand and the audit trail: who may change what, and what no owner can do by mistake."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

from django.test import Client

from tests.web.world import BRAND, OTHER, World
from tocsin.base.person import Role
from tocsin.flows.people import manage
from tocsin.store.rows import AuditEntry

PAGE = f"/b/{BRAND}/people/"


def number(web: World, name: str) -> int:
    return web.people[name].id


def roles(web: World, name: str) -> dict[str, Role]:
    return web.store.people.roles(number(web, name))


def brand_owner(web: World) -> Client:
    """A browser of Carla, owner of Maison Alba and of nothing else."""
    web.store.people.set_roles(number(web, "carla"), {BRAND: Role.OWNER})
    return web.as_("carla")


def act(client: Client, who: int, what: str):  # type: ignore[no-untyped-def]
    return client.post(f"{PAGE}{who}/act", {"act": what})


def test_the_list_shows_members_and_to_the_owner_of_everything_the_others(web: World) -> None:
    page = web.as_("alice").get(PAGE).content.decode()
    assert all(f"{name}@example.org" in page for name in ("alice", "bruno", "chloe", "carla", "remi", "denis"))
    page = brand_owner(web).get(PAGE).content.decode()
    assert "bruno@example.org" in page
    assert "denis@example.org" not in page


def test_an_invitation_shows_its_link_once(web: World) -> None:
    client = web.as_("alice")
    given = {"email": "eva@example.org", "name": "Eva", "role": "agent", "language": "fr"}
    shown = client.post(f"/b/{BRAND}/people/invite", given).content.decode()
    (address,) = re.findall(r'value="http[^"]*(/join/[^"]+)"', shown)
    assert web.as_(None).get(address).status_code == 200
    listed = client.get(PAGE).content.decode()
    assert "eva@example.org" in listed
    assert address not in listed


def test_inviting_somebody_who_has_an_account_gives_the_role_at_once(web: World) -> None:
    given = {"email": "DENIS@example.org", "name": "", "role": "reader", "language": "fr"}
    assert web.as_("alice").post(f"/b/{BRAND}/people/invite", given).status_code == 302
    assert roles(web, "denis") == {BRAND: Role.READER}


def test_only_the_owner_of_everything_makes_another(web: World) -> None:
    given = {"email": "eva@example.org", "name": "", "role": "reader", "language": "fr", "is_owner": "on"}
    brand_owner(web).post(f"/b/{BRAND}/people/invite", given)
    (link,) = web.store.people.invitations(web.now)
    assert not link.wish.is_owner
    web.as_("alice").post(f"/b/{BRAND}/people/invite", given)
    (link,) = web.store.people.invitations(web.now)
    assert link.wish.is_owner


def test_a_role_is_changed_taken_back_and_given_again(web: World) -> None:
    client = web.as_("alice")
    bruno = number(web, "bruno")
    client.post(f"{PAGE}{bruno}/role", {"role": "agent"})
    assert roles(web, "bruno") == {BRAND: Role.AGENT}
    page = client.post(f"{PAGE}{bruno}/role", {"role": ""}, follow=True).content.decode()
    assert roles(web, "bruno") == {}
    assert f"/people/{bruno}/role/agent" in page
    client.post(f"{PAGE}{bruno}/role/agent")
    assert roles(web, "bruno") == {BRAND: Role.AGENT}


def test_a_role_that_is_none_is_refused(web: World) -> None:
    bruno = number(web, "bruno")
    assert web.as_("alice").post(f"{PAGE}{bruno}/role", {"role": "emperor"}).status_code == 404
    assert web.as_("alice").post(f"{PAGE}{bruno}/role/emperor").status_code == 404
    assert roles(web, "bruno") == {BRAND: Role.MANAGER}


def test_an_owner_of_one_brand_reaches_nobody_outside_it(web: World) -> None:
    client = brand_owner(web)
    denis = number(web, "denis")
    assert client.post(f"{PAGE}{denis}/role", {"role": "reader"}).status_code == 404
    assert client.post(f"{PAGE}{denis}/role/owner").status_code == 404
    assert roles(web, "denis") == {}
    for what in ("disable", "owner", "password_link", "forget"):
        assert act(client, number(web, "bruno"), what).status_code == 404
    assert client.get(f"{PAGE}{number(web, 'bruno')}/").status_code == 404
    assert client.get(f"/b/{BRAND}/audit/").status_code == 404
    assert client.get(f"/b/{BRAND}/audit.csv").status_code == 404


def test_an_owner_of_one_brand_takes_a_role_back_and_may_undo_it(web: World) -> None:
    client, bruno = brand_owner(web), number(web, "bruno")
    client.post(f"{PAGE}{bruno}/role", {"role": ""})
    assert roles(web, "bruno") == {}
    client.post(f"{PAGE}{bruno}/role/manager")
    assert roles(web, "bruno") == {BRAND: Role.MANAGER}


def test_an_invitation_of_another_brand_is_not_ours_to_take_back(web: World) -> None:
    given = {"email": "eva@example.org", "name": "", "role": "reader", "language": "fr"}
    web.as_("alice").post(f"/b/{OTHER}/people/invite", given)
    (link,) = web.store.people.invitations(web.now)
    assert brand_owner(web).post(f"/b/{BRAND}/people/invitations/{link.id}/take-back").status_code == 404
    assert web.as_("alice").post(f"/b/{OTHER}/people/invitations/{link.id}/take-back").status_code == 302
    assert web.store.people.invitations(web.now) == []


def test_the_last_owner_cannot_leave(web: World) -> None:
    client, alice = web.as_("alice"), number(web, "alice")
    for what in ("disable", "no_owner"):
        assert "toast-x error" in client.post(f"{PAGE}{alice}/act", {"act": what}, follow=True).content.decode()
    assert web.store.people.person(alice).is_owner
    act(client, number(web, "bruno"), "owner")
    act(client, alice, "no_owner")
    assert not web.store.people.person(alice).is_owner
    assert roles(web, "bruno") == {BRAND: Role.OWNER, OTHER: Role.OWNER}


def test_an_account_is_disabled_enabled_and_in_the_end_forgotten(web: World) -> None:
    client, bruno = web.as_("alice"), number(web, "bruno")
    his = web.as_("bruno")
    his.post("/me/sessions")
    act(client, bruno, "forget")
    assert web.store.people.person(bruno).name == "Bruno"
    act(client, bruno, "disable")
    assert his.get("/me").status_code == 302
    act(client, bruno, "enable")
    assert roles(web, "bruno") == {BRAND: Role.MANAGER}
    act(client, bruno, "disable")
    act(client, bruno, "forget")
    kept = web.store.people.person(bruno)
    assert (kept.name, kept.email, kept.active) == ("", f"former-{bruno}@tocsin.invalid", False)
    web.store.note_audit(AuditEntry(at=web.now, by=kept.mark, action="role", subject="x"))
    page = client.get(f"/b/{BRAND}/audit/", headers={"accept-language": "en"}).content.decode()
    assert "Bruno" not in page[: page.index('id="toasts"')]
    act(client, bruno, "enable")
    assert not web.store.people.person(bruno).active


def test_a_disabled_account_gets_no_link(web: World) -> None:
    manage.disable(web.engine, number(web, "bruno"), by="test", now=web.now)
    assert act(web.as_("alice"), number(web, "bruno"), "password_link").status_code == 302


def test_the_trail_filters_pages_and_exports(web: World) -> None:
    client = web.as_("alice")
    for minute in range(60):
        at = web.now + timedelta(minutes=minute)
        web.store.note_audit(AuditEntry(at=at, by=web.people["bruno"].mark, action="erase", subject=f"s{minute}"))
    web.store.note_audit(AuditEntry(at=web.now, by="root", action="join", subject="=1+1", text="@SUM(A1)"))
    first = client.get(f"/b/{BRAND}/audit/", {"by": web.people["bruno"].mark}).content.decode()
    assert first.count("<tr>") == 51
    older = re.search(r'href="(\?[^"]*before=\d+[^"]*)"', first)
    assert older is not None
    second = client.get(f"/b/{BRAND}/audit/{older[1].replace('&amp;', '&')}").content.decode()
    assert second.count("<tr>") == 11
    answer = client.get(f"/b/{BRAND}/audit.csv", {"action": "join"})
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert [row[2:] for row in rows[1:]] == [["root", "join", "'=1+1", "'@SUM(A1)"]]
    assert len(client.get(f"/b/{BRAND}/audit.csv").content.splitlines()) == 1 + 61 + 2
    page = client.get(f"/b/{BRAND}/audit/", {"since": "2030-01-01"}).content.decode()
    assert "<tbody>" not in page
    assert client.get(f"/b/{BRAND}/audit/", {"since": "nonsense", "before": "x"}).status_code == 200


def test_names_of_people_are_shown_as_text(web: World) -> None:
    given = {
        "name": "<script>alert(1)</script>",
        "language": "fr",
        "time_zone": "Europe/Paris",
        "theme": "auto",
        "digest": "off",
    }
    web.as_("bruno").post("/me", given)
    page = web.as_("alice").get(PAGE).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page

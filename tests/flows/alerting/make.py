"""A house with people, a mail server and telephones, for the tests of telling."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from tests.net.test_send import smtp_server
from tests.store.conftest import new_store
from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import Brand
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE
from tocsin.flows.alerting.channels import add_channel
from tocsin.flows.engine import Engine

BRAND = "maison-alba"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Paris
MORNING = datetime(2026, 3, 3, 6, tzinfo=UTC)  # 7 h in Paris


class House:
    """An engine, and what reached people: the addresses of mails in order, and what telephones showed."""

    def __init__(self, engine: Engine, mails: list[bytes], calls: list[dict[str, str]]) -> None:
        self.engine = engine
        self.mails = mails
        self.calls = calls
        self.phone = ""

    @property
    def store(self):  # type: ignore[no-untyped-def]
        return self.engine.store

    def person(self, name: str) -> Person:
        found = self.store.people.by_email(f"{name}@example.org")
        assert found is not None
        return found

    def told(self) -> list[str]:
        """Return to whom mails went, in order, and forget them."""
        names = [re.search(rb"^To: (\w+)@", mail, re.MULTILINE).group(1).decode() for mail in self.mails]  # type: ignore[union-attr]
        self.mails.clear()
        return names

    def route(self, **changes: object) -> None:
        kept = self.store.alerting.routing(BRAND)
        self.store.alerting.save_routing(BRAND, msgspec.structs.replace(kept.routing, **changes), kept.version)

    def give_phone(self, name: str, path: str = "sms") -> None:
        person = self.person(name)
        add_channel(self.engine, person, "SMS", f"{self.phone}/{path}/{name}", (person.mark, NOON))

    def ring(self, number: str = "a1", level: str = "alarm", at: datetime = NOON, **more: object) -> Alert:
        cause = {"danger": AlertCause.DANGER, "silence": AlertCause.SILENCE}.get(level, AlertCause.SURGE)
        alert = Alert(
            id=number,
            brand=BRAND,
            timeline=LIVE,
            cause=cause,
            level="watch" if level == "silence" else level,
            at=at,
            subject=f"s-{number}",
            title=f"Le sujet {number}",
            due_at=at,
        )
        alert = msgspec.structs.replace(alert, **more)
        assert self.store.save_alert(alert)
        return alert


@contextmanager
def house(folder: Path, *, phones_answer: bool = True) -> Iterator[House]:
    """An installation that mails and calls: Alice owns it, Bruno manages and sleeps from 22 to 7, Chloé answers."""
    calls: list[dict[str, str]] = []

    class Phone(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if phones_answer and "/broken/" not in self.path:
                calls.append({"to": self.path.rpartition("/")[2], "title": body["title"], "text": body["message"]})
                self.send_response(200)
            else:
                self.send_response(500)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    phones = ThreadingHTTPServer(("127.0.0.1", 0), Phone)
    threading.Thread(target=phones.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    with smtp_server() as (settings, mails):
        settings = msgspec.structs.replace(settings, data_dir=folder, allow_hosts=("127.0.0.1",))
        engine = Engine(settings, new_store(folder))
        engine.store.save_brand(Brand(slug=BRAND, name="Maison Alba"))
        people = engine.store.people
        for name, role in (("alice", None), ("bruno", Role.MANAGER), ("chloe", Role.AGENT)):
            new = Person(id=0, email=f"{name}@example.org", name=name.title(), is_owner=role is None)
            person = people.add(new, NOON)
            if role is not None:
                people.set_roles(person.id, {BRAND: role})
            if name == "bruno":
                people.save(msgspec.structs.replace(person, night_from=22 * 60, night_until=7 * 60))
        made = House(engine, mails, calls)
        made.phone = f"json://127.0.0.1:{phones.server_address[1]}"
        try:
            yield made
        finally:
            engine.store.close()
            phones.shutdown()
            phones.server_close()

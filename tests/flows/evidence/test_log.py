"""The head of the log leaves the house: a file, other installations, counsel; and the key changes its seal alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from tests.flows.evidence.make import HandClock, captured
from tests.store.make import ALBA, START
from tocsin.base.person import Person, Role
from tocsin.flows.collecting.secrets import rotate
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.keys import log_signer
from tocsin.flows.evidence.log import KEY_FILE, checkpoint_letter, counsels, publish_log, sign_log
from tocsin.store.rows import OutboxState


@pytest.fixture
def peer() -> Iterator[tuple[str, list[str]]]:
    """Another installation: its address, and what was posted to it."""
    posted: list[str] = []

    class Peer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/heads", posted
    server.shutdown()
    server.server_close()


def member(engine: Engine, role: Role, name: str) -> Person:
    added = engine.store.people.add(Person(id=0, email=f"{name}@example.org", name=name.title(), language="en"), START)
    engine.store.people.set_roles(added.id, {ALBA.slug: role})
    return added


def test_counsel_is_mailed_each_new_head_once_a_day(engine: Engine) -> None:
    member(engine, Role.OWNER, "alice")
    carla = member(engine, Role.COUNSEL, "carla")
    clock = HandClock()
    assert publish_log(engine, clock()) == 0
    captured(engine, clock=clock)
    assert [person.id for person in counsels(engine)] == [carla.id]
    assert publish_log(engine, clock.later(minutes=1)) == 1
    captured(engine, url="https://forum.example.org/fil/2", clock=clock)
    assert publish_log(engine, clock.later(hours=2)) == 0
    assert publish_log(engine, clock.later(hours=24)) == 1
    assert publish_log(engine, clock.later(hours=25)) == 0
    row = engine.store.outbox_list()[-1]
    mail = checkpoint_letter(engine, msgspec.json.decode(row.body), row.event, clock())
    head = engine.store.evidence.checkpoint(at_most=1)
    assert mail is not None
    assert head is not None
    assert mail.to == ("carla@example.org",)
    assert head.text in mail.text


def test_owners_are_told_where_there_is_no_counsel(sqlite_engine: Engine) -> None:
    alice = member(sqlite_engine, Role.OWNER, "alice")
    member(sqlite_engine, Role.READER, "denis")
    assert [person.id for person in counsels(sqlite_engine, ALBA.slug)] == [alice.id]


def test_a_head_is_posted_to_another_installation(sqlite_engine: Engine, peer: tuple[str, list[str]]) -> None:
    address, posted = peer
    hosts = (*sqlite_engine.settings.allow_hosts, address.split("/")[2])
    sqlite_engine.settings = msgspec.structs.replace(
        sqlite_engine.settings, checkpoint_peers=(address,), allow_hosts=hosts
    )
    clock = HandClock()
    captured(sqlite_engine, clock=clock)
    assert publish_log(sqlite_engine, clock.later(minutes=1)) == 1
    deliver(sqlite_engine, clock())
    head = sqlite_engine.store.evidence.checkpoint()
    assert head is not None
    assert posted == [head.text]
    sqlite_engine.settings = msgspec.structs.replace(sqlite_engine.settings, checkpoint_peers=())
    assert {row.state for row in sqlite_engine.store.outbox_list()} == {OutboxState.DONE}


def test_the_key_is_made_once_and_survives_a_change_of_the_key_file(engine: Engine) -> None:
    captured(engine)
    before = log_signer(engine, START)
    assert log_signer(engine, START).seed == before.seed
    written = (engine.store.evidence.vault.root / KEY_FILE).read_text()
    assert written == f"{before.verifier.text}\n"
    assert rotate(engine, "person:1", START) >= 1
    assert log_signer(engine, START).seed == before.seed
    kept = engine.store.evidence.key("log")
    assert kept is not None
    assert before.seed.hex() not in kept.sealed


def test_a_log_that_did_not_grow_is_signed_once(sqlite_engine: Engine) -> None:
    assert sign_log(sqlite_engine, START) is None
    captured(sqlite_engine)
    head = sign_log(sqlite_engine, START)
    assert sign_log(sqlite_engine, HandClock().later(days=1)) == head

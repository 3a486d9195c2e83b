"""A mailbox on a real Dovecot: read on from where it was left, over kills and new numbers, nothing marked as read."""

from __future__ import annotations

import grp
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.collect.mail.samples import letter
from tests.real.places import open_folder, owner, without_rights
from tocsin.base.errors import SourceError
from tocsin.base.post import Post
from tocsin.collect.adapter import Letter, Letters, Page, ReadMail, Source
from tocsin.collect.adapters.mailbox import MailboxAdapter
from tocsin.net.imap import MailLook, read_mailbox

pytestmark = pytest.mark.real

USER, PASSWORD, FOLDER = "alice@maison-alba.example", "a-long-secret", "Avis"
SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class Dovecot:
    """A server of its own, without rights, in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, user = folder, owner()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        (folder / "settings").write_text(
            SETTINGS.format(
                folder=folder,
                user=user.pw_name,
                group=grp.getgrgid(user.pw_gid).gr_name,
                password=PASSWORD,
                uid=user.pw_uid,
                gid=user.pw_gid,
                port=self.port,
            )
        )
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        # A group of its own, so that its helpers die with it.
        self._server = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self._folder / "settings")],
            start_new_session=True,
            **without_rights(),
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
                continue
            return
        log = self._folder / "log"
        pytest.fail(f"Dovecot did not start: {log.read_text() if log.exists() else 'it says nothing'}")

    def kill(self) -> None:
        """End it and its helpers as a power cut would."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def client(self) -> imaplib.IMAP4:
        """Return a signed-in connection of the mail program of Alice."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def put(self, *subjects: str) -> None:
        """Lay letters of customers into the folder."""
        client = self.client()
        for subject in subjects:
            raw = letter("Chloé <chloe@example.org>", subject, f"À propos de {subject} : déçue.")
            assert client.append(FOLDER, "", imaplib.Time2Internaldate(time.time()), raw)[0] == "OK"
        client.logout()


@pytest.fixture
def server() -> Iterator[Dovecot]:
    if not Path("/usr/sbin/dovecot").exists() or shutil.which("doveadm") is None:
        pytest.skip("Dovecot is not installed (Debian: apt-get install dovecot-imapd)")
    with open_folder() as folder:
        dovecot = Dovecot(folder)
        dovecot.start()
        client = dovecot.client()
        assert client.create(FOLDER)[0] == "OK"
        client.logout()
        yield dovecot
        dovecot.kill()


class Collector:
    """What the product does between two commits: plan, look, parse, keep the cursor with the posts."""

    def __init__(self, port: int) -> None:
        options = {"server": "127.0.0.1", "user": USER, "folder": FOLDER, "port": str(port), "security": "starttls"}
        self._source = Source(name="box", adapter="mailbox", options=options)
        self._adapter = MailboxAdapter()
        self.cursor = ""
        self.posts: dict[str, Post] = {}

    def page(self, most: int = 200) -> Page:
        """Return what the next look gives, without keeping it."""
        now = datetime.now(UTC)
        plan = self._adapter.plan(self._source, self.cursor, now)
        assert isinstance(plan, ReadMail)
        look = MailLook(
            host=plan.host,
            user=plan.user,
            password=PASSWORD,
            folder=plan.folder,
            port=plan.port,
            validity=plan.validity,
            after=plan.after,
            since=plan.since,
            most=most,
        )
        found = read_mailbox(look, allow_hosts=(f"{plan.host}:{plan.port}",))
        letters = [Letter(number=one.number, raw=one.raw, at=one.at) for one in found.letters]
        reply = Letters(validity=found.validity, letters=letters, at=found.at, more=found.more, skipped=found.skipped)
        return self._adapter.parse(self._source, self.cursor, reply, now)

    def collect(self, most: int = 200) -> list[str]:
        """Keep what the next look gives; return its subjects."""
        page = self.page(most)
        self.posts.update({post.native_id: post for post in page.posts})
        self.cursor = page.next_cursor
        return [post.title for post in page.posts]


def test_letters_are_read_once_each_and_none_is_marked_as_read(server: Dovecot) -> None:
    collector = Collector(server.port)
    server.put("Colis", "Crème", "Facture")
    assert collector.collect(most=2) == ["Colis", "Crème"]
    assert collector.collect() == ["Facture"]
    assert collector.collect() == []
    server.put("Retour")
    assert collector.collect() == ["Retour"]
    assert {post.text for post in collector.posts.values()} >= {"À propos de Crème : déçue."}
    client = server.client()
    client.select(FOLDER, readonly=True)
    _, flags = client.fetch("1:*", "(FLAGS)")
    client.logout()
    assert len(flags) == 4 and not any(b"Seen" in bytes(line) for line in flags if isinstance(line, bytes))


def test_a_server_killed_between_two_looks_loses_and_doubles_nothing(server: Dovecot) -> None:
    collector = Collector(server.port)
    server.put(*(f"Colis {number}" for number in range(5)))
    assert len(collector.collect(most=3)) == 3
    server.kill()
    with pytest.raises(SourceError) as told:
        collector.page()
    assert not told.value.permanent
    server.start()
    server.put("Colis 5")
    assert collector.collect() == ["Colis 3", "Colis 4", "Colis 5"]
    assert len(collector.posts) == 6


def test_a_collector_killed_before_it_kept_a_look_gets_the_same_again(server: Dovecot) -> None:
    collector = Collector(server.port)
    server.put("Colis", "Crème")
    lost = collector.page()
    again = collector.page()
    assert [post.native_id for post in lost.posts] == [post.native_id for post in again.posts] and len(lost.posts) == 2


def test_a_folder_made_anew_is_read_again_and_tells_only_what_is_new(server: Dovecot) -> None:
    collector = Collector(server.port)
    server.put("Colis", "Crème")
    collector.collect()
    client = server.client()
    assert client.delete(FOLDER)[0] == "OK" and client.create(FOLDER)[0] == "OK"
    client.logout()
    server.put("Facture", "Crème", "Colis")
    page = collector.page()
    assert page.notes == {"folder_renumbered": 1, "letter_known": 2}
    assert [post.title for post in page.posts] == ["Facture"]


def test_a_wrong_password_stops_the_source_and_is_never_told(server: Dovecot) -> None:
    look = MailLook(host="127.0.0.1", user=USER, password="wrong-and-secret", folder=FOLDER, port=server.port)
    with pytest.raises(SourceError) as told:
        read_mailbox(look, allow_hosts=(f"127.0.0.1:{server.port}",))
    assert told.value.permanent and "wrong-and-secret" not in str(told.value)

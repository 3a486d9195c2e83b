from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest

from tocsin.base.errors import AddressError, SettingsError, SourceError
from tocsin.base.settings import Settings
from tocsin.net.send import Mail, build_mail, send_apprise, send_mail

MAIL = Mail(
    message_id="<alerte.1@tocsin.example.org>",
    to=("alice@example.org", "Bruno <bruno@example.org>"),
    subject="Alerte : hausse\nsur Maison Alba",
    text="12 mentions en 10 minutes, 2 attendues.",
    html="<p>12 mentions</p>",
    at=datetime(2026, 3, 4, 9, 10, tzinfo=UTC),
)


class _Smtp(socketserver.StreamRequestHandler):
    """Enough of SMTP to take a mail, or to refuse its recipients."""

    server: _SmtpServer

    def handle(self) -> None:
        self.wfile.write(b"220 example.org\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line)
                self.server.mails.append(b"".join(lines))
            if word == b"RCPT" and self.server.refusal:
                self.wfile.write(self.server.refusal)
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class _SmtpServer(socketserver.TCPServer):
    allow_reuse_address = True

    def __init__(self, refusal: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.refusal = refusal
        self.mails: list[bytes] = []


@contextmanager
def smtp_server(refusal: bytes = b"") -> Iterator[tuple[Settings, list[bytes]]]:
    with _SmtpServer(refusal) as serving:
        threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings = Settings(
            data_dir=Path("/nowhere"),
            smtp_host="127.0.0.1",
            smtp_port=serving.server_address[1],
            smtp_tls=False,
            mail_from="tocsin@example.org",
        )
        try:
            yield settings, serving.mails
        finally:
            serving.shutdown()


def test_a_mail_arrives_with_its_stable_id_and_both_bodies() -> None:
    with smtp_server() as (settings, mails):
        send_mail(settings, MAIL)
    message = email.message_from_bytes(mails[0], policy=email.policy.default)
    assert message["Message-ID"] == MAIL.message_id
    assert message["Subject"] == "Alerte : hausse sur Maison Alba"
    assert message["To"].addresses[1].addr_spec == "bruno@example.org"
    assert message["Date"].datetime == MAIL.at
    assert "2 attendues" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert message.get_body(("html",)) is not None


@pytest.mark.parametrize(("refusal", "permanent"), [(b"550 unknown\r\n", True), (b"451 later\r\n", False)])
def test_a_refused_recipient_is_told_with_what_to_do(refusal: bytes, permanent: bool) -> None:
    with smtp_server(refusal) as (settings, _), pytest.raises(SourceError, match="mail_to") as caught:
        send_mail(settings, MAIL)
    assert caught.value.permanent is permanent


def test_no_mail_leaves_in_clear_when_encryption_is_wanted() -> None:
    with smtp_server() as (settings, mails):
        with pytest.raises(SourceError):
            send_mail(msgspec.structs.replace(settings, smtp_tls=True), MAIL)
        assert mails == []


def test_a_server_that_is_not_there_or_not_set_is_told() -> None:
    settings = Settings(data_dir=Path("/nowhere"), smtp_host="127.0.0.1", smtp_port=1, mail_from="tocsin@example.org")
    with pytest.raises(SourceError, match="tried again"):
        send_mail(settings, MAIL)
    with pytest.raises(SettingsError, match="smtp_host"):
        send_mail(msgspec.structs.replace(settings, smtp_host=""), MAIL)


@pytest.mark.parametrize("to", [(), ("",), ("alice",), ("alice@example.org\nBcc: denis@example.org",)])
def test_a_wrong_address_is_told(to: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="mail_to"):
        build_mail("tocsin@example.org", msgspec.structs.replace(MAIL, to=to))


class _Hook(BaseHTTPRequestHandler):
    bodies: list[bytes]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_notification_reaches_a_host_of_ones_own_only_if_it_is_allowed() -> None:
    bodies: list[bytes] = []
    with HTTPServer(("127.0.0.1", 0), type("Hook", (_Hook,), {"bodies": bodies})) as serving:
        threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"json://127.0.0.1:{serving.server_address[1]}/hook"
        with pytest.raises(AddressError, match=r"json://127\.0\.0\.1"):
            send_apprise([url], "Alerte", "hausse")
        assert bodies == []
        send_apprise([url], "Alerte", "hausse", allow_hosts=("127.0.0.1",))
        serving.shutdown()
    assert len(bodies) == 1 and b"hausse" in bodies[0]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("json://localhost/x", AddressError),
        ("json://169.254.169.254/x", AddressError),
        ("json://2130706433/x", AddressError),
        ("syslog://", SettingsError),
        ("rien://secret-token", SettingsError),
        ("secret-token", SettingsError),
    ],
)
def test_an_address_that_cannot_serve_is_refused_without_showing_its_secrets(
    url: str, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(error) as caught:
        send_apprise([url], "Alerte", "hausse")
    assert "secret-token" not in str(caught.value) + caplog.text


def test_a_service_that_does_not_take_it_is_named() -> None:
    with pytest.raises(SourceError, match="json"):
        send_apprise(["json://127.0.0.1:1/x"], "Alerte", "hausse", allow_hosts=("127.0.0.1",))

"""A small IMAP server on the loopback that answers well or badly, and keeps what it was asked."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tocsin.net.imap import MailFound, MailLook, read_mailbox
from tocsin.net.mailbox.talk import MailLimits

Box = dict[int, tuple[str, bytes]]  # by UID: INTERNALDATE and letter
Answer = Callable[["MailServer", bytes, str], bytes | None]


class MailServer:
    """Serves one connection after the other. `say` may answer a command (in upper case) in place of the server.

    box: the letters. asked: every line that came, without its tag.
    """

    def __init__(self, box: Box | None = None, say: Answer | None = None, **how: object) -> None:
        self.box = dict(box or {})
        self.say = say
        self.validity = 7
        self.capabilities = b"IMAP4rev1 AUTH=PLAIN"
        self.greeting = b"* OK ready\r\n"
        self.password = "secret"
        self.token = ""
        self.context: ssl.SSLContext | None = None
        self.from_the_start = False
        self.leaves = False  # after an answer of `say`
        self.asked: list[bytes] = []
        self.port = 0
        self.__dict__.update(how)

    def serve(self, connection: socket.socket) -> None:
        """Speak with one client until it goes."""
        if self.context is not None and self.from_the_start:
            connection = self.context.wrap_socket(connection, server_side=True)
        connection.sendall(self.greeting)
        stream = connection.makefile("rb")
        while line := stream.readline():
            tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
            self.asked.append(rest)
            command = rest.upper()
            answer = self.say(self, tag, command.decode("latin-1")) if self.say else None
            if answer is not None:
                connection.sendall(answer)
                if self.leaves:
                    return
                continue
            if command == b"STARTTLS" and self.context is not None:
                connection.sendall(tag + b" OK go\r\n")
                connection = self.context.wrap_socket(connection, server_side=True)
                stream = connection.makefile("rb")
                continue
            if command.startswith((b"AUTHENTICATE", b"LOGIN")):
                connection.sendall(self._signed_in(tag, rest, stream, connection))
                continue
            connection.sendall(self._answer(tag, command.decode("latin-1")))
            if command == b"LOGOUT":
                return

    def _signed_in(self, tag: bytes, rest: bytes, stream: object, connection: socket.socket) -> bytes:
        texts = [rest]
        for _ in range(1 if rest.upper().startswith(b"AUTH") else 2):
            connection.sendall(b"+ go on\r\n")
            texts.append(stream.readline().rstrip(b"\r\n"))  # type: ignore[attr-defined]
        self.asked += texts[1:]
        if rest.upper().endswith((b"XOAUTH2", b"OAUTHBEARER")):
            if base64.b64decode(texts[1]).endswith(f"\1auth=Bearer {self.token}\1\1".encode()):
                return tag + b" OK in\r\n"
            connection.sendall(b"+ " + base64.b64encode(b'{"status":"401"}') + b"\r\n")
            self.asked.append(stream.readline().rstrip(b"\r\n"))  # type: ignore[attr-defined]
            return tag + b" NO [AUTHENTICATIONFAILED] wrong token " + self.asked[1] + b"\r\n"
        said = base64.b64decode(texts[1]).split(b"\0")[-1] if len(texts) == 2 else texts[2]
        if said.decode() == self.password:
            return tag + b" OK in\r\n"
        return tag + b" NO [AUTHENTICATIONFAILED] wrong password " + said + b"\r\n"

    def _answer(self, tag: bytes, command: str) -> bytes:
        done = tag + b" OK done\r\n"
        if command == "CAPABILITY":
            return b"* CAPABILITY " + self.capabilities + b"\r\n" + done
        if command.startswith("EXAMINE"):
            return b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] good\r\n" % (len(self.box), self.validity) + done
        if found := re.fullmatch(r"UID SEARCH UID (\d+):\*(?: SINCE (\S+))?", command):
            numbers = [number for number in self.box if number >= int(found[1])] or list(self.box)[-1:]
            if found[2]:
                numbers = [number for number in numbers if _day(self.box[number][0]) >= _day(found[2])]
            return b"* SEARCH " + b" ".join(b"%d" % number for number in numbers) + b"\r\n" + done
        if found := re.match(r"UID FETCH ([\d,]+) \((.*)\)", command):
            wanted = [int(number) for number in found[1].split(",") if int(number) in self.box]
            return b"".join(self._fetched(number, found[2]) for number in wanted) + done
        if command in ("LOGOUT", "NOOP"):
            return done
        return tag + b" BAD what\r\n"

    def _fetched(self, number: int, items: str) -> bytes:
        date, letter = self.box[number]
        if "BODY" in items:
            return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s FLAGS (\\Seen (a)))\r\n" % (1, number, len(letter), letter)
        return b'* %d FETCH (INTERNALDATE "%s" RFC822.SIZE %d UID %d)\r\n' % (
            1,
            date.encode(),
            len(letter),
            number,
        )


def _day(text: str) -> date:
    return datetime.strptime(f"{text.strip().split(' ')[0].title()} +0000", "%d-%b-%Y %z").date()


def signed_for(name: str, folder: Path) -> Path:
    """Return a file with a key and the certificate, of its own making, of a host."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    names = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([names]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return file


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """Run the server on a free port of the loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    server.port = listening.getsockname()[1]

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    server.serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


def look(server: MailServer, limits: MailLimits | None = None, **how: Any) -> MailFound:
    """Return what a look into the server's mailbox gives, in clear unless `how` says otherwise."""
    context = how.pop("context", None)
    allow_hosts = how.pop("allow_hosts", ("127.0.0.1",))
    wanted = {"host": "127.0.0.1", "user": "alice@example.org", "password": "secret", "port": server.port} | how
    limits = limits or MailLimits(total_s=5.0, connect_s=2.0)
    return read_mailbox(MailLook(**wanted), allow_hosts=allow_hosts, limits=limits, context=context)  # type: ignore[arg-type]

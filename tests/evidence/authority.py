"""Time-stamping authorities for tests: a small HTTP server on loopback around `openssl ts`, with a chain of its own.

    with authorities("alpha", "beta") as (alpha, beta):
        reply = alpha.stamp(request)            # without a socket
        …ask(alpha.url, request)…               # over HTTP

Each has a root, and a signer issued by it; `roots` is what a user would give as anchor. `behave` makes one misbehave.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """
[tsa]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
{certs}
signer_digest = sha256
default_policy = 1.3.6.1.4.1.55555.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Behaviour(StrEnum):
    """What the authority answers to a request that comes over HTTP."""

    STAMPS = "stamps"
    DOWN = "down"  # 503
    GARBAGE = "garbage"  # 200, and bytes that are no reply
    REFUSES = "refuses"  # a reply whose status is "rejection"
    REPLAYS = "replays"  # the reply it gave before, so another nonce or imprint


class Authority:
    """One authority. `url` answers POST of application/timestamp-query; `asked` counts what came over HTTP."""

    def __init__(self, name: str, folder: Path, *, unsorted: bool = False) -> None:
        self.name = name
        self.behaviour = Behaviour.STAMPS
        self.asked = 0
        self.folder = folder
        self.url = ""
        self._last = b""
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self.roots = _write_chain(folder, name)
        # OpenSSL writes the certificates it is given in its own order, which DER forbids in a SET: some real ones do.
        certs = f"certs = {folder}/extra.pem" if unsorted else ""
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, certs=certs))
        (folder / "serial").write_text("01\n")

    @property
    def roots_file(self) -> Path:
        """Return the PEM file of the root: what a user gives as anchor."""
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """Return the reply of `openssl ts` to a request in DER."""
        with self._lock:
            query, reply = self.folder / "query.tsq", self.folder / "reply.tsr"
            query.write_bytes(request)
            command = ["openssl", "ts", "-reply", "-config", str(self.folder / "tsa.cnf"), "-section", "tsa"]
            subprocess.run([*command, "-queryfile", str(query), "-out", str(reply)], check=True, capture_output=True)
            return reply.read_bytes()

    def answer(self, request: bytes) -> tuple[int, bytes]:
        """Return status and body for a request over HTTP, as its behaviour has it."""
        self.asked += 1
        if self.behaviour is Behaviour.DOWN:
            return 503, b"closed for repairs"
        if self.behaviour is Behaviour.GARBAGE:
            return 200, b"\x30\x03\x02\x01"
        if self.behaviour is Behaviour.REFUSES:
            return 200, bytes.fromhex("30053003020102")
        if self.behaviour is Behaviour.REPLAYS and self._last:
            return 200, self._last
        self._last = self.stamp(request)
        return 200, self._last


@contextmanager
def authorities(*names: str, unsorted: bool = False) -> Iterator[tuple[Authority, ...]]:
    """Run one authority for each name on loopback until the body ends."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tsa-")))
        made = [Authority(name, folder / name, unsorted=unsorted) for name in names]
        for authority in made:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _server_of(authority))
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            authority.url = f"http://127.0.0.1:{server.server_port}/tsa"
        yield tuple(made)


def _server_of(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            good = self.headers.get("Content-Type") == "application/timestamp-query"
            status, body = authority.answer(asked) if good else (415, b"")
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # a test prints nothing
            pass

    return Server


def _write_chain(folder: Path, name: str) -> bytes:
    """Write root.pem, signer.pem, signer.key and extra.pem; return the root as PEM."""
    root_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} test root")])
    signer_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} test time-stamping")])
    root = _certificate(root_name, root_name, root_key.public_key(), True).sign(root_key, hashes.SHA256())
    building = _certificate(signer_name, root_name, signer_key.public_key(), False)
    building = building.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    signer = building.sign(root_key, hashes.SHA256())
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    (folder / "signer.pem").write_bytes(signer.public_bytes(pem))
    (folder / "signer.key").write_bytes(
        signer_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    # The signer first, then what sorts before it: an order that DER forbids.
    others = [root]
    while others[-1].public_bytes(der) > signer.public_bytes(der):
        key = ec.generate_private_key(ec.SECP256R1())
        others.append(_certificate(root_name, root_name, key.public_key(), True).sign(root_key, hashes.SHA256()))
    (folder / "extra.pem").write_bytes(b"".join(other.public_bytes(pem) for other in reversed(others)))
    return root.public_bytes(pem)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, is_root: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650 if is_root else 365))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )

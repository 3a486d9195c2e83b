"""A small site on the loopback for what visits pages: an honest forum, and pages that mean harm.

`with site() as base` gives its address, such as http://127.0.0.1:40123; `site(tls=…)` speaks TLS with a certificate of
its own (see `make_tls`). The paths are the names of PAGES and of the branches of `_Handler`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from tests.evidence.make import PICTURES, POSTS, make_pdf, make_png, passage, png_of, thread_html

SOCIAL_POST = "L'atelier de Maison Alba m'a rendu ma bague cassée, et personne ne répond depuis trois semaines."
_APP = b"""fetch('/api/count', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"thread":7}'})
  .then(answer => answer.json()).then(count => {
    document.getElementById('count').textContent = count.answers + ' r\\u00e9ponses';
    const late = document.createElement('p');
    late.textContent = 'Texte \\u00e9crit par le script : ' + [3, 1, 4].join('-');
    document.body.append(late);
  });"""
_THREAD = thread_html(script_built=False).replace(
    "</body>", '<iframe src="/frame" width="300" height="80"></iframe><script src="/app.js"></script></body>'
)


def _page(body: str, head: str = "") -> str:
    return f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def _script(code: str) -> str:
    return _page(f"<h1>Une page</h1><p>Du texte.</p><script>{code}</script>")


PAGES = {
    "/frame": _page("<p>Texte du cadre.</p>"),
    "/social": _page(f"<article><h1>Alice</h1><p>{SOCIAL_POST}</p></article>", "<title>Un message</title>"),
    "/endless": _script(
        "const grow = () => { for (let n = 0; n < 20; n++) { const p = document.createElement('p');"
        " p.textContent = 'Encore ' + document.body.childElementCount; p.style.height = '200px';"
        " document.body.append(p) } };"
        " grow(); addEventListener('scroll', () =>"
        " { if (scrollY + innerHeight > document.body.scrollHeight - 400) grow() })"
    ),
    "/dialogs": _script("for (;;) alert('encore')"),
    "/a-dialog": _script("alert('Bienvenue'); document.body.append('Après la boîte.')"),
    "/worker": _script("navigator.serviceWorker.register('/worker.js').catch(() => 0)"),
    "/windows": _script("for (let n = 0; n < 5; n++) window.open('/social?' + n)"),
    "/detects": _script("document.body.append(navigator.webdriver ? 'robot reconnu' : 'personne')"),
    "/leaves": _script("setTimeout(() => location.href = '/social', 700)"),
    "/refresh": _page("<p>Je tourne.</p>", '<meta http-equiv="refresh" content="0;url=/refresh">'),
    "/unload": _script("onbeforeunload = event => { event.preventDefault(); event.returnValue = 'non' }; print()"),
    "/busy": _script("setTimeout(() => { for (;;); }, 50)"),
    "/eats": _script("const all = []; for (;;) all.push(new Array(4e6).fill(all.length))"),
    "/huge": _script(
        "const rows = []; for (let n = 0; n < 20000; n++) rows.push('<p>rang ' + n + '</p>');"
        " document.body.insertAdjacentHTML('beforeend', rows.join(''))"
    ),
    "/many": _script("for (let n = 0; n < 3000; n++) new Image().src = '/photo/1.png?' + n"),
    "/tall": _page('<div style="height:20000px;background:linear-gradient(#fff,#88f)"></div><p>La fin.</p>'),
    "/inner": _page(
        '<h1>Une page</h1><img src="http://10.0.0.7/a.png"><img src="http://[::1]/b.png"><img src="http://2130706433/c">'
        '<iframe src="http://169.254.169.254/latest/meta-data/"></iframe><link rel="prefetch" href="http://10.0.0.8/">'
    ),
    "/to-program": _script("location.href = 'mailto:alice@example.org'; location.href = 'steam://run/1'"),
    "/to-file": _page('<a id="a" href="file:///etc/passwd">x</a><script>location.href = "file:///etc/passwd"</script>'),
}


LONG = _page(
    "<h1>Un long fil</h1>"
    + "".join(
        f"<article><h2>Voix {n}</h2><p>{passage(n)}</p><p>{passage(n + 1)} {passage(n + 2)}</p>"
        + (f'<img loading="lazy" src="/large/{n // 5}.png" width="640" height="400">' if n % 5 == 0 else "")
        + "</article>"
        for n in range(200)
    )
)
PAGES["/long"] = LONG


@cache
def make_photo(number: int) -> bytes:
    """Return a PNG of 640 to 400 points that weighs about what a photograph on a page weighs, 100 kB."""
    grain = random.Random(number)
    shades = bytes.maketrans(bytes(range(256)), bytes(96 + value // 4 for value in range(256)))
    rows = b"".join((b"\0" + grain.randbytes(3 * 640).translate(shades)) * 5 for _ in range(80))
    return png_of(640, 400, rows)


@cache
def _bomb() -> bytes:
    """Return 300 kB that unpack to a page of 300 MB."""
    return gzip.compress(b"<!DOCTYPE html><h1>Une page</h1>" + b"<p>x</p>" * 40_000_000, 1, mtime=0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.site.asked.append(self.path)  # type: ignore[attr-defined]
        if path == "/fil":
            self._redirect("/fil/7")
        elif path == "/fil/7":
            self._answer(gzip.compress(_THREAD.encode()), headers={"Content-Encoding": "gzip", "Set-Cookie": "seen=1"})
        elif path == "/app.js":
            self._answer(_APP, "text/javascript")
        elif path == "/worker.js":
            self._answer(b"self.addEventListener('fetch', () => 0)", "text/javascript")
        elif path.startswith("/photo/") and path[7:-4].isdigit():
            self._answer(make_png(40, 40, (int(path[7:-4]) * 12 % 256, 80, 120)), "image/png")
        elif path.startswith("/large/") and path[7:-4].isdigit():
            self._answer(make_photo(int(path[7:-4])), "image/png")
        elif path in ("/gone", "/missing", "/forbidden"):
            status = {"/gone": 410, "/missing": 404, "/forbidden": 403}[path]
            self._answer(_page("<h1>Page introuvable</h1>").encode(), status=status)
        elif path == "/download":
            self._answer(b"x" * 4096, "application/octet-stream", headers={"Content-Disposition": "attachment"})
        elif path == "/paper.pdf":
            self._answer(make_pdf(), "application/pdf")
        elif path == "/bomb":
            self._answer(_bomb(), headers={"Content-Encoding": "gzip"})
        elif path == "/asks-who":
            self._answer(
                _page("<h1>Qui va là ?</h1>").encode(), status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}
            )
        elif path == "/to-inner":
            self._redirect("http://10.0.0.7/secret")
        elif path == "/loop":
            self._redirect("/loop")
        elif path == "/big-page":
            self._answer(_page('<h1>Une page</h1><img src="/big.png">').encode())
        elif path == "/big.png":
            self._stream(200)
        elif path == "/never":
            self._trickle()
        elif path == "/silent":
            self.site.ended.wait(30)  # type: ignore[attr-defined]
        elif path in PAGES:
            self._answer(PAGES[path].encode())
        else:
            self._answer(b"", "text/plain", status=404)

    def do_POST(self) -> None:
        self.site.asked.append(self.path)  # type: ignore[attr-defined]
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(f'{{"answers": {POSTS}}}'.encode(), "application/json")

    def _answer(
        self,
        body: bytes,
        kind: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, text in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, target: str) -> None:
        self._answer(b"", status=302, headers={"Location": target, "Set-Cookie": "from=fil"})

    def _stream(self, megabytes: int) -> None:
        """Send an image of so many megabytes without saying how long it is."""
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(make_png(8, 8, (1, 2, 3))[:-12])
        for _ in range(megabytes):
            self.wfile.write(bytes(1_000_000))

    def _trickle(self) -> None:
        """Send a page that never comes to its end."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b"<!DOCTYPE html><h1>Une page</h1>" + b" " * 2_000)
        while not self.site.ended.is_set():  # type: ignore[attr-defined]
            self.wfile.write(b"<p>encore</p>")
            time.sleep(0.2)

    def log_message(self, *_: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that leaves is no error."""


@dataclass
class Site:
    """A running site. asked: the paths that were asked for, in order; ended: set when it closes."""

    base: str
    asked: list[str]
    ended: threading.Event


@dataclass(frozen=True)
class Tls:
    """A certificate of one's own. key_sha256: of its public key, base64, as browsers are told to trust it."""

    file: Path
    key_sha256: str


@contextmanager
def site(tls: Tls | None = None) -> Iterator[Site]:
    """Run the site on a free port of the loopback."""
    running = Site("", [], threading.Event())
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": running}))
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.file)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    running.base = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def make_tls(folder: Path) -> Tls:
    """Write a certificate for 127.0.0.1, signed by an authority of the test, with its key."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in ("Test root", "127.0.0.1"))
    now = datetime.now(UTC)
    made = []
    for subject, public, is_root in ((name, key, False), (root_name, root_key, True)):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(public.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        builder = builder.not_valid_after(now + timedelta(days=7))
        builder = builder.add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made.append(builder.add_extension(names, critical=False).sign(root_key, hashes.SHA256()))
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + b"".join(one.public_bytes(Encoding.PEM) for one in made))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Tls(file, base64.b64encode(hashlib.sha256(public).digest()).decode())


__all__ = ("PAGES", "PICTURES", "POSTS", "SOCIAL_POST", "Site", "Tls", "make_tls", "passage", "site")

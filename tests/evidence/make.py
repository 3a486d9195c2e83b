"""A recording such as the browser makes, without a browser: a forum thread, its pictures, its redirect, its POST.

Everything is drawn from fixed numbers, so that two calls give equal values. People are invented.
"""

from __future__ import annotations

import gzip
import html
import json
import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tocsin.base.capture import (
    Certificates,
    Clock,
    ClockReading,
    Exchange,
    Headers,
    Method,
    Outcome,
    Picture,
    Record,
    Recording,
    Resolution,
    Step,
    StepKind,
    Visit,
    Want,
)

START = datetime(2026, 11, 20, 9, 30, 0, tzinfo=UTC)
SITE = "https://forum.example.org"
POSTS = 61
PICTURES = 20
FORGED = "Maison Alba empoisonne ses clients depuis 2019, tout le monde le sait."

FIELDS = (
    ("method.norm_aligned", "inspired by NF Z67-147:2010; only an officer's report can claim to conform"),
    ("host.machine", "container; machine-id sha256 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"),
    ("host.os", "Debian GNU/Linux 12 (bookworm); Linux 6.1.0 x86_64"),
    (
        "host.patches",
        "dpkg list of 512 packages, sha256 4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a",
    ),
    ("browser.version", "Chromium 150.0.7871.100"),
    ("browser.extensions", "disabled (--disable-extensions)"),
    ("browser.clean_state", "new context; cookies 0; cache cleared; service workers blocked"),
    ("net.interfaces", "eth0 192.0.2.10 02:42:ac:11:00:02; default route 192.0.2.1 by eth0"),
    (
        "net.proxy",
        "none in the environment; browser started with --no-proxy-server; one of the provider cannot be excluded",
    ),
    ("dns.resolvers", "192.0.2.53"),
    ("clock.source", "chrony: synchronised"),
    ("steps.path", "the page asked for is the first page visited"),
)


def make_recording(**changes: Any) -> Recording:
    """Return a whole recording of a thread of 61 posts over TLS; `changes` replace fields of it."""
    exchanges = make_exchanges()
    text = "\n".join(
        ["Le fil de discussion", *(line for n in range(POSTS) for line in (f"Voix {n}", passage(n))), "61 réponses"]
    )
    recording = Recording(
        visit=Visit(url="http://forum.example.org/fil"),
        outcome=Outcome.WHOLE,
        started_at=START,
        ended_at=START + timedelta(seconds=6, milliseconds=480),
        final_url=f"{SITE}/fil/7",
        status=200,
        title="Le fil de discussion",
        text=text,
        dom=thread_html(script_built=True),
        exchanges=exchanges,
        steps=make_steps(),
        pictures=(
            Picture(top_px=0, width_px=1280, height_px=900, png=make_png(1280, 900, (250, 250, 250))),
            Picture(top_px=900, width_px=1280, height_px=300, png=make_png(1280, 300, (240, 240, 255))),
        ),
        mhtml=make_mhtml(),
        pdf=make_pdf(),
        certificates=(
            Certificates(
                host="forum.example.org",
                protocol="TLS 1.3",
                cipher="AES_128_GCM",
                chain=make_chain("forum.example.org"),
            ),
        ),
        resolutions=make_resolutions(),
        clock=make_clock(),
        method=Method(fields=FIELDS),
        wants=(Want(field="net.public_ip", reason="not_configured"), Want(field="host.scan", reason="not_done")),
    )
    return msgspec.structs.replace(recording, **changes)


def passage(number: int) -> str:
    """Return what post `number` of the thread says; each holds marks that HTML and JSON write in another way."""
    return f"Message {number} : l'atelier « Alba & fils » m'a vendu une bague <abîmée>, n° {number * 37 + 1000}."


def thread_html(*, script_built: bool) -> str:
    """Return the page: as the server sent it, or as it stood once its script had added the count of the answers."""
    posts = "".join(
        f'<article id="p{n}"><h2>Voix {n}</h2><p>{html.escape(passage(n))}</p></article>' for n in range(POSTS)
    )
    images = "".join(f'<img loading="lazy" src="/photo/{n}.png" alt="" width="8" height="8">' for n in range(PICTURES))
    tail = "<p id=count>61 réponses</p>" if script_built else "<p id=count></p>"
    head = '<head><meta charset="utf-8"><title>Le fil de discussion</title></head>'
    return (
        f'<!DOCTYPE html><html lang="fr">{head}<body><h1>Le fil de discussion</h1>{posts}{images}{tail}</body></html>'
    )


def make_exchanges() -> tuple[Exchange, ...]:
    """Return two redirects, the page with its script, its pictures and its POST, a film too big, a host not known."""
    page = thread_html(script_built=False).encode()
    packed: Headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("content-encoding", "gzip"),
        ("content-length", str(len(gzip.compress(page, mtime=0)))),
        ("set-cookie", "seen=1; Path=/; Secure"),
        ("set-cookie", "theme=plain; Path=/"),
    )
    answer = json.dumps({"answers": 61, "last": passage(60)}).encode()
    question = json.dumps({"thread": 7}).encode()
    json_type: Headers = (("content-type", "application/json"),)
    rows: list[dict[str, Any]] = [
        {"url": "http://forum.example.org/fil", "status": 301, "reason": "Moved Permanently", "body": None,
         "body_missing": "redirect", "headers": (("location", f"{SITE}/fil"),), "protocol": "http/1.1",
         "remote_port": 80},
        {"url": f"{SITE}/fil", "status": 302, "body": None, "body_missing": "redirect",
         "headers": (("location", "/fil/7"), ("set-cookie", "from=fil; Path=/"))},
        {"url": f"{SITE}/fil/7", "body": page, "headers": packed},
        {"url": f"{SITE}/app.js", "resource": "script", "body": b"fetch('/api/count',{method:'POST'})",
         "headers": (("content-type", "text/javascript"),)},
        *({"url": f"{SITE}/photo/{n}.png", "resource": "image", "body": make_png(8, 8, (n * 12, 80, 120)),
           "headers": (("content-type", "image/png"),)} for n in range(PICTURES)),
        {"url": f"{SITE}/api/count", "method": "POST", "resource": "fetch", "request_body": question, "body": answer,
         "headers": json_type, "request_headers": (*_asked(SITE), *json_type)},
        {"url": f"{SITE}/film.mp4", "resource": "media", "body": None, "body_missing": "too_big",
         "headers": (("content-type", "video/mp4"), ("content-length", "209715200"))},
        {"url": "https://tracker.example.net/p.gif", "resource": "image", "status": None, "reason": "", "body": None,
         "headers": (), "body_missing": "no_answer", "failure": "net::ERR_NAME_NOT_RESOLVED", "answered_at": None,
         "remote_ip": None, "remote_port": None, "protocol": None},
    ]  # fmt: skip
    return tuple(_exchange(number, row) for number, row in enumerate(rows))


def _exchange(number: int, row: dict[str, Any]) -> Exchange:
    at = START + timedelta(milliseconds=120 + 40 * number)
    usual: dict[str, Any] = {
        "at": at,
        "answered_at": at + timedelta(milliseconds=31),
        "method": "GET",
        "resource": "document",
        "request_headers": _asked(row["url"]),
        "request_body": None,
        "status": 200,
        "reason": "OK" if row.get("protocol") == "http/1.1" else "",
        "remote_ip": "93.184.215.14",
        "remote_port": 443,
        "protocol": "h2",
    }
    return Exchange(number=number, **(usual | row))


def _asked(url: str) -> Headers:
    host = url.split("/")[2]
    return (("host", host), ("accept-language", "fr-FR"), ("user-agent", "Mozilla/5.0 Chrome/150.0.0.0"))


def make_steps() -> tuple[Step, ...]:
    """Return the log of the visit, in order."""
    rows = (
        (0, StepKind.OPENED, "http://forum.example.org/fil"),
        (160, StepKind.REDIRECTED, f"{SITE}/fil"),
        (200, StepKind.REDIRECTED, f"{SITE}/fil/7"),
        (900, StepKind.WAITED, "load"),
        (2_300, StepKind.SCROLLED, "1200"),
        (2_400, StepKind.DIALOG, "alert: Bienvenue"),
        (2_500, StepKind.TOOK, "text"),
        (2_600, StepKind.TOOK, "dom"),
        (3_900, StepKind.TOOK, "png 0-1200"),
        (4_200, StepKind.TOOK, "pdf"),
        (4_300, StepKind.TOOK, "mhtml"),
    )
    return tuple(
        Step(at=START + timedelta(milliseconds=ms), elapsed_ms=ms, kind=kind, detail=say) for ms, kind, say in rows
    )


def make_resolutions() -> tuple[Resolution, ...]:
    """Return what the system's resolver said of the page's host, and of one that is not known."""
    record = Record(name="forum.example.org", kind="A", value="93.184.215.14", ttl_s=None)
    return (
        Resolution(host="forum.example.org", at=START, resolver="system", records=(record,)),
        Resolution(
            host="forum.example.org",
            at=START,
            resolver="192.0.2.53",
            records=(
                Record(name="forum.example.org", kind="CNAME", value="edge.example.org", ttl_s=300),
                Record(name="edge.example.org", kind="A", value="93.184.215.14", ttl_s=60),
            ),
        ),
        Resolution(host="tracker.example.net", at=START, resolver="system", records=(), error="name not known"),
    )


def make_clock() -> Clock:
    """Return a clock 12 ms behind one server, while the other does not answer."""
    asked = START - timedelta(milliseconds=80)
    good = ClockReading(server="ntp.example.org", at=asked, offset_s=0.012, delay_s=0.021)
    mute = ClockReading(server="ntp.example.net", at=asked, offset_s=None, delay_s=None, error="no answer within 2 s")
    after = tuple(msgspec.structs.replace(reading, at=START + timedelta(seconds=6)) for reading in (good, mute))
    return Clock(synchronised=True, source="chrony", before=(good, mute), after=after, wall_s=6.48, monotonic_s=6.4799)


def make_png(width_px: int, height_px: int, color: tuple[int, int, int]) -> bytes:
    """Return a PNG of one colour."""
    return png_of(width_px, height_px, (b"\0" + bytes(color) * width_px) * height_px)


def png_of(width_px: int, height_px: int, rows: bytes) -> bytes:
    """Return a PNG of rows of three bytes a point, each row with its filter's number before it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def make_mhtml() -> bytes:
    """Return the page as one MIME message, as Chromium saves it."""
    body = thread_html(script_built=True)
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://forum.example.org/fil/7\r\nMIME-Version: 1.0\r\n"
    )
    opening = 'Content-Type: multipart/related; boundary="-=b"\r\n\r\n---=b\r\nContent-Type: text/html\r\n\r\n'
    return f"{head}{opening}{body}\r\n---=b--".encode()


def make_pdf() -> bytes:
    """Return a small PDF of one empty page."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%bendobj\n" % (number, body)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 4\n%btrailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


def make_chain(host: str) -> tuple[bytes, ...]:
    """Return the DER of a certificate for `host` and of its authority, always the same."""
    root_key, key = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (7, 11))
    root_name, name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Test root", host))
    root = _certificate(root_name, root_name, root_key, 1, ca=True).sign(root_key, None)
    leaf = _certificate(name, root_name, key, 2, ca=False).sign(root_key, None)
    return tuple(one.public_bytes(Encoding.DER) for one in (leaf, root))


def _certificate(
    name: x509.Name, issuer: x509.Name, key: Ed25519PrivateKey, serial: int, *, ca: bool
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).serial_number(serial)
    builder = builder.public_key(key.public_key()).not_valid_before(START - timedelta(days=30))
    builder = builder.not_valid_after(START + timedelta(days=60))
    return builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)

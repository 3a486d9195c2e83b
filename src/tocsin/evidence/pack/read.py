"""Read a recording back from the files of a capture: nothing of it is in the house alone."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from tocsin.base.capture import (
    Certificates,
    Clock,
    Exchange,
    Method,
    Outcome,
    Picture,
    Recording,
    Resolution,
    Step,
    Visit,
    Want,
)
from tocsin.base.errors import InputError
from tocsin.evidence.pack.wacz import ARCHIVE

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)


def recording_of(files: Mapping[str, bytes]) -> Recording:
    """Return the recording that `files_of` packed into `files`, by path.

    What was kept out of the files (the keys of an account) stays out; bodies of other schemes than http and https are
    None. Pictures that are left out of `files` are left out of the recording.
    Raises InputError where a file is missing, or is not what tocsin writes.
    """
    try:
        method = msgspec.json.decode(files["method.json"], type=_Method)
        net = msgspec.json.decode(files["net.json"])
        bodies = dict(_bodies(files["capture.wacz"], net["exchanges"]))
        return Recording(
            visit=method.asked,
            outcome=method.outcome,
            started_at=method.started_at,
            ended_at=method.ended_at,
            final_url=method.final_url,
            status=method.status,
            title=method.title,
            text=files.get("text.txt", b"").decode(),
            dom=files.get("dom.html", b"").decode(),
            exchanges=tuple(_exchange(row, bodies) for row in net["exchanges"]),
            steps=msgspec.convert(net["steps"], tuple[Step, ...]),
            pictures=tuple(_pictures(method.pictures, files)),
            mhtml=files.get("page.mhtml"),
            pdf=files.get("page.pdf"),
            certificates=tuple(_certificates(net["certificates"], files.get("certs.pem", b""))),
            resolutions=msgspec.convert(net["resolutions"], tuple[Resolution, ...]),
            clock=msgspec.convert(net["clock"], Clock),
            method=Method(fields=tuple(method.method.items())),
            wants=method.wants,
        )
    except KeyError as error:
        raise InputError("The capture lacks {name}.", name=str(error.args[0])) from error
    except (msgspec.MsgspecError, ValueError, zipfile.BadZipFile, ArchiveLoadFailed) as error:
        raise InputError("A file of the capture is not what tocsin writes: {error}.", error=str(error)) from error


class _Shape(msgspec.Struct, frozen=True):
    top_px: int
    width_px: int
    height_px: int


class _Method(msgspec.Struct, frozen=True):
    """What stands in method.json."""

    asked: Visit
    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    final_url: str
    status: int | None
    title: str
    pictures: tuple[_Shape, ...]
    method: dict[str, str]
    wants: tuple[Want, ...]


def _bodies(wacz: bytes, rows: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, int], bytes]]:
    """Yield the bodies of requests and answers, by kind and number; records follow each other as the exchanges did."""
    web = [row for row in rows if row["url"].startswith(("http://", "https://"))]
    numbers = {
        "request": iter([row["number"] for row in web]),
        "response": iter([row["number"] for row in web if row["status"] is not None]),
    }
    with zipfile.ZipFile(BytesIO(wacz)) as package, package.open(ARCHIVE) as archive:
        for record in ArchiveIterator(archive):
            if record.rec_type in numbers:
                number = next(numbers[record.rec_type], None)
                if number is None:
                    raise ValueError("the archive holds more exchanges than net.json")
                yield (record.rec_type, number), record.content_stream().read()


def _exchange(row: dict[str, Any], bodies: Mapping[tuple[str, int], bytes]) -> Exchange:
    told = dict(row)
    for name, kind in (("request_body", "request"), ("body", "response")):
        digest = told.pop(f"{name}_sha256")
        del told[f"{name}_bytes"]
        body = bodies.get((kind, told["number"])) if digest is not None else None
        if body is not None and hashlib.sha256(body).hexdigest() != digest:
            raise ValueError(f"a body of the exchange {told['number']} is another than net.json tells")
        told[name] = body
    return msgspec.convert(told, Exchange, builtin_types=(bytes,))


def _pictures(shapes: tuple[_Shape, ...], files: Mapping[str, bytes]) -> Iterator[Picture]:
    for place, shape in enumerate(shapes, 1):
        png = files.get("page.png" if place == 1 else f"page-{place}.png")
        if png is not None:
            yield Picture(top_px=shape.top_px, width_px=shape.width_px, height_px=shape.height_px, png=png)


def _certificates(rows: list[dict[str, Any]], pem: bytes) -> Iterator[Certificates]:
    known: dict[str, bytes] = {}
    for found in _PEM.finditer(pem):
        der = x509.load_pem_x509_certificate(found[0]).public_bytes(Encoding.DER)
        known[hashlib.sha256(der).hexdigest()] = der
    for found in re.finditer(rb"# not a certificate: ([0-9a-f]+)", pem):
        der = bytes.fromhex(found[1].decode())
        known[hashlib.sha256(der).hexdigest()] = der
    for row in rows:
        chain = tuple(known[one["sha256"]] for one in row["chain"])
        yield Certificates(host=row["host"], protocol=row["protocol"], cipher=row["cipher"], chain=chain)

"""What was said over the network, without the bodies: who answered, from where, when, under which certificates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tocsin.base.capture import Certificates, Exchange, Recording, Visit
from tocsin.base.time import iso
from tocsin.evidence.pack.headers import without_keys


def net_json(recording: Recording) -> bytes:
    """Return `net.json`: exchanges without bodies but with the digests of these, names, certificates, clock, steps."""
    return _json(
        {
            "exchanges": [_exchange(exchange, recording.visit) for exchange in recording.exchanges],
            "resolutions": msgspec.to_builtins(recording.resolutions),
            "certificates": [_certificates(one) for one in recording.certificates],
            "clock": msgspec.to_builtins(recording.clock),
            "steps": msgspec.to_builtins(recording.steps),
        }
    )


def method_json(recording: Recording) -> bytes:
    """Return `method.json`: how the record was made, and what could not be had."""
    return _json(
        {
            "asked": msgspec.to_builtins(recording.visit),
            "outcome": recording.outcome.value,
            "started_at": msgspec.to_builtins(recording.started_at),
            "ended_at": msgspec.to_builtins(recording.ended_at),
            "final_url": recording.final_url,
            "status": recording.status,
            "title": recording.title,
            "pictures": [{"top_px": one.top_px, "width_px": one.width_px, "height_px": one.height_px}
                         for one in recording.pictures],
            "method": dict(recording.method.fields),
            "wants": msgspec.to_builtins(recording.wants),
        }
    )  # fmt: skip


def certificates_pem(certificates: Iterable[Certificates]) -> bytes:
    """Return the certificates that hosts showed, host by host, each chain in the order in which it was shown."""
    parts: list[str] = []
    for one in certificates:
        host = " ".join(one.host.split())
        parts.append(f"# {host} {one.protocol} {one.cipher}\n")
        parts += [_pem(der) for der in one.chain]
    return "".join(parts).encode("utf-8", "replace")


def _exchange(exchange: Exchange, visit: Visit) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(exchange, str_keys=True, builtin_types=(bytes,))
    for name in ("request_body", "body"):
        body = told.pop(name)
        told |= {f"{name}_bytes": None, f"{name}_sha256": None}
        if body is not None:
            told |= {f"{name}_bytes": len(body), f"{name}_sha256": hashlib.sha256(body).hexdigest()}
    told["request_headers"] = list(without_keys(exchange.request_headers, visit))
    told["headers"] = list(without_keys(exchange.headers, visit))
    return told


def _certificates(one: Certificates) -> dict[str, Any]:
    chain = [_certificate(der) for der in one.chain]
    return {"host": one.host, "protocol": one.protocol, "cipher": one.cipher, "chain": chain}


def _certificate(der: bytes) -> dict[str, Any]:
    told: dict[str, Any] = {"sha256": hashlib.sha256(der).hexdigest()}
    try:
        read = x509.load_der_x509_certificate(der)
        key = read.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return told | {
            "subject": read.subject.rfc4514_string(),
            "issuer": read.issuer.rfc4514_string(),
            "serial": f"{read.serial_number:x}",
            "not_before": iso(read.not_valid_before_utc),
            "not_after": iso(read.not_valid_after_utc),
            "key_sha256": hashlib.sha256(key).hexdigest(),
        }
    except (ValueError, UnsupportedAlgorithm) as error:
        return told | {"unread": str(error)}


def _pem(der: bytes) -> str:
    try:
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode("ascii")
    except ValueError:
        return f"# not a certificate: {der.hex()}\n"


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")

"""The keys of an installation: one signs the log, one seals the reports; made at first use, sealed by the key file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tocsin.evidence.log.note import Signer, Verifier, read_verifier
from tocsin.flows.engine import Engine
from tocsin.store.evidence.keys import key_purpose
from tocsin.store.evidence.rows import SealedKey
from tocsin.store.secret.seal import Seal

LOG = "log"
PAPER = "paper"
_SEED_BYTES = 32


class PaperKey(NamedTuple):
    """What seals reports: the private key and its certificate, PEM."""

    private: bytes
    certificate: bytes


def log_signer(engine: Engine, now: datetime) -> Signer:
    """Return the key that signs the heads of the log. Raises StoreError without the key file it was sealed with."""
    kept = engine.store.evidence.key(LOG) or _make_log_key(engine, now)
    seed = Seal(engine.settings.data_dir).open(kept.sealed, key_purpose(LOG))
    return Signer(read_verifier(kept.public).name, bytes.fromhex(seed))


def log_verifier(engine: Engine) -> Verifier | None:
    """Return what a stranger checks the heads of the log with, or None before the first was signed."""
    kept = engine.store.evidence.key(LOG)
    return None if kept is None else read_verifier(kept.public)


def paper_key(engine: Engine, now: datetime, certify: Callable[[str, bytes], bytes]) -> PaperKey:
    """Return the key that seals reports, made at first use. certify: gives the certificate for a name and a key (PEM).

    Raises StoreError without the key file it was sealed with.
    """
    kept = engine.store.evidence.key(PAPER) or _make_paper_key(engine, now, certify)
    private = Seal(engine.settings.data_dir).open(kept.sealed, key_purpose(PAPER))
    return PaperKey(private.encode(), kept.public.encode())


def _make_paper_key(engine: Engine, now: datetime, certify: Callable[[str, bytes], bytes]) -> SealedKey:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    name = urlsplit(engine.settings.web_address).hostname or "tocsin"
    sealed = Seal(engine.settings.data_dir).close(pem.decode(), key_purpose(PAPER))
    made = SealedKey(name=PAPER, sealed=sealed, public=certify(name[:64], pem).decode(), made_at=now)
    return engine.store.evidence.put_key(made)


def _make_log_key(engine: Engine, now: datetime) -> SealedKey:
    """Make the key, named for good after the address of the pages, or after chance where there is none."""
    host = urlsplit(engine.settings.web_address).netloc or f"{secrets.token_hex(8)}.tocsin.invalid"
    signer = Signer(f"{host}/log", secrets.token_bytes(_SEED_BYTES))
    sealed = Seal(engine.settings.data_dir).close(signer.seed.hex(), key_purpose(LOG))
    made = SealedKey(name=LOG, sealed=sealed, public=signer.verifier.text, made_at=now)
    return engine.store.evidence.put_key(made)

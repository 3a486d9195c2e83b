"""Seal secrets with a key file beside the database, so that a copy of the database alone opens nothing.

AES-256-GCM (NIST SP 800-38D) with a fresh 96-bit nonce; what a secret is for is authenticated with it, so that a sealed
text moved to another row does not open. The key file is not part of backups: keep a copy of it apart.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.base.errors import StoreError

KEY_FILE = "secret.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = "s1:"


class Seal:
    """The key of an installation. Made at first use, readable by its owner alone."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / KEY_FILE
        self._cipher: AESGCM | None = None

    def close(self, text: str, purpose: str) -> str:
        """Return `text` sealed for `purpose`, such as `second_factor:3`. Raises StoreError if no key can be made."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._opened().encrypt(nonce, text.encode(), purpose.encode())
        return _FORMAT + base64.b64encode(sealed).decode("ascii")

    def open(self, sealed: str, purpose: str) -> str:
        """Return the text that was sealed for `purpose`. Raises StoreError if the key or the purpose is another."""
        try:
            if not sealed.startswith(_FORMAT):
                raise ValueError
            raw = base64.b64decode(sealed.removeprefix(_FORMAT), validate=True)
            return self._opened().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise StoreError(
                "A secret does not open with the key {path}. Put the key file of this database back, or enter the"
                " secret anew.",
                path=self._path,
            ) from None

    def _opened(self) -> AESGCM:
        if self._cipher is None:
            self._cipher = AESGCM(self._key())
        return self._cipher

    def _key(self) -> bytes:
        try:
            _make_once(self._path)
            raw = base64.b64decode(self._path.read_bytes().strip(), validate=True)
        except OSError as error:
            raise StoreError(
                "The key file {path} cannot be read or made ({error}). Give its folder back to tocsin.",
                path=self._path,
                error=error.strerror,
            ) from None
        except ValueError:
            raw = b""
        if len(raw) != _KEY_BYTES:
            raise StoreError("The key file {path} is damaged. Put back the copy you kept.", path=self._path)
        return raw


def _make_once(path: Path) -> None:
    """Make the key file, whole, if there is none; two processes that begin together get the same one."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A hard link never replaces: the first of two stays.
        try:
            os.link(part, path)
        except FileExistsError:
            return
    finally:
        part.unlink(missing_ok=True)

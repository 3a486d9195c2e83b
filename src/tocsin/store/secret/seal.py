"""Seal secrets with a key file beside the database, so that a copy of the database alone opens nothing.

AES-256-GCM (NIST SP 800-38D) with a fresh 96-bit nonce; what a secret is for is authenticated with it, so that a sealed
text moved to another row does not open. The key file is not part of backups: keep a copy of it apart.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.base.errors import StoreError

KEY_FILE = "secret.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = "s2:"  # and the name of the key
_UNNAMED = "s1:"  # of before keys had names


class Seal:
    """The keys of an installation, one a line of the key file, the one that seals first; made at first use.

    A second key stands there only while a new one is being put in force: until all is sealed anew, both open.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / KEY_FILE
        self._keys: tuple[_Key, ...] = ()

    def close(self, text: str, purpose: str) -> str:
        """Return `text` sealed for `purpose`, such as `second_factor:3`. Raises StoreError if no key can be made."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        key = self._opened()[0]
        sealed = nonce + key.cipher.encrypt(nonce, text.encode(), purpose.encode())
        return f"{_FORMAT}{key.name}:{base64.b64encode(sealed).decode('ascii')}"

    def open(self, sealed: str, purpose: str) -> str:
        """Return the text that was sealed for `purpose`. Raises StoreError if the key or the purpose is another."""
        name, text = _parted(sealed)
        for key in self._opened():
            if name not in ("", key.name):
                continue
            try:
                raw = base64.b64decode(text, validate=True)
                return key.cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise StoreError(
            "A secret does not open with the key {path}. Put the key file of this database back, or enter the"
            " secret anew.",
            path=self._path,
        )

    def is_old(self, sealed: str) -> bool:
        """Return whether a text was sealed with another key than the one that seals now."""
        return _parted(sealed)[0] != self._opened()[0].name

    def anew(self, sealed: str, purpose: str) -> str:
        """Return the same secret sealed with the key that seals now. Raises StoreError as `open`."""
        return self.close(self.open(sealed, purpose), purpose)

    def add_key(self) -> None:
        """Put a fresh key before the one there is. A file that holds two already is left: that change goes on."""
        known = self._opened()
        if len(known) == 1:
            self._write([secrets.token_bytes(_KEY_BYTES), known[0].raw])

    def drop_old_keys(self) -> None:
        """Keep the key that seals alone: nothing sealed with another opens any more."""
        self._write([self._opened()[0].raw])

    def _opened(self) -> tuple[_Key, ...]:
        if not self._keys:
            self._keys = tuple(_Key.of(raw) for raw in self._read())
        return self._keys

    def _read(self) -> list[bytes]:
        try:
            _make_once(self._path)
            raws = [base64.b64decode(line, validate=True) for line in self._path.read_bytes().split()]
        except OSError as error:
            raise StoreError(
                "The key file {path} cannot be read or made ({error}). Give its folder back to tocsin.",
                path=self._path,
                error=error.strerror,
            ) from None
        except ValueError:
            raws = []
        if not raws or any(len(raw) != _KEY_BYTES for raw in raws):
            raise StoreError("The key file {path} is damaged. Put back the copy you kept.", path=self._path)
        return raws

    def _write(self, raws: list[bytes]) -> None:
        try:
            part = _part(self._path, raws)
            part.replace(self._path)
        except OSError as error:
            raise StoreError(
                "The key file {path} cannot be written ({error}). Give its folder back to tocsin.",
                path=self._path,
                error=error.strerror,
            ) from None
        self._keys = ()


class _Key(NamedTuple):
    """A key and the name that what it sealed bears: eight digits of its digest, which tell nothing of it."""

    name: str
    raw: bytes
    cipher: AESGCM

    @classmethod
    def of(cls, raw: bytes) -> _Key:
        return cls(hashlib.blake2b(raw, digest_size=4, person=b"tocsin key").hexdigest(), raw, AESGCM(raw))


def _parted(sealed: str) -> tuple[str, str]:
    """Return the name of the key, "" for one of before keys had names, and the sealed bytes as text."""
    if sealed.startswith(_UNNAMED):
        return "", sealed.removeprefix(_UNNAMED)
    name, _, text = sealed.removeprefix(_FORMAT).partition(":")
    return name or "?", text


def _make_once(path: Path) -> None:
    """Make the key file, whole, if there is none; two processes that begin together get the same one."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _part(path, [secrets.token_bytes(_KEY_BYTES)])
    try:
        # A hard link never replaces: the first of two stays.
        os.link(part, path)
    except FileExistsError:
        return
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path, raws: list[bytes]) -> Path:
    """Write keys to a file beside `path`, on the disk when this returns, and return its path."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"".join(base64.b64encode(raw) + b"\n" for raw in raws))
        file.flush()
        os.fsync(file.fileno())
    return part

"""Time-stamps (RFC 3161): what to ask an authority, and whether its reply attests the instant of a digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import msgspec
from asn1crypto import tsp
from cryptography import x509

from tocsin.base.errors import InputError
from tocsin.evidence.cms import Reply, in_order, leads_to, open_reply, pem_of
from tocsin.evidence.values import Token

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_DIGESTS = {"sha256": 32, "sha384": 48, "sha512": 64}
NONCE_BITS = 64


class Trust(msgspec.Struct, frozen=True):
    """What a token is held against. chain: certificates it may end in without being anchored. roots: that anchor it."""

    chain: tuple[x509.Certificate, ...] = ()
    roots: tuple[x509.Certificate, ...] = ()


def stamp_request(digest: bytes, nonce: int) -> bytes:
    """Return the request, in DER, for a time-stamp of a SHA-256 digest that carries its certificates.

    nonce: 0..2**64-1, by chance, kept to check the reply.
    """
    if len(digest) != _DIGESTS["sha256"] or not 0 <= nonce < 1 << NONCE_BITS:
        raise ValueError("a digest of 32 bytes and a nonce of 64 bits are wanted")
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    request = {"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True}
    return bytes(tsp.TimeStampReq(request).dump())


def read_token(
    reply: bytes, digest: bytes, authority: str, *, nonce: int | None = None, roots: Sequence[x509.Certificate] = ()
) -> Token:
    """Return the token once it holds: signature, certificate, digest and nonce.

    digest: SHA-256 of what was to be stamped. authority: its short name. nonce: the one that was asked with, None
    where it is no longer known. roots: trusted, may be none; the token says whether it is anchored in one.
    Raises InputError that says what does not hold.
    """
    check_authority(authority)
    found = open_reply(reply)
    if (found.algorithm, found.imprint) != ("sha256", digest):
        raise InputError("The time-stamp is one of something else.")
    if nonce is not None and found.nonce != nonce:
        raise InputError("The time-stamp answers another question than the one that was asked.")
    chain = in_order(found.signer, found.others)
    if not leads_to(found.signer, (), (found.signer,), found.at):
        raise InputError("The certificate of the authority was not valid at the instant it stamped.")
    return _token(reply, found, authority, chain, leads_to(found.signer, found.others, roots, found.at))


def check_token(reply: bytes, content: bytes, authority: str, trust: Trust) -> Token:
    """Return the token over `content` once it holds, as a stranger checks it who was given the chain with it.

    Raises InputError that says what does not hold.
    """
    found = open_reply(reply)
    size = _DIGESTS.get(found.algorithm)
    if size is None or hashlib.new(found.algorithm, content).digest() != found.imprint:
        raise InputError("The time-stamp is one of something else.")
    anchored = leads_to(found.signer, (*trust.chain, *found.others), trust.roots, found.at)
    if not anchored and not leads_to(found.signer, found.others, trust.chain, found.at):
        raise InputError("The time-stamp does not lead to the certificates that lie with it.")
    return _token(reply, found, authority, in_order(found.signer, found.others), anchored)


def check_authority(name: str) -> str:
    """Return the short name if files may carry it. Raises InputError otherwise."""
    if _NAME.fullmatch(name) is None:
        raise InputError("{name!r} cannot name an authority; use up to 32 small letters, digits and `-`.", name=name)
    return name


def _token(reply: bytes, found: Reply, authority: str, chain: Sequence[x509.Certificate], anchored: bool) -> Token:
    return Token(
        authority=authority,
        at=found.at,
        digest=found.imprint.hex(),
        serial=f"{found.serial:x}",
        policy=found.policy,
        signer=found.signer.subject.rfc4514_string(),
        reply=reply,
        chain=pem_of(chain),
        anchored=anchored,
        statement=found.statement,
    )

"""What a time-stamp reply holds, and whether its signature and its certificates hold (RFC 3161, 5652, 5035).

`openssl ts -verify` comes to the same verdicts. Certificates may stand in any order: DER wants a SET sorted, and some
authorities do not sort theirs, which no signature covers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from asn1crypto import tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tocsin.base.errors import InputError

# All that the readers of hostile bytes below raise where bytes are not what they should be.
_UNREADABLE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_LONGEST_CHAIN = 8


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply says, its signature checked with the certificate it carries, that one trusted by nobody yet.

    imprint: what is stamped, and by which hash. statement: TSTInfo, what was signed. signer, others: certificates of
    the token.
    """

    imprint: bytes
    algorithm: str
    at: datetime
    nonce: int | None
    serial: int
    policy: str
    statement: bytes
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]


def open_reply(reply: bytes) -> Reply:
    """Return what a reply says once its signature holds.

    Raises InputError where it is no reply, refuses, or is not signed by a certificate it carries that is made for
    time-stamping alone.
    """
    try:
        response = tsp.TimeStampResp.load(reply)
        status = response["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            raise InputError("The authority answered {status!r} instead of a time-stamp.", status=status)
        return _open_token(response["time_stamp_token"])
    except _UNREADABLE as error:
        raise InputError("This is no time-stamp reply: {error}.", error=error) from error


def leads_to(
    signer: x509.Certificate, between: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime
) -> bool:
    """Return whether certificates valid at `at` lead from the signer to one of the anchors, or it is one itself."""
    reached, seen = [signer], {signer}
    for _ in range(_LONGEST_CHAIN):
        reached = [each for each in reached if _valid(each, at)]
        if any(each in anchors for each in reached):
            return True
        reached = [
            issuer
            for each in reached
            for issuer in (*anchors, *between)
            if issuer not in seen and _issued(each, issuer)
        ]
        seen.update(reached)
    return False


def in_order(signer: x509.Certificate, others: Iterable[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return the certificates from the signer up, those that lead nowhere last."""
    chain, left = [signer], [each for each in others if each != signer]
    while above := next((each for each in left if _issued(chain[-1], each)), None):
        chain.append(above)
        left.remove(above)
    return (*chain, *sorted(left, key=lambda each: each.public_bytes(Encoding.DER)))


def pem_of(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates as PEM, one after the other."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def read_pem(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM file. Raises InputError where it holds none."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except _UNREADABLE as error:
        raise InputError("This holds no certificates in PEM: {error}.", error=error) from error


def _open_token(token: Any) -> Reply:
    if token["content_type"].native != "signed_data":
        raise InputError("The time-stamp is not signed.")
    signed = token["content"]
    packed = signed["encap_content_info"]
    if packed["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise InputError("The time-stamp does not hold one signature of one instant.")
    # One that cannot be read makes the whole suspect: another authority is asked.
    found = [each.chosen.dump() for each in signed["certificates"] if each.name == "certificate"]
    carried = [x509.load_der_x509_certificate(each) for each in found]
    info = signed["signer_infos"][0]
    used = info["digest_algorithm"]["algorithm"].native
    if used not in [each["algorithm"].native for each in signed["digest_algorithms"]]:
        raise InputError("The time-stamp is signed over another digest than it announces.")
    signer = _signer(info["sid"], carried)
    _check_signature(info, bytes(packed["content"]), signer)
    _check_purpose(signer)
    stamped = packed["content"].parsed
    imprint = stamped["message_imprint"]
    return Reply(
        imprint=imprint["hashed_message"].native,
        algorithm=imprint["hash_algorithm"]["algorithm"].native,
        at=stamped["gen_time"].native,
        nonce=stamped["nonce"].native,
        serial=stamped["serial_number"].native,
        policy=stamped["policy"].dotted,
        statement=bytes(packed["content"]),
        signer=signer,
        others=tuple(each for each in carried if each != signer),
    )


def _signer(sid: Any, carried: Sequence[x509.Certificate]) -> x509.Certificate:
    if sid.name == "issuer_and_serial_number":
        issuer, serial = sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native
        found = [each for each in carried if each.serial_number == serial and each.issuer.public_bytes() == issuer]
    else:
        found = [each for each in carried if _key_id(each) == sid.chosen.native]
    if not found:
        raise InputError("The time-stamp does not carry the certificate that signed it.")
    return found[0]


def _key_id(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _check_signature(info: Any, content: bytes, signer: x509.Certificate) -> None:
    """Check what is signed: a digest of the content, and which certificate signs. Raises InputError."""
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in _HASHES:
        raise InputError("The time-stamp is signed over {algorithm}, which is not trusted.", algorithm=algorithm)
    attributes = {each["type"].native: each["values"] for each in info["signed_attrs"]}
    digest = hashlib.new(algorithm, content).digest()
    if [each.native for each in attributes["content_type"]] != ["tst_info"]:
        raise InputError("The time-stamp does not hold one signature of one instant.")
    if [each.native for each in attributes["message_digest"]] != [digest]:
        raise InputError("The signature is not one of this instant: the time-stamp was changed.")
    if not _names_signer(attributes, signer):
        raise InputError("The signature names another certificate than the one that made it.")
    try:
        _verify(signer, info, info["signed_attrs"].untag().dump(), _HASHES[algorithm]())
    except InvalidSignature as error:
        raise InputError("The signature does not hold: the time-stamp was changed.") from error


def _names_signer(attributes: dict[str, Any], signer: x509.Certificate) -> bool:
    """Return whether the signed attributes name this certificate first (RFC 5035), by either of the two."""
    der = signer.public_bytes(Encoding.DER)
    named = []
    for values in attributes.get("signing_certificate", ()):
        named.append(values["certs"][0]["cert_hash"].native == hashlib.sha1(der, usedforsecurity=False).digest())
    for values in attributes.get("signing_certificate_v2", ()):
        first = values["certs"][0]
        algorithm = first["hash_algorithm"]["algorithm"].native
        named.append(first["cert_hash"].native == hashlib.new(algorithm, der).digest())
    return bool(named) and all(named)


def _verify(signer: x509.Certificate, info: Any, message: bytes, algorithm: hashes.HashAlgorithm) -> None:
    """Check the signature of the message. Raises InvalidSignature, or ValueError for a key of another kind."""
    key, signature, method = signer.public_key(), info["signature"].native, info["signature_algorithm"].signature_algo
    if isinstance(key, rsa.RSAPublicKey) and method == "rsassa_pkcs1v15":
        key.verify(signature, message, padding.PKCS1v15(), algorithm)
    elif isinstance(key, rsa.RSAPublicKey) and method == "rsassa_pss":
        salt = info["signature_algorithm"]["parameters"]["salt_length"].native
        key.verify(signature, message, padding.PSS(padding.MGF1(algorithm), salt), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and method == "ecdsa":
        key.verify(signature, message, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey) and method == "ed25519":
        key.verify(signature, message)
    else:
        raise ValueError(f"{type(key).__name__} does not sign by {method}")


def _check_purpose(signer: x509.Certificate) -> None:
    """Check that the certificate is for time-stamping and nothing else, as RFC 3161 2.3 wants it. Raises InputError."""
    try:
        found = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        good = found.critical and list(found.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    except x509.ExtensionNotFound:
        good = False
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
        others = (usage.key_encipherment, usage.data_encipherment, usage.key_agreement)
        signs = usage.digital_signature or usage.content_commitment
        good = good and signs and not any((*others, usage.key_cert_sign, usage.crl_sign))
    except x509.ExtensionNotFound:
        pass
    if not good:
        raise InputError("The certificate that signed is not made for time-stamping alone.")


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    try:
        return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    except _UNREADABLE:
        return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether `issuer`, which may issue, signed the certificate."""
    try:
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not constraints.ca:
            return False
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, x509.ExtensionNotFound, *_UNREADABLE):
        return False
    return True

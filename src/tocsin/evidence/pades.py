"""Seal a PDF so that any reader of PDF files tells a changed byte: PAdES, baseline B-B, or B-T with a time-stamp.

ETSI EN 319 142-1 (read 2026-11-22). The seal is an incremental update: what was sealed stays there byte for byte, and a
PDF/A-2b stays one as far as the update goes: no visible field, no change of its metadata, no script. With a key of RSA
the same file, key and certificate give the same bytes; without the clock, for a claimed instant proves nothing that
the time-stamp does not prove better.
The certificate is made by ourselves: it proves that all documents with it come from one house, not which house.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from tocsin.base.errors import InputError

Stamp = Callable[[bytes], bytes]

FIELD = "Tocsin"
_PLAIN_BYTES, _STAMPED_BYTES = 8_192, 32_768  # room for the signature; a token with its chain takes 6 to 12 kB
_VALID = timedelta(days=3_652)


def seal_pdf(pdf: bytes, key_pem: bytes, certificate_pem: bytes, *, at: datetime, stamp: Stamp | None = None) -> bytes:
    """Return the PDF sealed.

    key_pem: private key, RSA or EC, without a password. certificate_pem: its certificate, and its chain behind it.
    at: when it is sealed, by our clock, written as claimed. stamp: gives the reply of an authority (RFC 3161, DER) for
    a SHA-256 digest; it is called once; what it raises goes through.
    Raises InputError for a PDF, a key or a certificate that cannot be taken, or a reply that holds no token.
    """
    if at.tzinfo is None:
        raise ValueError("at needs a time zone")
    signer = _Signer(key_pem, certificate_pem)
    out = BytesIO()
    with _refusing():
        writer = _Writer(BytesIO(pdf))
        writer.name_version(hashlib.sha256(pdf + certificate_pem).digest()[:16])
        writer.register_extension(ESIC_EXTENSION_1)
        steps = PdfCMSEmbedder(new_field_spec=SigFieldSpec(FIELD)).write_cms(field_name=FIELD, writer=writer)
        next(steps)
        room = _STAMPED_BYTES if stamp else _PLAIN_BYTES
        field = SignatureObject(timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * room)
        steps.send(SigObjSetup(sig_placeholder=field))
        digest, _ = steps.send(SigIOSetup(md_algorithm="sha256", output=out))
    signature = signer.sign(digest.document_digest, stamp)
    with _refusing():
        steps.send(signature)
    return out.getvalue()


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the writer of PDF files cannot do into our error."""
    try:
        yield
    except (PdfError, SigningError, OSError, ValueError) as error:
        raise InputError("The PDF cannot be sealed: {error}. Give a whole, unsealed PDF.", error=str(error)) from error


def make_seal_certificate(name: str, key_pem: bytes, now: datetime, serial: int) -> bytes:
    """Return a certificate (PEM) for the seal of a house, signed by its own key, valid for ten years from `now`.

    name: of the house, as readers show it. key_pem: private key, RSA of 3072 bits or more, or EC of 256 or more.
    serial: 1 .. 2**159-1, by chance.
    Raises InputError for a name that is empty or longer than 64 signs, or another key.
    """
    key = _private_key(key_pem)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < 3_072:
        raise InputError("The key of the seal has {bits} bits; take one of 3072 or more.", bits=key.key_size)
    if not 1 <= len(name) <= 64:
        raise InputError("The name of the seal has {count} signs; it needs 1 to 64.", count=len(name))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now)
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_USAGE, critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


# To sign, and to stand by what was signed; nothing else.
_USAGE = x509.KeyUsage(
    digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


def _private_key(key_pem: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    try:
        # The check of the key's primes takes longer than all the rest; `_Signer` checks what it signed instead.
        key = serialization.load_pem_private_key(key_pem, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as error:
        raise InputError("The key of the seal cannot be read: {error}.", error=str(error)) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise InputError("The key of the seal is neither RSA nor EC; readers of PDF files know only these.")
    return key


def _chain(certificate_pem: bytes, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> list[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(certificate_pem)
    except ValueError as error:
        raise InputError("The certificate of the seal cannot be read: {error}.", error=str(error)) from error
    if chain[0].public_key() != key.public_key():
        raise InputError("The certificate of the seal is not the one of its key.")
    return chain


class _Signer:
    """Makes the signature that stands in the PDF: CAdES, detached, over SHA-256 (RFC 5652, RFC 5035)."""

    def __init__(self, key_pem: bytes, certificate_pem: bytes) -> None:
        self._key = _private_key(key_pem)
        ders = [one.public_bytes(serialization.Encoding.DER) for one in _chain(certificate_pem, self._key)]
        self._certificates = [asn1_x509.Certificate.load(der) for der in ders]
        self._own_digest = hashlib.sha256(ders[0]).digest()

    def sign(self, digest: bytes, stamp: Stamp | None) -> cms.ContentInfo:
        """Return the signature over a PDF of this digest, stamped if there is somebody to ask."""
        told = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["data"]},
                {"type": "message_digest", "values": [digest]},
                {"type": "signing_certificate_v2", "values": [{"certs": [{"cert_hash": self._own_digest}]}]},
            ]
        )
        signature = self._signature(told.dump())
        own = self._certificates[0]
        info: dict[str, Any] = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number", {"issuer": own.issuer, "serial_number": own.serial_number}
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": told,
            "signature_algorithm": {"algorithm": f"sha256_{'rsa' if self._is_rsa else 'ecdsa'}"},
            "signature": signature,
        }
        if stamp:
            token = _token(stamp(hashlib.sha256(signature).digest()), hashlib.sha256(signature).digest())
            info["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
        content = {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": self._certificates,
            "signer_infos": [info],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)})

    @property
    def _is_rsa(self) -> bool:
        return isinstance(self._key, rsa.RSAPrivateKey)

    def _signature(self, content: bytes) -> bytes:
        """Return the signature over `content`, once its public key has found it good."""
        key = self._key
        try:
            if isinstance(key, rsa.RSAPrivateKey):
                signature = key.sign(content, padding.PKCS1v15(), hashes.SHA256())
                key.public_key().verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
            else:
                signature = key.sign(content, ec.ECDSA(hashes.SHA256()))
                key.public_key().verify(signature, content, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError) as error:
            raise InputError("The key of the seal is broken. Restore it from a backup.") from error
        return signature


def _token(reply: bytes, digest: bytes) -> cms.ContentInfo:
    """Return the token of an authority's reply, if it is one of this digest."""
    try:
        token = tsp.TimeStampResp.load(reply)["time_stamp_token"]
        content = token["content"]["encap_content_info"]["content"].parsed
        imprint = content["message_imprint"]["hashed_message"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError("The authority's reply holds no time-stamp: {error}.", error=str(error)) from error
    if imprint != digest:
        raise InputError("The time-stamp is one of something else.")
    return token


class _Writer(IncrementalPdfFileWriter):
    """Leaves metadata as they were: PDF/A wants them in two places that must say the same, and ours name no instant."""

    def name_version(self, identifier: bytes) -> None:
        """Give the second identifier of the file, which stands for this version of it."""
        first = self._document_id[0]
        self._document_id = ArrayObject([first, ByteStringObject(identifier)])

    def _update_meta(self) -> None:
        return

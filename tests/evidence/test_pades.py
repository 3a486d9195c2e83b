"""A sealed PDF is what it was, with a seal that readers of PDF files check themselves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from tests.evidence.authority import authorities
from tests.evidence.make import make_pdf
from tocsin.base.errors import InputError
from tocsin.evidence.pades import FIELD, make_seal_certificate, seal_pdf
from tocsin.evidence.stamp import stamp_request
from tocsin.report.document import typeset

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@cache
def house() -> tuple[bytes, bytes]:
    """The key of Maison Alba's seal, and its certificate."""
    key = pem(rsa.generate_private_key(public_exponent=65537, key_size=3072))
    return key, make_seal_certificate("Sceau de Maison Alba", key, AT, 4217)


@cache
def report() -> bytes:
    blocks = [{"kind": "text", "text": "Faits"}]
    return typeset("plain", {"title": "Essai", "blocks": blocks}, language="fr", made_at=AT)


def checked(sealed: bytes, *roots: bytes) -> PdfSignatureStatus:
    """What pyHanko says of the seal, offline, trusting the seal's own certificate and `roots`."""
    trusted = [asn1_x509.Certificate.load(root) for root in roots]
    own = x509.load_pem_x509_certificate(house()[1]).public_bytes(serialization.Encoding.DER)
    context = ValidationContext(trust_roots=[*trusted, asn1_x509.Certificate.load(own)], allow_fetching=False)
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    return validate_pdf_signature(signature, context, context)


def test_a_sealed_report_holds_to_the_byte() -> None:
    sealed = seal_pdf(report(), *house(), at=AT)
    assert sealed.startswith(report())
    found = checked(sealed)
    assert found.bottom_line and found.coverage.name == "ENTIRE_FILE" and found.timestamp_validity is None
    assert (
        found_field(sealed).field_name,
        found_field(sealed).sig_object["/SubFilter"],
    ) == (FIELD, "/ETSI.CAdES.detached")


def found_field(sealed: bytes):  # type: ignore[no-untyped-def]
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    return signature


def test_the_same_report_is_sealed_by_the_same_bytes() -> None:
    assert seal_pdf(report(), *house(), at=AT) == seal_pdf(report(), *house(), at=AT)


def test_a_stamp_of_an_authority_stands_inside() -> None:
    with authorities("alpha") as (alpha,):
        asked: list[bytes] = []

        def stamp(digest: bytes) -> bytes:
            asked.append(digest)
            return alpha.stamp(stamp_request(digest, 7))

        sealed = seal_pdf(report(), *house(), at=AT, stamp=stamp)
        roots = x509.load_pem_x509_certificates(alpha.roots_file.read_bytes())
        found = checked(sealed, *(root.public_bytes(serialization.Encoding.DER) for root in roots))
    assert len(asked) == 1
    assert found.bottom_line and found.timestamp_validity is not None
    assert found.timestamp_validity.valid and found.timestamp_validity.trusted


@pytest.mark.parametrize("place", [60, 2_000, -40])
def test_a_changed_byte_breaks_the_seal(place: int) -> None:
    sealed = bytearray(seal_pdf(report(), *house(), at=AT))
    sealed[place] ^= 1
    try:
        found = checked(bytes(sealed))
    except Exception as error:  # noqa: BLE001  # whatever a reader cannot read, it does not accept
        assert str(error)
    else:
        assert not found.bottom_line


def test_what_was_added_behind_the_seal_is_seen() -> None:
    sealed = seal_pdf(report(), *house(), at=AT)
    added = found_field(sealed + b"\n% more\n")
    added.compute_integrity_info()
    assert added.coverage.name != "ENTIRE_FILE"


def test_the_seal_leaves_pdf_a_as_it_is_as_far_as_it_goes() -> None:
    update = seal_pdf(report(), *house(), at=AT)[len(report()) :]
    assert b"/Metadata" not in update.replace(b"/Metadata ", b"", 1)  # the catalogue goes on naming the old ones
    assert b"/Type /Metadata" not in update and b"/Info" in update
    assert re.search(rb"/Rect \[\s*0 0 0 0\s*\]", update) and b"/F 132" in update  # no face, printed, locked
    for forbidden in (b"/JavaScript", b"/Encrypt", b"/NeedAppearances", b"/Launch", b"/LZWDecode"):
        assert forbidden not in update
    identifiers = re.search(rb"/ID \[\s*<([0-9a-f]+)>\s*<([0-9a-f]+)>", update, re.IGNORECASE)
    assert identifiers and identifiers[1] != identifiers[2]


def test_poppler_finds_the_seal_valid(tmp_path: Path) -> None:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig (poppler-utils) is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(seal_pdf(report(), *house(), at=AT))
    said = pdfsig(path)
    assert "Signature is Valid." in said and "ETSI.CAdES.detached" in said and "Total document signed" in said
    path.write_bytes(path.read_bytes().replace(b"/Title", b"/Titel", 1))
    forged = pdfsig(path)
    assert "Signature is Valid." not in forged


def pdfsig(path: Path) -> str:
    command = ["pdfsig", "-nocert", str(path)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "HOME": str(path.parent)}).stdout


def test_a_key_of_an_elliptic_curve_seals_too() -> None:
    key = pem(ec.generate_private_key(ec.SECP256R1()))
    sealed = seal_pdf(make_pdf(), key, make_seal_certificate("Maison Alba", key, AT, 1), at=AT)
    signature = found_field(sealed)
    signature.compute_integrity_info()
    assert signature.coverage.name == "ENTIRE_FILE"


def test_what_cannot_be_taken_is_refused_with_a_sentence() -> None:
    key, certificate = house()
    other = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    edwards = pem(ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(InputError, match="whole, unsealed PDF"):
        seal_pdf(b"no PDF", key, certificate, at=AT)
    with pytest.raises(InputError, match="whole, unsealed PDF"):
        seal_pdf(seal_pdf(make_pdf(), key, certificate, at=AT), key, certificate, at=AT)
    with pytest.raises(InputError, match="not the one of its key"):
        seal_pdf(make_pdf(), other, certificate, at=AT)
    with pytest.raises(InputError, match="cannot be read"):
        seal_pdf(make_pdf(), key, b"no certificate", at=AT)
    with pytest.raises(InputError, match="neither RSA nor EC"):
        make_seal_certificate("Maison Alba", edwards, AT, 1)
    with pytest.raises(InputError, match="3072 or more"):
        make_seal_certificate("Maison Alba", other, AT, 1)
    with pytest.raises(InputError, match="1 to 64"):
        make_seal_certificate("", key, AT, 1)
    with pytest.raises(InputError, match="holds no time-stamp"):
        seal_pdf(make_pdf(), key, certificate, at=AT, stamp=lambda digest: b"garbage")

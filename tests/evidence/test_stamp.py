"""Tokens: those of `openssl ts` are read, and what is no token of this digest is refused with its reason."""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc3161_client
from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.evidence.authority import Authority, Behaviour, authorities
from tests.evidence.dossiers import stamp
from tocsin.base.errors import AddressError, InputError, SourceError
from tocsin.evidence.cms import read_pem
from tocsin.evidence.stamp import Trust, check_token, read_token, stamp_request
from tocsin.net.http import HttpClient
from tocsin.net.timestamp import ask

CONTENT = b'{"number":"C-1"}'
DIGEST = hashlib.sha256(CONTENT).digest()


@pytest.fixture(scope="module")
def alpha() -> Iterator[Authority]:
    with authorities("alpha") as (made,):
        yield made


def test_a_token_says_what_is_stamped_when_and_by_whom(alpha: Authority) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    token = read_token(alpha.stamp(stamp_request(DIGEST, 2**64 - 1)), DIGEST, "alpha", nonce=2**64 - 1)
    assert before <= token.at <= datetime.now(UTC)
    assert (token.digest, token.signer, token.policy) == (
        DIGEST.hex(),
        "CN=alpha test time-stamping",
        "1.3.6.1.4.1.55555.1",
    )
    assert not token.anchored


def test_a_token_is_anchored_in_the_root_of_its_authority_and_in_no_other(alpha: Authority) -> None:
    reply = alpha.stamp(stamp_request(DIGEST, 1))
    assert read_token(reply, DIGEST, "alpha", roots=read_pem(alpha.roots)).anchored
    with authorities("beta") as (beta,):
        assert not read_token(reply, DIGEST, "alpha", roots=read_pem(beta.roots)).anchored


def test_a_strict_reader_agrees_on_the_token_and_its_chain(alpha: Authority) -> None:
    reply = alpha.stamp(stamp_request(DIGEST, 5))
    theirs = rfc3161_client.decode_timestamp_response(reply)
    builder = rfc3161_client.VerifierBuilder(nonce=5)
    verifier = builder.add_root_certificate(x509.load_pem_x509_certificate(alpha.roots)).build()
    assert verifier.verify(theirs, DIGEST)
    assert read_token(reply, DIGEST, "alpha", nonce=5).at == theirs.tst_info.gen_time


def test_a_token_whose_certificates_are_not_sorted_is_read_where_a_strict_reader_refuses_it() -> None:
    with authorities("gamma", unsorted=True) as (gamma,):
        reply = gamma.stamp(stamp_request(DIGEST, 5))
        with pytest.raises(ValueError, match="InvalidSetOrdering"):
            rfc3161_client.decode_timestamp_response(reply)
        token = read_token(reply, DIGEST, "gamma", nonce=5, roots=read_pem(gamma.roots))
        assert token.anchored
        assert read_pem(token.chain)[0].subject.rfc4514_string() == "CN=gamma test time-stamping"


def test_another_digest_or_nonce_is_refused(alpha: Authority) -> None:
    reply = alpha.stamp(stamp_request(DIGEST, 1))
    with pytest.raises(InputError, match="something else"):
        read_token(reply, bytes(32), "alpha")
    with pytest.raises(InputError, match="another question"):
        read_token(reply, DIGEST, "alpha", nonce=2)


def test_a_certificate_that_is_not_made_for_time_stamping_alone_is_refused(tmp_path: Path) -> None:
    """Who holds any other certificate of a trusted root could sign with it: openssl refuses such a token as we do."""
    for folder, usages, critical, good in (
        ("alone", [ExtendedKeyUsageOID.TIME_STAMPING], True, True),
        ("server", [ExtendedKeyUsageOID.SERVER_AUTH], True, False),
        ("both", [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH], True, False),
        ("loose", [ExtendedKeyUsageOID.TIME_STAMPING], False, False),
        ("none", [], True, False),
    ):
        (tmp_path / folder).mkdir()
        reply, chain = forged_reply(usages, critical=critical)
        assert _openssl(reply, chain, tmp_path / folder) == good
        if good:
            assert read_token(reply, DIGEST, "forged").digest == DIGEST.hex()
        else:
            with pytest.raises(InputError, match="not made for time-stamping alone"):
                read_token(reply, DIGEST, "forged")


def forged_reply(usages: list[x509.ObjectIdentifier], *, critical: bool) -> tuple[bytes, bytes]:
    """Return a reply signed by hand with a certificate for these usages, and its certificate as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forged")])
    building = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    building = building.public_key(key.public_key()).not_valid_before(now - timedelta(days=1))
    building = building.not_valid_after(now + timedelta(days=1))
    if usages:
        building = building.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
    certificate = building.sign(key, hashes.SHA256())
    der = certificate.public_bytes(Encoding.DER)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST}
    content = {"version": "v1", "policy": "1.2.3", "message_imprint": imprint, "serial_number": 1}
    info = tsp.TSTInfo({**content, "gen_time": now.replace(microsecond=0)})
    named = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(der).digest()}]})
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(info.dump()).digest()]},
            {"type": "signing_certificate_v2", "values": [named]},
        ]
    )
    signer = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": asn1_name(der), "serial_number": 7}},
        "digest_algorithm": {"algorithm": "sha256"},
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signed_attrs": attributes,
        "signature": key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
    }
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": info},
            "certificates": [asn1_x509.Certificate.load(der)],
            "signer_infos": [signer],
        }
    )
    token = {"content_type": "signed_data", "content": signed}
    reply = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
    return reply, certificate.public_bytes(Encoding.PEM)


def asn1_name(der: bytes) -> asn1_x509.Name:
    return asn1_x509.Certificate.load(der).issuer


@pytest.mark.parametrize("reply", [b"", b"\x30\x00", b"\x30\x03\x02\x01", bytes.fromhex("30053003020102"), b"<html>"])
def test_what_is_no_token_is_refused_in_one_sentence(reply: bytes) -> None:
    with pytest.raises(InputError) as refused:
        read_token(reply, DIGEST, "alpha")
    assert str(refused.value)


def test_no_name_leads_out_of_the_folder(alpha: Authority) -> None:
    reply = alpha.stamp(stamp_request(DIGEST, 1))
    for name in ("../alpha", "Alpha", "", "a b", "a" * 33):
        with pytest.raises(InputError):
            read_token(reply, DIGEST, name)


def test_a_changed_token_is_never_good_where_what_is_signed_changed(alpha: Authority, tmp_path: Path) -> None:
    """Each byte of what the authority signed, its signature, and every thirtieth of the rest, against openssl."""
    token = stamp(CONTENT, (alpha,))[0]
    trust = Trust(chain=read_pem(token.chain))
    signed = token.reply.index(DIGEST)
    places = {*range(signed - 20, signed + 60, 7), *range(len(token.reply) - 66, len(token.reply), 7)}
    for at in sorted({*places, *range(60, len(token.reply), 37)}):
        changed = bytearray(token.reply)
        changed[at] ^= 1
        try:
            check_token(bytes(changed), CONTENT, "alpha", trust)
        except InputError:
            continue
        assert at not in places
        assert _openssl(bytes(changed), token.chain, tmp_path), at


def _openssl(reply: bytes, chain: bytes, folder: Path) -> bool:
    for name, content in (("t", reply), ("c", chain), ("d", CONTENT)):
        (folder / name).write_bytes(content)
    command = ["openssl", "ts", "-verify", "-data", folder / "d", "-in", folder / "t", "-CAfile", folder / "c"]
    return subprocess.run([*command, "-partial_chain"], capture_output=True, check=False).returncode == 0


def test_an_authority_is_asked_over_the_guarded_client(alpha: Authority) -> None:
    reply = _ask(alpha, allow=("127.0.0.1",))
    assert read_token(reply, DIGEST, "alpha", nonce=9).digest == DIGEST.hex()


def test_an_authority_inside_is_refused_unless_it_is_allowed(alpha: Authority) -> None:
    with pytest.raises(AddressError):
        _ask(alpha, allow=())


@pytest.mark.parametrize("behaviour", [Behaviour.DOWN, Behaviour.GARBAGE, Behaviour.REFUSES, Behaviour.REPLAYS])
def test_an_authority_that_misbehaves_gives_no_token(behaviour: Behaviour) -> None:
    with authorities("alpha") as (alpha,):
        alpha.answer(stamp_request(bytes(32), 3))
        alpha.behaviour = behaviour
        with pytest.raises((SourceError, InputError)):
            read_token(_ask(alpha, allow=("127.0.0.1",)), DIGEST, "alpha", nonce=9)


def test_what_is_no_reply_by_its_kind_is_not_read(alpha: Authority) -> None:
    async def asked() -> bytes:
        async with HttpClient(allow_hosts=("127.0.0.1",)) as client:
            return await ask(client, re.sub("/tsa$", "/", alpha.url), b"")

    with pytest.raises(SourceError):
        asyncio.run(asked())


def _ask(authority: Authority, allow: tuple[str, ...]) -> bytes:
    async def asked() -> bytes:
        async with HttpClient(allow_hosts=allow) as client:
            return await ask(client, authority.url, stamp_request(DIGEST, 9))

    return asyncio.run(asked())

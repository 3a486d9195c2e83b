"""Seal what was recorded: into the log at once, time-stamped as soon as authorities can be reached, again and again."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509

from tocsin.base.errors import ConflictError, InputError, SourceError, TocsinError
from tocsin.evidence.authorities import Authority, Health, choose, read_authorities, shipped_authorities
from tocsin.evidence.manifest import DOUBTFUL_STAMP
from tocsin.evidence.stamp import NONCE_BITS, read_token, stamp_request
from tocsin.evidence.values import Entry, EntryKind, Token
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.keep import put_in_place
from tocsin.flows.evidence.log import sign_log
from tocsin.net.http import HttpClient
from tocsin.net.politeness import HostPacer
from tocsin.net.timestamp import ask
from tocsin.store.evidence.rows import HOUSE, CaptureRow, NewEntry, Stamped

WANTED = 2  # authorities that stamp a seal
OWN_LIST = "authorities.toml"  # in the folder of the data
_LATE = timedelta(minutes=5)  # a stamp that came so long after the seal is an entry of its own
_RETRY = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60, 120, 240, 360))


def seal_recorded(engine: Engine, now: datetime) -> list[CaptureRow]:
    """Enter all that is recorded into the log, and sign it; return what was sealed.

    Raises ConflictError when the log does not go on from the head that was signed last.
    """
    evidence, sealed = engine.store.evidence, []
    for one in evidence.to_seal():
        if not put_in_place(engine, one):
            evidence.lost(one.number)
            continue
        before = evidence.before(one)
        entry = Entry(
            kind=EntryKind.CAPTURE,
            at=now,
            digest=one.manifest,
            number=one.number,
            who=one.by,
            previous=before.manifest if before is not None and before.index is not None else None,
        )
        try:
            evidence.append([NewEntry(entry=entry, dossier=one.dossier, capture=one.number)])
        except ConflictError:
            if evidence.capture(one.number).index is None:
                raise
            continue  # another program sealed it meanwhile
        sealed.append(evidence.capture(one.number))
    sign_log(engine, now)
    return sealed


def stamp_sealed(engine: Engine, now: datetime) -> int:
    """Ask for the time-stamps that seals lack; return how many have all of them now. Without a network, later."""
    evidence, done = engine.store.evidence, 0
    for one in evidence.to_stamp(now):
        if one.index is None:
            continue
        stamps = stamp_entry(engine, one.index, one.manifest, now)
        if any(abs(stamp.token.at - stamp.got_at) > DOUBTFUL_STAMP for stamp in stamps):
            evidence.doubt(one.number)
        if len(stamps) < WANTED:
            evidence.stamp_later(one.number, now + _RETRY[min(one.tries, len(_RETRY) - 1)])
            continue
        evidence.stamped(one.number, now)
        done += 1
        if one.sealed_at is not None and now - one.sealed_at > _LATE:
            entry = Entry(kind=EntryKind.STAMP, at=now, digest=one.manifest, number=one.number, who=HOUSE)
            evidence.append([NewEntry(entry=entry, dossier=one.dossier, capture=one.number)])
    return done


def stamp_entry(engine: Engine, index: int, digest: str, now: datetime) -> list[Stamped]:
    """Ask authorities that did not stamp an entry yet, until it has as many tokens as are wanted; return all it has."""
    evidence = engine.store.evidence
    had = evidence.tokens(index)
    missing = WANTED - len(had)
    if missing > 0:
        names = {stamp.token.authority for stamp in had}
        among = choose([one for one in authorities(engine) if one.name not in names], _health(engine), now)
        answers = asyncio.run(_ask(engine, among, bytes.fromhex(digest), missing))
        for answer in answers:
            evidence.note_authority(answer.authority, now, answer.error)
        got = [answer.token for answer in answers if answer.token is not None]
        evidence.put_tokens([Stamped(entry=index, token=token, got_at=now) for token in got])
    return evidence.tokens(index)


def stamp_digest(engine: Engine, digest: bytes, now: datetime) -> Token:
    """Return a time-stamp of a SHA-256 digest by the first authority that answers. Raises SourceError for none."""
    among = choose(authorities(engine), _health(engine), now)
    found = [answer.token for answer in asyncio.run(_ask(engine, among, digest, 1)) if answer.token is not None]
    if not found:
        raise SourceError("No time-stamping authority answers; try again later.", permanent=False)
    return found[0]


def authorities(engine: Engine) -> tuple[Authority, ...]:
    """Return the authorities to ask: those of `authorities.toml` in the folder of the data, then those we ship.

    Raises InputError for a list that cannot be read.
    """
    own = engine.settings.data_dir / OWN_LIST
    return read_authorities(own.read_bytes(), before=shipped_authorities()) if own.is_file() else shipped_authorities()


class _Answer(msgspec.Struct, frozen=True):
    """What an authority gave: a token that holds, or what was said instead."""

    authority: str
    token: Token | None = None
    error: str = ""


def _health(engine: Engine) -> dict[str, Health]:
    return {
        one.name: Health(last_good_at=one.good_at, last_failed_at=one.bad_at, failures=one.failures)
        for one in engine.store.evidence.authorities()
    }


async def _ask(engine: Engine, among: Sequence[Authority], digest: bytes, wanted: int) -> list[_Answer]:
    """Ask one authority after the other until enough stamped."""
    settings = engine.settings
    answers: list[_Answer] = []
    pacer = HostPacer(0.0)  # one question to each: two of them may share a host, such as one's own
    async with HttpClient(contact=settings.contact, allow_hosts=settings.allow_hosts, pacer=pacer) as client:
        for authority in among:
            if sum(answer.token is not None for answer in answers) == wanted:
                break
            nonce = secrets.randbits(NONCE_BITS)
            try:
                reply = await ask(client, authority.url, stamp_request(digest, nonce))
                token = read_token(reply, digest, authority.name, nonce=nonce, roots=_roots(engine, authority))
            except TocsinError as error:
                answers.append(_Answer(authority.name, error=str(error)))
                continue
            answers.append(_Answer(authority.name, msgspec.structs.replace(token, qualified=authority.qualified)))
    return answers


def _roots(engine: Engine, authority: Authority) -> Sequence[x509.Certificate]:
    if not authority.roots:
        return ()
    path = engine.settings.data_dir / Path(authority.roots)
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            "The roots of the authority {name} cannot be read in {path}: {error}.",
            name=authority.name,
            path=path,
            error=error,
        ) from None

"""Sign the log as it stands, and let its heads leave the house: a file, other installations, a mail to counsel."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tocsin.base.errors import SourceError, StoreError
from tocsin.base.ids import stable_id
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.base.time import to_ms
from tocsin.evidence.log.checkpoint import extends, open_checkpoint, read_checkpoint, sign_checkpoint
from tocsin.evidence.log.tree import consistency, tree_hash
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.keys import LOG, log_signer, log_verifier
from tocsin.flows.i18n import N_, translator
from tocsin.net.http import HttpClient
from tocsin.net.send import Mail
from tocsin.net.values import HttpRequest, Limits
from tocsin.store.evidence.rows import Signed
from tocsin.store.rows import OutboxState

LETTER = "checkpoint"
PEER = "checkpoint"
FILE = "checkpoint"
KEY_FILE = "log-key.txt"
_HEAD = "head-"  # begins the name of each such sending
_MAIL_EVERY = timedelta(hours=24)
_PEERS_EVERY = timedelta(hours=1)
_LIMITS = Limits(total_s=15.0, connect_s=5.0, body_bytes=64 * 1024, redirects=0)


def sign_log(engine: Engine, now: datetime) -> Signed | None:
    """Sign the log as it stands; return the newest head, None for an empty log.

    Raises ConflictError, and signs nothing, when the log does not go on from the head that was signed last.
    """
    evidence = engine.store.evidence
    size, last = evidence.log_size(), evidence.checkpoint()
    if last is not None and last.size == size:
        return last
    if not size and last is None:
        return None
    signer = log_signer(engine, now)
    old = None if last is None else read_checkpoint(last.text)
    root = tree_hash(size, evidence.read_hashes)
    proof = consistency(old.size, size, evidence.read_hashes) if old is not None and old.size <= size else ()
    if old is not None and last is not None:
        # An installation that was filled from an export has a key of its own, and goes on from the log it was given.
        given = is_given(engine, last) and extends(old, size, root, proof)
        old = None if given else open_checkpoint(last.text, signer.verifier)
    text = sign_checkpoint(size, root, signer, after=old, proof=proof)
    signed = Signed(size=size, root=root.hex(), at=now, text=text)
    evidence.put_checkpoint(signed)
    _write_beside(engine, signed)
    return signed


def is_given(engine: Engine, head: Signed) -> bool:
    """Return whether a head is older than our key, so that another installation's signed it, and not ours."""
    kept = engine.store.evidence.key(LOG)
    return kept is None or head.at < kept.made_at


def publish_log(engine: Engine, now: datetime) -> int:
    """Queue the newest head for counsel by mail, once a day, and for peers, once an hour; return how many.

    The same head is told once to each.
    """
    head = engine.store.evidence.checkpoint()
    if head is None:
        return 0
    rows: list[OutboxRow] = []
    if _turn_has_come(engine, "evidence/mail", _MAIL_EVERY, now):
        rows += [_mail_row(person, head) for person in counsels(engine)]
    if engine.settings.checkpoint_peers and _turn_has_come(engine, "evidence/peers", _PEERS_EVERY, now):
        rows += [_peer_row(number, head) for number in range(len(engine.settings.checkpoint_peers))]
    fresh = [row for row in rows if not engine.store.outbox_has(row.event)]
    for row in fresh:
        engine.store.outbox_put(row)
    return len(fresh)


def head_has_left(engine: Engine) -> bool:
    """Return whether a head of the log was sent out of the house, to counsel or to another installation, of late."""
    return any(
        one.event.startswith(_HEAD) and one.state is OutboxState.DONE for one in engine.store.outbox_list(limit=1000)
    )


def checkpoint_letter(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    """Return the mail that takes a head of the log out of the house; None for a person who is not known any more."""
    person = engine.store.people.by_email(body["to"])
    head = engine.store.evidence.checkpoint(at_most=int(body["size"]))
    key = log_verifier(engine)
    if person is None or not person.active or head is None or key is None:
        return None
    t = translator(person.language)
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(
            N_(
                "Keep this mail: it proves later that no capture sealed before it was changed, taken away or added."
                " Nothing is to be done."
            )
        ),
        "",
        *head.text.splitlines(),
        "",
        t.text(N_("The key that signed it: {key}"), key=key.text),
    ]
    subject = t.text(N_("[tocsin] The log of captures holds {size} entries"), size=head.size)
    text = "\n".join(lines) + "\n"
    return Mail(message_id=f"<{event}@tocsin.invalid>", to=(person.email,), subject=subject, text=text, at=now)


def send_to_peer(engine: Engine, number: int, body: Mapping[str, str]) -> None:
    """Post a head to another installation. Raises SourceError, permanent when the setting is gone, and AddressError."""
    peers = engine.settings.checkpoint_peers
    if number >= len(peers):
        raise SourceError("The installation number {number} is no longer set.", permanent=True, number=number)
    asyncio.run(_post(engine, peers[number], body["text"].encode()))


def counsels(engine: Engine, brand: str = "") -> list[Person]:
    """Return who answers for proof: counsel of a brand, or of any; owners where there is none."""
    brands = [brand] if brand else [one.slug for one in engine.store.brands()]
    members = [member for slug in brands for member in engine.store.people.members(slug) if member.person.active]
    found = {one.person.id: one.person for one in members if one.role is Role.COUNSEL}
    found = found or {one.person.id: one.person for one in members if one.role is Role.OWNER}
    return [found[number] for number in sorted(found)]


def _write_beside(engine: Engine, signed: Signed) -> None:
    """Write the newest head and the key to files, for those who copy them elsewhere by their own means."""
    folder = engine.store.evidence.vault.root
    key = log_verifier(engine)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(folder / FILE, signed.text)
        _replace(folder / KEY_FILE, f"{key.text}\n" if key else "")
    except OSError as error:
        raise StoreError(
            "The evidence folder {path} cannot be written ({error}). Give its folder back, or free some space.",
            path=folder,
            error=error.strerror,
        ) from None


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")  # two programs sign at once
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _turn_has_come(engine: Engine, what: str, every: timedelta, now: datetime) -> bool:
    return engine.store.lease(what, f"{engine.holder}/{to_ms(now)}", now, every)


def _mail_row(person: Person, head: Signed) -> OutboxRow:
    return OutboxRow(
        event=f"{_HEAD}{stable_id(str(head.size), str(person.id))}",
        timeline=LIVE,
        action=f"letter:{LETTER}",
        delivery=Delivery.AT_LEAST_ONCE,
        body=msgspec.json.encode({"to": person.email, "size": str(head.size)}),
    )


def _peer_row(number: int, head: Signed) -> OutboxRow:
    return OutboxRow(
        event=f"{_HEAD}{stable_id('peer', str(head.size), str(number))}",
        timeline=LIVE,
        action=f"{PEER}:{number}",
        delivery=Delivery.AT_LEAST_ONCE,
        body=msgspec.json.encode({"text": head.text}),
    )


async def _post(engine: Engine, url: str, body: bytes) -> None:
    settings = engine.settings
    async with HttpClient(contact=settings.contact, allow_hosts=settings.allow_hosts) as client:
        await client.get(
            HttpRequest(url=url, headers={"Content-Type": "text/plain; charset=utf-8"}, body=body), _LIMITS
        )

"""Captures, entries and tokens as the flows would make them, short of a browser and a network."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from tests.store.make import ALBA, at
from tocsin.evidence.values import Entry, EntryKind, File, Token
from tocsin.store.dossiers.rows import DossierRow, NewDossier
from tocsin.store.evidence.rows import Ask, CaptureRow, NewEntry, Recorded
from tocsin.store.store import Store

PAGE = "https://example.org/avis/1"
ROBOT = "robot:1"
LEASE = timedelta(minutes=3)
FILES = (File("manifest.json", b"{}"), File("page.png", b"png"), File("text.txt", b"La page"))


def digest(words: str) -> str:
    """Return a SHA-256 as hexadecimal digits."""
    return hashlib.sha256(words.encode()).hexdigest()


def asked(store: Store, url: str = PAGE, dossier: str = "", **more: str) -> CaptureRow:
    """Ask for a capture."""
    return store.evidence.ask(Ask(brand=ALBA.slug, url=url, by="person:1", at=at(0), dossier=dossier, **more))


def opened(store: Store, title: str = "Avis mensongers") -> DossierRow:
    """Open a dossier."""
    return store.dossiers.open(NewDossier(brand=ALBA.slug, title=title, by="person:1", at=at(0)))


def left(folder: str, manifest: str = "un") -> Recorded:
    """Return what a visit left."""
    return Recorded(
        outcome="whole",
        started_at=at(1),
        ended_at=at(2),
        final_url=PAGE,
        title="Avis",
        status=200,
        size=12,
        folder=folder,
        manifest=digest(manifest),
    )


def recorded(store: Store, number: str, minute: float = 1) -> CaptureRow:
    """Record a capture that was asked for."""
    one = store.evidence.claim(ROBOT, at(minute), LEASE, number)
    assert one is not None
    folder = store.evidence.vault.write(one.brand, one.number, ROBOT, FILES)
    assert store.evidence.recorded(one, left(folder, number))
    assert store.evidence.vault.place(folder, ROBOT)
    return store.evidence.capture(number)


def sealing(one: CaptureRow, minute: float = 3) -> NewEntry:
    """Return the entry that seals a capture."""
    entry = Entry(kind=EntryKind.CAPTURE, at=at(minute), digest=one.manifest, number=one.number, who="tocsin")
    return NewEntry(entry=entry, dossier=one.dossier, capture=one.number)


def sealed(store: Store, url: str = PAGE, dossier: str = "") -> CaptureRow:
    """Ask for a capture, record and seal it."""
    one = recorded(store, asked(store, url, dossier).number)
    store.evidence.append([sealing(one)])
    return store.evidence.capture(one.number)


def note(words: str, dossier: str = "", minute: float = 5) -> NewEntry:
    """Return an entry with words."""
    entry = Entry(kind=EntryKind.NOTE, at=at(minute), digest=digest(words), number=dossier or "x", who="person:1")
    return NewEntry(entry=entry, dossier=dossier, words=words)


def token(authority: str, of: str) -> Token:
    """Return a token as one that was verified."""
    return Token(
        authority=authority,
        at=at(4),
        digest=of,
        serial="01",
        policy="1.2.3",
        signer="TSA",
        reply=b"reply",
        chain=b"chain",
        qualified=True,
    )

"""Captures of pages, the log that seals them, and the dossiers that gather them."""

from tocsin.store.models.proof.captures import Capture, CaptureTurn
from tocsin.store.models.proof.dossiers import ChosenGround, Clock, Dossier, GroundElement, LawLetter
from tocsin.store.models.proof.log import (
    AuthorityHealth,
    Checkpoint,
    EvidenceKey,
    EvidenceText,
    LogEntry,
    LogHash,
    StampToken,
)

__all__ = [
    "AuthorityHealth",
    "Capture",
    "CaptureTurn",
    "Checkpoint",
    "ChosenGround",
    "Clock",
    "Dossier",
    "EvidenceKey",
    "EvidenceText",
    "GroundElement",
    "LawLetter",
    "LogEntry",
    "LogHash",
    "StampToken",
]

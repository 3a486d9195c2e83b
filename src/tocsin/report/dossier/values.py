"""What a report is made from: the manifests and seals of captures, those of their files that are shown, custody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.evidence.dossier.values import Custody
from tocsin.evidence.log.note import Verifier
from tocsin.evidence.values import Checkpoint, File, Manifest, Seal

# The files of a capture that a report reads; others may be left out.
SHOWN = re.compile(r"method\.json|net\.json|corroboration\.json|page(?:-\d+)?\.png")


class CapturePart(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One capture of a dossier. files: those that `SHOWN` matches. passages: quoted, as they were tied; none for all
    that the page did not get from a server.
    """

    manifest: Manifest
    seal: Seal
    files: tuple[File, ...]
    passages: tuple[str, ...] = ()

    @cached_property
    def told(self) -> Mapping[str, Any]:
        """Return what the manifest says."""
        return _read(File("manifest.json", self.manifest.content), self.manifest.number)

    def read(self, path: str) -> Mapping[str, Any]:
        """Return what a file of JSON says, nothing where it is not there. Raises InputError for one that is broken."""
        found = next((file for file in self.files if file.path == path), None)
        return _read(found, self.manifest.number) if found else {}

    @cached_property
    def ties(self) -> tuple[tuple[str, Mapping[str, Any] | None], ...]:
        """Return the quoted passages with what ties them; None for one that was not looked up in this capture.

        A passage that was looked up line by line is told line by line.
        """
        known: dict[str, Mapping[str, Any]] = {}
        for tie in self.read("corroboration.json").get("ties", ()):
            known.setdefault(tie["passage"], tie)
        quoted = [
            line
            for text in self.passages
            for line in ([text] if text in known else [one.strip() for one in text.splitlines() if one.strip()])
        ]
        return tuple((text, known.get(text)) for text in quoted)

    @property
    def by_robot(self) -> bool:
        """Return whether a robot made it, not a person who attached a file."""
        return any(one.path == "method.json" for one in self.manifest.sums)

    @property
    def pictures(self) -> tuple[File, ...]:
        """Return its pictures, top first."""
        found = [(int(match[1] or 1), file) for file in self.files if (match := _PICTURE.fullmatch(file.path))]
        return tuple(file for _, file in sorted(found, key=lambda pair: pair[0]))


class ReportFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as it is reported.

    made_by: pseudonym. made_at: aware. time_zone: IANA name in which instants are shown. language: fr or en.
    checkpoint: the newest head of the log, None before the first. published: whether any head has left the house.
    """

    number: str
    brand: str
    made_by: str
    made_at: datetime
    captures: tuple[CapturePart, ...]
    custody: tuple[Custody, ...]
    log: Verifier
    checkpoint: Checkpoint | None = None
    published: bool = False
    time_zone: str = "Europe/Paris"
    language: str = "fr"


_PICTURE = re.compile(r"page(?:-(\d+))?\.png")


def _read(file: File, number: str) -> Mapping[str, Any]:
    try:
        told = msgspec.json.decode(file.content)
    except msgspec.DecodeError as error:
        raise InputError(
            "{path} of the capture {number} cannot be read: {error}. Restore it from a backup.",
            path=file.path,
            number=number,
            error=str(error),
        ) from error
    if not isinstance(told, dict):
        raise InputError("{path} of the capture {number} is not an object of JSON.", path=file.path, number=number)
    return told

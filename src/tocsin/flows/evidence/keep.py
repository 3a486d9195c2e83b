"""Keep what a visit left: packed, its words tied to their answers, held together by a manifest, in the vault."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from tocsin.base.capture import Recording
from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.evidence.corroborate import corroborate, corroborate_page, ties_file
from tocsin.evidence.manifest import SALT_BYTES, manifest_of, sums
from tocsin.evidence.pack import files_of
from tocsin.evidence.values import File, Manifest, Sum
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.difference import difference
from tocsin.store.evidence.rows import CaptureRow, CaptureState, Difference, Recorded

TEXT = "text.txt"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"


def keep_recording(engine: Engine, one: CaptureRow, recording: Recording, files: Sequence[File] = ()) -> CaptureRow:
    """Write the files of a recording into the vault and note it; return the capture as it stands then.

    files: those to keep in place of a robot's, of a file that a person attached. Killed at any point, either the files
    and the note are there or neither is: files are whole on the disk before the note, and in their place after it.
    Raises ConflictError when another robot has the capture by now; its files are taken away again.
    """
    evidence = engine.store.evidence
    salt = secrets.token_bytes(SALT_BYTES)
    before = evidence.before(one) if one.is_robot else None
    packed = tuple(files) or _packed(engine, one, recording, salt)
    previous = before.manifest if before else None
    manifest = manifest_of(packed, recording, number=one.number, operator=one.by, salt=salt, previous=previous)
    whole = (*packed, manifest.file)
    whole = (*whole, File(SUMS, sums(whole)))
    folder = evidence.vault.write(one.brand, one.number, one.holder, whole)
    noted = evidence.recorded(
        one,
        Recorded(
            outcome=recording.outcome.value,
            started_at=recording.started_at,
            ended_at=recording.ended_at,
            final_url=recording.final_url,
            title=recording.title,
            status=recording.status,
            size=sum(len(file.content) for file in whole),
            folder=folder,
            manifest=manifest.digest,
            doubtful=bool(manifest.doubts) and one.is_robot,
            difference=_difference(engine, before, recording),
        ),
    )
    if not noted:
        evidence.vault.drop(one.brand, one.number, one.holder)
        raise ConflictError("Another robot captured {number} meanwhile.", number=one.number)
    evidence.vault.place(folder, one.holder)
    return evidence.capture(one.number)


def put_in_place(engine: Engine, one: CaptureRow) -> bool:
    """Put the files of a recorded capture in place, had a program been killed just before; False if they are gone."""
    return one.state is not CaptureState.RECORDED or engine.store.evidence.vault.place(one.folder, one.holder)


def text_of(engine: Engine, one: CaptureRow) -> str:
    """Return the text of the page as it was captured; "" when there is none any more."""
    try:
        return engine.store.evidence.vault.path(one.folder, TEXT).read_text(encoding="utf-8", errors="replace")
    except NotFoundError:
        return ""


def _packed(engine: Engine, one: CaptureRow, recording: Recording, salt: bytes) -> tuple[File, ...]:
    files = files_of(recording, number=one.number, salt=salt)
    post = engine.store.post(one.platform, one.native_id) if one.native_id else None
    quoted = [line.strip() for line in post.text.splitlines() if line.strip()] if post else []
    ties = (*corroborate(quoted, recording), *corroborate_page(recording))
    return (*files, ties_file(ties)) if ties else files


def _difference(engine: Engine, before: CaptureRow | None, recording: Recording) -> Difference:
    if before is None:
        return Difference()
    return difference(before, text_of(engine, before), recording.outcome.value, recording.title, recording.text)


def stored_manifest(engine: Engine, one: CaptureRow) -> Manifest:
    """Return the manifest of a capture as it is kept.

    Raises NotFoundError when its files are not there, ConflictError when it is not the one that was noted.
    """
    content = engine.store.evidence.vault.path(one.folder, MANIFEST).read_bytes()
    if hashlib.sha256(content).hexdigest() != one.manifest:
        raise ConflictError(
            "{path} of the capture {number} is not what was sealed: it was changed where it is kept.",
            path=MANIFEST,
            number=one.number,
        )
    read = msgspec.json.decode(content, type=_Manifest)
    return Manifest(number=one.number, sums=read.files, doubts=tuple(read.clock.get("doubts", ())), content=content)


def own_files(engine: Engine, one: CaptureRow) -> Iterator[File]:
    """Yield the files of a capture but for its manifest and its sums."""
    return (file for file in engine.store.evidence.vault.files(one.folder) if file.path not in (MANIFEST, SUMS))


class _Manifest(msgspec.Struct, frozen=True):
    """What is read of a manifest."""

    files: tuple[Sum, ...]
    clock: dict[str, Any]

"""The secrets of sources: sealed when they come in, opened for who asks the source alone, never shown again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tocsin.base.errors import ConflictError, InputError, NotFoundError, SourceError, StoreError
from tocsin.collect.about import About, Field, Input
from tocsin.collect.registry import load_adapter
from tocsin.flows.engine import Engine
from tocsin.store.collecting.rows import SealedSecret, SecretRow
from tocsin.store.collecting.secrets import secret_purpose
from tocsin.store.rows import AuditEntry, SourceRow
from tocsin.store.secret.seal import Seal

AHEAD = timedelta(days=14)  # how long before its end a secret is announced
_ROTATES_FOR = timedelta(minutes=10)
_LONGEST = 20_000


class SecretLine(msgspec.Struct, frozen=True, kw_only=True):
    """One secret as its owner sees it: never its value. label: a catalogue sentence, the name where it has none.

    set_at: None when it was never given. ends_at: when it stops working, as far as is known. is_ending: within 14 days,
    or past. is_asked: False for one that the source gave itself and renews.
    """

    source: str
    name: str
    label: str
    required: bool = False
    is_asked: bool = True
    set_at: datetime | None = None
    ends_at: datetime | None = None
    is_ending: bool = False


def secrets_of(engine: Engine, source: str, now: datetime | None = None) -> list[SecretLine]:
    """Return the secrets that a source asks for, given or not, and those that it gave itself."""
    kept = {one.name: one for one in engine.store.collecting.secrets(source)}
    fields = {field.name: field for field in secret_fields(load_adapter(_row(engine, source).source.adapter).about)}
    names = [*fields, *sorted(kept.keys() - fields.keys())]
    return [_line(source, name, fields.get(name), kept.get(name), now or datetime.now(UTC)) for name in names]


def ending_secrets(engine: Engine, now: datetime) -> list[SecretLine]:
    """Return the secrets of all sources that stop working within 14 days or did, the first to end first."""
    rows = [row for row in engine.store.collecting.secrets() if row.ends_at is not None and row.ends_at - now <= AHEAD]
    adapters = {row.source.name: row.source.adapter for row in engine.store.sources()}
    lines = []
    for row in sorted(rows, key=lambda one: (one.ends_at or now, one.source, one.name)):
        about = load_adapter(adapters[row.source]).about
        field = next((one for one in secret_fields(about) if one.name == row.name), None)
        if field is not None:  # what a source renews by itself ends and begins again without anybody
            lines.append(_line(row.source, row.name, field, row, now))
    return lines


def set_secret(
    engine: Engine,
    source: str,
    name: str,
    value: str,
    ends_at: datetime | None = None,
    *,
    now: datetime | None = None,
) -> None:
    """Seal a secret in the place of the one before; a source that had stopped is read again at once.

    ends_at: when it stops working, if its owner knows. Raises InputError for one that the source does not ask for.
    """
    row = _row(engine, source)
    put_secrets(engine, row.source.name, row.source.adapter, {name: value}, now or datetime.now(UTC), ends_at=ends_at)
    engine.store.save_source(row.source, row.brand, enabled=row.enabled)


def put_secrets(
    engine: Engine,
    source: str,
    adapter: str,
    values: dict[str, str],
    now: datetime,
    *,
    ends_at: datetime | None = None,
) -> None:
    """Seal the secrets of a source that is stored. Raises InputError for one that its adapter does not ask for."""
    known = {field.name for field in secret_fields(load_adapter(adapter).about)}
    sealed = []
    for name, value in sorted(values.items()):
        if name not in known:
            raise InputError("The source {source} asks for no secret {name!r}.", source=source, name=name)
        if not value.strip() or len(value) > _LONGEST:
            raise InputError("The secret {name!r} is empty or too long; copy it again.", name=name)
        sealed.append(seal_secret(engine, source, name, value.strip(), ends_at))
    if sealed:
        engine.store.collecting.put_secrets(source, sealed, now)


def remove_secret(engine: Engine, source: str, name: str) -> None:
    """Forget a secret. Raises NotFoundError when there was none."""
    if not engine.store.collecting.remove_secret(source, name):
        raise NotFoundError("The source {source} has no secret {name!r}.", source=source, name=name)


def seal_secret(engine: Engine, source: str, name: str, value: str, ends_at: datetime | None) -> SealedSecret:
    """Return a secret sealed for its source."""
    sealed = Seal(engine.settings.data_dir).close(value, secret_purpose(source, name))
    return SealedSecret(name=name, sealed=sealed, ends_at=ends_at)


class Opener:
    """Opens the secrets of sources, read once from the store: for asking, and for nothing else."""

    def __init__(self, engine: Engine) -> None:
        self._seal = Seal(engine.settings.data_dir)
        self._sealed: dict[str, list[SecretRow]] = {}
        for row in engine.store.collecting.secrets():
            self._sealed.setdefault(row.source, []).append(row)

    def opened(self, source: str) -> dict[str, str]:
        """Return the secrets of a source by name. Raises SourceError, permanent, when the key file is another."""
        try:
            return {
                row.name: self._seal.open(row.sealed, secret_purpose(source, row.name))
                for row in self._sealed.get(source, ())
            }
        except StoreError as error:
            params: dict[str, Any] = error.params
            raise SourceError(error.template, permanent=True, **params) from None


def rotate(engine: Engine, by: str, now: datetime) -> int:
    """Put a new key in force and seal all anew with it; return how many secrets that were.

    Until all is done both keys open. A change that was cut short goes on when this is called again, with the key it
    began with. Raises ConflictError while another process is at it, StoreError when a secret opens with neither.
    """
    if not engine.store.lease("key/rotate", engine.holder, now, _ROTATES_FOR):
        raise ConflictError("Another process is changing the key. Wait for it, then look again.")
    seal = Seal(engine.settings.data_dir)
    seal.add_key()
    done = 0
    while count := engine.store.collecting.reseal(seal.is_old, seal.anew):
        done += count
    seal.drop_old_keys()
    engine.store.note_audit(AuditEntry(at=now, by=by, action="key.rotated", subject=str(done)))
    return done


def secret_fields(about: About) -> list[Field]:
    """Return the fields of an adapter that are secret."""
    return [field for field in about.fields if field.input is Input.SECRET]


def _line(source: str, name: str, field: Field | None, kept: SecretRow | None, now: datetime) -> SecretLine:
    ends_at = kept.ends_at if kept else None
    return SecretLine(
        source=source,
        name=name,
        label=field.label if field else name,
        required=field.required if field else False,
        is_asked=field is not None,
        set_at=kept.set_at if kept else None,
        ends_at=ends_at,
        is_ending=ends_at is not None and ends_at - now <= AHEAD,
    )


def _row(engine: Engine, source: str) -> SourceRow:
    for row in engine.store.sources():
        if row.source.name == source:
            return row
    raise NotFoundError("There is no source {name!r}. Add it, or mend the name.", name=source)

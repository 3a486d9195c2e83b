"""The schema of the database against the one this program knows: same, older, newer, absent."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tocsin.base.errors import StoreError

# fmt: off
APPEND_ONLY = (
    "store_event", "store_alertaction", "store_audit",
    "store_logentry", "store_loghash", "store_checkpoint", "store_stamptoken",
)
# fmt: on


def check_schema(connection: BaseDatabaseWrapper) -> None:
    """Return if the tables are those this program knows.

    Raises StoreError with the command to run if they are absent, older or newer.
    """
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations or {})
    ours = {key for key in applied if key[0] == "store"}
    if not ours:
        raise StoreError("The database has no tocsin tables yet. Run `tocsin init --migrate` to create them.")
    unknown = sorted(ours - set(executor.loader.disk_migrations or {}))
    if unknown:
        raise StoreError(
            "The database was written by a newer tocsin (it has {name}, unknown here). Upgrade tocsin.",
            name=unknown[0][1],
        )
    missing = [migration for migration, _ in executor.migration_plan(_newest(executor))]
    if missing:
        raise StoreError(
            "The database is of an older tocsin ({name} is missing). Make a backup, then run `tocsin init --migrate`.",
            name=f"{missing[0].app_label}.{missing[0].name}",
        )


def migrate_schema(connection: BaseDatabaseWrapper) -> None:
    """Create or upgrade the tables. Raises StoreError if a newer tocsin wrote them."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.disk_migrations or {})
    newer = sorted(key for key in executor.loader.applied_migrations or {} if key[0] == "store" and key not in known)
    if newer:
        raise StoreError(
            "The database was written by a newer tocsin (it has {name}, unknown here). Upgrade tocsin.",
            name=newer[0][1],
        )
    MigrationRecorder(connection).ensure_schema()
    executor.migrate(_newest(executor))


def _newest(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """The last migrations of our own tables: what the web door adds of Django has none in this database."""
    return list(executor.loader.graph.leaf_nodes("store"))

"""Open the database of an installation: configure Django once, check the schema, hand out a `Store`."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.apps import apps
from django.conf import settings as django_conf
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tocsin.base.errors import SettingsError, StoreError
from tocsin.base.settings import Settings
from tocsin.store.errors import plain_errors
from tocsin.store.schema import check_schema, migrate_schema
from tocsin.store.store import Store

SQLITE_FILE = "tocsin.sqlite3"
BUSY_TIMEOUT_S = 30
_MIN_SQLITE = (3, 39)
_MIN_POSTGRES = 150_000
# secure_delete: what is erased is overwritten. cache_size: 64 MB, so that the unique index of a million posts stays in
# memory. mmap is left off: a truncated file would kill the process instead of raising. wal_autocheckpoint: 64 MB, since
# every checkpoint syncs and copies each page once, however often it was written since the last.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON; PRAGMA cache_size=-65536;"
    "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=16000; PRAGMA journal_size_limit=67108864;"
)


def database_settings(settings: Settings) -> dict[str, Any]:
    """Return the Django database entry of an installation: SQLite in its data folder, or the PostgreSQL it names."""
    if not settings.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(settings.data_dir / SQLITE_FILE),
            "OPTIONS": {"timeout": BUSY_TIMEOUT_S, "transaction_mode": "IMMEDIATE", "init_command": _PRAGMAS},
        }
    address = urlsplit(settings.database_url)
    try:
        port = address.port
    except ValueError:
        raise SettingsError(
            "The port in database_url is not a number; write postgresql://user@host:5432/name."
        ) from None
    options = dict(parse_qsl(address.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": unquote(options.pop("host", "") or address.hostname or ""),
        "PORT": str(port or options.pop("port", "") or ""),
        "OPTIONS": {"connect_timeout": 10, **options},
    }


def django_settings(settings: Settings) -> dict[str, Any]:
    """Return what Django must be told for the store alone; the web door adds its own keys on top.

    `INSTALLED_APPS` holds the store; `DATABASES["default"]` is the database of the installation.
    """
    return {
        "DATABASES": {DEFAULT_DB_ALIAS: database_settings(settings)},
        "INSTALLED_APPS": ["tocsin.store"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LOGGING_CONFIG": None,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "LANGUAGE_CODE": settings.language,
    }


def open_store(settings: Settings, *, migrate: bool = False) -> Store:
    """Return the store of an installation, ready to use.

    migrate: create or upgrade the tables first; the data folder is created with access for its owner alone.
    Raises StoreError if the database is out of reach, unreadable, or its tables are of another version.
    """
    return Store(connect(settings, migrate=migrate), settings)


def connect(settings: Settings, *, migrate: bool = False) -> str:
    """Return the Django alias of the installation's database, after the checks of `open_store`."""
    alias = _alias(settings)
    if not settings.database_url:
        _prepare_folder(settings, create=migrate)
    with plain_errors():
        connection = connections[alias]
        _check_engine(connection)
        if migrate:
            migrate_schema(connection)
        check_schema(connection)
    return alias


def _alias(settings: Settings) -> str:
    """The alias under which Django knows this database; a second database of one process gets an alias of its own."""
    wanted = database_settings(settings)
    if not django_conf.configured:
        django_conf.configure(**django_settings(settings))
    if not apps.ready:
        django.setup()
    if _same_database(connections.settings[DEFAULT_DB_ALIAS], wanted):
        return str(DEFAULT_DB_ALIAS)
    named = json.dumps({key: wanted.get(key, "") for key in _IDENTITY}, sort_keys=True)
    alias = "store_" + hashlib.blake2b(named.encode(), digest_size=8).hexdigest()
    if alias not in connections.settings:
        filled = connections.configure_settings({DEFAULT_DB_ALIAS: {}, alias: wanted})
        connections.settings[alias] = filled[alias]
    return alias


_IDENTITY = ("ENGINE", "NAME", "USER", "HOST", "PORT")


def _same_database(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(str(one.get(key, "")) == str(other.get(key, "")) for key in _IDENTITY)


def _prepare_folder(settings: Settings, *, create: bool) -> None:
    folder, file = settings.data_dir, settings.data_dir / SQLITE_FILE
    if create:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The file is made beforehand so that no umask ever shows it to others.
            file.touch(mode=0o600, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "The data folder {folder} cannot be written ({error}); give another with TOCSIN_DATA_DIR.",
                folder=folder,
                error=error.strerror,
            ) from None
    elif not file.is_file():
        raise StoreError("There is no database at {path}. Run `tocsin init --migrate` to create it.", path=file)


def _check_engine(connection: BaseDatabaseWrapper) -> None:
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        if sqlite3.sqlite_version_info < _MIN_SQLITE:
            raise StoreError("SQLite {version} is too old; 3.39 or newer is needed.", version=sqlite3.sqlite_version)
    elif connection.pg_version < _MIN_POSTGRES:
        raise StoreError(
            "PostgreSQL {version} is too old; 15 or newer is needed.",
            version=connection.pg_version // 10_000,
        )

"""A store of each engine that knows Maison Alba."""

from __future__ import annotations

from tests.store.conftest import sqlite_store, store

__all__ = ["sqlite_store", "store"]

"""The installation of the tests of proof."""

from __future__ import annotations

from tests.flows.evidence.conftest import engine, sqlite_engine, stampers

__all__ = ["engine", "sqlite_engine", "stampers"]

"""A web door over a fresh store, with the cast signed in at will."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from tests.web.world import World, make_world

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[World]:
    """The pages of an installation where Alice owns Maison Alba; see tests/web/world.py."""
    world = make_world(tmp_path, NOON)
    yield world
    world.close()


@pytest.fixture
def alice(web: World) -> Client:
    """A browser in which the owner is signed in."""
    return web.as_("alice")


@pytest.fixture
def stranger(web: World) -> Client:
    """A browser in which nobody is."""
    return web.as_(None)


Maker = Callable[[str | None], Client]

"""World: an installation under test and the cast that uses it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from tests.store.conftest import new_store
from tocsin.base.brand import Brand
from tocsin.base.person import Person, Role
from tocsin.base.settings import Settings
from tocsin.flows.engine import Engine
from tocsin.web.installation import Installation, serve

BRAND = "maison-alba"
OTHER = "autre-maison"
PASSWORD = "cinq pains dorés au levain"


class World:
    """The served installation. Alice owns all; Bruno, Chloé, Carla and Rémi have a role for Maison Alba; Denis none."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self.engine = engine
        self.now = now
        self.people: dict[str, Person] = {}

    @property
    def store(self):  # type: ignore[no-untyped-def]
        """The store behind the pages."""
        return self.engine.store

    def as_(self, name: str | None, language: str = "fr") -> Client:
        """Return a browser, with this person signed in."""
        client = Client(SERVER_NAME="localhost", headers={"accept-language": language})
        if name is not None:
            model = get_user_model()
            client.force_login(model.objects.using(self.store.alias).get(pk=self.people[name].id))
        return client

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()
        connections.close_all()


_CAST = (
    ("alice", "Alice", None),
    ("bruno", "Bruno", Role.MANAGER),
    ("chloe", "Chloé", Role.AGENT),
    ("carla", "Carla", Role.COUNSEL),
    ("remi", "Rémi", Role.READER),
    ("denis", "Denis", None),
)


def make_world(folder: Path, now: datetime) -> World:
    """Return a served installation with two brands and the cast."""
    engine = Engine(Settings(data_dir=folder, allow_hosts=("127.0.0.1",)), new_store(folder))
    for slug, name in ((BRAND, "Maison Alba"), (OTHER, "Autre Maison")):
        engine.store.save_brand(Brand(slug=slug, name=name))
    world = World(engine, now)
    serve(Installation(engine, lambda: world.now))
    for key, name, role in _CAST:
        person = engine.store.people.add(
            Person(id=0, email=f"{key}@example.org", name=name, is_owner=key == "alice"), now
        )
        if role is not None:
            engine.store.people.set_roles(person.id, {BRAND: role})
        world.people[key] = person
    return world

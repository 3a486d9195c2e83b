"""What the tests of proof share: an installation, a robot that sees an invented page, a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from tests.evidence.authority import Authority
from tests.evidence.make import make_recording
from tests.store.conftest import new_store
from tests.store.make import ALBA, START, WATCH
from tocsin.base.capture import Outcome, Recording, Visit
from tocsin.base.settings import Settings
from tocsin.evidence.authorities import shipped_authorities
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.request import request_capture
from tocsin.flows.evidence.robot import Robot
from tocsin.flows.evidence.seal import OWN_LIST
from tocsin.store.evidence.rows import CaptureRow

PAGE = "https://forum.example.org/fil/1"
ALICE = "person:1"


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def later(self, **lengths: float) -> datetime:
        """Move the clock and return what it says."""
        self.at += timedelta(**lengths)
        return self.at


class Page:
    """A page as the robot sees it: `text` and `outcome` may be changed between two visits."""

    def __init__(self) -> None:
        self.seen = make_recording()
        self.visits: list[Visit] = []

    def __call__(self, visit: Visit) -> Recording:
        self.visits.append(visit)
        return msgspec.structs.replace(self.seen, visit=visit, final_url=visit.url)

    def becomes(self, **changes: object) -> None:
        """Change what is seen from now on."""
        self.seen = msgspec.structs.replace(self.seen, **changes)

    def goes(self) -> None:
        """Take the page offline."""
        self.becomes(outcome=Outcome.GONE, status=404, text="Not found", title="404")


def installed(folder: Path, stampers: Sequence[Authority], engine: str = "sqlite") -> Engine:
    """Return an engine on a new installation that asks these authorities, and none of those that are shipped."""
    store = new_store(folder, engine)
    store.save_brand(ALBA)
    store.save_watch(WATCH)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f'[[authority]]\nname = "{one.name}"\ntitle = "{one.name}"\nurl = "{one.url}"\nroots = "{one.roots_file}"\n'
        for one in stampers
    ]
    rows += [
        f'[[authority]]\nname = "{one.name}"\ntitle = ""\nurl = ""\nusable = false\n' for one in shipped_authorities()
    ]
    (folder / OWN_LIST).write_text("\n".join(rows), encoding="utf-8")
    hosts = tuple(one.url.split("/")[2] for one in stampers)
    return Engine(Settings(data_dir=folder, allow_hosts=hosts, web_address="https://tocsin.example.org"), store)


def robot(engine: Engine, page: Page | None = None, clock: HandClock | None = None) -> Robot:
    """Return a robot that sees the page."""
    return Robot(engine, page or Page(), clock or HandClock())


def captured(engine: Engine, dossier: str = "", url: str = PAGE, clock: HandClock | None = None) -> CaptureRow:
    """Ask for a capture and let a robot take it, seal it and stamp it."""
    at = clock or HandClock()
    one = request_capture(engine, ALBA.slug, url, ALICE, at(), dossier=dossier)
    return robot(engine, clock=at).take(one.number)

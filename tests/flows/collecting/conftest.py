"""The scripted server is asked without pauses, and read in this process: children are tested with the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.collecting.make import engine
from tests.flows.collecting.served import Script, served
from tocsin.flows.collecting import reach
from tocsin.flows.engine import Engine
from tocsin.net import http
from tocsin.net.politeness import HostPacer


class Here:
    """A reader without a child process."""

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "BoundedWorker", Here)
    monkeypatch.setattr(http, "HostPacer", lambda: HostPacer(0.0))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Engine]:
    with engine(tmp_path) as made:
        yield made


@pytest.fixture
def script() -> Iterator[Script]:
    with served() as one:
        yield one

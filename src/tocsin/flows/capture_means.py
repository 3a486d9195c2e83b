"""Whether pages can be captured on this machine, and what to install where they cannot."""

from __future__ import annotations

import msgspec

from tocsin.base.settings import Settings
from tocsin.flows.i18n import N_
from tocsin.net.browser import Lack, available


class Means(msgspec.Struct, frozen=True):
    """A sentence of the catalogue with its parameters. lack: None where pages can be captured."""

    lack: Lack | None
    template: str
    params: dict[str, str] = {}


def capture_means(settings: Settings) -> Means:
    """Return whether this machine can capture pages, in words, with the remedy."""
    lack = available(settings.capture_browser)
    if lack is None:
        return Means(None, N_("Pages can be captured on this machine."))
    if lack is Lack.NO_PLAYWRIGHT:
        template = N_("No page can be captured on this machine: the robot is missing. Run {command}.")
        return Means(lack, template, {"command": 'pip install "tocsin[capture]"'})
    if settings.capture_browser:
        template = N_("No page can be captured on this machine: TOCSIN_CAPTURE_BROWSER names {path}, no program.")
        return Means(lack, template, {"path": settings.capture_browser})
    template = N_("No page can be captured on this machine: it has no Chromium. Install it, with {command} on Debian.")
    return Means(lack, template, {"command": "apt install chromium"})

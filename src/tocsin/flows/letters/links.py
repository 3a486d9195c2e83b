"""Where the links of mails lead; every page behind them asks for sign-in. Nothing without a `web_address`."""

from __future__ import annotations

from tocsin.base.alert import Alert
from tocsin.base.settings import Settings


class Links:
    """Addresses of the pages of one brand; all are "" when the installation has no address of its own."""

    def __init__(self, settings: Settings, brand: str) -> None:
        self._house = settings.web_address.rstrip("/")
        self._brand = brand

    @property
    def is_known(self) -> bool:
        """Whether pages can be linked to."""
        return bool(self._house)

    def settings(self) -> str:
        """Where one sets what one is mailed."""
        return self._at("/me")

    def today(self) -> str:
        """The day of the brand."""
        return self._below("")

    def alert(self, alert: Alert) -> str:
        """The page of an alert."""
        return self._below(f"alerts/{alert.id}/")

    def confirm(self, alert: Alert, act: str) -> str:
        """The page that asks before it does one thing with an alert: take, snooze-4h, false."""
        return self._below(f"alerts/{alert.id}/confirm/{act}")

    def mention(self, row: int) -> str:
        """The page of a mention."""
        return self._below(f"stream/{row}")

    def story(self, story: str) -> str:
        """The page of a story."""
        return self._below(f"stories/{story}/")

    def alerts(self) -> str:
        """The list of alerts."""
        return self._below("alerts/")

    def stream(self) -> str:
        """The stream of mentions."""
        return self._below("stream/")

    def sources(self) -> str:
        """The list of sources."""
        return self._below("sources")

    def _below(self, path: str) -> str:
        return self._at(f"/b/{self._brand}/{path}")

    def _at(self, path: str) -> str:
        return f"{self._house}{path}" if self._house else ""

"""`python -m tocsin.web.demo HOST PORT SEED HOURS SECONDS SCALE`: play the demonstration behind its pages."""

from __future__ import annotations

import secrets
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tocsin.base.settings import Settings, load_settings
from tocsin.flows.i18n import N_, translator
from tocsin.web.settings import configure

if TYPE_CHECKING:
    from tocsin.flows.demo_dossier import DemoDossier
    from tocsin.flows.demo_site import DemoSite
    from tocsin.flows.live_demo import LiveDemo

TICK_S = 0.5
_LOOPBACK = "127.0.0.1"
_ANY = ("", "0.0.0.0", "::", "localhost")  # they answer on loopback too


class Player:
    """Shows the play in a thread of its own, by a clock that the pages go by too."""

    def __init__(self, hours: float, seconds: float) -> None:
        from tocsin.flows.live_demo import DemoClock

        self.token = secrets.token_urlsafe(16)
        self.live = timedelta(hours=hours)
        self.end = _real() + timedelta(seconds=seconds)
        self._seconds = seconds
        self._clock = DemoClock(self.end - self.live, _real(), 0)
        self.speeds = (60, 360, 1440)
        self.site: DemoSite | None = None
        self._stop = threading.Event()
        self._is_over = False

    @property
    def speed(self) -> float:
        """How many times faster than the real clock the play goes."""
        return self._clock.speed

    def now(self) -> datetime:
        """Return the time of the play."""
        return self._clock.at(_real())

    def set_speed(self, speed: float) -> None:
        """Go on at another speed; 0 stands still."""
        self._clock.set_speed(_real(), speed)

    def is_over(self) -> bool:
        """Whether all was shown."""
        return self._is_over

    def play(self, demo: LiveDemo, dossier: DemoDossier) -> None:
        """Begin; the last minute of the play is the real now of its end."""
        self.set_speed((_real() + timedelta(seconds=self._seconds) - self.now()).total_seconds() / self._seconds)
        thread = threading.Thread(target=self._run, args=(demo, dossier), name="demo", daemon=True)
        thread.start()

    def stop(self) -> None:
        """End the play."""
        self._stop.set()

    def _run(self, demo: LiveDemo, dossier: DemoDossier) -> None:
        while not self._stop.wait(TICK_S):
            demo.step(self.now())
            dossier.step()
            self._is_over = demo.is_over


def main(words: list[str]) -> int:
    """Load the past, serve the pages, play the rest; until stopped."""
    host, port, seed, hours, seconds, scale = words
    settings = _own(load_settings(), f"{_seen_from_here(host)}:{port}")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    configure(settings)
    return _serve(settings, (host, int(port)), Player(float(hours), float(seconds)), int(seed), float(scale))


def _serve(settings: Settings, address: tuple[str, int], player: Player, seed: int, scale: float) -> int:
    from tocsin.collect.scenario import builtin_scenario
    from tocsin.flows.demo_dossier import DemoDossier
    from tocsin.flows.demo_site import DemoSite
    from tocsin.flows.live_demo import load_demo, open_demo
    from tocsin.web.asgi import run
    from tocsin.web.demo.robot import DemoRobot
    from tocsin.web.installation import Installation, serve

    t = translator(settings.language)
    print(t.text(N_("Ten days of Maison Alba, an invented company: the past is being read…")), flush=True)
    scenario = builtin_scenario("maison_alba")
    engine = open_demo(settings, scenario, _real())
    demo = load_demo(engine, scenario, player.end, player.live, seed=seed, scale=scale)
    host, port = address
    player.site = DemoSite(demo.posts, f"http://{_seen_from_here(host)}:{port}/demo/site")
    dossier = DemoDossier(engine, player.site, _real)
    dossier.open(player.now())
    serve(Installation(engine, player.now, player, _real))
    player.play(demo, dossier)
    robot = DemoRobot(dossier, _real, _say)
    entrance = f"http://{host}:{port}/demo/enter/{player.token}"
    print(t.text(N_("Open this address in a browser: {address}"), address=entrance), flush=True)
    print(t.text(N_("The last hours are being played; an alarm rings within two minutes. Ctrl-C ends it.")), flush=True)
    robot.start()
    try:
        run(host, port)
    finally:
        player.stop()
        robot.stop()
        engine.store.close()
    return 0


def _own(settings: Settings, place: str) -> Settings:
    """Return the settings of a demonstration: its robot may visit its own pages, nobody outside is asked."""
    return msgspec.structs.replace(
        settings, allow_hosts=(place,), capture_clocks=(), capture_echo="", checkpoint_peers=()
    )


def _seen_from_here(host: str) -> str:
    """Return the address under which a browser of this machine finds the pages."""
    if host in _ANY:
        return _LOOPBACK
    return f"[{host}]" if ":" in host else host


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _real() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # Ctrl-C is how it ends
        raise SystemExit(0) from None

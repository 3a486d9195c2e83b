"""`tocsin demo`: ten days of an invented company, the last hours live, in the browser or in the terminal."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tocsin.base.alert import AlertCause
from tocsin.cli.context import Context
from tocsin.cli.output import printable
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.vocabulary import word

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from tocsin.base.alert import Alert
    from tocsin.flows.demo import DemoFrame

_BARS = " ▁▂▃▄▅▆▇█"


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--terminal", action="store_true", help=t.text(N_("play it here instead of in a browser")))
    parser.add_argument(
        "--host", default="127.0.0.1", help=t.text(N_("address to listen on; this machine unless said"))
    )
    parser.add_argument("--port", type=int, default=8474, help=t.text(N_("port to listen on")))
    parser.add_argument("--seconds", type=float, default=100.0, help=t.text(N_("how long the last hours take")))
    parser.add_argument("--hours", type=float, default=12.0, help=t.text(N_("how many last hours are played live")))
    parser.add_argument("--scale", type=float, default=1.0, help=t.text(N_("share of the scenario's posts, 0 to 1")))
    parser.add_argument("--seed", type=int, default=7, help=t.text(N_("another number plays another telling")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Play it behind the pages, until stopped; with --terminal or --json, in this terminal."""
    if not (args.terminal or args.json):
        return _serve(args)
    return _play(args, context)


def _serve(args: argparse.Namespace) -> int:
    words = [args.host, args.port, args.seed, args.hours, args.seconds, args.scale]
    environment = dict(os.environ)
    if args.config:
        environment["TOCSIN_CONFIG"] = str(args.config)
    child = subprocess.Popen([sys.executable, "-m", "tocsin.web.demo", *map(str, words)], env=environment)
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the child heard it too, and ends in its own time
        return 0 if code in (0, -signal.SIGINT, -signal.SIGTERM) else 1


def _play(args: argparse.Namespace, context: Context) -> int:
    """A picture that moves on a terminal, text on a pipe, a JSON line per alert with --json."""
    from tocsin.collect.scenario import builtin_scenario
    from tocsin.flows.demo import STEP_MIN, play_demo, start_demo

    t, out = context.t, context.out
    scenario = builtin_scenario("maison_alba")
    context.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    out.say(t.text(N_("Ten days of Maison Alba, an invented company: the past is being read…")))
    engine = start_demo(context.settings, scenario)
    try:
        frames = play_demo(engine, scenario, context.now(), seed=args.seed, scale=args.scale, live_hours=args.hours)
        steps = max(1, round(args.hours * 60 / STEP_MIN))
        if args.json:
            _play_lines(frames, context)
        elif sys.stdout.isatty():
            _play_picture(frames, context, args.seconds / steps)
        else:
            _play_text(frames, context)
    finally:
        engine.store.close()
    out.say(
        t.text(N_("The demo's data stand in {folder}; real people were told nothing."), folder=engine.settings.data_dir)
    )
    return 0


def _play_text(frames: Iterator[DemoFrame], context: Context) -> None:
    """Print each alert as it rings, and the picture as it stands at the end."""
    from rich.console import Console

    last = None
    for last in frames:
        for alert in last.rang:
            context.out.text(_alert_line(alert, last, context.t).plain)
            context.out.flush()
    if last is not None:
        Console(file=sys.stdout, width=110).print(_picture(last, context.t, 110))


def _play_lines(frames: Iterator[DemoFrame], context: Context) -> None:
    rows: list[dict[str, Any]] = []
    for frame in frames:
        rows += [_row(alert, frame, context.t) for alert in frame.rang]
    context.out.rows(rows, [], "")


def _row(alert: Alert, frame: DemoFrame, t: Translator) -> dict[str, Any]:
    surge = frame.surges.get(alert.subject)
    return {
        "at": alert.at,
        "level": alert.level,
        "cause": alert.cause.value,
        "title": alert.title,
        "expected": surge.expected if surge else None,
        "seen": surge.seen if surge else None,
        "reasons": [t.reason(reason) for reason in alert.reasons],
    }


def _play_picture(frames: Iterator[DemoFrame], context: Context, pause_s: float) -> None:
    from rich.console import Console
    from rich.live import Live

    console = Console()
    with Live(console=console, refresh_per_second=8, transient=False) as live:
        for frame in frames:
            live.update(_picture(frame, context.t, console.width))
            if frame.rang:
                console.bell()
            time.sleep(pause_s)


def _picture(frame: DemoFrame, t: Translator, width: int) -> RenderableType:
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    when = frame.at.astimezone().strftime("%d/%m %H:%M")
    head = Text.assemble(
        ("tocsin  ", "bold"),
        (f"Maison Alba   {when}   ", ""),
        t.text(N_("{posts} posts read, {mentions} concern the brand"), posts=frame.posts, mentions=frame.mentions),
    )
    curve = Text(sparkline(frame.curve, width - 6), style="cyan")
    scale = Text(
        t.text(N_("mentions per 20 minutes, last 24 hours; highest {peak}"), peak=max(frame.curve, default=0)),
        style="dim",
    )
    latest = Text(overflow="ellipsis", no_wrap=True)
    if frame.latest is not None:
        author = frame.latest.author.handle if frame.latest.author else "?"
        latest.append(f"@{author}  ", style="bold")
        latest.append(printable(" ".join(f"{frame.latest.title} {frame.latest.text}".split())))
    body = [
        head,
        Text(""),
        curve,
        scale,
        Text(""),
        latest,
        Text(""),
        *_alert_lines(frame, t),
        Text(""),
        *_stories(frame, t),
    ]
    return Panel(Group(*body), border_style="red" if frame.rang else "dim")


def _alert_lines(frame: DemoFrame, t: Translator) -> list[RenderableType]:
    from rich.text import Text

    if not frame.alerts:
        return [Text(t.text(N_("No alert. All quiet.")), style="green")]
    lines: list[RenderableType] = [Text(t.text(N_("Alerts")), style="bold")]
    return lines + [_alert_line(alert, frame, t) for alert in frame.alerts[:6]]


def _alert_line(alert: Alert, frame: DemoFrame, t: Translator) -> Text:
    from rich.text import Text

    style = "yellow" if alert.level == "watch" else "bold red"
    line = Text(overflow="ellipsis", no_wrap=True)
    line.append(f"  {alert.at.astimezone():%d/%m %H:%M}  {word(alert.level, t):<14}", style=style)
    reasons = _row(alert, frame, t)["reasons"]
    line.append(printable(alert.title if alert.cause is AlertCause.DANGER else reasons[0]))
    return line


def _stories(frame: DemoFrame, t: Translator) -> list[RenderableType]:
    from rich.text import Text

    lines: list[RenderableType] = [Text(t.text(N_("Stories")), style="bold")]
    for story in frame.stories:
        line = Text(overflow="ellipsis", no_wrap=True)
        line.append(f"  {story.posts:>4}  ", style="bold")
        line.append(printable(story.title))
        lines.append(line)
    return lines


def sparkline(values: tuple[int, ...], width: int) -> str:
    """Return the values as one line of blocks, the highest full; the newest are kept where they do not fit.

    >>> sparkline((0, 4, 8), 10)
    ' ▄█'
    """
    shown = values[-width:] if width > 0 else values
    top = max(shown, default=0)
    if top == 0:
        return _BARS[0] * len(shown)
    return "".join(_BARS[-(-value * (len(_BARS) - 1) // top)] for value in shown)

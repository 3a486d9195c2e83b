"""`tocsin serve`: the worker and the pages together, each its own process."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from types import FrameType

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--host", default="127.0.0.1", help=t.text(N_("address to listen on; this machine unless said"))
    )
    parser.add_argument("--port", type=int, default=8474, help=t.text(N_("port to listen on")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Run both until stopped; when one ends, the other is ended too, and its exit code is ours."""
    people = context.engine().store.people  # says at once, in words, when the database is not ready
    is_open = bool(people.everybody() or people.invitations(context.now()))
    context.close()
    address = f"http://{args.host}:{args.port}/"
    context.out.say(context.t.text(N_("The pages: {address}  Ctrl-C ends them."), address=address))
    if not is_open:
        context.out.say(context.t.text(N_("Nobody can sign in yet. Run `tocsin init --owner alice@example.org`.")))
    environment = dict(os.environ)
    if args.config:
        environment["TOCSIN_CONFIG"] = str(args.config)
    commands = (
        [sys.executable, "-m", "tocsin.work"],
        [sys.executable, "-m", "tocsin.web", args.host, str(args.port)],
    )
    return _wait([subprocess.Popen(command, env=environment) for command in commands])


def _wait(children: list[subprocess.Popen[bytes]]) -> int:
    def pass_on(signum: int, frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    pid, status = os.wait()
    for child in children:
        if child.pid == pid:
            child.returncode = os.waitstatus_to_exitcode(status)
        else:
            child.terminate()
            child.wait(timeout=30)
    codes = [child.returncode for child in children]
    return max(0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else 1 for code in codes)

"""The command `tocsin`: reads its arguments, loads only the command that is asked for, and says errors in words."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tocsin import __version__
from tocsin.base.errors import SettingsError, TocsinError
from tocsin.base.settings import Settings, load_settings
from tocsin.cli.output import Output, standard_output
from tocsin.flows.i18n import N_, Translator, translator

if TYPE_CHECKING:
    from tocsin.cli.context import Context

DONE, FAILED, MISUSED = 0, 1, 2

COMMANDS = {
    "init": N_("prepare this machine: data folder, database, first brand"),
    "demo": N_("play ten days of an invented company, live, in the terminal"),
    "serve": N_("start the worker and the status page together"),
    "work": N_("collect, close minutes and tell people, without the page"),
    "source": N_("add, list, check or remove sources"),
    "watch": N_("add, list, preview or remove watches"),
    "people": N_("list and invite people, hand over links, disable accounts"),
    "import": N_("bring in a file: JSON lines, CSV or XLSX, plain or gzip"),
    "screen": N_("screen JSON lines with a query, without a database"),
    "group": N_("give each JSON line the story it belongs to, without a database"),
    "parse": N_("show the posts that one recorded answer of a source holds"),
    "search": N_("find mentions of a brand"),
    "stories": N_("list what mentions are about"),
    "surges": N_("list abnormal rises"),
    "alerts": N_("list alerts; acknowledge, snooze or call them false"),
    "digest": N_("print the day or the week of a brand as its summary by mail"),
    "backtest": N_("replay the past and say when it would have rung"),
    "together": N_("find accounts that act together, with the odds against chance, without a database"),
    "forecast": N_("say how far cascades will go, from their first minutes"),
    "law": N_("show the law packs, their grounds, how far to trust them, and the ladder of proof"),
    "qualify": N_("tell the grounds that words come near to, for and against, without a database"),
    "deadline": N_("tell the last useful day to act in law, and why, without a database"),
    "letter": N_("write the letters of an affair from facts; find the traps in a text, without a database"),
    "verify": N_("check a dossier, as anybody can, without a database"),
    "capture": N_("have a page captured and sealed, before it goes"),
    "captures": N_("list captures and how far their seals have come"),
    "dossier": N_("open, read, fill, export, close and erase dossiers of captures"),
    "export": N_("write everything to open files"),
    "erase": N_("erase an author and what was kept of them"),
    "backup": N_("write a backup while everything runs"),
    "restore": N_("put a backup back, on either database"),
    "doctor": N_("check this installation and say what to mend"),
}

_MODULES = {"import": "import_file"}  # `import` is a word of the language


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one clear sentence, exit code 2."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n{self.format_usage()}")
        raise SystemExit(MISUSED)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when it is done, 1 when it failed, 2 when it was misused."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        settings = load_settings(file=_config_of(arguments))
    except SettingsError as error:
        standard_output().say(translator("en" if os.environ.get("LANG", "").startswith("en") else "fr").error(error))
        return MISUSED
    t = translator(_language_of(arguments) or settings.language)
    try:
        return _run(arguments, settings, t)
    except BrokenPipeError:
        # The reader of our pipe has gone: nothing more to say, and Python must not say it for us at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(arguments: list[str], settings: Settings, t: Translator) -> int:
    name = next((argument for argument in arguments if argument in COMMANDS), None)
    t.install_argparse()
    parser = _Parser(prog="tocsin", description=t.text(N_("Hears what is said of a company, and rings early.")))
    _add_common(parser, t)
    subparsers = parser.add_subparsers(dest="command", metavar=t.text(N_("COMMAND")), parser_class=_Parser)
    module = None
    for command, help_text in COMMANDS.items():
        subparser = subparsers.add_parser(command, help=t.text(help_text), description=t.text(help_text))
        if command == name:
            module = importlib.import_module(f"tocsin.cli.commands.{_MODULES.get(command, command)}")
            module.configure(subparser, t)
            _add_common(subparser, t, again=True)
    try:
        args = parser.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or DONE)
    if module is None:
        parser.print_help()
        return MISUSED
    return _guarded(module.run, args, settings, t)


def _guarded(run: object, args: argparse.Namespace, settings: Settings, t: Translator) -> int:
    from tocsin.cli.context import Context

    out = standard_output(as_json=True if args.json else None)
    context = Context(settings, t, out)
    try:
        code = run(args, context)  # type: ignore[operator]
        out.flush()
        return int(code or DONE)
    except TocsinError as error:
        return _say_error(error, context, out)
    except KeyboardInterrupt:
        out.say(t.text(N_("Stopped; what was committed stays.")))
        return FAILED
    finally:
        context.close()


def _say_error(error: TocsinError, context: Context, out: Output) -> int:
    if os.environ.get("TOCSIN_DEBUG"):
        raise error
    out.say(context.t.error(error))
    return FAILED


def _add_common(parser: argparse.ArgumentParser, t: Translator, *, again: bool = False) -> None:
    """Add the options that may stand before or after the command's name."""
    default: object = argparse.SUPPRESS if again else None
    parser.add_argument("--lang", choices=("fr", "en"), default=default, help=t.text(N_("language of this run")))
    parser.add_argument("--config", type=Path, default=default, help=t.text(N_("settings file (TOML)")))
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS if again else False,
        help=t.text(N_("JSON lines even on a terminal")),
    )
    if not again:
        parser.add_argument("--version", action="version", version=f"tocsin {__version__}")


def _option(arguments: Sequence[str], name: str) -> str | None:
    """Return the value of an option that must be known before the parser is built in the right language."""
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None


def _language_of(arguments: Sequence[str]) -> str | None:
    language = _option(arguments, "--lang")
    return language if language in ("fr", "en") else None


def _config_of(arguments: Sequence[str]) -> Path | None:
    path = _option(arguments, "--config")
    return Path(path) if path else None


if __name__ == "__main__":
    raise SystemExit(main())

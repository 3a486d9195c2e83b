"""`tocsin verify`: checks a dossier that somebody handed over, without an installation and without a network."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.base.errors import InputError
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from tocsin.evidence.values import Finding

REFUSED, UNCHECKED = 1, 2

_STATUSES = {
    "OK": N_("good"),
    "FAILED": N_("REFUSED"),
    "AWAITING": N_("awaited"),
    "NOTE": N_("to be known"),
}
_CHECKS = {
    "name": N_("a name that no dossier holds"),
    "link": N_("a link, where a file is wanted"),
    "special": N_("neither a file nor a folder"),
    "depth": N_("folders too deep in each other"),
    "twice": N_("there twice"),
    "zip-bomb": N_("a zip that swells beyond all measure"),
    "zip-damaged": N_("damaged in the zip"),
    "missing": N_("missing"),
    "unlisted": N_("listed nowhere"),
    "sums-format": N_("the list of sums"),
    "sum": N_("the sum of the file"),
    "dossier": N_("what dossier.json lists"),
    "custody": N_("the record of accesses"),
    "manifest": N_("what the manifest of the capture lists"),
    "capture-sums": N_("the sums of the capture"),
    "key": N_("the key of the log"),
    "key-uncompared": N_("its fingerprint was not compared with one you had by another way: --key"),
    "signature": N_("the signature of the log's head"),
    "consistency": N_("that the log goes on from an earlier head"),
    "entry": N_("the entry in the log"),
    "inclusion": N_("the proof that the log holds the entry"),
    "token": N_("time-stamp"),
    "anchored": N_("authority under a root that you gave"),
    "unanchored": N_("authority under no root given here"),
    "same-stamp": N_("one time-stamp under two names, counted once"),
    "stamp": N_("awaiting time-stamps"),
    "stamped-late": N_("stamped later than it was sealed"),
    "time-doubtful": N_("its time is doubtful"),
}
_VERDICTS = {
    "OK": N_("Unchanged, in the log, time-stamped."),
    "FAILED": N_("Refused: this dossier is not the one that was sealed."),
    "AWAITING": N_("Unchanged, but time-stamps are still missing."),
}


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--roots",
        type=Path,
        metavar="FILE",
        help=t.text(N_("certificates (PEM) of the time-stamping authorities that you trust")),
    )
    parser.add_argument(
        "--key", metavar="FINGERPRINT", help=t.text(N_("fingerprint of the log's key, as you had it by another way"))
    )
    parser.add_argument(
        "dossier",
        nargs="?",
        default="-",
        metavar="DOSSIER",
        help=t.text(N_("folder or zip; - is a zip on standard input")),
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Print what every check came to; return 0 where nothing failed, 1 where something did, 2 where none could run."""
    from tocsin.evidence.verify import outcome, verify

    try:
        with _at_hand(args.dossier) as path:
            findings = verify(path, roots=_roots(args.roots), key=_fingerprint(args.key))
    except InputError as error:
        context.out.say(context.t.error(error))
        return UNCHECKED
    context.out.rows((_row(finding) for finding in findings), _columns(context.t), "")
    verdict = outcome(findings)
    context.out.say(context.t.text(_VERDICTS[verdict.value]))
    return REFUSED if verdict.value == "FAILED" else 0


def _row(finding: Finding) -> dict[str, str]:
    return {"status": finding.status.value, "check": finding.code, "place": finding.place, "detail": finding.detail}


def _columns(t: Translator) -> list[Column]:
    return [
        Column("status", "", words={code: t.text(words) for code, words in _STATUSES.items()}),
        Column("place", t.text(N_("place"))),
        Column("check", t.text(N_("check")), words={code: t.text(words) for code, words in _CHECKS.items()}),
        Column("detail", ""),
    ]


def _roots(path: Path | None) -> tuple[Certificate, ...]:
    """Return the certificates of a file. Raises InputError where it cannot be read, or holds none."""
    from tocsin.evidence.cms import read_pem

    if path is None:
        return ()
    try:
        return read_pem(path.read_bytes())
    except OSError as error:
        raise InputError("{path} cannot be read: {error}.", path=path, error=error.strerror) from error


def _fingerprint(text: str | None) -> str | None:
    """Return the fingerprint, however it is grouped. Raises InputError where it is none."""
    if text is None:
        return None
    plain = "".join(text.split()).replace(":", "").lower()
    if len(plain) != 64 or set(plain) - set("0123456789abcdef"):
        raise InputError("--key {value} is no fingerprint; write its 64 hexadecimal digits.", value=text)
    return plain


@contextmanager
def _at_hand(name: str) -> Iterator[Path]:
    """Give the path to check; what comes on standard input is kept in a file while the body runs."""
    if name != "-":
        yield Path(name)
        return
    with tempfile.NamedTemporaryFile(suffix=".zip") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.flush()
        yield Path(kept.name)

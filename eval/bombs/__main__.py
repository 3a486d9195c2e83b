"""Throw every bomb at the readers of sources: each must be refused, with its reason, for less than 50 MB.

Run `python -m eval.bombs`; exits 1 when one is not refused or costs more, or when an address that is not public is
connected to. All servers are on the loopback; addresses are tried where no route leads out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from eval.bombs.addresses import INNER, OUTER, OUTER_TRIED, tried
from eval.bombs.bomb import Refusal, thrown
from eval.bombs.documents import document_refusals
from eval.bombs.mail import mail_bombs
from eval.bombs.web import web_bombs

EXTRA_MB = 50.0
_TOLD_CHARACTERS = 100


def main() -> int:
    """Print how each bomb ended; return 1 if one was not refused, or cost too much."""
    failures = []
    for refusal in refusals():
        is_good = refusal.is_good and (refusal.extra_mb is None or refusal.extra_mb < EXTRA_MB)
        extra = "      " if refusal.extra_mb is None else f"{refusal.extra_mb:6.1f}"
        print(
            f"{'ok  ' if is_good else 'FAIL'} {refusal.name:<52} {extra} MB {refusal.took_s:5.2f} s  "
            f"{refusal.why[:_TOLD_CHARACTERS]}",
            flush=True,
        )
        if not is_good:
            failures.append(refusal.name)
    failures += list(_inner_addresses())
    if failures:
        print(f"Not refused, or for more than {EXTRA_MB:.0f} MB: {', '.join(failures)}.", file=sys.stderr)
    return 1 if failures else 0


def refusals() -> Iterator[Refusal]:
    """Yield how each bomb ended; the first of each kind is thrown twice, since the first time loads what is needed."""
    for bombs in (web_bombs(), mail_bombs()):
        thrown(bombs[0])
        yield from map(thrown, bombs)
    yield from document_refusals()


def _inner_addresses() -> Iterator[str]:
    """Print what was connected to, by wire; yield the wires that connected where they must not."""
    found = tried(INNER + OUTER)
    if found is None:
        print("skip addresses: this machine lets nobody make a network without routes (unshare -rn)")
        return
    for wire, connected in found.items():
        is_good = connected == OUTER_TRIED
        words = "none connected to" if is_good else f"connected to {connected}"
        print(
            f"{'ok  ' if is_good else 'FAIL'} {wire + ': addresses that are not public':<52} {len(INNER)} ways, {words}"
        )
        if not is_good:
            yield wire


if __name__ == "__main__":
    sys.exit(main())

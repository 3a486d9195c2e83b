"""Fail when a rule of time has passed the day by which its sources had to be read again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

from tocsin.legal.packs import load_packs, overdue


def main(argv: Sequence[str] | None = None) -> int:
    """Print each rule that is overdue, one a line; return 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date())
    today = parser.parse_args(argv).today
    law = load_packs()
    late = overdue(law, today)
    for rule in late:
        print(
            f"{rule.id}: last read on {rule.last_checked}, to be read again by {rule.check_before}. "
            "Read its sources, mend the rule, and write both dates anew."
        )
    if not late:
        print(f"{len(law.rules)} rules of time, none overdue.")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())

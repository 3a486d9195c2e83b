"""Fail when a rule of time, a ground or a table of the law has passed the day by which it had to be read again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from tocsin.legal.graduated import load_response
from tocsin.legal.grounds import Trust, load_grounds, standing
from tocsin.legal.ladder import load_ladder
from tocsin.legal.packs import load_packs, overdue


def main(argv: Sequence[str] | None = None) -> int:
    """Print each rule, ground or table that is overdue, one a line; return 1 if there is one."""
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
    grounds = list(_late_grounds(today))
    for line in grounds:
        print(line)
    if not late and not grounds:
        print(f"{len(law.rules)} rules of time and {len(load_grounds().by_id)} grounds, none overdue.")
    return 1 if late or grounds else 0


def _late_grounds(today: date) -> Iterator[str]:
    """Yield a line for each ground that is stale, and for each table beside them that is."""
    for ground in load_grounds().by_id.values():
        stands = standing(ground, today)
        if stands.trust is Trust.STALE:
            yield (
                f"{ground.id}: last read on {stands.last_checked}, to be read again by {stands.check_before}. "
                "Read its sources, mend the ground, and write both dates anew."
            )
    for name, table in (("response.toml", load_response()), ("ladder.toml", load_ladder())):
        if today > table.check_before:
            yield f"{name}: last read on {table.last_checked}, to be read again by {table.check_before}."


if __name__ == "__main__":
    sys.exit(main())

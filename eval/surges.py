"""How well real posts ring, with all that they hold: the airlines of February 2015.

Run `python -m eval.surges`; exits 1 when a figure falls under its floor. Counts alone are measured by `eval.nab`,
`eval.rises` and `eval.crises`. Data that lie beside the project are skipped, with a word, where they are absent.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from tocsin.base.brand import Brand
from tocsin.base.seam import BrandMinute
from tocsin.base.story import MentionDigest
from tocsin.base.surge import SurgeLevel
from tocsin.base.time import minute_of
from tocsin.surge.backtest import replay_minutes

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def main() -> int:
    """Print every figure beside its floor; return 1 if one falls short."""
    failures: list[str] = []
    for name, value, good, words in _airlines():
        mark = "ok  " if good else "FAIL"
        print(f"{mark} {name:<24} {value:<12} {words}")
        if not good:
            failures.append(name)
    if failures:
        print(f"Under their floor: {', '.join(failures)}.", file=sys.stderr)
    return 1 if failures else 0


Line = tuple[str, str, bool, str]


def _airlines() -> Iterator[Line]:
    path = SHARED / "airline-stream" / "posts.jsonl.gz"
    if not path.is_file():
        yield "airlines", "skipped", True, "the development stream is not beside the project"
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        posts = [json.loads(line) for line in lines]
    for slug, handle in (("american", "@americanair"), ("us-airways", "@usairways"), ("southwest", "@southwestair")):
        brand = Brand(slug=slug, name=slug, time_zone="America/New_York")
        rung = list(replay_minutes(brand, _minutes(brand, (p for p in posts if handle in p["text"].lower()))))
        alarms = [surge for surge in rung if surge.level is SurgeLevel.ALARM]
        on_time = [surge for surge in rung if surge.at.day in (22, 23)]
        good = not alarms if slug == "southwest" else bool(on_time)
        first = min((surge.at for surge in on_time), default=None)
        words = f"first on 22-23 Feb {first:%d %H:%M} UTC" if first else "none on 22-23 Feb"
        yield f"airline.{slug}", f"{len(rung)}/{len(alarms)}", good, f"rings/alarms in 8 days; {words}"


def _minutes(brand: Brand, posts: Iterable[dict[str, object]]) -> Iterator[BrandMinute]:
    minutes: dict[int, list[MentionDigest]] = {}
    for row, post in enumerate(posts):
        at = datetime.fromisoformat(str(post["created_at"]))
        digest = MentionDigest(
            row=row,
            brand=brand.slug,
            minute=minute_of(at),
            platform="twitter",
            native_id=str(post["id"]),
            at=at,
            text=str(post["text"]),
            language="en",
            negative=post["sentiment"] == "negative",
            source="import",
            author=int(str(post["author"])[:12], 16),
            exact=row,
        )
        minutes.setdefault(digest.minute, []).append(digest)
    for minute in sorted(minutes):
        mentions = minutes[minute]
        yield BrandMinute(
            brand=brand.slug, timeline="replay:eval", minute=minute, mentions=mentions, stories=[""] * len(mentions)
        )


if __name__ == "__main__":
    sys.exit(main())

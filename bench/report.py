"""Write the last full run into docs/benchmarks.md, between its markers, and append it to the scoreboard."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.run import LAST, LEAST_MATCH_RATE

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
SCOREBOARD = ROOT / "bench" / "scoreboard.jsonl"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
NEEDED = ("bytes_per_post", "match_rate_1000", "phrases", "batch", "processor", "load", "runs")


def main() -> int:
    """Rewrite the page and append a line to the scoreboard."""
    if not LAST.exists():
        print("There is no run to report; run `make bench-full` first.", file=sys.stderr)
        return 1
    report: dict[str, Any] = json.loads(LAST.read_text(encoding="utf-8"))
    refuse_bare(report)
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(report)}\n{END}{after}", encoding="utf-8")
    line = {"at": report["at"], "size": report["size"], "conditions": report["conditions"]}
    line["figures"] = {figure["name"]: round(figure["value"], 3) for figure in report["figures"]}
    with SCOREBOARD.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


def refuse_bare(report: dict[str, Any]) -> None:
    """Raise ValueError on figures without the conditions that give them their meaning."""
    missing = [name for name in NEEDED if name not in report["conditions"]]
    if missing:
        raise ValueError(f"the report does not say {', '.join(missing)}; its figures mean nothing")
    if report["conditions"]["match_rate_1000"] < LEAST_MATCH_RATE:
        raise ValueError("too few posts match; a rate that low flatters")


def tables(report: dict[str, Any]) -> str:
    """Return the promises, the timings and the conditions as tables."""
    lines = [f"Run of {report['at']} ({report['size']}).", "", "| promise | measured | goal | reached | floor |"]
    lines.append("|---|---|---|---|---|")
    for figure in report["figures"]:
        sign = "≤" if figure["is_ceiling"] else "≥"
        unit = "" if figure["unit"] == "×" else f" {figure['unit']}"
        value = f"{figure['value']:,.0f}" if figure["value"] >= 1000 else f"{figure['value']:.2f}"
        reached = "yes" if figure["reached"] else "**no**"
        limits = f"{sign} {figure['goal']:,g} | {reached} | {sign} {figure['floor']:,g}"
        lines.append(f"| {figure['name']} | {value}{unit} | {limits} |")
    lines += ["", "| what ran | µs a post | posts a second, processor | wall | spread | posts | kept |"]
    lines.append("|---|---|---|---|---|---|---|")
    for timing in report["timings"]:
        lines.append(
            f"| {timing['name']} | {timing['us_per_post']:.3f} | {timing['posts_per_s']:,} | "
            f"{timing['wall_posts_per_s']:,} | {timing['spread']:.0%} | {timing['posts']:,} | {timing['kept']:,} |"
        )
    lines += ["", "| condition | |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in report["conditions"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

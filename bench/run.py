"""Measure the speed of the product beside its bounds and rivals, in one process; hold it against goals and floors.

`python -m bench.run --quick` takes about three minutes and allows the ratios a fifth less, for noisy machines;
`--full` takes what it takes and allows nothing. No time is taken before the product has found exactly what the
reference finds. Exit code 1: a figure is under its floor; the figures stand in `.bench/last.json`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import bounds
from bench.corpus import Corpus, build, phrases
from bench.measure import Contestant, Timing, interleaved, machine, pin
from bench.peers import same_result, vader_all
from bench.product import end_to_end, found_by, matcher_of, screen, stage_of
from bench.reference import Reference
from tocsin.story.compiled.kernel import kernel as story_kernel

LAST = Path(__file__).resolve().parent.parent / ".bench" / "last.json"
LEAST_MATCH_RATE = 0.009
BATCH_SIZES = (512, 1024, 2048, 4096)
MEMORY_MB = 600.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `tolerance` is the share of a floor that is enough."""

    name: str
    posts: int
    gate_posts: int
    peer_posts: int
    runs: int
    burst: tuple[int, int]
    tolerance: float


QUICK = Size("quick", 40_000, 20_000, 8_000, 5, (20_000, 60_000), 0.8)
FULL = Size("full", 200_000, 60_000, 40_000, 7, (100_000, 1_000_000), 1.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One promise: its value, the goal of the design, and the floor that a run must keep.

    Where less is better both are ceilings. The floor is a little under what was reached when it was set: it holds what
    is gained, and is raised with every gain until it meets the goal. A ratio allows the tolerance of the run.
    """

    name: str
    value: float
    goal: float
    floor: float
    unit: str = "×"
    is_ceiling: bool = False
    is_strict: bool = False

    def is_reached(self) -> bool:
        """Say whether the goal is met."""
        return self.value <= self.goal if self.is_ceiling else self.value >= self.goal

    def holds(self, tolerance: float) -> bool:
        """Say whether the floor is kept."""
        allowed = 1.0 if self.is_strict else tolerance
        return self.value <= self.floor / allowed if self.is_ceiling else self.value >= self.floor * allowed


@dataclass(slots=True)
class Report:
    """All that one run says; a report without its conditions is refused by `bench.report`."""

    at: str
    size: str
    conditions: dict[str, str | float] = field(default_factory=dict)
    timings: list[dict[str, float | str]] = field(default_factory=list)
    figures: list[dict[str, object]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 0 if every promise is kept, 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--quick", dest="size", action="store_const", const=QUICK, default=QUICK)
    which.add_argument("--full", dest="size", action="store_const", const=FULL)
    size: Size = parser.parse_args(arguments).size
    report = measure(size)
    LAST.parent.mkdir(exist_ok=True)
    LAST.write_text(json.dumps(asdict(report), indent=1, ensure_ascii=False), encoding="utf-8")
    for name in report.failed:
        print(f"NOT KEPT: {name}", file=sys.stderr)
    return 1 if report.failed else 0


def measure(size: Size) -> Report:
    """Return the report of one run. Raises AssertionError where the product finds other than the reference."""
    report = Report(at=datetime.now(UTC).isoformat(timespec="seconds"), size=size.name)
    core = pin()
    say(f"building {size.posts} posts …")
    corpus = build(size.posts)
    few, many = phrases(1_000), phrases(10_000)
    match_rate = gate(corpus, (few, many), size.gate_posts)
    batch_size = best_batch_size(corpus, few)
    timings = race(corpus, few, many, size, batch_size)
    report.conditions = {
        "posts": size.posts,
        "bytes_per_post": round(corpus.bytes_per_post, 1),
        "match_rate_1000": round(match_rate[0], 5),
        "match_rate_10000": round(match_rate[1], 5),
        "phrases": "1,000 and 10,000",
        "batch": batch_size,
        "texts": corpus.source,
        "pinned_to_core": "no" if core is None else core,
        "runs": size.runs,
        **machine(),
    }
    report.timings = [row_of(timing) for timing in timings.values()]
    small, large = (burst(posts) for posts in size.burst)
    figures = ratio_figures(timings) + burst_figures(small, large) + close_figures()
    figures += source_figures() if size is FULL else []
    report.figures = [
        {**asdict(figure), "reached": figure.is_reached(), "kept": figure.holds(size.tolerance)} for figure in figures
    ]
    report.failed = [figure.name for figure in figures if not figure.holds(size.tolerance)]
    for figure in figures:
        sign = "≤" if figure.is_ceiling else "≥"
        limits = (
            f"goal {sign} {figure.goal:g} {'reached' if figure.is_reached() else 'NOT REACHED'}, floor {figure.floor:g}"
        )
        say(f"{figure.name:56} {figure.value:9.2f} {figure.unit:9} {limits}")
    return report


def gate(corpus: Corpus, lists: Sequence[Sequence[str]], posts: int) -> list[float]:
    """Return the match rate of each list of phrases, once the product has found exactly what the reference finds."""
    texts = corpus.texts[:posts]
    rates = []
    for phrase_list in lists:
        reference = Reference(phrase_list)
        wanted = {(index, number) for index, text in enumerate(texts) for number in reference.find(text)}
        found = found_by(matcher_of(phrase_list), texts, 2048)
        if wanted != found:
            raise AssertionError(_differences(wanted, found, texts, phrase_list))
        rates.append(len({index for index, _ in wanted}) / len(texts))
        say(f"exact at {len(phrase_list)} phrases: {len(wanted)} finds, 0 missing, 0 extra; {rates[-1]:.2%} of posts")
    if rates[0] < LEAST_MATCH_RATE:
        raise AssertionError(f"only {rates[0]:.2%} of the posts match 1,000 phrases; a rate that low flatters")
    return rates


def best_batch_size(corpus: Corpus, phrase_list: Sequence[str]) -> int:
    """Return the batch size at which screening is fastest here."""
    matcher = matcher_of(phrase_list)
    lines = corpus.lines[: len(corpus.lines) // 2]
    contestants = [
        Contestant(str(size), len(lines), lambda size=size: lambda: screen(matcher, batches_of(lines, size)))
        for size in BATCH_SIZES
    ]
    timings = interleaved(contestants, 3)
    best = min(BATCH_SIZES, key=lambda size: timings[str(size)].us_per_post)
    say("batch: " + ", ".join(f"{size} → {timings[str(size)].us_per_post:.2f} µs" for size in BATCH_SIZES))
    return best


def race(corpus: Corpus, few: Sequence[str], many: Sequence[str], size: Size, batch_size: int) -> dict[str, Timing]:
    """Return the timings of the product, its bounds and its rivals, run in turn."""
    batches = batches_of(corpus.lines, batch_size)
    some = batches_of(corpus.lines[: size.peer_posts], batch_size)
    few_matcher, many_matcher = matcher_of(few), matcher_of(many)
    posts = len(corpus.lines)
    contestants = [
        Contestant("copy of the bytes", posts, lambda: lambda: bounds.copy_bytes(batches)),
        Contestant("bound: texts decoded", posts, lambda: lambda: bounds.decode_texts(batches)),
        Contestant("screening, 1,000 phrases", posts, lambda: lambda: screen(few_matcher, batches)),
        Contestant("screening, 10,000 phrases", posts, lambda: lambda: screen(many_matcher, batches)),
        Contestant("end to end, 1,000 phrases", posts, end_to_end(stage_of(few), batches)),
        rival(same_result, few, some),
        rival(vader_all, few, some),
    ]
    timings = interleaved(contestants, size.runs)
    for timing in timings.values():
        say(f"{timing.name:36} {timing.us_per_post:8.3f} µs a post {timing.posts_per_s:12,.0f} posts/s")
    return timings


def rival(module: object, phrase_list: Sequence[str], batches: Sequence[list[bytes]]) -> Contestant:
    """Return a rival's contestant, each run on a database of its own."""
    peer = module.Peer(phrase_list)  # type: ignore[attr-defined]

    def prepare() -> Callable[[], int]:
        folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))

        def run() -> int:
            kept: int = peer.run(batches, folder / "peer.sqlite3")
            shutil.rmtree(folder)
            return kept

        return run

    return Contestant(module.NAME, sum(map(len, batches)), prepare)  # type: ignore[attr-defined]


def burst(posts: int) -> dict[str, float]:
    """Return the figures of a process that stores `posts` mentions of one brand."""
    say(f"burst of {posts} posts, all about one brand …")
    return apart("bench.burst", str(posts))


def apart(module: str, *arguments: str) -> dict[str, float]:
    """Return the figures of a module that runs as a process of its own."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def ratio_figures(timings: dict[str, Timing]) -> list[Figure]:
    """Return the promises that are ratios of two timings of this run."""
    rate = {name: timing.posts_per_s for name, timing in timings.items()}
    bound, whole = rate["bound: texts decoded"], rate["end to end, 1,000 phrases"]
    few, many = rate["screening, 1,000 phrases"], rate["screening, 10,000 phrases"]
    return [
        Figure("screening, share of the bound", few / bound, 0.75, 0.65),
        Figure("end to end, share of the bound", whole / bound, 0.45, 0.36),
        Figure(f"end to end, over {same_result.NAME}", whole / rate[same_result.NAME], 8.0, 8.0),
        Figure(f"end to end, over {vader_all.NAME}", whole / rate[vader_all.NAME], 15.0, 15.0),
        Figure("ten times the phrases, screening time", few / many, 3.0, 3.0, is_ceiling=True),
    ]


def burst_figures(small: dict[str, float], large: dict[str, float]) -> list[Figure]:
    """Return the promises of the worst hour and of the full store."""
    posts = int(large["posts"])
    growth = large["peak_mb"] / small["peak_mb"]
    grown = f"memory at {posts:,} over that at {int(small['posts']):,}"
    return [
        Figure("everything matches, mentions stored", large["stored_per_s"], 8_000, 3_000, "a second"),
        Figure(f"highest memory at {posts:,} mentions", large["peak_mb"], MEMORY_MB, MEMORY_MB, "MB", True, True),
        Figure(grown, growth, 1.25, 1.25, is_ceiling=True, is_strict=True),
        Figure(f"brand and word among {posts:,} mentions", large["search_ms"], 10, 10, "ms", is_ceiling=True),
        Figure(f"a day's counts among {posts:,} mentions", large["dashboard_ms"], 10, 10, "ms", is_ceiling=True),
    ]


def close_figures() -> list[Figure]:
    """Return the promises of closing a minute: surge tests and grouping, each beside a plain loop of the same run."""
    say("surge tests of ten thousand brands, and grouping …")
    tests, groups = apart("bench.closing.surges"), apart("bench.closing.stories")
    brands = f"{int(tests['brands']):,} brands"
    # Where no compiler built the index of stories, plain Python does the same at twice the cost.
    grouping_us, over_plain = (130, 5.0) if story_kernel() is not None else (260, 9.0)
    return [
        Figure(f"surge tests of {brands}, a minute", tests["ms_a_minute"], 50, 110, "ms", is_ceiling=True),
        Figure(f"surge tests of {brands}, over a plain loop", tests["over_plain"], 20, 25, is_ceiling=True),
        Figure("memory of a brand's surge tests", tests["state_kb"], 12, 12, "kB", True, True),
        Figure("grouping, a mention", groups["us_a_mention"], 40, grouping_us, "µs", is_ceiling=True),
        Figure("grouping, over plain look-ups", groups["over_plain"], 3, over_plain, is_ceiling=True),
    ]


def source_figures() -> list[Figure]:
    """Return the promises of collecting: what is lost holds strictly, what depends on a busy machine loosely."""
    say("a stream killed half-way, a thousand feeds …")
    stream = apart("bench.sources.stream", "--seconds", "40", "--report")
    feeds = apart("bench.sources.feeds", "--seconds", "60", "--report")
    wrong = stream["lost"] + stream["doubled"] + stream["extra"]
    return [
        Figure("posts of a killed stream lost or doubled", wrong, 0, 0, "", True, True),
        Figure("lag of 2,000 events a second", stream["lag_s"], 2, 30, "s", True),
        Figure("a thousand feeds, share of a core", feeds["core"], 0.10, 0.10, "", True),
        Figure("a thousand feeds, memory", feeds["memory_mb"], 300, 300, "MB", True, True),
    ]


def batches_of(lines: Sequence[bytes], size: int) -> list[list[bytes]]:
    """Return the lines in batches of `size`."""
    return [list(lines[start : start + size]) for start in range(0, len(lines), size)]


def row_of(timing: Timing) -> dict[str, float | str]:
    """Return one timing as the report keeps it."""
    return {
        "name": timing.name,
        "posts": timing.posts,
        "kept": timing.kept,
        "us_per_post": round(timing.us_per_post, 3),
        "posts_per_s": round(timing.posts_per_s),
        "wall_posts_per_s": round(timing.wall_posts_per_s),
        "spread": round(timing.spread, 3),
    }


def say(line: str) -> None:
    """Print one line of progress."""
    print(line, flush=True)


def _differences(
    wanted: set[tuple[int, int]], found: set[tuple[int, int]], texts: Sequence[str], phrase_list: Sequence[str]
) -> str:
    lines = [f"{len(wanted - found)} missing and {len(found - wanted)} extra at {len(phrase_list)} phrases:"]
    for name, pairs in (("missing", wanted - found), ("extra", found - wanted)):
        lines += [f"  {name}: {phrase_list[number]!r} in {texts[index]!r}" for index, number in sorted(pairs)[:5]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

"""Measure the grouping of mentions into stories, and fail under its floors: `python -m eval.stories [-v]`.

(a) The built-in scenario under seeds that no threshold was set on: its affairs say what belongs together.
(b) Five real events at once (PHEME), where they lie beside the project; otherwise their row says so and is skipped.

Precision and recall are B-cubed (Bagga and Baldwin 1998): the mean over the posts of affairs of which share of the
post's story is of its affair, and which share of its affair stands in its story. Ordinary talk counts in the stories
it got into, and has no affair of its own. Affairs are taken by language: a story in each is what a reader expects.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.ids import stable_int
from tocsin.base.kind import Tone
from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.base.seam import PostBatch
from tocsin.base.story import MentionDigest, Story
from tocsin.base.time import minute_of
from tocsin.collect.scenario import builtin_scenario, play_labelled, scenario_watches
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features
from tocsin.screen.language import detect_language
from tocsin.screen.rules import snapshot
from tocsin.screen.stage import ScreenStage
from tocsin.story.group import Grouper

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
END = datetime(2026, 11, 24, 17, tzinfo=UTC)
SEEDS = (101, 102, 103, 104)
CLOSE_MIN = 3  # how often live minutes are closed, each time by a grouper built anew from the rows
# A little under what was reached when they were set.
FLOORS = {"scenario.precision": 0.85, "scenario.recall": 0.15, "pheme.precision": 0.98, "pheme.recall": 0.50}
Labelled = tuple[MentionDigest, str]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """B-cubed precision and recall, 0..1, the stories of two posts and more, and the time a mention took."""

    precision: float
    recall: float
    stories: int
    us_a_mention: float


def main(arguments: Sequence[str]) -> int:
    failed = 0
    for name, score in _measures("-v" in arguments):
        if score is None:
            print(f"{name}: skipped, the development data are not beside the project")
            continue
        for what, value in (("precision", score.precision), ("recall", score.recall)):
            floor = FLOORS[f"{name.split()[0]}.{what}"]
            failed += value < floor
            print(f"{name}: {what} {value:.3f} (floor {floor}) {'ok' if value >= floor else 'UNDER ITS FLOOR'}")
        print(f"{name}: {score.stories} stories, {score.us_a_mention:.0f} µs a mention")
    return 1 if failed else 0


def _measures(verbose: bool) -> Iterator[tuple[str, Score | None]]:
    for seed in SEEDS:
        brand, posts = scenario_digests(seed)
        yield f"scenario seed {seed}", measure(brand, posts, verbose=verbose)
    posts = pheme_digests()
    yield "pheme", measure(Brand(slug="pheme", name="Pheme"), posts, verbose=verbose) if posts else None


def scenario_digests(seed: int) -> tuple[Brand, list[Labelled]]:
    """Return the brand of the scenario and its distinct mentions, with the affair and language each belongs to."""
    scenario = builtin_scenario("maison_alba")
    brand = next(iter(scenario.brands.values()))
    stage = ScreenStage(snapshot([brand], scenario_watches(scenario)))
    played = play_labelled(scenario, seed=seed, end=END, scale=1.0)
    said = {one.post.key: one for one in played}
    found: dict[tuple[str, str], Labelled] = {}
    for source, group in groupby(sorted(played, key=lambda one: one.source), key=lambda one: one.source):
        for mention in stage.run(PostBatch([one.post for one in group]), source, "live").mentions:
            one = said[mention.post.key]
            language = mention.verdict.language if mention.verdict.language in ("fr", "en") else "fr"
            label = f"{one.affair}.{language}" if one.affair else ""
            found.setdefault(mention.post.key, (_digest(mention, len(found), one.source), label))
    return brand, sorted(found.values(), key=lambda pair: _order(pair[0]))


def _order(digest: MentionDigest) -> tuple[int, str, str]:
    return (digest.minute, digest.platform, digest.native_id)


def _digest(mention: Mention, row: int, source: str) -> MentionDigest:
    post, verdict = mention.post, mention.verdict
    author = post.author
    return MentionDigest(
        row=row,
        brand=mention.brand,
        minute=minute_of(post.created_at),
        platform=post.platform,
        native_id=post.native_id,
        at=post.created_at,
        text=post.text,
        title=post.title,
        language=verdict.language,
        negative=verdict.sentiment.label is Tone.NEGATIVE,
        severity=verdict.severity.score,
        danger=verdict.severity.score >= 80,
        kinds=tuple(score.kind.value for score in verdict.kinds),
        source=source,
        author=stable_int(author.platform, author.handle) if author else 0,
        reach=(author.followers or 0) if author else 0,
        own=mention.own,
        exact=verdict.keys.exact,
        bands=verdict.keys.bands,
        terms=verdict.keys.terms,
    )


def pheme_digests() -> list[Labelled]:
    """Return the posts of five events, each begun at the same instant, with the event; [] where they are absent."""
    found: list[tuple[datetime, str, str, str]] = []
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    for path in sorted((SHARED / "pheme-rumour-sources").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            posts = [json.loads(line) for line in lines]
        times = [_time(post["created_at"]) for post in posts]
        first = min(times)
        event = path.name.split(".")[0]
        found += [
            (start + (at - first), str(post["id"]), str(post["text"]), event)
            for at, post in zip(times, posts, strict=True)
        ]
    texts = [text for _, _, text, _ in found]
    keys = copy_keys(read_features(texts, frozenset()), [frozenset[str]()] * len(texts))
    post = Post(platform="x", native_id="", created_at=start, seen_at=start, text="")
    digests = [
        (
            MentionDigest(
                row=row,
                brand="pheme",
                minute=minute_of(at),
                platform=post.platform,
                native_id=native_id,
                at=at,
                text=text,
                title="",
                language=detect_language(text).language,
                negative=False,
                severity=0,
                danger=False,
                kinds=("neutral",),
                source="import",
                author=row + 1,
                reach=0,
                own=False,
                exact=key.exact,
                bands=key.bands,
                terms=key.terms,
            ),
            event,
        )
        for row, ((at, native_id, text, event), key) in enumerate(zip(found, keys, strict=True))
    ]
    return sorted(digests, key=lambda pair: _order(pair[0]))


def _time(value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def group(brand: Brand, posts: Sequence[Labelled]) -> tuple[list[str], dict[str, Story], float]:
    """Return the story of each post, the rows of the stories, and the seconds of processor time it took."""
    rows: dict[str, Story] = {}
    placed: list[str] = []
    spent = time.process_time()
    grouper = Grouper(brand, "live", ())
    for _, run in groupby(posts, key=lambda pair: pair[0].minute // CLOSE_MIN):
        placed += grouper.place([digest for digest, _ in run])
    spent = time.process_time() - spent
    rows |= {story.id: story for story in grouper.changed()}
    return placed, rows, spent


def measure(brand: Brand, posts: Sequence[Labelled], *, verbose: bool = False) -> Score:
    """Return how well the posts are grouped; own posts are looked over."""
    placed, rows, spent = group(brand, posts)
    kept = [(story, label) for story, (digest, label) in zip(placed, posts, strict=True) if not digest.own]
    sizes, affairs, both = Counter(story for story, _ in kept), Counter(label for _, label in kept), Counter(kept)
    told = [(story, label) for story, label in kept if label]
    if verbose:
        _show(rows, both)
    return Score(
        precision=sum(both[pair] / sizes[pair[0]] for pair in told) / len(told),
        recall=sum(both[pair] / affairs[pair[1]] for pair in told) / len(told),
        stories=sum(size > 1 for size in sizes.values()),
        us_a_mention=1e6 * spent / len(posts),
    )


def _show(rows: dict[str, Story], both: Counter[tuple[str, str]]) -> None:
    for story in sorted(rows.values(), key=lambda row: (-row.posts, row.id))[:40]:
        of = {label or "talk": count for (name, label), count in both.most_common() if name == story.id}
        print(f"  {story.posts:4} {story.kind:12} {story.title} {story.keywords} {of}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

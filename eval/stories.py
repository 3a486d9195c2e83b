"""Measure the grouping of mentions into stories, and fail under its floors: `python -m eval.stories [-v]`.
`python -m eval.stories --month` plays a month of 10,000 posts a day instead, and fails where memory or cost grow.

(a) Five real events at once (PHEME), begun in the same hour, among as many posts that have nothing to do with them;
    skipped where the data do not lie beside the project. The constants were set on `mixed.airline` and `mixed.troll`
    under another draw; `mixed.complaints` was looked at only to report.
(b) Three affairs of one brand at once, in French and English, among ordinary talk of it (`affairs_fr_en.jsonl`, written
    for this): the set `development` served to set the constants, the set `reported` only to report.
(c) The built-in scenario under seeds that no constant was set on.

Precision and recall are B-cubed (Bagga and Baldwin 1998): the mean over the posts of affairs of which share of the
post's story is of its affair, and which share of its affair stands in its story. Unrelated posts and ordinary talk
count in the stories they got into, and are left out of the mean; the last column says what it would be with each of
them an affair of its own. Stories that became one later are taken as one, as the engine puts them together. Of the
scenario, affairs are taken by language, as its figures always were; of the written affairs, both languages are one.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
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
from tocsin.base.text import fold_words
from tocsin.base.time import minute_of
from tocsin.collect.scenario import builtin_scenario, play_labelled, scenario_watches
from tocsin.screen.copy import copy_keys
from tocsin.screen.features import read_features
from tocsin.screen.language import detect_language
from tocsin.screen.rules import snapshot
from tocsin.screen.stage import ScreenStage
from tocsin.story.group import Grouper

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
AFFAIRS = Path(__file__).resolve().parent / "affairs_fr_en.jsonl"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
END = datetime(2026, 11, 24, 17, tzinfo=UTC)
SEEDS = (101, 102, 103, 104)
DRAW = 101  # of the unrelated posts and their times
# Of the means over the draws: what is asked for; of the scenario, a little under what was reached.
FLOORS = {
    "mixed.f1": 0.70,
    "mixed.precision": 0.85,
    "affairs.f1": 0.80,
    "scenario.precision": 0.75,
    "scenario.recall": 0.30,
}
Labelled = tuple[MentionDigest, str]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """B-cubed precision and recall, 0..1, the stories of two posts and more, and the time a mention took.

    all_f1: with each unrelated post an affair of its own.
    """

    precision: float
    recall: float
    all_f1: float
    stories: int
    us_a_mention: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _f1(self.precision, self.recall)


def main(arguments: Sequence[str]) -> int:
    """Print every figure, and the means over the draws with their floors; return 1 if one falls short."""
    if "--month" in arguments:
        return _month()
    scores: dict[str, list[Score]] = {}
    for name, score in _measures("-v" in arguments):
        if score is None:
            print(f"{name}: skipped, the development data are not beside the project")
            continue
        scores.setdefault(name.split()[0], []).append(score)
        print(_line(name, score))
    failed = 0
    for name, some in scores.items():
        mean = _mean_of(some)
        under = [
            f"UNDER {floor} {least:.2f}"
            for floor, least in FLOORS.items()
            if floor.split(".")[0] == name.split(".")[0] and name != "affairs.development"
            if getattr(mean, floor.split(".")[1]) < least
        ]
        failed += len(under)
        print(_line(f"{name}, mean of {len(some)}", mean), ", ".join(under) or "ok")
    return 1 if failed else 0


def _line(name: str, score: Score) -> str:
    return (
        f"{name:32} precision {score.precision:.3f} recall {score.recall:.3f} F1 {score.f1:.3f}"
        f" (all posts {score.all_f1:.3f}) {score.stories:4} stories {score.us_a_mention:4.0f} µs a mention"
    )


def _mean_of(scores: Sequence[Score]) -> Score:
    return Score(
        precision=_mean([score.precision for score in scores]),
        recall=_mean([score.recall for score in scores]),
        all_f1=_mean([score.all_f1 for score in scores]),
        stories=round(_mean([score.stories for score in scores])),
        us_a_mention=_mean([score.us_a_mention for score in scores]),
    )


def _measures(verbose: bool) -> Iterator[tuple[str, Score | None]]:
    events = event_posts()
    for name, read in (("airline", _airline), ("troll", _troll), ("complaints", _complaints)):
        posts = mixed_digests(events, read(), DRAW) if events else []
        yield f"mixed.{name}", measure(Brand(slug="events", name="Events"), posts, verbose=verbose) if posts else None
    for which in ("development", "reported"):
        for seed in SEEDS[:3]:
            brand, posts = affair_digests(which, seed)
            yield f"affairs.{which} {seed}", measure(brand, posts, verbose=verbose)
    for seed in SEEDS:
        brand, posts = scenario_digests(seed)
        yield f"scenario {seed}", measure(brand, posts, verbose=verbose)


# -- (a) events among unrelated posts --------------------


def event_posts() -> list[tuple[datetime, str, str]]:
    """Return (instant, text, event) of the posts of five events, each begun at `START`; [] where they are absent."""
    found: list[tuple[datetime, str, str]] = []
    for path in sorted((SHARED / "pheme-rumour-sources").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            posts = [json.loads(line) for line in lines]
        times = [_time(post["created_at"]) for post in posts]
        event = path.name.split(".")[0]
        found += [(START + (at - min(times)), str(post["text"]), event) for at, post in zip(times, posts, strict=True)]
    return found


def mixed_digests(events: Sequence[tuple[datetime, str, str]], unrelated: list[str], seed: int) -> list[Labelled]:
    """Return the posts of events among as many unrelated ones, within minutes of them."""
    draw = random.Random(seed)
    texts = draw.sample(unrelated, len(events))
    noise = [(draw.choice(events)[0] + timedelta(seconds=draw.randrange(-600, 600)), text, "") for text in texts]
    return _digests([*events, *noise], frozenset())


def _airline() -> list[str]:
    with gzip.open(SHARED / "airline-stream" / "posts.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _troll() -> list[str]:
    with gzip.open(SHARED / "troll-tweets" / "troll_tweets.csv.gz", "rt", encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        return [row["content"] for row in rows if row["language"] in ("English", "French") and row["content"]]


def _complaints() -> list[str]:
    with (SHARED / "complaints" / "en.train.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _time(value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = datetime.strptime(value, "%a %b %d %H:%M:%S %z %Y")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


# -- (b) three affairs of one brand --------------------


def affair_digests(which: str, seed: int) -> tuple[Brand, list[Labelled]]:
    """Return a brand and what is said of it over five days, three affairs begun on the fourth morning."""
    draw = random.Random(seed)
    rows = [json.loads(line) for line in AFFAIRS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["set"] == which]
    begun = START + timedelta(hours=72)
    found = []
    for row in rows:
        grown_h = 36 * draw.betavariate(1.5, 2.5) if row["affair"] else 108 * draw.random() - 72
        found.append((begun + timedelta(hours=grown_h), row["text"], row["affair"]))
    brand = Brand(slug=fold_words(rows[0]["brand"])[0], name=rows[0]["brand"])
    return brand, _digests(found, frozenset(fold_words(brand.name)))


def _digests(found: Sequence[tuple[datetime, str, str]], words: frozenset[str]) -> list[Labelled]:
    texts = [text for _, text, _ in found]
    keys = copy_keys(read_features(texts, frozenset()), [words] * len(texts))
    digests = [
        (
            MentionDigest(
                row=row,
                brand="events",
                minute=minute_of(at),
                platform="x",
                native_id=f"{row:06}",
                at=at,
                text=text,
                language=detect_language(text).language,
                kinds=("neutral",),
                source="import",
                author=row + 1,
                exact=key.exact,
                bands=key.bands,
                terms=key.terms,
            ),
            label,
        )
        for row, ((at, text, label), key) in enumerate(zip(found, keys, strict=True))
    ]
    return sorted(digests, key=lambda pair: _order(pair[0]))


# -- (c) the scenario --------------------


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
        answers=_answers(post),
    )


def _answers(post: Post) -> str:
    return post.root_id or post.parent_id or post.shared_id or ""


# -- a month of traffic --------------------


def _month(days: int = 30, a_day: int = 10_000) -> int:
    """Print what each third day held and cost; return 1 if the last ten days hold or cost a quarter more."""
    draw, grouper = random.Random(DRAW), Grouper(Brand(slug="month", name="Month"), "live", ())
    held: list[float] = []
    spent: list[float] = []
    for day in range(days):
        posts = _day(day, a_day, draw)
        begun = time.process_time()
        for _, run in groupby(posts, key=lambda digest: digest.minute):
            grouper.place(list(run))
            grouper.settle()
            rows = grouper.changed()
        spent.append(1e6 * (time.process_time() - begun) / a_day)
        held.append(float(grouper.size))
        if day % 3 == 2:
            largest = max(len(row.terms) for row in rows)
            print(
                f"day {day + 1:2}: {held[-1]:6.0f} stories live, {spent[-1]:4.0f} µs a mention, {largest} words at most"
            )
    grown = max(held[-10:]) / max(held[8:-10])
    dearer = sum(spent[-10:]) / 10 / (sum(spent[8:-10]) / len(spent[8:-10]))
    is_flat = grown <= 1.25 and dearer <= 1.25
    print(
        f"the last ten days against those before: {grown:.2f} stories, {dearer:.2f} cost {'ok' if is_flat else 'GROWS'}"
    )
    return 0 if is_flat else 1


def _day(day: int, posts: int, draw: random.Random) -> list[MentionDigest]:
    """Return a day of posts: a third about 40 topics that come and go within days, the rest about anything."""
    topics = [[f"topic{day // 3 + at}w{word}" for word in range(12)] for at in range(40)]
    rows = []
    for _ in range(posts):
        words = [f"word{min(int(draw.paretovariate(0.6)), 60_000)}" for _ in range(8)]
        if draw.random() < 0.33:
            words += draw.sample(topics[min(int(draw.paretovariate(0.8)) - 1, 39)], 4)
        rows.append((START + timedelta(days=day, seconds=86_400 * draw.random()), " ".join(words), ""))
    return [digest for digest, _ in _digests(rows, frozenset())]


# -- measure --------------------


def group(brand: Brand, posts: Sequence[Labelled]) -> tuple[list[str], dict[str, Story], float]:
    """Return the story of each post in the end, the rows of the stories, and the seconds of processor time it took."""
    rows: dict[str, Story] = {}
    placed: list[str] = []
    joined: dict[str, str] = {}
    spent = time.process_time()
    grouper = Grouper(brand, "live", ())
    for _, run in groupby(posts, key=lambda pair: pair[0].minute):
        placed += grouper.place([digest for digest, _ in run])
        for stays, gone in grouper.settle():
            joined[gone] = stays
    rows |= {story.id: story for story in grouper.changed()}
    spent = time.process_time() - spent
    return [_stays(story, joined) for story in placed], rows, spent


def _stays(story: str, joined: dict[str, str]) -> str:
    while story in joined:
        story = joined[story]
    return story


def measure(brand: Brand, posts: Sequence[Labelled], *, verbose: bool = False) -> Score:
    """Return how well the posts are grouped; own posts are looked over."""
    placed, rows, spent = group(brand, posts)
    kept = [(story, label) for story, (digest, label) in zip(placed, posts, strict=True) if not digest.own]
    sizes, affairs, both = Counter(story for story, _ in kept), Counter(label for _, label in kept), Counter(kept)
    told = [(story, label) for story, label in kept if label]
    if verbose:
        _show(rows, both)
    within = [both[pair] / sizes[pair[0]] for pair in told]
    gathered = [both[pair] / affairs[pair[1]] for pair in told]
    alone = [1.0 / sizes[story] for story, label in kept if not label]
    return Score(
        precision=_mean(within),
        recall=_mean(gathered),
        all_f1=_f1(_mean(within + alone), _mean(gathered + [1.0] * len(alone))),
        stories=sum(size > 1 for size in sizes.values()),
        us_a_mention=1e6 * spent / len(posts),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall)


def _show(rows: dict[str, Story], both: Counter[tuple[str, str]]) -> None:
    for story in sorted(rows.values(), key=lambda row: (-row.posts, row.id))[:40]:
        of = {label or "talk": count for (name, label), count in both.most_common() if name == story.id}
        print(f"  {story.posts:4} {story.state:8} {story.kind:12} {story.title} {story.keywords} {of}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

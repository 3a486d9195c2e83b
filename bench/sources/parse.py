"""How much of a processor core it takes to read public streams: `python -m bench.sources.parse`.

Invented posts in the shape of a Jetstream (both versions) and of Mastodon's stream, parsed in batches of 1,000 as the
collector does; CPU time, the best of five. Ends with 1 where 2,000 events a second would take a quarter of a core.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from bench.corpus import build
from bench.jetstream import envelope
from tocsin.collect.adapter import Adapter, Frame, Frames, Source
from tocsin.collect.registry import load_adapter

EVENTS, BATCH, RUNS = 10_000, 1_000, 5
A_SECOND, MOST_CORE = 2_000, 0.25
_NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def main() -> int:
    """Print a line for each stream; return the exit code."""
    texts = build(EVENTS, seed=3).texts
    rng = random.Random(3)
    first = [Frame(body=envelope(text, number, rng)) for number, text in enumerate(texts)]
    sky = Source(name="s", adapter="bluesky", options={"mode": "stream", "stream": "wss://j.example/subscribe"})
    toot = Source(
        name="s", adapter="mastodon", options={"server": "https://m.example", "reads": "public", "live": "yes"}
    )
    worst = max(
        _say("Bluesky, version 1", load_adapter("bluesky"), sky, first),
        _say("Bluesky, version 2", load_adapter("bluesky"), sky, [_second(frame) for frame in first]),
        _say("Mastodon", load_adapter("mastodon"), toot, [_status(*pair) for pair in enumerate(texts)]),
    )
    return 0 if worst < MOST_CORE else 1


def _say(name: str, adapter: Adapter, source: Source, frames: list[Frame]) -> float:
    """Print what a stream takes; return the share of a core at 2,000 events a second."""
    batches = [frames[start : start + BATCH] for start in range(0, len(frames), BATCH)]

    def read() -> int:
        return sum(len(adapter.parse(source, "", Frames(frames=batch, at=_NOW), _NOW).posts) for batch in batches)

    assert read() == len(frames), f"{name}: not every event gave its post"
    seconds = min(_cpu_s(read) for _ in range(RUNS))
    share = A_SECOND * seconds / len(frames)
    print(f"{name:20} {1e6 * seconds / len(frames):6.1f} µs an event   {100 * share:5.1f} % of a core at {A_SECOND}/s")
    return share


def _cpu_s(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _second(frame: Frame) -> Frame:
    """Return an event of version 1 as the second writes it."""
    event = json.loads(frame.body)
    at = datetime.fromtimestamp(event["time_us"] / 1e6, UTC).isoformat().replace("+00:00", "Z")
    payload = {"$type": "x#commit", "seq": 1, "did": event["did"], "time": at, **event["commit"]}
    return Frame(body=json.dumps({"$type": "message", "payload": payload}).encode())


def _status(number: int, text: str) -> Frame:
    name = f"{116_000_000_000_000_000 + number}"
    status = {
        "id": name,
        "uri": f"https://m.example/users/a{number % 97}/statuses/{name}",
        "url": f"https://m.example/@a{number % 97}/{name}",
        "created_at": "2026-11-22T11:59:00.000Z",
        "content": f'<p>{text} <a href="https://example.org/{number}" rel="nofollow">example.org</a></p>',
        "visibility": "public",
        "language": "fr",
        "account": {"acct": f"a{number % 97}@far.example", "display_name": "A", "followers_count": 3},
        "media_attachments": [],
        "favourites_count": 0,
    }
    return Frame(body=json.dumps(status).encode(), event="update")


if __name__ == "__main__":
    sys.exit(main())

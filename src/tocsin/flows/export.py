"""Export everything: each table as open files, and the posts once more in the form that an import reads."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tocsin.flows.engine import Engine

POSTS_FILE = "posts.jsonl"
_AT_ONCE = 5_000


def export_all(engine: Engine, folder: Path) -> dict[str, int]:
    """Write the files into a new or empty folder; return how many rows each holds.

    The tables come back with `tocsin restore FOLDER`, whole; `posts.jsonl` holds one post a line under the names of its
    fields, for other tools and for `tocsin import` on another installation.
    """
    report = dict(engine.store.export(folder))
    written, number = 0, 0
    with (folder / POSTS_FILE).open("wb") as out:
        while True:
            number, posts = engine.store.posts_after(number, _AT_ONCE)
            if not posts:
                break
            out.writelines(msgspec.json.encode(post) + b"\n" for post in posts)
            written += len(posts)
    report[POSTS_FILE] = written
    return report

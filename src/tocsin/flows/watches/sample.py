"""The first posts of a file, to try a query on before anything of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tocsin.collect.file import FilePlan, read_pages
from tocsin.flows.engine import Engine
from tocsin.flows.import_file import plan_import
from tocsin.store.queries.watching import SeenPost

SAMPLE_POSTS = 2_000


def sample_file(engine: Engine, path: Path, overrides: Mapping[str, str], now: datetime) -> list[SeenPost]:
    """Return the first posts of a file. Raises InputError when it cannot be read."""
    return sample_plan(path, plan_import(engine, path, None, overrides, now), now)


def sample_plan(path: Path, plan: FilePlan, now: datetime) -> list[SeenPost]:
    """Return the first posts of a planned file."""
    posts: list[SeenPost] = []
    for page in read_pages(path, plan, cursor="", now=now, source="sample", page_rows=SAMPLE_POSTS):
        posts += [SeenPost(post, path.name) for post in page.posts]
        if len(posts) >= SAMPLE_POSTS:
            break
    return posts[:SAMPLE_POSTS]

"""Screen lines without a database: the engine alone, from JSON lines to JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.mention import Mention, Reason
from tocsin.base.post import Author, Post, PostKind
from tocsin.base.seam import LIVE
from tocsin.flows.lines import BadLine
from tocsin.screen.lines import LineBatch
from tocsin.screen.match import TextPath
from tocsin.screen.rules import snapshot
from tocsin.screen.stage import ScreenStage

BATCH_LINES = 2_048
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # a line may have no time, and screening needs none


class _Head(msgspec.Struct, gc=False):
    text: str
    title: str = ""


class _Author(msgspec.Struct):
    handle: str = ""
    name: str | None = None
    followers: int | None = None
    verified: bool | None = None


class _Line(msgspec.Struct):
    text: str
    title: str = ""
    platform: str = ""
    kind: PostKind = PostKind.POST
    author: _Author | str | None = None
    lang: str | None = None
    stars: float | None = None
    stars_max: float | None = None


_TEXT_PATH = TextPath(("text",), title="title")
_decode_head = msgspec.json.Decoder(_Head).decode
_decode_line = msgspec.json.Decoder(_Line).decode
_decode_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def screen_lines(lines: Iterable[bytes], query: str, brand: str) -> Iterator[bytes | BadLine]:
    """Yield, in the order of the lines, a JSON line per mention and a BadLine for each line that cannot be read.

    An output line is the input object, every key as it came, with `brand`, `spans`, `language`, `sentiment`, `kinds`
    and `severity` set. Raises QueryError when the query cannot be read.
    """
    slug = "-".join(brand.lower().split()) or "brand"
    rules = snapshot([Brand(slug=slug, name=brand)], [Watch(brand=slug, name="query", query=query)])
    stage = ScreenStage(rules, unmatched_kept=0)
    for first, batch in _batches(lines):
        yield from _screen_batch(stage, batch, first, brand)


def _batches(lines: Iterable[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Yield (number of the first line, lines); blank lines stay, so that numbers are those of the file."""
    batch: list[bytes] = []
    first = 1
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH_LINES:
            yield first, batch
            first += len(batch)
            batch = []
    if batch:
        yield first, batch


def _screen_batch(stage: ScreenStage, lines: Sequence[bytes], first: int, brand: str) -> Iterator[bytes | BadLine]:
    batch = LineBatch(lines, _decode_head, _read_post, with_titles=True, text_path=_TEXT_PATH)
    screened = stage.run(batch, "stdin", LIVE)
    out: dict[int, bytes | BadLine] = {
        index: BadLine(first + index, why) for index, why in screened.unreadable if lines[index].strip()
    }
    for mention in screened.mentions:
        index = int(mention.post.native_id)
        out[index] = _mention_line(mention, brand, lines[index])
    for index in sorted(out):
        yield out[index]


def _read_post(index: int, line: bytes) -> Post:
    """Return the post of a line; it is named by its place in the batch, since its own id may be missing or repeated."""
    read = _decode_line(line)
    author = None
    if isinstance(read.author, str):
        author = Author(platform=read.platform, handle=read.author.removeprefix("@"))
    elif read.author is not None:
        given = read.author
        author = Author(
            platform=read.platform,
            handle=given.handle.removeprefix("@"),
            name=given.name,
            followers=given.followers,
            verified=given.verified,
        )
    return Post(
        platform=read.platform,
        native_id=str(index),
        created_at=_EPOCH,
        seen_at=_EPOCH,
        title=read.title,
        text=read.text,
        kind=read.kind,
        author=author,
        lang_claimed=read.lang,
        stars=read.stars,
        stars_max=read.stars_max,
    )


def _mention_line(mention: Mention, brand: str, line: bytes) -> bytes:
    verdict = mention.verdict
    found: dict[str, Any] = dict(_decode_keys(line))
    found.setdefault("id", None)
    found |= {
        "brand": brand,
        "spans": [{"field": span.field.value, "start": span.start, "end": span.end} for span in mention.spans],
        "language": verdict.language,
        "sentiment": {
            "label": verdict.sentiment.label.value,
            "p": verdict.sentiment.p,
            "sure": verdict.sentiment.sure,
            "reasons": _reasons(verdict.sentiment.reasons),
        },
        "kinds": [{"kind": kind.kind.value, "p": kind.p, "reasons": _reasons(kind.reasons)} for kind in verdict.kinds],
        "severity": {"score": verdict.severity.score, "reasons": _reasons(verdict.severity.reasons)},
    }
    return msgspec.json.encode(found)


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    return [{"code": reason.code, "words": reason.words, "weight": reason.weight} for reason in reasons]

"""What the tests of the open web interfaces share: an instant, a source, an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from tocsin.collect.adapter import Answer, Source

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def source(adapter: str, **options: str) -> Source:
    return Source(name="s", adapter=adapter, options=options)


def answer(body: object, status: int = 200, at: datetime = NOW, headers: Mapping[str, str] | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Answer(url="https://example.org/list", status=status, headers=headers or {}, body=raw, at=at)

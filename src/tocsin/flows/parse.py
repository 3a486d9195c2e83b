"""Parse one recorded answer with an adapter, storing nothing."""

from __future__ import annotations

from datetime import datetime

from tocsin.collect.adapter import Answer, Page, Source
from tocsin.collect.registry import load_adapter


def parse_payload(adapter: str, payload: bytes, url: str, name: str, now: datetime) -> Page:
    """Return the page that the adapter reads in a payload. Raises SourceError, NotFoundError.

    url: where it came from, for relative links and ids; `name` stands in when it is not known.
    """
    address = url or "https://payload.invalid/" + name.rpartition("/")[2]
    source = Source(name="payload", adapter=adapter, options={"url": address})
    answer = Answer(url=address, status=200, headers={}, body=payload, at=now)
    return load_adapter(adapter).parse(source, "", answer, now)

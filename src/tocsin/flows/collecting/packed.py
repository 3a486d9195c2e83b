"""Pages on their way from the process that reads answers: as MessagePack, a seventh of what pickling them takes."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.collect.adapter import Adapter, Page, Reply, Source

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Page)


def packed_page(adapter: Adapter, source: Source, cursor: str, reply: Reply, now: datetime) -> bytes | Page:
    """Return what the adapter reads in a reply, packed; as it is when it holds what cannot be, such as half letters."""
    page = adapter.parse(source, cursor, reply, now)
    try:
        return _encoder.encode(page)
    except (UnicodeEncodeError, OverflowError, TypeError):
        return page


def unpacked_page(packed: bytes | Page) -> Page:
    """Return the page."""
    return packed if isinstance(packed, Page) else _decoder.decode(packed)

"""What no pipeline in Python can beat: copying the bytes, and decoding the text of each post and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from bench.jetstream import decode_line_head


def copy_bytes(batches: Sequence[Sequence[bytes]]) -> int:
    """Copy every line into one new block, batch by batch; return the bytes copied."""
    return sum(len(b"".join(batch)) for batch in batches)


def decode_texts(batches: Sequence[Sequence[bytes]]) -> int:
    """Decode the text of every line with msgspec into a list, batch by batch; return the number of texts."""
    count = 0
    for batch in batches:
        decode = decode_line_head
        texts = [decode(line).commit.record.text for line in batch]
        count += len(texts)
    return count

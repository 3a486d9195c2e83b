"""Frames of a lasting connection on their way to be read: a bounded buffer that makes the socket wait."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime

from tocsin.base.errors import TocsinError
from tocsin.collect.adapter import Frame

MOST_FRAMES = 2_000  # handed on at once; as many posts as one commit takes
WITHIN_S = 0.5
MOST_BYTES = 8_000_000
HELD_FRAMES = 10_000
HELD_BYTES = 32_000_000


class FrameBuffer:
    """Takes frames one by one and gives them in batches, oldest first; used within one event loop."""

    def __init__(self) -> None:
        self._frames: deque[tuple[Frame, datetime]] = deque()
        self._bytes = 0
        self._changed = asyncio.Condition()
        self._error: TocsinError | None = None

    async def put(self, frame: Frame) -> None:
        """Take a frame, once there is room for it."""
        async with self._changed:
            while self._frames and (len(self._frames) >= HELD_FRAMES or self._bytes >= HELD_BYTES):
                await self._changed.wait()
            self._frames.append((frame, datetime.now(UTC)))
            self._bytes += len(frame.body)
            if len(self._frames) == 1 or self._is_many:
                self._changed.notify_all()

    async def fail(self, error: TocsinError) -> None:
        """Note what ended the connection: raised by `take` after the last frame."""
        async with self._changed:
            self._error = error
            self._changed.notify_all()

    async def take(self) -> tuple[list[Frame], datetime, datetime]:
        """Return frames with when the first and the last came: 2,000 of them, or what came within half a second.

        Raises what ended the connection when there are none left.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._frames or self._error)
            with suppress(TimeoutError):
                async with asyncio.timeout(WITHIN_S):
                    await self._changed.wait_for(lambda: self._is_many or self._error)
            if not self._frames and self._error is not None:
                raise self._error
            taken: list[Frame] = []
            first_at = last_at = self._frames[0][1]
            size = 0
            while self._frames and len(taken) < MOST_FRAMES and size < MOST_BYTES:
                frame, last_at = self._frames.popleft()
                size += len(frame.body)
                taken.append(frame)
            self._bytes -= size
            self._changed.notify_all()
            return taken, first_at, last_at

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest frame that waits came."""
        try:
            return self._frames[0][1]
        except IndexError:
            return None

    @property
    def _is_many(self) -> bool:
        return len(self._frames) >= MOST_FRAMES or self._bytes >= MOST_BYTES

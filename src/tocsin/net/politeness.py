"""Politeness: turns for a host and for a credential, longer and longer waits after failures."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tocsin.base.errors import SourceError
from tocsin.base.ids import stable_int

SPACING_S = 1.0  # between two requests to one host
FAILURES_BEFORE_REST = 5  # after so many in a row, the host is left alone
_FIRST_WAIT_S = 60.0
_HOSTS_KEPT = 10_000


def backoff_s(failures: int, seed: str, *, longest_s: float = 86_400.0) -> float:
    """Return how long to wait after `failures` failures in a row: full jitter under a ceiling that doubles, in seconds.

    seed: what fails (the source's name): the same failures of the same source give the same wait, other sources others,
    so that they do not come back together. The ceiling begins at a minute; the wait is at least a tenth of it.
    Method: "full jitter", M. Brooker, Exponential Backoff and Jitter, 2015; with a floor, so that no wait is nil.

    >>> 6 <= backoff_s(1, "alba") <= 60 < 384 <= backoff_s(20, "alba", longest_s=3840) <= 3840
    True
    """
    if failures < 1:
        return 0.0
    ceiling_s = min(longest_s, _FIRST_WAIT_S * 2.0 ** min(failures - 1, 30))
    share = stable_int("backoff", seed, str(failures)) / 2**63
    return ceiling_s * (0.1 + 0.9 * share)


@dataclass(slots=True)
class _Place:
    """What is known of one host: its lock, when it is free, and how many hold or await a turn."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    users: int = 0


class HostPacer:
    """Gives each host its turns, `spacing_s` apart, one at a time; waits in the running event loop."""

    def __init__(
        self,
        spacing_s: float = SPACING_S,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.spacing_s = spacing_s
        self._clock = clock
        self._sleep = sleep
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def turn(self, host: str, spacing_s: float | None = None) -> AsyncIterator[None]:
        """Wait for the host's next turn and hold it. `spacing_s` may be more than the usual (a robots.txt delay)."""
        place = self._places.setdefault(host, _Place())
        place.users += 1
        try:
            async with place.lock:
                wait_s = place.free_at - self._clock()
                if wait_s > 0:
                    await self._sleep(wait_s)
                try:
                    yield
                finally:
                    place.free_at = self._clock() + max(self.spacing_s, spacing_s or 0.0)
        finally:
            place.users -= 1
            self._forget()

    def _forget(self) -> None:
        """Drop the hosts that may be asked at once anyway, so that memory does not grow with the hosts ever seen."""
        if len(self._places) <= _HOSTS_KEPT:
            return
        now = self._clock()
        self._places = {host: place for host, place in self._places.items() if place.users or place.free_at > now}


class HostRest:
    """Remembers which hosts failed again and again, and until when each is left alone. Instants in clock seconds."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def rests_s(self, host: str, now_s: float) -> float:
        """Return for how many seconds `host` is still to be left alone, 0 if it may be asked."""
        return max(0.0, self._until.get(host, 0.0) - now_s)

    def succeeded(self, host: str) -> None:
        """Forget the failures of `host`."""
        self._failures.pop(host, None)
        self._until.pop(host, None)

    def failed(self, host: str, now_s: float) -> None:
        """Count one more failure; from the fifth in a row on, the host rests for an hour at most."""
        failures = self._failures[host] = self._failures.get(host, 0) + 1
        if failures >= FAILURES_BEFORE_REST:
            self._until[host] = now_s + backoff_s(failures - FAILURES_BEFORE_REST + 1, host, longest_s=3600.0)


@dataclass(slots=True)
class _Bucket:
    """When each of the last tokens was taken, the oldest first, and after how long it comes back."""

    taken: deque[float] = field(default_factory=deque)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    per_s: float = 0.0
    users: int = 0


class Buckets:
    """Gives each credential its turns: as many tokens as its platform allows, each back a full period after its use.

    So that no stretch of `per_s` seconds holds more than `requests` turns, wherever it begins. In memory: a process
    that starts anew has full buckets, and a platform that minds says so (429).
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._buckets: dict[str, _Bucket] = {}

    async def turn(self, key: str, requests: int, per_s: float, *, longest_s: float = 60.0) -> None:
        """Wait until `key` may ask once more, and take the token; turns are given in the order they were asked for.

        Raises SourceError with `retry_after_s` when the wait is longer than `longest_s`, and ValueError for a pace that
        is none. Taken tokens stay counted when the pace of a key changes.
        """
        if requests < 1 or not per_s > 0:
            raise ValueError(f"{requests} requests in {per_s} s is no pace")
        bucket = self._buckets.setdefault(key, _Bucket())
        bucket.users += 1
        try:
            async with bucket.lock:
                bucket.per_s = per_s
                while (wait_s := self._wait_s(bucket, requests)) > 0:
                    if wait_s > longest_s:
                        raise SourceError(
                            "The {requests} requests that this source may make in {per_s} s are used up; it will be "
                            "asked again later.",
                            permanent=False,
                            retry_after_s=wait_s,
                            requests=requests,
                            per_s=round(per_s),
                        )
                    await self._sleep(wait_s)
                bucket.taken.append(self._clock())
        finally:
            bucket.users -= 1
            self._forget()

    def wait_s(self, key: str, requests: int, per_s: float) -> float:
        """Return for how many seconds `key` has no token, 0 when it may ask now. Nothing is taken."""
        bucket = self._buckets.get(key)
        if bucket is None:
            return 0.0
        bucket.per_s = per_s
        return self._wait_s(bucket, requests)

    def _wait_s(self, bucket: _Bucket, requests: int) -> float:
        now_s, taken = self._clock(), bucket.taken
        while taken and taken[0] <= now_s - bucket.per_s:
            taken.popleft()
        return max(0.0, taken[len(taken) - requests] + bucket.per_s - now_s) if len(taken) >= requests else 0.0

    def _forget(self) -> None:
        """Drop the buckets that are full, so that memory does not grow with the credentials ever seen."""
        if len(self._buckets) <= _HOSTS_KEPT:
            return
        now_s = self._clock()
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if bucket.users or (bucket.taken and bucket.taken[-1] > now_s - bucket.per_s)
        }

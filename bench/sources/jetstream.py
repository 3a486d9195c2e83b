"""A server on the loopback that speaks like the first version of a Jetstream, at a steady rate, from any cursor.

`python -m bench.sources.jetstream PORT RATE SECONDS`: event number i has the time `begin + i / RATE`; what a cursor
asks for is said as fast as it is taken, what comes after at its time. One event in a hundred is about Maison Alba; of
every thousand one is deleted ten events later. `/count` says how many were said and when it began; `/stop` ends it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

import msgspec
from aiohttp import web

from bench.jetstream import envelope

ABOUT, GONE = 100, 1_000
_POOL = 997  # different lines, said again and again under other names


def standing(said: int) -> list[int]:
    """Return the numbers of the wanted posts that stand after so many events."""
    gone = {number - 10 for number in range(110, said, GONE)}
    return [number for number in range(0, said, ABOUT) if number not in gone]


class Server:
    """The events, made when they are asked for: number, name and time stand in a line made once."""

    def __init__(self, rate: int, seconds: int) -> None:
        dice = random.Random(1)
        self.rate, self.count = rate, rate * seconds
        self.begin_us = int(time.time() * 1e6)
        texts = [" ".join(dice.choices(_WORDS, k=dice.randint(6, 40))) for _ in range(_POOL)]
        self.pool = [self.cut(envelope(text, 0, dice)) for text in texts]
        self.wanted = [self.cut(envelope(f"Maison Alba : {text}", 0, dice)) for text in texts]

    @staticmethod
    def cut(line: bytes) -> bytes:
        """Return the line with marks where its number, its time and the instant of writing stand."""
        whole = msgspec.json.decode(line)
        whole["did"], whole["time_us"], whole["commit"]["rkey"] = "did:plc:bench", 4_242_424_242, "RKEY"
        whole["commit"]["record"]["createdAt"] = "CREATED"
        return (
            msgspec.json.encode(whole)
            .replace(b"%", b"%%")
            .replace(b"4242424242", b"%(us)d")
            .replace(b"RKEY", b"%(number)013d")
            .replace(b"CREATED", b"%(at)s")
        )

    def said(self) -> int:
        """Return how many events are said by now."""
        return min(self.count, int((time.time() * 1e6 - self.begin_us) * self.rate / 1e6))

    def event(self, number: int) -> bytes:
        """Return one event."""
        us = self.begin_us + number * 1_000_000 // self.rate
        if number % GONE == 110:  # ten after one that is wanted
            gone = {
                "operation": "delete",
                "collection": "app.bsky.feed.post",
                "rkey": f"{number - 10:013d}",
                "rev": "x",
            }
            return msgspec.json.encode({"did": "did:plc:bench", "time_us": us, "kind": "commit", "commit": gone})
        pool = self.wanted if number % ABOUT == 0 else self.pool
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(us / 1e6)).encode()
        return pool[number % _POOL] % {b"us": us, b"number": number, b"at": at}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Speak over a web socket, count, or know nothing."""
        if request.path == "/stop":
            self.count = self.said()
        if request.path in ("/count", "/stop"):
            return web.json_response({"said": self.said(), "begin_us": self.begin_us})
        if request.path != "/subscribe":
            return web.Response(status=404)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        cursor = int(request.query.get("cursor") or time.time() * 1e6)
        number = max(0, -(-(cursor - self.begin_us) * self.rate // 1_000_000))
        receiving = asyncio.create_task(socket.receive())
        try:
            while not receiving.done():
                until = self.said()
                for one in range(number, min(until, number + 500)):
                    await socket.send_bytes(self.event(one))
                number = min(until, number + 500) if until > number else number
                if number >= until:
                    await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        finally:
            receiving.cancel()
        return socket


_WORDS = (
    "the", "a", "morning", "coffee", "train", "late", "again", "rain", "over", "city", "people", "say", "nothing",
    "new", "today", "game", "match", "team", "won", "lost", "book", "film", "watched", "music", "night", "dream",
    "code", "friday", "weekend", "merci", "demain", "encore", "jamais", "livre", "pain", "vin", "soleil", "montagne",
)  # fmt: skip


def main() -> None:
    """Serve until ended."""
    port, rate, seconds = (int(word) for word in sys.argv[1:])
    app = web.Application()
    app.router.add_get("/{tail:.*}", Server(rate, seconds).answer)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main()

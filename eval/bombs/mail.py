"""Bombs over IMAP: servers on the loopback that greet, and then announce or send without end."""

from __future__ import annotations

import functools
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from eval.bombs.bomb import Bomb
from tocsin.net.imap import MailLook, read_mailbox
from tocsin.net.mailbox.talk import MailLimits

PATIENCE_S = 0.5
_HELLO = b"* OK ready\r\n"
_ENDLESS_S = 20.0

Script = dict[bytes, Callable[[bytes], Iterable[bytes]]]


def mail_bombs() -> list[Bomb]:
    """Return the bombs that a mail server can throw."""
    bombs: dict[str, tuple[Iterable[bytes], Script]] = {
        "a greeting of another protocol": ([b"SSH-2.0-OpenSSH_9.2\r\n"], {}),
        "a greeting without end": (itertools.repeat(b"* OK " + b"x" * 65_536), {}),
        "a greeting that drips": (_drops(b"x"), {}),
        "signed in before any encryption": ([b"* PREAUTH welcome\r\n"], {}),
        "a literal of 2 GB": (
            [_HELLO],
            {b"UID FETCH 1 ": _said(b"* 1 FETCH (UID 1 BODY[] {2147483648}\r\n" + b"x" * 9)},
        ),
        "a literal of 10^19 bytes": ([_HELLO], {b"EXAMINE": _said(b"* OK {9999999999999999999}\r\n")}),
        "literals without end": ([_HELLO], {b"EXAMINE": lambda _tag: itertools.repeat(b"{1000}\r\n" + b"x" * 1_000)}),
        "a line without end": ([_HELLO], {b"EXAMINE": lambda _tag: itertools.repeat(b"* OK " + b"x" * 65_536)}),
        "a list of letters without end": (
            [_HELLO],
            {b"UID SEARCH": lambda _tag: itertools.chain([b"* SEARCH"], itertools.repeat(b" 4294967295" * 5_000))},
        ),
        "answers without end": ([_HELLO], {b"EXAMINE": lambda _tag: itertools.repeat(b"* 1 EXISTS\r\n" * 5_000)}),
        "a list 100,000 deep": ([_HELLO], {b"UID FETCH": _said(b"* 1 FETCH (FLAGS " + b"(" * 60_000 + b"\r\n")}),
        "a larger letter than told": (
            [_HELLO],
            {b"UID FETCH 1 (UID BODY": _said(b"* 1 FETCH (UID 1 BODY[] {12000000}\r\n" + b"x" * 12_000_000)},
        ),
        "a letter that drips": ([_HELLO], {b"UID FETCH 1 (UID BODY": lambda _tag: _drops(b"* 1 FETCH (UID 1 X x")}),
        "a password asked for again and again": ([_HELLO], {b"AUTHENTICATE": lambda _tag: itertools.repeat(b"+ \r\n")}),
    }
    return [
        Bomb(name=f"mail: {name}", throw=functools.partial(_thrown, greeting, script, name))
        for name, (greeting, script) in bombs.items()
    ]


def _thrown(greeting: Iterable[bytes], script: Script, name: str) -> object:
    limits = MailLimits(total_s=PATIENCE_S if "drip" in name else _ENDLESS_S, connect_s=2.0)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listening, greeting, script), daemon=True)
    thread.start()
    try:
        port = listening.getsockname()[1]
        look = MailLook(host="127.0.0.1", user="alice@example.org", password="secret", port=port)
        if "before any encryption" in name:
            look = MailLook(host="127.0.0.1", user="alice", password="secret", port=port, starttls=True)
        return len(read_mailbox(look, allow_hosts=("127.0.0.1",), limits=limits).letters)
    finally:
        listening.close()
        thread.join(5)


def _serve(listening: socket.socket, greeting: Iterable[bytes], script: Script) -> None:
    """Answer one client: by the script where it says so, as a mailbox with one letter elsewhere."""
    with suppress(OSError):
        connection, _ = listening.accept()
        connection.settimeout(5)
        with connection, connection.makefile("rb") as lines:
            for piece in greeting:
                connection.sendall(piece)
            for line in lines:
                tag, _, command = line.rstrip(b"\r\n").partition(b" ")
                said = next((said for start, said in script.items() if command.startswith(start)), None)
                for piece in _usual(tag, command) if said is None else said(tag):
                    connection.sendall(piece)


def _usual(tag: bytes, command: bytes) -> list[bytes]:
    done = tag + b" OK done\r\n"
    if command == b"CAPABILITY":
        return [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", done]
    if command.startswith(b"AUTHENTICATE"):
        return [b"+ \r\n", done]
    if command.startswith(b"EXAMINE"):
        return [b"* OK [UIDVALIDITY 7] good\r\n", done]
    if command.startswith(b"UID SEARCH"):
        return [b"* SEARCH 1\r\n", done]
    if command.startswith(b"UID FETCH"):
        return [b'* 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE "04-Mar-2026 12:00:00 +0100")\r\n', done]
    return []


def _said(raw: bytes) -> Callable[[bytes], Iterable[bytes]]:
    return lambda tag: [raw, tag + b" OK done\r\n"]


def _drops(raw: bytes) -> Iterable[bytes]:
    for byte in itertools.chain(raw, itertools.repeat(120)):
        time.sleep(0.02)
        yield bytes([byte])

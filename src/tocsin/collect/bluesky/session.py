"""Sign in with an app password: the question, and what the answer is worth."""

from __future__ import annotations

import base64
import binascii
from collections import Counter

import msgspec

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Request, secret_ref
from tocsin.collect.bluesky.options import Options
from tocsin.collect.bluesky.wire import SESSIONS

PATH = "/xrpc/com.atproto.server.createSession"
TOKEN = "session"
_SOONEST_S, _LATEST_S = 60, 7 * 86_400
_UNTOLD_S = 3_600


class _Claims(msgspec.Struct, frozen=True):
    exp: float = 0


def sign_in(options: Options) -> Request:
    """Return the question that opens a session.

    A session lasts about two hours, and an account may open 300 a day, so that a new one is opened when it ends: a
    refresh token would be one more secret to keep, for nothing.
    """
    body = msgspec.json.encode({"identifier": options.account, "password": secret_ref("app_password")})
    return Request(
        url=options.sign_in + PATH,
        headers={"content-type": "application/json"},
        accept="application/json",
        body=body,
        reads_status=(400, 401),
    )


def read_session(answer: Answer, options: Options, now_ms: int) -> tuple[str, int]:
    """Return the token of the session, and when it ends, in milliseconds since 1970. Raises SourceError."""
    if answer.status in (400, 401):
        raise SourceError(
            "Bluesky refuses {account} or its app password; make a new app password in its settings, and write it in "
            "the source.",
            permanent=True,
            account=options.account,
        )
    session = SESSIONS.read(answer.body, Counter())
    if session is None or not session.access.isascii() or not 0 < len(session.access) < 10_000:
        raise SourceError(
            "{url} opens no session that can be read; it will be asked again later.", permanent=False, url=answer.url
        )
    now_s = now_ms // 1000
    ends_s = _ends_s(session.access) or now_s + _UNTOLD_S
    return session.access, 1000 * min(max(ends_s, now_s + _SOONEST_S), now_s + _LATEST_S)


def _ends_s(token: str) -> int:
    """Return when a token says that it ends (RFC 7519, 4.1.4), in seconds since 1970, or 0."""
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims)
        return int(claims.exp)
    except (binascii.Error, ValueError, OverflowError, RecursionError, msgspec.DecodeError):
        return 0

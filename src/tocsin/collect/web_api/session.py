"""A session by OAuth 2.0 (RFC 6749): asked for by POST, kept sealed, asked for anew before it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Request, secret_ref
from tocsin.collect.lenient import Lenient

SESSION = "session"  # the name under which the token is sealed
_EARLY_S = 120
_LONGEST_S = 86_400


class OAuth(msgspec.Struct, frozen=True, kw_only=True):
    """How a platform gives a session. form: what is posted. basic: names of the two secrets of Basic, or none."""

    url: str
    form: Mapping[str, str]
    basic: tuple[str, str] | None = None

    @classmethod
    def refreshed(cls, url: str) -> OAuth:
        """By a refresh token, with the secrets `client_id`, `client_secret`, `refresh_token` (RFC 6749, 6)."""
        secrets = {name: secret_ref(name) for name in ("client_id", "client_secret", "refresh_token")}
        return cls(url=url, form={"grant_type": "refresh_token", **secrets})

    @classmethod
    def of_client(cls, url: str) -> OAuth:
        """By the credentials of the application alone (RFC 6749, 4.4)."""
        return cls(url=url, form={"grant_type": "client_credentials"}, basic=("client_id", "client_secret"))


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3_600
    refresh_token: str = ""


_TOKENS = Lenient(_Token)


def session_request(oauth: OAuth) -> Request:
    """Return the question that opens a session."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if oauth.basic is not None:
        user, password = oauth.basic
        headers["authorization"] = f"Basic {secret_ref(user)}:{secret_ref(password)}"
    # The marks of secrets stay as they are: they are filled in, and encoded, on the way out.
    body = urlencode(oauth.form, safe="{}:").encode()
    return Request(url=oauth.url, headers=headers, accept="application/json", body=body, reads_status=(400, 401))


def is_session(oauth: OAuth | None, answer: Answer) -> bool:
    """Say whether an answer is that of the question which opens a session."""
    return oauth is not None and answer.url.partition("?")[0] == oauth.url


def read_session(answer: Answer, now_ms: int) -> tuple[str, int]:
    """Return the token of the session and the instant to ask for another, ms since 1970. Raises SourceError."""
    if answer.status in (400, 401):
        raise SourceError(
            "{url} refuses the keys of this source (status {status}); make new ones, and write them in the source.",
            permanent=True,
            url=answer.url,
            status=answer.status,
        )
    token = _TOKENS.read(answer.body, Counter())
    if token is None or not 0 < len(token.access_token) <= 10_000:
        raise SourceError(
            "{url} opens no session that can be read; it will be asked again later.", permanent=False, url=answer.url
        )
    lasts_s = token.expires_in if token.expires_in == token.expires_in else 0.0
    return token.access_token, now_ms + int(1000 * max(60.0, min(lasts_s, _LONGEST_S) - _EARLY_S))


def read_renewal(answer: Answer) -> dict[str, str]:
    """Return the refresh token that takes the place of the one before, by its name; nothing where that stays."""
    token = _TOKENS.read(answer.body, Counter())
    is_new = token is not None and 0 < len(token.refresh_token) <= 10_000
    return {"refresh_token": token.refresh_token} if token is not None and is_new else {}

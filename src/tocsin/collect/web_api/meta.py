"""What the Graph API of Meta gives alike for pages of Facebook and accounts of Instagram."""

from __future__ import annotations

from collections import Counter

import msgspec

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Request
from tocsin.collect.lenient import Lenient
from tocsin.collect.web_api.owned import bearer

GRAPH = "https://graph.facebook.com/v25.0"
_READ = (400, 401, 404)
_ENDED = (102, 190, 463, 467)  # codes of a token that no longer works
_FORBIDDEN = (3, 10, 200)
_TOO_MANY = (4, 17, 32, 613, 80001, 80002)
_NO_SUCH = 100
_WAIT_S = 900.0


class _Cursors(msgspec.Struct):
    after: str = ""


class _Paging(msgspec.Struct):
    cursors: _Cursors = msgspec.field(default_factory=_Cursors)
    next: str = ""


class Paged(msgspec.Struct):
    """A list inside an answer. onward: where it goes on."""

    data: list[msgspec.Raw] = []
    paging: _Paging = msgspec.field(default_factory=_Paging)

    @property
    def onward(self) -> str:
        """Where the older part begins, "" when there is none."""
        return self.paging.cursors.after if self.paging.next else ""


class MetaList(msgspec.Struct):
    """A whole answer; `data` is None in one that is no list."""

    data: list[msgspec.Raw] | None = None
    paging: _Paging = msgspec.field(default_factory=_Paging)

    @property
    def onward(self) -> str:
        """Where the older part begins, "" when there is none."""
        return self.paging.cursors.after if self.paging.next else ""


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Failed(msgspec.Struct):
    error: _Error


_FAILED = Lenient(_Failed)


def graph_request(rest: str) -> Request:
    """Return a question to the Graph API; failures are read, since they tell more than their status."""
    return Request(url=f"{GRAPH}/{rest}", headers=bearer("token"), accept="application/json", reads_status=_READ)


def is_gone(answer: Answer) -> bool:
    """Say whether an answer tells that the thing asked for is not there (code 100, or status 404)."""
    failed = _FAILED.read(answer.body, Counter())
    return answer.status == 404 or (failed is not None and failed.error.code == _NO_SUCH)


def graph_error(answer: Answer) -> SourceError | None:
    """Return what a failure of the Graph API means for the owner, None for an answer that is no failure."""
    failed = _FAILED.read(answer.body, Counter())
    if failed is None:
        return None
    code, said = failed.error.code, failed.error.message[:200]
    if code in _ENDED:
        return SourceError(
            "Meta no longer takes the token of this source ({said}); make a new one, and write it in the source.",
            permanent=True,
            said=said,
        )
    if code in _FORBIDDEN:
        return SourceError(
            "The token of this source may not read this ({said}); give its application the permissions asked for.",
            permanent=True,
            said=said,
        )
    if code in _TOO_MANY:
        return SourceError(
            "Meta asks for fewer questions ({said}); it will be asked again later.",
            permanent=False,
            retry_after_s=_WAIT_S,
            said=said,
        )
    return SourceError("Meta does not answer ({said}); it will be asked again later.", permanent=False, said=said)

"""Put secrets where their marks stand, towards their own hosts only, and take them out of all that is told.

A mark is `{{secret:name}}`. In an address the secret is percent-encoded, in a JSON body escaped as inside quotes, in a
form encoded as a form; `authorization: Basic {{secret:user}}:{{secret:password}}` becomes base64 (RFC 7617).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, quote_plus

import msgspec

from tocsin.base.address import Target, check_url
from tocsin.base.errors import SourceError, TocsinError
from tocsin.net.values import HttpRequest

_MARK = re.compile(r"\{\{secret:([A-Za-z0-9_.-]+)\}\}")
_KNOWN_BY = 8
_BASIC = re.compile(r"(?is)basic +([^:]*:.*)")  # base64 knows no colon


def fill(text: str, secrets: Mapping[str, str], *, escape: Callable[[str], str] = str) -> str:
    """Return `text` with each mark replaced by its secret, escaped as the place asks.

    Raises SourceError (permanent) that names a secret which was not given or is empty.

    >>> fill("Bearer {{secret:token}}", {"token": "a"})
    'Bearer a'
    """

    def secret(mark: re.Match[str]) -> str:
        found = secrets.get(mark[1], "")
        if not found:
            raise SourceError(
                "The secret {name} of the source is missing; write it in the source again.",
                permanent=True,
                name=mark[1],
            )
        return escape(found)

    return _MARK.sub(secret, text)


def fill_request(
    request: HttpRequest, secrets: Mapping[str, str], hosts: Sequence[str], *, allow_hosts: Sequence[str] = ()
) -> HttpRequest:
    """Return the request with its secrets where its marks stand; all of them are then kept out of errors.

    hosts: see `check_bearer`, which is asked first when there is a mark. Raises as `fill` and `check_bearer`.
    """
    texts = (request.url, *request.headers.values(), request.body.decode("utf-8", "replace"))
    if not any(_MARK.search(text) for text in texts):
        return msgspec.structs.replace(request, secrets=dict(secrets)) if secrets else request
    check_bearer(request.url, hosts, allow_hosts=allow_hosts)
    headers = {name: _header(name, text, secrets) for name, text in request.headers.items()}
    body = request.body
    if _MARK.search(texts[-1]):
        kind = next((text for name, text in request.headers.items() if name.lower() == "content-type"), "")
        body = fill(texts[-1], secrets, escape=_escape_of(kind, texts[-1])).encode("utf-8")
    kept = dict(secrets)
    for name, text in headers.items():
        if text != fill(request.headers[name], secrets):
            kept[f"{name}:basic"] = text.partition(" ")[2]
    return HttpRequest(
        url=fill(request.url, secrets, escape=_in_address),
        headers=headers,
        accept=request.accept,
        body=body,
        secrets=kept,
    )


def fill_messages(
    messages: Sequence[str],
    secrets: Mapping[str, str],
    url: str,
    hosts: Sequence[str],
    *,
    allow_hosts: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return the first messages of a web socket to `url` with their secrets. Raises as `fill_request`."""
    if any(_MARK.search(message) for message in messages):
        check_bearer(url, hosts, allow_hosts=allow_hosts)
    return tuple(fill(message, secrets, escape=_escape_of("", message)) for message in messages)


def check_bearer(url: str, hosts: Sequence[str], *, allow_hosts: Sequence[str] = ()) -> Target:
    """Return the target of `url` if secrets may go there: an encrypted address on one of `hosts`.

    hosts: names, `*.example.org` for every name below one, `example.org:8443` for one port; whole addresses are taken
    for their hosts. allow_hosts: see `base.address.check_url`; such a host may be asked in clear, but must be among
    `hosts` all the same. Raises SourceError (permanent) and AddressError.
    """
    target = check_url(as_http(url), allow_hosts)
    if not any(_covers(host, target) for host in hosts):
        raise SourceError(
            "The secret of this source must not be sent to {host}; correct the address.",
            permanent=True,
            host=target.host,
        )
    if target.scheme != "https" and not target.is_exempt:
        raise SourceError(
            "The secret of this source would travel in clear to {host}; write its address with https.",
            permanent=True,
            host=target.host,
        )
    return target


def as_http(url: str) -> str:
    """Return the address with which a web socket begins: `wss` is asked by https, `ws` by http.

    >>> as_http("wss://example.org/live"), as_http("https://example.org/")
    ('https://example.org/live', 'https://example.org/')
    """
    scheme, mark, rest = url.partition("://")
    return f"{ {'wss': 'https', 'ws': 'http'}.get(scheme.lower(), scheme) }{mark}{rest}"


def unfill(text: str, secrets: Mapping[str, str]) -> str:
    """Return `text` with each whole secret, in every form that `fill` gives it, replaced by its mark again.

    >>> unfill("https://example.org/?key=a%2Fbcd", {"key": "a/bcd"})
    'https://example.org/?key={{secret:key}}'
    """
    for form, mark in _marks(secrets):
        text = text.replace(form, mark)
    return text


def redact(text: str, secrets: Mapping[str, str]) -> str:
    """Return `text`, to be shown, without what could be a secret: whole or cut off, in capitals or not.

    Eight characters of its beginning are enough to know one by: rather a word too much than a secret.
    """
    for form, mark in _marks(secrets):
        text = _without(text, form, mark)
    return text


def hush(error: TocsinError, secrets: Mapping[str, str]) -> None:
    """Take the secrets out of what `error` says, and let go of the errors it came from, which may say them too."""
    error.params = {name: _clean(value, secrets) for name, value in error.params.items()}
    error.args = (error.template, error.params)
    error.__cause__ = error.__context__ = None


def _clean(value: object, secrets: Mapping[str, str]) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value), secrets)


def _header(name: str, text: str, secrets: Mapping[str, str]) -> str:
    filled = fill(text, secrets)
    if (set(filled) - set(text)) & set("\r\n\0"):
        raise SourceError(
            "The secret of this source holds the end of a line, which cannot be sent; write it again without.",
            permanent=True,
        )
    pair = _BASIC.match(filled) if name.lower() == "authorization" and filled != text else None
    return filled if pair is None else f"Basic {base64.b64encode(pair[1].encode('utf-8')).decode('ascii')}"


def _escape_of(kind: str, text: str) -> Callable[[str], str]:
    """Return how a secret is written inside a body of that kind (its content type, "" for none told)."""
    if "json" in kind.lower() or (not kind and text.lstrip()[:1] in ("{", "[")):
        return _in_json
    if "x-www-form-urlencoded" in kind.lower():
        return quote_plus
    return str


def _in_address(secret: str) -> str:
    return quote(secret, safe="")


def _in_json(secret: str) -> str:
    return json.dumps(secret, ensure_ascii=False)[1:-1]


def _marks(secrets: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each form of each secret with its mark, the longest first."""
    marks = [(form, f"{{{{secret:{name}}}}}") for name, secret in secrets.items() for form in _forms(secret)]
    return sorted(marks, key=lambda pair: (-len(pair[0]), pair))


def _forms(secret: str) -> set[str]:
    """Return how a secret may stand in an address, a body, a header, or in what a library says of them."""
    if not secret:
        return set()
    raw = secret.encode("utf-8", "surrogatepass")
    in_bytes = repr(raw)[2:-1]
    quoted = {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    return quoted | {
        secret,
        _in_json(secret),
        json.dumps(secret)[1:-1],
        in_bytes,
        base64.b64encode(raw).decode("ascii"),
    }


def _without(text: str, form: str, mark: str) -> str:
    begin, rest = form[:_KNOWN_BY], form[_KNOWN_BY:].lower()
    pieces, at = [], 0
    for found in re.finditer(re.escape(begin), text, re.IGNORECASE):
        if found.start() < at:
            continue
        pieces += [text[at : found.start()], mark]
        at = found.end()
        for wanted, character in zip(rest, text[at:], strict=False):
            if wanted != character.lower():
                break
            at += 1
    return "".join((*pieces, text[at:])) if pieces else text


def _covers(entry: str, target: Target) -> bool:
    host = entry.strip().lower()
    if "://" in host:
        host = host.partition("://")[2].partition("/")[0]
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return False
    shown = f"[{target.host}]" if ":" in target.host else target.host
    if host.startswith("*."):
        return target.host.endswith(host[1:])
    return host in (target.host, shown, f"{shown}:{target.port}")

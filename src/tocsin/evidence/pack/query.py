"""Bodies of requests as queries: how replay tools find the answer to a POST again.

Method: what warcio.js and the guidelines of the IIPC for requests other than GET do, read 2026-11-22. The rules must
be theirs to the letter, since the player computes the same query from the request that the replayed page makes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote, quote_plus, unquote, urlsplit

LONGEST_QUERY = 4096  # indexes of warcio.js and cdxj-indexer cut here

_RESERVED = frozenset(";/?:@&=+$,#")  # what decodeURI leaves as it is
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_WWW = re.compile(r"^(https?://)www\d*\.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXACT = 2**53


def body_query(content_type: str, body: bytes | None) -> str:
    """Return the body of a request as a query, cut to `LONGEST_QUERY`.

    >>> body_query("application/json", b'{"thread": 7, "tags": ["a", "b"]}')
    'thread=7&tags=a&tags.2_=b'
    """
    return _query(content_type, body or b"")[:LONGEST_QUERY]


def index_url(url: str, method: str, query: str) -> str:
    """Return the address under which the answer is filed: with the method and the query of the body behind it.

    >>> index_url("https://example.org/api", "POST", "thread=7")
    'https://example.org/api?__wb_method=POST&thread=7'
    """
    if method == "GET":
        return url
    return f"{url}{'&' if '?' in url else '?'}__wb_method={method}&{_decode_uri(query)}"


def sort_key(url: str) -> str:
    """Return the key under which indexes sort an address: host turned round, without `www.`, query in order.

    >>> sort_key("https://www.Example.org:8443/a?b=2&a=1")
    'org,example:8443)/a?a=1&b=2'
    """
    if not url.startswith(("http:", "https:")):
        return url
    try:
        parts = urlsplit(_WWW.sub(r"\1", url).lower().replace("\n", "").replace("\r", "").replace("\t", ""))
        port = parts.port
    except ValueError:
        return quote(url, safe="%/:?&=+")
    key = ",".join(reversed((parts.hostname or "").split(".")))
    if port and port != _DEFAULT_PORTS.get(parts.scheme):
        key += f":{port}"
    key += ")" + quote(parts.path or "/", safe="%/:@!$&'()*+,;=~[]|^\\")
    if parts.query:
        asked = quote(parts.query, safe="%/:?@!$&()*+,;=~[]|^\\`{}")
        key += "?" + "&".join(sorted(asked.split("&")))
    return key


def _query(content_type: str, body: bytes) -> str:
    mime = content_type.split(";")[0].strip()
    if mime == "application/x-www-form-urlencoded":
        return body.decode("utf-8", "replace")
    if mime == "application/json":
        return _json_query(body) or ""
    if mime == "text/plain":
        found = _json_query(body)
        return _binary(body) if found is None else found
    if mime == "multipart/form-data":
        return _form_query(body.decode("utf-8", "replace"), content_type)
    return _binary(body)


def _binary(body: bytes) -> str:
    return "__wb_post_data=" + base64.b64encode(body).decode("ascii")


def _json_query(body: bytes) -> str | None:
    """Return None where the body is no JSON."""
    try:
        pairs = list(_leaves(json.loads(body.decode("utf-8", "replace")), ""))
    except (ValueError, RecursionError):
        return None
    found: dict[str, str] = {}
    again: dict[str, int] = {}
    for key, value in pairs:
        name = key
        if key in found:
            again[key] = again.get(key, 1) + 1
            name = f"{key}.{again[key]}_"
        found[name] = value
    return _urlencoded(found)


def _leaves(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif said := _as_javascript(value):
        yield key, said


def _as_javascript(value: object) -> str:
    """Return a JSON value as `toString` of JavaScript writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) <= _EXACT:
        return str(value)
    if isinstance(value, int | float):
        return _number(float(value))
    return str(value)


def _number(value: float) -> str:
    if value != value or abs(value) == float("inf"):
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"


def _form_query(body: str, content_type: str) -> str:
    boundary = content_type.partition("boundary=")[2]
    if not boundary:
        return ""
    found: dict[str, str] = {}
    for part in re.split(f"-*{re.escape(boundary)}-*", body, flags=re.IGNORECASE):
        match = re.search(r'name="([^"]+)"\r\n\r\n([^\r\n]*)', part.strip(), re.IGNORECASE)
        if match:
            found[match[1]] = match[2]
    return _urlencoded(found)


def _urlencoded(pairs: dict[str, str]) -> str:
    return "&".join(f"{_form(name)}={_form(value)}" for name, value in pairs.items())


def _form(text: str) -> str:
    return quote_plus(text, safe="*", errors="replace").replace("~", "%7E")


def _decode_uri(query: str) -> str:
    """Return the query as decodeURI reads it: escapes of reserved marks stay, and one broken escape empties it."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", query):
        return ""
    try:
        return _ESCAPES.sub(lambda found: _decode_run(found[0]), query)
    except UnicodeDecodeError:
        return ""


def _decode_run(run: str) -> str:
    text = unquote(run, errors="strict")
    out, at = [], 0
    for letter in text:
        size = 3 * len(letter.encode())
        out.append(run[at : at + size] if letter in _RESERVED else letter)
        at += size
    return "".join(out)

"""One spelling for each web address, without the marks that only follow readers around."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

# Query parameters that change nothing of the page: they say who clicked, from where, in which campaign.
# Sources: the documentation of the tools named, read 2026-11. Ambiguous names (ref, source, from, s) are kept.
TRACKING_PARAMETERS = (
    "__hsfp",  # HubSpot
    "__hssc",
    "__hstc",
    "__s",  # Drip
    "_ga",  # Google Analytics, between sites
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "at_campaign",  # Piano Analytics (AT Internet), the usual tool of the French press
    "at_creation",
    "at_custom1",
    "at_custom2",
    "at_custom3",
    "at_custom4",
    "at_format",
    "at_general_placement",
    "at_medium",
    "at_recipient_id",
    "at_recipient_list",
    "at_send_date",
    "at_variant",
    "dclid",  # Google advertising
    "epik",  # Pinterest
    "fb_action_ids",
    "fb_action_types",
    "fb_source",
    "fbclid",
    "gad_campaignid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "guce_referrer",
    "guce_referrer_sig",
    "hsctatracking",
    "igsh",
    "igshid",
    "li_fat_id",
    "mc_cid",  # Mailchimp
    "mc_eid",
    "mkt_tok",  # Marketo
    "ml_subscriber",
    "ml_subscriber_hash",
    "msclkid",
    "oly_anon_id",
    "oly_enc_id",
    "rb_clickid",
    "s_cid",
    "scid",
    "srsltid",
    "ttclid",
    "twclid",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "xtcr",  # AT Internet, older
    "xtor",
    "xtref",
    "yclid",
)
TRACKING_PREFIXES = ("hsa_", "matomo_", "mtm_", "piwik_", "pk_", "utm_")
# Fragments that hold such marks in place of a query, or that only move the reader's eye (`:~:text=`).
TRACKING_FRAGMENTS = (":~:", "at_medium=", "ens_id=", "utm_", "xtor=")

# Schemes whose addresses name one thing in the world, so that they may stand alone as an id.
WORLDWIDE_SCHEMES = ("at", "doi", "ftp", "http", "https", "info", "mid", "ni", "tag", "urn", "yt")

_TRACKING = frozenset(TRACKING_PARAMETERS)
_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):\S+", re.IGNORECASE)
_KEPT_PATH = "/:@!$&'()*+,;=~-._"
_KEPT_QUERY = _KEPT_PATH + "?[]|"
_SPACES = re.compile(r"[\x00-\x20\x7f]+")
# Already in the one spelling, but for what its query and its fragment may hold; most addresses are.
_PLAIN = re.compile(
    r"(https?://[a-z0-9-]++(?:\.[a-z0-9-]++)+/(?:(?:[A-Za-z0-9_~,;:@!=-][A-Za-z0-9_.~,;:@!=-]*+)?/)*+"
    r"(?:[A-Za-z0-9_~,;:@!=-][A-Za-z0-9_.~,;:@!=-]*+)?)(?:\?([A-Za-z0-9_.~,;:@!=&/+-]++))?(?:#([A-Za-z0-9_.~,;:@!=/-]++))?"
)
_BARE_HOST = re.compile(r"https?://[a-z0-9-]++(?:\.[a-z0-9-]++)+")
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)


@lru_cache(maxsize=4096)
def canonical_url(url: str, base: str = "") -> str | None:
    """Return the one spelling of a web address, or None when it is not one.

    url: as written, perhaps relative to `base`. Scheme and host in lower case and ASCII, no usual port, no dot
    segments, percent signs only where needed, no tracking parameters, order of the others kept; the fragment stays
    unless it only follows the reader. Applying it twice changes nothing.

    >>> canonical_url("HTTPS://Example.org:443/a/../caf%c3%a9?utm_source=x&id=2#c")
    'https://example.org/caf%C3%A9?id=2#c'
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return _of_plain(plain)
    if _BARE_HOST.fullmatch(url) is not None:
        return f"{url}/"
    try:
        text = _joined(url, base)
        plain = _PLAIN.fullmatch(text)
        if plain is not None:
            return _of_plain(plain)
        parts = urlsplit(text)
        scheme, port = parts.scheme.lower(), parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError:
        return None
    if scheme not in _PORTS or not host:
        return None
    place = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path = _without_dots(_requoted(parts.path or "/", _KEPT_PATH))
    return SplitResult(scheme, place, path, _query(parts.query), _fragment(parts.fragment)).geturl()


def without_fragment(url: str) -> str:
    """Return the address of the whole page.

    >>> without_fragment("https://example.org/a#b")
    'https://example.org/a'
    """
    return url.partition("#")[0]


def host_of(url: str) -> str:
    """Return the host of a web address in lower case, or "" when it has none.

    >>> host_of("https://Example.org:8080/a")
    'example.org'
    """
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_worldwide_id(text: str) -> bool:
    """Return whether `text` is an absolute address that names one thing in the world, whoever writes it.

    >>> is_worldwide_id("tag:example.org,2026:1"), is_worldwide_id("article:12"), is_worldwide_id("/a")
    (True, False, False)
    """
    match = _SCHEME.fullmatch(text)
    return match is not None and match.group(1).lower() in WORLDWIDE_SCHEMES


def _of_plain(plain: re.Match[str]) -> str:
    page, query, fragment = plain.groups("")
    query, fragment = _query(query), _fragment(fragment)
    return page + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def _joined(url: str, base: str) -> str:
    text = url.strip()
    if _SPACES.search(text):
        text = _SPACES.sub(lambda found: "" if set(found.group()) & set("\r\n\t") else "%20", text)
    if not base or _ABSOLUTE.match(text):
        return text
    if text[:1] == "#":
        return base.partition("#")[0] + text
    if text[:1] == "/" and text[1:2] not in ("/", ".") and _PLAIN.fullmatch(base) is not None:
        return base[: base.index("/", len("https://"))] + text
    return urljoin(base, text)


def _without_dots(path: str) -> str:
    """Return the path without `.` and `..` segments (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _ascii_host(host: str) -> str:
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise ValueError("not a host name") from error
    host = host.lower().rstrip(".")
    return f"[{host}]" if ":" in host else host


def _requoted(text: str, kept: str) -> str:
    """Return `text` with only the percent signs that are needed, in capitals; a lone % is written %25."""
    if text.isascii() and "%" not in text and not set(text) - _PLAIN_CHARACTERS:
        return text
    pieces = []
    for piece in re.split(r"(%[0-9A-Fa-f]{2})", text):
        if len(piece) == 3 and piece[0] == "%":
            character = chr(unquote_to_bytes(piece)[0])
            pieces.append(character if character in _UNRESERVED else piece.upper())
        else:
            pieces.append(quote(piece, safe=kept, errors="replace"))
    return "".join(pieces)


_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN_CHARACTERS = _UNRESERVED | frozenset("/")


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [
        field
        for field in query.split("&")
        if field
        and (name := field.partition("=")[0].lower()) not in _TRACKING
        and not name.startswith(TRACKING_PREFIXES)
    ]
    return _requoted("&".join(kept), _KEPT_QUERY)


def _fragment(fragment: str) -> str:
    if not fragment or fragment.lower().startswith(TRACKING_FRAGMENTS):
        return ""
    return _requoted(fragment, _KEPT_QUERY)

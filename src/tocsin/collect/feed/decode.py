"""Turn the bytes of a feed into proper UTF-8, whatever its server, its declaration or its author say."""

from __future__ import annotations

import codecs
import re

import msgspec
from charset_normalizer import from_bytes

# Byte-order marks and the first bytes of "<?xm" or "<" in encodings without one (XML 1.0, appendix F), longest first.
_SIGNATURES = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# What a name means in practice (WHATWG Encoding, read 2026-11): the wider set that programs really write.
_WIDER = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-11": "cp874",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
# No feed is written in these; decoding a hostile one is slow or wrong.
_NEVER = frozenset({"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
# Their bytes are all ASCII, hence valid UTF-8, though they mean something else.
_SEVEN_BIT = ("hz", "iso2022")
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARATION = re.compile(
    r"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]+)\s*["'][^>]{0,200}?\?>""", re.IGNORECASE
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]+)""", re.IGNORECASE)
_WESTERN = frozenset("àâäáçéèêëîïíñôöóœùûüúÿæßÀÂÄÁÇÉÈÊËÎÏÍÑÔÖÓŒÙÛÜÚŸÆ«»’‘“”…–—€°·•\u00a0©®™²³½")
_SAMPLE_BYTES = 65_536


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """The feed in UTF-8, without byte-order mark, with a declaration that says so, and what had to be guessed."""

    body: bytes
    notes: dict[str, int] = {}


def decode_feed(body: bytes, content_type: str = "") -> Decoded:
    """Return the feed in UTF-8.

    Order: byte-order mark; UTF-8 if the bytes are valid UTF-8 (no other text of some length is, by chance); the charset
    of `content_type` (an HTTP header); the XML declaration; a guess; cp1252 with its unreadable bytes replaced.
    """
    for mark, name in _SIGNATURES:
        if body.startswith(mark):
            text = body.decode(name, "replace").lstrip("\ufeff")
            return Decoded(body=_declared_utf8(text), notes={"charset_replaced": 1} if "\ufffd" in text else {})
    declared = _codec(_first(_DECLARED, body[:1000]).decode("ascii", "replace"))
    if not declared.startswith(_SEVEN_BIT) and _is_utf8(body):
        if declared in ("", "utf-8"):
            return Decoded(body=body.lstrip())
        return Decoded(body=_declared_utf8(body.decode("utf-8")))
    for name in (_codec(_first_text(content_type)), declared):
        if name:
            try:
                return Decoded(body=_declared_utf8(body.decode(name)))
            except UnicodeError:
                continue
    return _guessed(body, declared)


def decode_text(body: bytes, charset: str = "") -> tuple[str, bool]:
    """Return the text of bytes that are no feed, and whether its charset had to be guessed or bytes to be replaced.

    charset: as declared, perhaps wrong or unknown. Never raises.
    """
    for mark, name in _SIGNATURES[2:5]:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), False
    declared = _codec(charset)
    if declared.startswith(_SEVEN_BIT) or not _is_utf8(body):
        if declared and declared != "utf-8":
            try:
                return body.decode(declared), False
            except UnicodeError:
                pass
        return _guessed_text(body, declared), True
    return body.decode("utf-8"), False


def _guessed(body: bytes, declared: str) -> Decoded:
    if declared in ("", "utf-8") and _is_mostly_utf8(body):
        return Decoded(body=_declared_utf8(body.decode("utf-8", "replace")), notes={"charset_replaced": 1})
    text = _guessed_text(body, declared)
    notes = {"charset_guessed": 1}
    if "\ufffd" in text:
        notes["charset_replaced"] = 1
    return Decoded(body=_declared_utf8(text), notes=notes)


def _guessed_text(body: bytes, declared: str) -> str:
    if declared in ("", "utf-8") and _is_mostly_utf8(body):
        return body.decode("utf-8", "replace")
    text = body.decode("cp1252", "replace")
    if _is_western(text):
        return text
    best = from_bytes(body[:_SAMPLE_BYTES]).best()
    name = _codec(best.encoding) if best is not None else ""
    return body.decode(name or declared or "cp1252", "replace")


def _is_western(text: str) -> bool:
    """Return whether nearly all foreign characters are those of French and its neighbours; guessers take à for ŕ."""
    foreign = re.findall(r"[^\x00-\x7f]", text)
    return sum(character in _WESTERN for character in foreign) >= 0.95 * len(foreign)


def _is_mostly_utf8(body: bytes) -> bool:
    """Return whether only a few bytes are wrong among many good multi-byte characters (a text cut or pasted badly)."""
    text = body.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    foreign = sum(len(run) for run in re.findall(r"[^\x00-\x7f\ufffd]+", text))
    return wrong * 10 < foreign


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first(pattern: re.Pattern[bytes], body: bytes) -> bytes:
    match = pattern.search(body)
    return match.group(1) if match else b""


def _first_text(content_type: str) -> str:
    match = _HTTP_CHARSET.search(content_type)
    return match.group(1) if match else ""


def _codec(name: str) -> str:
    """Return the name of the Python codec that reads what is really meant by `name`, or "" when none may."""
    if not name:
        return ""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    if known in _NEVER:
        return ""
    wider = _WIDER.get(known, known)
    try:
        b"a".decode(wider)
    except (LookupError, UnicodeError):  # a codec, but not of text; UTF-16 does not end after one byte
        return wider if wider.startswith(("utf-16", "utf-32")) else ""
    return wider


def _declared_utf8(text: str) -> bytes:
    match = _DECLARATION.search(text[:1000])
    if match is not None:
        text = text[: match.start(1)] + "utf-8" + text[match.end(1) :]
    return text.lstrip().encode("utf-8", "replace")

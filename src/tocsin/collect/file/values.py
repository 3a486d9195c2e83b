"""Read cells as people write them: numbers, yes and no, handles, languages, platforms, kinds, audiences, lists."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from urllib.parse import urlsplit

from tocsin.base.post import Audience, PostKind

_EXACT_FLOAT = 2**53
_EXCEL_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{2}")
_NUMBER = re.compile(r"([+-]?)\s*(\d[\d\s.,'’]*)\s*(k|m|md|mio)?", re.IGNORECASE)
_STARS = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|sur|out of|of)\s*(\d+)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*")
_URL = re.compile(r"https?://[^\s,;|\"'<>]+")
_YES = frozenset({"1", "true", "yes", "y", "oui", "o", "vrai", "x", "verified", "certifie"})
_NO = frozenset({"0", "false", "no", "n", "non", "faux", "", "unverified", "none", "null"})
_PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@lru_cache(4096)
def fold_name(name: str) -> str:
    """Return a name without accents, case and punctuation, words separated by one space.

    >>> fold_name("Nb. d'abonnés"), fold_name("createdAt"), fold_name("user.screen_name")
    ('nb d abonnes', 'created at', 'user screen name')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = "".join(c for c in unicodedata.normalize("NFKD", split) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", plain.replace("œ", "oe").lower()))


def read_id(raw: object, *, spreadsheet: bool) -> str:
    """Return an id as the text it was, or "" when it is not there or was rounded (see `is_rounded_id`)."""
    if isinstance(raw, str):
        rounded = ("+" in raw or "E" in raw or "e" in raw) and is_rounded_id(raw, spreadsheet=spreadsheet)
        return "" if rounded else raw.strip()
    if isinstance(raw, bool) or raw is None or is_rounded_id(raw, spreadsheet=spreadsheet):
        return ""
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() else repr(raw)
    return ""


def is_rounded_id(raw: object, *, spreadsheet: bool) -> bool:
    """Return whether a number went through a program that rounds: 1.7E+18, or over fifteen digits in a spreadsheet.

    >>> is_rounded_id("1.70E+18", spreadsheet=False), is_rounded_id(1700000000000000123, spreadsheet=False)
    (True, False)
    """
    if isinstance(raw, str):
        return _SCIENTIFIC.fullmatch(raw.strip()) is not None
    if isinstance(raw, bool):
        return False
    if isinstance(raw, float):
        return abs(raw) >= _EXACT_FLOAT or (spreadsheet and abs(raw) >= _EXCEL_DIGITS)
    return isinstance(raw, int) and spreadsheet and abs(raw) >= _EXCEL_DIGITS


def read_count(raw: object) -> int | None:
    """Return a count of people or clicks; None when the cell is empty. Raises ValueError when it is no count.

    >>> read_count("1 234"), read_count("1,234"), read_count("1,5 k"), read_count("12.0"), read_count("")
    (1234, 1234, 1500, 12, None)
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, int):
        value = float(raw)
        if raw >= 0 and not isinstance(raw, bool):
            return raw
    elif isinstance(raw, float):
        value = raw
    else:
        if isinstance(raw, str) and raw.isdecimal() and raw.isascii() and int(raw[:40]) < 2**63:
            return int(raw[:40])
        if not str(raw).strip() or str(raw).strip().lower() in ("-", "n/a", "na", "nan", "null", "none"):
            return None
        value = _loose_number(str(raw), counts=True)
    if not 0 <= value < 2**63 or isinstance(raw, bool):
        raise ValueError(f"{raw!r} is no count")
    return round(value)


def read_stars(raw: object, *, decimal: str) -> tuple[float | None, float | None]:
    """Return a rating and its maximum where the cell says it (4/5, 4 sur 5, ★★★★☆); None where it does not.

    decimal: "," or ".", what separates the tenths. Raises ValueError when it is no rating.
    >>> read_stars("4,5", decimal=","), read_stars("4 sur 5", decimal=","), read_stars("★★★★☆", decimal=",")
    ((4.5, None), (4.0, 5.0), (4.0, 5.0))
    """
    if raw is None or raw == "":
        return None, None
    if isinstance(raw, bool):
        raise ValueError(f"{raw!r} is no rating")
    if isinstance(raw, (int, float)):
        return float(raw), None
    text = str(raw).strip()
    if not text:
        return None, None
    drawn = text.count("★") + text.count("⭐")
    if drawn:
        return float(drawn), float(drawn + text.count("☆")) if "☆" in text else 5.0
    words = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}  # as Google exports write them
    if text.lower() in words:
        return float(words[text.lower()]), 5.0
    match = _STARS.match(text)
    if match:
        return float(match[1].replace(",", ".")), float(match[2])
    number = re.match(r"-?\d+(?:[.,]\d+)?", text)
    if number is None:
        raise ValueError(f"{raw!r} is no rating")
    written = number[0]
    if decimal == "." and "," in written:
        raise ValueError(f"{raw!r} is no rating with a decimal point")
    return float(written.replace(",", ".")), None


def read_bool(raw: object) -> bool | None:
    """Return yes or no; None when the cell is empty. Raises ValueError on anything else."""
    if raw is None or isinstance(raw, bool):
        return raw
    word = fold_name(str(raw))
    if word in _YES:
        return True
    if word in _NO:
        return None if word == "" else False
    raise ValueError(f"{raw!r} is neither yes nor no")


def read_handle(raw: object) -> str:
    """Return a handle without @; the address of an account gives name@host for federated ones, the last part else.

    >>> read_handle("@Alba"), read_handle("https://social.example.org/users/alba"), read_handle("https://x.com/alba")
    ('Alba', 'alba@social.example.org', 'alba')
    """
    if raw is None or isinstance(raw, (bool, dict, list)):
        return ""
    text = raw.strip() if isinstance(raw, str) else read_id(raw, spreadsheet=False)
    if text.startswith(("http://", "https://")):
        try:
            parts = urlsplit(text)
        except ValueError:
            return text
        steps = [step for step in parts.path.split("/") if step]
        if len(steps) == 2 and steps[0] == "users":
            return f"{steps[1]}@{parts.netloc}"
        if len(steps) == 1 and steps[0].startswith("@"):
            return f"{steps[0][1:]}@{parts.netloc}"
        return steps[-1] if steps else text
    return text.lstrip("@")


def read_language(raw: object) -> str | None:
    """Return a language code as given, lower case, or the code of a French or English name; None when not known.

    >>> read_language("FR"), read_language("French"), read_language("anglais"), read_language("??")
    ('fr', 'fr', 'en', None)
    """
    if isinstance(raw, dict) and len(raw) == 1:
        raw = next(iter(raw))  # {"fr": "…"}, as ActivityPub writes it
    return _language(raw.strip()) if isinstance(raw, str) else None


@lru_cache(4096)
def _language(text: str) -> str | None:
    known = table("languages").get(fold_name(text))
    if known:
        return known
    if _LANGUAGE.fullmatch(text) and text.lower() not in ("und", "unk", "zxx"):
        return text.lower().replace("_", "-")
    return None


def read_platform(raw: object) -> str:
    """Return the name of a platform in lower case, its usual names brought to one: Twitter and X are x.

    >>> read_platform("Twitter"), read_platform("Google Reviews"), read_platform(""), read_platform("alba.example.org")
    ('x', 'google', '', 'alba.example.org')
    """
    if not isinstance(raw, str):
        return ""
    text = raw.strip().lower()
    return table("platforms").get(fold_name(text), text)


@lru_cache(4096)
def platform_of_host(host: str) -> str:
    """Return the platform of a host name in lower case, "web" when it is none that is known.

    >>> platform_of_host("www.facebook.com"), platform_of_host("alba.example.org")
    ('facebook', 'web')
    """
    hosts = table("hosts")
    labels = host.removeprefix("www.").split(".")
    for start in range(len(labels) - 1):
        known = hosts.get(".".join(labels[start:]))
        if known:
            return known
    return "web"


def platform_of_url(url: str) -> str:
    """Return the platform that an address belongs to, "web" when it is none that is known."""
    start = url.find("://")
    host = url[start + 3 :].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1].split(":", 1)[0]
    return platform_of_host(host.lower())


def read_kind(raw: object) -> PostKind | None:
    """Return the kind of post a word names, None when it names none.

    >>> str(read_kind("Retweet")), str(read_kind("Avis")), read_kind("bidule")
    ('share', 'review', None)
    """
    if not isinstance(raw, str):
        return None
    word = table("kinds").get(fold_name(raw))
    return PostKind(word) if word else None


def read_audience(raw: object) -> Audience:
    """Return who could read a post; what is not understood counts as restricted, the careful side.

    raw: a word, or an ActivityPub object with its `to` and `cc`.
    """
    if raw is None or raw == "":
        return Audience.PUBLIC
    if isinstance(raw, dict):
        if _names_public(raw.get("to")):
            return Audience.PUBLIC
        return Audience.UNLISTED if _names_public(raw.get("cc")) else Audience.RESTRICTED
    word = fold_name(str(raw))
    if word in ("public", "publique", "tous", "everyone", "open"):
        return Audience.PUBLIC
    if word in ("unlisted", "non liste", "non repertorie"):
        return Audience.UNLISTED
    return Audience.OWN_MAILBOX if word == "own mailbox" else Audience.RESTRICTED


def read_urls(raw: object) -> tuple[str, ...]:
    """Return the addresses in a cell: a text, a list of texts, or a list of objects that hold one; each once."""
    if raw is None or raw == "":
        return ()
    if isinstance(raw, str):
        return tuple(dict.fromkeys(_URL.findall(raw)))
    found: dict[str, None] = {}
    for part in raw if isinstance(raw, list) else [raw]:
        if isinstance(part, dict):
            part = next(
                (part[k] for k in ("expanded_url", "expanded", "url", "href", "uri", "media_url_https") if k in part),
                "",
            )
        if isinstance(part, str):
            found.update(dict.fromkeys(_URL.findall(part)))
    return tuple(found)


def looks_like_url(text: str) -> bool:
    """Return whether the text is one http(s) address and nothing else."""
    return text.startswith(("http://", "https://")) and _URL.fullmatch(text) is not None


@cache
def table(name: str) -> dict[str, str]:
    """Return one table of `names.toml` with each written form leading to its meaning."""
    raw = _names()[name]
    return {fold_name(form) if name != "hosts" else form: meaning for meaning, forms in raw.items() for form in forms}


@cache
def field_names() -> dict[str, tuple[str, ...]]:
    """Return, for each field, the folded column names that mean it, the surest first."""
    return {field: tuple(fold_name(form) for form in forms) for field, forms in _names()["fields"].items()}


@cache
def _names() -> dict[str, dict[str, list[str]]]:
    text = resources.files("tocsin.collect.file").joinpath("names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _names_public(addressed: object) -> bool:
    names = addressed if isinstance(addressed, list) else [addressed]
    return any(name in (_PUBLIC, "as:Public", "Public") for name in names)


def _loose_number(text: str, *, counts: bool) -> float:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no number")
    digits = re.sub(r"[\s'’]", "", match[2])
    scale = {"k": 1e3, "m": 1e6, "mio": 1e6, "md": 1e9}.get((match[3] or "").lower(), 1.0)
    if counts and scale == 1.0 and re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits):
        digits = re.sub(r"[.,]", "", digits)  # thousands
    elif digits.count(",") + digits.count(".") > 1:
        last = max(digits.rfind(","), digits.rfind("."))
        digits = re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]
    number = float(digits.replace(",", ".")) * scale
    return -number if match[1] == "-" else number

"""The first run: a brand and its first watch, stored together once both were looked at."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import ConflictError, InputError
from tocsin.flows.engine import Engine
from tocsin.flows.set_up import slug_of
from tocsin.flows.watches.keep import By, check_watch
from tocsin.store.rows import AuditEntry

_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def check_brand(engine: Engine, brand: Brand) -> Brand:
    """Return the brand as it may be stored, its slug made of its name. Raises InputError, ConflictError."""
    slug = slug_of(brand.name)[:64].strip("-")
    if slug in {known.slug for known in engine.store.brands()}:
        raise ConflictError("There is already a brand named {name!r}; open it, or give another name.", name=brand.name)
    try:
        ZoneInfo(brand.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            "There is no time zone {zone}; write one such as Europe/Paris.", zone=brand.time_zone
        ) from None
    if not _COUNTRY.fullmatch(brand.calendar):
        raise InputError("{code!r} is not the code of a country; write two letters such as FR.", code=brand.calendar)
    if not brand.languages or not all(_LANGUAGE.fullmatch(code) for code in brand.languages):
        raise InputError("Choose at least one language in which people speak of the brand.")
    return msgspec.structs.replace(brand, slug=slug)


def begin_brand(engine: Engine, brand: Brand, watch: Watch, by: By) -> Brand:
    """Store a new brand with its first watch; return it. Raises as `check_brand` and `check_watch`, storing nothing."""
    checked = check_brand(engine, brand)
    first = msgspec.structs.replace(watch, brand=checked.slug)
    check_watch(first)
    engine.store.save_brand(checked)
    engine.store.save_watch(first)
    for action, subject, text in (
        ("brand.add", checked.slug, ""),
        ("watch.save", f"{checked.slug}/{first.name}", first.query),
    ):
        entry = AuditEntry(at=by.now, by=by.person.mark, action=action, subject=subject, text=text)
        engine.store.note_audit(entry)
    return checked

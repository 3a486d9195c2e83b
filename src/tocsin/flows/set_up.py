"""Set up: the installation itself, its brands, watches and feeds."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import InputError, NotFoundError, StoreError
from tocsin.base.settings import Settings
from tocsin.flows.engine import Engine, open_engine
from tocsin.screen.query import parse_query


class SetUp(msgspec.Struct, frozen=True, kw_only=True):
    """What `set_up` made: the brand's name and slug, or empty texts when none was asked for."""

    brand: str = ""
    slug: str = ""


class WatchWish(msgspec.Struct, frozen=True, kw_only=True):
    """A watch as a person asks for it: `brand` may be a name or a slug, and need not exist yet."""

    brand: str
    query: str
    name: str = ""
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    own_accounts: tuple[str, ...] = ()
    sensitive_words: tuple[str, ...] = ()
    danger_severity: int = 80
    ground: str = ""


def set_up(settings: Settings, *, brand: str | None = None, migrate: bool = False) -> SetUp:
    """Create the data folder and the database, or bring them up to date; add a first brand if one is named."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            "The data folder {folder} cannot be made ({error}); set TOCSIN_DATA_DIR to a folder you may write to.",
            folder=settings.data_dir,
            error=error.strerror,
        ) from None
    engine = open_engine(settings, migrate=True)
    try:
        if not brand:
            return SetUp()
        made = ensure_brand(engine, brand)
        return SetUp(brand=made.name, slug=made.slug)
    finally:
        engine.store.close()


def slug_of(name: str) -> str:
    """Return the short name of a brand: lower-case ASCII letters, digits and hyphens.

    >>> slug_of("Maison Alba & Fils")
    'maison-alba-fils'
    """
    plain = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    if not slug:
        raise InputError("The name {name!r} holds no letter or digit to make a short name of.", name=name)
    return slug


def find_brand(engine: Engine, name: str) -> Brand:
    """Return the brand of that name or slug. Raises NotFoundError."""
    for brand in engine.store.brands():
        if name in (brand.slug, brand.name) or brand.slug == name.lower():
            return brand
    known = ", ".join(brand.slug for brand in engine.store.brands()) or "-"
    raise NotFoundError("There is no brand {name!r}; those there are: {known}.", name=name, known=known)


def ensure_brand(engine: Engine, name: str) -> Brand:
    """Return the brand of that name or slug, made if it is not there."""
    try:
        return find_brand(engine, name)
    except NotFoundError:
        brand = Brand(slug=slug_of(name), name=name)
        engine.store.save_brand(brand)
        return brand


def add_watch(engine: Engine, wish: WatchWish) -> Watch:
    """Store a watch, or replace the one of the same name. Raises QueryError, InputError."""
    query = parse_query(wish.query)
    if query.needs_reading:
        raise InputError(
            "kind: with a kind of mention, such as complaint, is only known after a post was read, so that a watch "
            "cannot ask for it; search with it instead."
        )
    if not 0 <= wish.danger_severity <= 100:
        raise InputError("--danger {value} is outside 0 to 100.", value=wish.danger_severity)
    brand = ensure_brand(engine, wish.brand)
    watch = Watch(
        brand=brand.slug,
        name=wish.name or brand.slug,
        query=wish.query,
        languages=wish.languages,
        sources=wish.sources,
        own_accounts=wish.own_accounts,
        sensitive_words=wish.sensitive_words,
        danger_severity=wish.danger_severity,
        private_person=bool(wish.ground),
        ground=wish.ground,
    )
    engine.store.save_watch(watch)
    return watch


def remove_watch(engine: Engine, brand: str, name: str) -> None:
    """Remove a watch. Raises NotFoundError."""
    slug = find_brand(engine, brand).slug
    if name not in {watch.name for watch in engine.store.watches(slug)}:
        raise NotFoundError("{brand} has no watch {name!r}; see `tocsin watch list`.", brand=slug, name=name)
    engine.store.delete_watch(slug, name)

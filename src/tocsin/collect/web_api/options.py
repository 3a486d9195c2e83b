"""Read the options of a source, and refuse what cannot be with a sentence that says what to write."""

from __future__ import annotations

from tocsin.base.errors import SourceError
from tocsin.base.url import canonical_url
from tocsin.collect.about import About, Field, Input
from tocsin.collect.adapter import Source

LONGEST = 2_000
EVERY = Field(
    name="every_minutes",
    label="Minutes between two reads",
    input=Input.NUMBER,
    help="Left empty, it is read as often as it publishes.",
)


def check_options(source: Source, about: About) -> None:
    """Raise SourceError, permanent, for an option that no field of the adapter asks for, or one that is missing."""
    known = {field.name for field in about.fields if field.input is not Input.SECRET}
    for name in sorted(source.options):
        if name not in known:
            raise SourceError(
                "The source {source} has an option {name!r} that its kind does not know; remove it.",
                permanent=True,
                source=source.name,
                name=name,
            )
        if len(source.options[name]) > LONGEST:
            raise SourceError(
                "The option {name} of the source {source} is longer than {most} characters; shorten it.",
                permanent=True,
                source=source.name,
                name=name,
                most=LONGEST,
            )
    for field in about.fields:
        if field.required and field.input is not Input.SECRET and not words_of(source, field.name):
            raise SourceError(
                "The source {source} lacks its option {name}; fill it in.",
                permanent=True,
                source=source.name,
                name=field.name,
            )


def words_of(source: Source, name: str) -> str:
    """Return a text option on one line, "" where it is not given."""
    return " ".join(source.options.get(name, "").replace("\x00", " ").split())


def choice_of(source: Source, about: About, name: str) -> str:
    """Return the value of a choice, or its default. Raises SourceError for one that is not offered."""
    field = next(field for field in about.fields if field.name == name)
    value = words_of(source, name) or field.default
    known = [choice.value for choice in field.choices]
    if value not in known:
        raise SourceError(
            "The option {name} of the source {source} is {value!r}; write one of {known}.",
            permanent=True,
            source=source.name,
            name=name,
            value=value,
            known=", ".join(one or '""' for one in known),
        )
    return value


def place_of(source: Source, name: str = "url") -> str:
    """Return the address of a site, canonical, without query, fragment and final slash.

    One without scheme is taken for https. Raises SourceError for what is no web address.
    """
    written = words_of(source, name)
    url = canonical_url(written if "://" in written else f"https://{written}")
    if url is None or " " in written:
        raise SourceError(
            "The source {source} has no web address ({url!r}); write it in full, beginning with https://.",
            permanent=True,
            source=source.name,
            url=written,
        )
    return url.partition("#")[0].partition("?")[0].rstrip("/")


def every_s_of(source: Source) -> int:
    """Return the seconds between two reads that the owner wants, 0 for none wanted. Raises SourceError."""
    written = words_of(source, "every_minutes") or "0"
    if not (written.isascii() and written.isdigit() and len(written) < 7):
        raise SourceError(
            "The option every_minutes of the source {source} is {value!r}; write a number of minutes, such as 15.",
            permanent=True,
            source=source.name,
            value=written,
        )
    return int(written) * 60

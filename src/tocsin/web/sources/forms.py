"""The form that adds a source or changes it, made from what its adapter asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from tocsin.collect.about import About, Field, Input

_PACE = "every_minutes"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A question with what stands in its answer; never a secret. is_kept: a secret was given and is not shown."""

    field: Field
    value: str = ""
    is_kept: bool = False


def lines_of(about: About, options: Mapping[str, str], kept: Iterable[str]) -> list[Line]:
    """Return the questions of an adapter with the answers given so far; what may be left alone comes last.

    kept: names of the secrets that are known.
    """
    known = frozenset(kept)
    return [
        Line(
            field=field,
            value="" if field.input is Input.SECRET else options.get(field.name, field.default),
            is_kept=field.name in known,
        )
        for field in sorted(about.fields, key=lambda field: field.name == _PACE)
    ]


def answers(about: About, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the options and the secrets that a form gives; what was left empty is in neither."""
    options, secrets = {}, {}
    for field in about.fields:
        value = given.get(field.name, "").strip()
        if field.input is Input.FLAG:
            value = "yes" if value else "no"
        if value:
            (secrets if field.input is Input.SECRET else options)[field.name] = value
    return options, secrets


def missing(about: About, options: Mapping[str, str], secrets: Iterable[str]) -> Field | None:
    """Return the first question that must be answered and was not."""
    known = {*options, *secrets}
    return next((field for field in about.fields if field.required and field.name not in known), None)

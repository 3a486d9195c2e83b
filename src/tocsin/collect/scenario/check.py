"""Check that the parts of a scenario fit together: every name leads somewhere, every template and time can be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.base.errors import InputError
from tocsin.base.post import Engagement
from tocsin.collect.scenario.clock import instant, length
from tocsin.collect.scenario.text import CONTEXT, names_in, parse_template
from tocsin.collect.scenario.values import Crowd, Scenario, Speech, Step

P = ParamSpec("P")
T = TypeVar("T")

_SOME_END = datetime(2026, 1, 15, 12, tzinfo=UTC)  # any end will do to see whether an instant can be read
_PATTERN = {"author": "a", "id": "b"}


class _MisfitError(ValueError):
    """A place of the scenario and what is wrong there."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(place, what)
        self.place, self.what = place, what


def check_scenario(scenario: Scenario, file: str) -> Scenario:
    """Return the scenario if its parts fit together. Raises InputError with the first place where they do not."""
    try:
        for check in _CHECKS:
            check(scenario)
    except _MisfitError as misfit:
        raise InputError(
            "{file}: {place} {what}. Mend it there.", file=file, place=misfit.place, what=misfit.what
        ) from misfit
    return scenario


def _check_frame(scenario: Scenario) -> None:
    zone = _zone(scenario.time_zone)
    if not 0 < scenario.days <= 400:
        raise _MisfitError("days", f"is {scenario.days}, and must be above 0 and at most 400")
    for name, brand in scenario.brands.items():
        if brand.slug != name:
            raise _MisfitError(f"brands.{name}.slug", f"is '{brand.slug}', and must be the name of its table, '{name}'")
    for number, watch in enumerate(scenario.watches, 1):
        _known(f"watches[{number}].brand", watch.brand, scenario.brands)
        for source in watch.sources:
            _known(f"watches[{number}].sources", source, scenario.sources)
    for name, curve in scenario.curves.items():
        _weights(f"curves.{name}.hours", curve.hours, 24)
        _weights(f"curves.{name}.weekdays", curve.weekdays, 7)
    for number, phase in enumerate(scenario.phases, 1):
        _reads(f"phases[{number}].since", instant, phase.since, _SOME_END, zone)
        for name in phase.factors:
            _known(f"phases[{number}].factors", name, scenario.chatter)


def _check_sources(scenario: Scenario) -> None:
    for name, source in scenario.sources.items():
        place = f"sources.{name}"
        for text in source.delay:
            _reads(f"{place}.delay", length, text)
        _pattern(f"{place}.post_id", source.post_id)
        _pattern(f"{place}.url", source.url)
        for shown in source.shows:
            _known(f"{place}.shows", shown, Engagement.__struct_fields__)


def _check_expected(scenario: Scenario) -> None:
    zone = _zone(scenario.time_zone)
    for number, one in enumerate(scenario.expected, 1):
        if one.affair:
            _known(f"expected[{number}].affair", one.affair, scenario.affairs)
        since = _reads(f"expected[{number}].since", instant, one.since, _SOME_END, zone)
        until = _reads(f"expected[{number}].until", instant, one.until, _SOME_END, zone)
        if not since < until:
            raise _MisfitError(f"expected[{number}].until", "comes before its 'since'")


def _check_texts(scenario: Scenario) -> None:
    for place, text in _all_texts(scenario):
        nodes = _reads(place, parse_template, text)
        for name in sorted(names_in(nodes)):
            _known(place, name, {*scenario.lists, *CONTEXT}, "lists")
    for name, entries in scenario.lists.items():
        if not entries:
            raise _MisfitError(f"lists.{name}", "is empty")
    for name, family in scenario.templates.items():
        if not family.texts:
            raise _MisfitError(f"templates.{name}.texts", "is empty")
        if family.stars and family.stars[0] > family.stars[1]:
            raise _MisfitError(f"templates.{name}.stars", "runs backwards: write the least first")
    _no_circle(scenario.lists)


def _all_texts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    families: list[tuple[str, tuple[str, ...]]] = [(f"lists.{name}", said) for name, said in scenario.lists.items()]
    for name, family in scenario.templates.items():
        families += [(f"templates.{name}.texts", family.texts), (f"templates.{name}.titles", family.titles)]
    for name, voice in scenario.voices.items():
        families += [(f"voices.{name}.openings", voice.openings), (f"voices.{name}.closings", voice.closings)]
    for name, crowd in scenario.crowds.items():
        families += [(f"crowds.{name}.names", crowd.names), (f"crowds.{name}.handles", crowd.handles)]
    for place, texts in families:
        for number, text in enumerate(texts, 1):
            yield f"{place}[{number}]", text


def _no_circle(lists: Mapping[str, tuple[str, ...]]) -> None:
    inner = {name: sorted({n for text in said for n in names_in(parse_template(text))}) for name, said in lists.items()}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise _MisfitError(f"lists.{name}", f"uses itself, through {' > '.join((*path, name))}")
        if name not in done:
            for other in inner.get(name, ()):
                visit(other, (*path, name))
            done.add(name)

    for name in lists:
        visit(name, ())


def _check_people(scenario: Scenario) -> None:
    platforms = {source.platform for source in scenario.sources.values()}
    for name, person in scenario.people.items():
        _known(f"people.{name}.platform", person.platform, platforms, "sources")
        if person.voice:
            _known(f"people.{name}.voice", person.voice, scenario.voices)
    for name, crowd in scenario.crowds.items():
        _check_crowd(f"crowds.{name}", crowd, scenario)


def _check_crowd(place: str, crowd: Crowd, scenario: Scenario) -> None:
    if crowd.size < 1:
        raise _MisfitError(f"{place}.size", f"is {crowd.size}, and must be at least 1")
    for what in ("names", "handles", "voices"):
        if not getattr(crowd, what):
            raise _MisfitError(f"{place}.{what}", "is empty")
    for voice in crowd.voices:
        _known(f"{place}.voices", voice, scenario.voices)
    for what in ("followers", "age_days"):
        low, high = getattr(crowd, what)
        if not 0 <= low <= high:
            raise _MisfitError(f"{place}.{what}", "must be two numbers from 0 up, the least first")


def _check_chatter(scenario: Scenario) -> None:
    before: list[str] = []
    for name, chatter in scenario.chatter.items():
        place = f"chatter.{name}"
        _check_speech(place, chatter, scenario)
        if bool(chatter.on) == bool(chatter.per_day):
            raise _MisfitError(place, "needs either 'per_day' or 'on'")
        if chatter.on:
            _known(f"{place}.on", chatter.on, before, "chatter above it")
        if not 0 <= chatter.per_day <= 5000:
            raise _MisfitError(f"{place}.per_day", f"is {chatter.per_day}, and must be from 0 to 5000")
        if chatter.curve:
            _known(f"{place}.curve", chatter.curve, scenario.curves)
        for text in chatter.delay:
            _reads(f"{place}.delay", length, text)
        if not chatter.templates:
            raise _MisfitError(f"{place}.templates", "is empty")
        before.append(name)


def _check_affairs(scenario: Scenario) -> None:
    before: list[str] = []
    for name, affair in scenario.affairs.items():
        for number, step in enumerate(affair.steps, 1):
            place = f"affairs.{name}.steps[{number}]"
            _check_step(place, step, scenario)
            if step.on:
                _known(f"{place}.on", step.on if "." in step.on else f"{name}.{step.on}", before, "steps above it")
            if f"{name}.{step.name}" in before:
                raise _MisfitError(f"{place}.name", f"is '{step.name}', which another step of the affair already has")
            before.append(f"{name}.{step.name}")


def _check_step(place: str, step: Step, scenario: Scenario) -> None:
    _check_speech(place, step, scenario)
    _reads(f"{place}.at", instant, step.at, _SOME_END, _zone(scenario.time_zone))
    _reads(f"{place}.over", length, step.over)
    if step.curve:
        _known(f"{place}.curve", step.curve, scenario.curves)
    if step.count < 1 or step.at_least < 1:
        raise _MisfitError(f"{place}.count", "and 'at_least' must be at least 1")
    if not step.templates and not step.on:
        raise _MisfitError(f"{place}.templates", "is empty, and there is no 'on' whose words it could carry")


def _check_speech(place: str, speech: Speech, scenario: Scenario) -> None:
    for what, known in (("templates", scenario.templates), ("sources", scenario.sources)):
        for name, share in getattr(speech, what).items():
            _known(f"{place}.{what}", name, known)
            if share <= 0:
                raise _MisfitError(f"{place}.{what}.{name}", f"is {share}, and must be above 0")
    if not speech.sources:
        raise _MisfitError(f"{place}.sources", "is empty")
    if bool(speech.by) == bool(speech.crowd):
        raise _MisfitError(place, "needs either 'by' or 'crowd'")
    if speech.crowd:
        _known(f"{place}.crowd", speech.crowd, scenario.crowds)
        spoken = scenario.crowds[speech.crowd].language
        for name in speech.templates:
            if scenario.templates[name].language != spoken:
                raise _MisfitError(
                    f"{place}.templates", f"names '{name}', which is not in the language of its crowd, {spoken}"
                )
    for name in speech.by:
        _known(f"{place}.by", name, scenario.people)
    _check_seats(place, speech, scenario)


def _check_seats(place: str, speech: Speech, scenario: Scenario) -> None:
    """Somebody of `by` must be on each platform where the speech may appear."""
    if not speech.by:
        return
    present = {scenario.people[name].platform for name in speech.by}
    for name in speech.sources:
        platform = scenario.sources[name].platform
        if platform not in present:
            raise _MisfitError(f"{place}.by", f"has nobody on {platform}, where source '{name}' needs one")


def _known(place: str, name: str, names: Collection[str], where: str = "") -> None:
    if name not in names:
        there = ", ".join(sorted(names)[:12]) or "nothing"
        raise _MisfitError(place, f"names '{name}', which is not among {where or 'those defined'}: {there}")


def _weights(place: str, weights: tuple[float, ...], count: int) -> None:
    if len(weights) != count or min(weights, default=0) < 0 or sum(weights) <= 0:
        raise _MisfitError(place, f"must be {count} numbers from 0 up, not all 0")


def _pattern(place: str, pattern: str) -> None:
    try:
        pattern.format(**_PATTERN)
    except (KeyError, IndexError, ValueError) as error:
        raise _MisfitError(place, "may hold {author} and {id} and no other braces") from error


def _reads(place: str, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return read(*args, **kwargs)
    except ValueError as error:
        raise _MisfitError(place, str(error)) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _MisfitError("time_zone", f"is '{name}', which is no IANA time zone such as Europe/Paris") from error


_CHECKS = (
    _check_frame,
    _check_sources,
    _check_texts,
    _check_people,
    _check_chatter,
    _check_affairs,
    _check_expected,
)

"""What a scenario is made of, as its file says it: sources, people, voices, templates, a timeline, affairs."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tocsin.base.brand import Brand, Watch
from tocsin.base.post import Audience, PostKind


class Growth(StrEnum):
    """How the posts of a step lie over its length."""

    EVEN = "even"
    RISING = "rising"  # ever faster: about fifty times denser at the end than at the start
    FADING = "fading"  # the mirror of rising
    WAVE = "wave"  # up to a third of the length, then slowly down


class Ring(StrEnum):
    """What the owner should be told about an affair."""

    DANGER = "danger"  # one dangerous post rings by itself
    WATCH = "watch"  # a surge of either level
    ALARM = "alarm"  # a surge of the higher level
    NONE = "none"  # no alarm in this stretch


class _Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: an unknown key is an error."""


class ScenarioSource(_Told, frozen=True, kw_only=True):
    """A place where posts appear.

    delay: shortest and longest time between a post and its first reading.
    post_id, url: patterns with {author} and {id}; post_id must give ids unique on the platform.
    handle_suffix: what the platform adds to a handle, such as `@mastodon.example`.
    shows: which counts of `Engagement` the platform displays.
    """

    platform: str
    delay: tuple[str, str] = ("5s", "40s")
    post_id: str = "{id}"
    url: str = ""
    handle_suffix: str = ""
    shows: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC
    stars_max: float | None = None
    claims_language: bool = False


class Voice(_Told, frozen=True, kw_only=True):
    """A register. Chances are 0..1; openings and closings are templates; `replace` maps words to words.

    cheerful: its openings and closings are left out of grave texts.
    """

    openings: tuple[str, ...] = ()
    opening_p: float = 0.0
    closings: tuple[str, ...] = ()
    closing_p: float = 0.0
    replace: dict[str, str] = {}
    replace_p: float = 1.0
    lower_p: float = 0.0
    no_accents_p: float = 0.0
    cheerful: bool = False


class Person(_Told, frozen=True, kw_only=True):
    """One account of the cast. age_days counts back from the end of the play."""

    platform: str
    handle: str
    name: str
    language: str = "fr"
    voice: str = ""
    followers: int | None = None
    age_days: float | None = None
    verified: bool | None = None


class Crowd(_Told, frozen=True, kw_only=True):
    """Many accounts alike: `size` on each platform. names and handles are templates that share their marks."""

    size: int
    names: tuple[str, ...]
    handles: tuple[str, ...]
    voices: dict[str, float]
    language: str = "fr"
    followers: tuple[int, int] = (10, 1500)
    age_days: tuple[float, float] = (90, 3000)


class Templates(_Told, frozen=True, kw_only=True):
    """A family of texts in one language.

    about: whether they speak of the brand, so that a watch should catch them.
    plain: written as they stand; no voice touches them. grave: nothing cheerful is added to them.
    stars: least and most, for reviews.
    """

    language: str
    texts: tuple[str, ...]
    titles: tuple[str, ...] = ()
    about: bool = True
    plain: bool = False
    grave: bool = False
    stars: tuple[int, int] | None = None


class Curve(_Told, frozen=True, kw_only=True):
    """Relative weight of the 24 hours of a day and of the 7 weekdays from Monday; only proportions count."""

    hours: tuple[float, ...]
    weekdays: tuple[float, ...] = (1.0,) * 7


class Phase(_Told, frozen=True, kw_only=True):
    """A stretch of the timeline, up to the next phase. `factors` multiply the named chatter on top of `factor`."""

    name: str
    since: str
    factor: float = 1.0
    factors: dict[str, float] = {}


class Speech(_Told, frozen=True, kw_only=True):
    """Who says what, where. Either `by` (people of the cast) or `crowd`; sources and templates carry weights."""

    templates: dict[str, float] = {}
    sources: dict[str, float] = {}
    kind: PostKind = PostKind.POST
    by: tuple[str, ...] = ()
    crowd: str = ""


class Chatter(Speech, frozen=True, kw_only=True):
    """Ordinary talk: `per_day` posts on an average day under `curve`; or answers to the chatter named in `on`.

    on, on_p, delay: each post of that chatter gets an answer with this chance, this long after.
    """

    per_day: float = 0.0
    curve: str = ""
    on: str = ""
    on_p: float = 0.0
    delay: tuple[str, str] = ("5min", "4h")


class Step(Speech, frozen=True, kw_only=True):
    """One movement of an affair: `count` posts from `at` over `over`.

    at: "-3d 22:47" (local clock, three days before the last) or "-95min" (before the end).
    count: at scale 1; `at_least` of them at any scale. growth, curve: how they lie over the length.
    on: an earlier step of the affair, or "affair.step", that is answered, shared, quoted or linked to.
    one_text: all posts of the step carry the same words.
    """

    name: str
    at: str
    over: str = "0s"
    growth: Growth = Growth.EVEN
    curve: str = ""
    count: int = 1
    at_least: int = 1
    on: str = ""
    one_text: bool = False


class Affair(_Told, frozen=True, kw_only=True):
    """A story that unfolds in steps. `kind` says in a word what it is, for people."""

    title: str
    kind: str
    steps: tuple[Step, ...]


class Expectation(_Told, frozen=True, kw_only=True):
    """What should ring, and between which instants; `affair` may be empty for quiet stretches."""

    ring: Ring
    since: str
    until: str
    affair: str = ""
    why: str = ""


class Scenario(_Told, frozen=True, kw_only=True):
    """A whole scenario. Make one with `read_scenario`, which also checks that its parts fit together."""

    name: str
    title: str = ""
    days: float = 10
    time_zone: str = "Europe/Paris"
    brands: dict[str, Brand] = {}
    watches: tuple[Watch, ...] = ()
    sources: dict[str, ScenarioSource] = {}
    lists: dict[str, tuple[str, ...]] = {}
    voices: dict[str, Voice] = {}
    people: dict[str, Person] = {}
    crowds: dict[str, Crowd] = {}
    templates: dict[str, Templates] = {}
    curves: dict[str, Curve] = {}
    phases: tuple[Phase, ...] = ()
    chatter: dict[str, Chatter] = {}
    affairs: dict[str, Affair] = {}
    expected: tuple[Expectation, ...] = ()


def scenario_watches(scenario: Scenario) -> list[Watch]:
    """Return the watches of the scenario, in the order of its file."""
    return list(scenario.watches)

"""The people of a play: the named cast, and crowds that are drawn up as they are needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.base.post import Author
from tocsin.collect.scenario.dice import Dice
from tocsin.collect.scenario.text import fill
from tocsin.collect.scenario.values import Crowd, Scenario, ScenarioSource, Speech, Voice

_NOT_HANDLE = re.compile(r"[^a-z0-9._-]+")


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """An account with the voice it speaks in."""

    author: Author
    voice: Voice


class Cast:
    """All speakers of one play; the same seed gives the same people whatever order they are asked in."""

    def __init__(self, scenario: Scenario, seed: int, end: datetime) -> None:
        self._scenario, self._seed, self._end = scenario, str(seed), end
        self._suffix = {source.platform: source.handle_suffix for source in scenario.sources.values()}
        self._crowds: dict[tuple[str, str], list[Speaker]] = {}

    def speakers(self, speech: Speech, source: ScenarioSource) -> Sequence[Speaker]:
        """Return who may speak there: those of `by` that are on the platform, or else the crowd."""
        if speech.by:
            people = self._scenario.people
            return [self._person(name) for name in speech.by if people[name].platform == source.platform]
        return self._crowd(speech.crowd, source.platform)

    def _person(self, name: str) -> Speaker:
        person = self._scenario.people[name]
        made = None if person.age_days is None else self._end - timedelta(days=person.age_days)
        author = Author(
            platform=person.platform,
            handle=person.handle,
            name=person.name,
            followers=person.followers,
            created_at=made,
            verified=person.verified,
        )
        return Speaker(author=author, voice=self._scenario.voices.get(person.voice, Voice()))

    def _crowd(self, name: str, platform: str) -> list[Speaker]:
        key = (name, platform)
        if key not in self._crowds:
            crowd = self._scenario.crowds[name]
            taken: set[str] = set()
            self._crowds[key] = [self._member(crowd, key, number, taken) for number in range(crowd.size)]
        return self._crowds[key]

    def _member(self, crowd: Crowd, key: tuple[str, str], number: int, taken: set[str]) -> Speaker:
        dice = Dice(self._seed, "crowd", *key, str(number))
        said: dict[str, str] = {}
        name = fill(dice.pick(crowd.names), dice, self._scenario.lists, said)
        handle = plain_handle(fill(dice.pick(crowd.handles), dice, self._scenario.lists, said))
        if handle in taken:
            handle = f"{handle}{number}"
        taken.add(handle)
        author = Author(
            platform=key[1],
            handle=handle + self._suffix.get(key[1], ""),
            name=name,
            followers=int(dice.between_log(*crowd.followers)),
            created_at=self._end - timedelta(days=dice.between(*crowd.age_days)),
        )
        return Speaker(author=author, voice=self._scenario.voices[dice.weigh(crowd.voices)])


def plain_handle(text: str) -> str:
    """Return a text as a handle: lower case, no accents, no spaces.

    >>> plain_handle("Zoé Le Gall")
    'zoelegall'
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _NOT_HANDLE.sub("", bare.lower())

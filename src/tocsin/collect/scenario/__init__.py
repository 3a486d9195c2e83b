"""Scenarios: files that tell what a public says over some days, played into posts for demos, drills and tests."""

from tocsin.collect.scenario.engage import reread
from tocsin.collect.scenario.play import Expected, expected_between, play, play_labelled
from tocsin.collect.scenario.post import Played
from tocsin.collect.scenario.read import builtin_scenario, builtin_scenarios, read_scenario
from tocsin.collect.scenario.values import Ring, Scenario, scenario_watches

__all__ = [
    "Expected",
    "Played",
    "Ring",
    "Scenario",
    "builtin_scenario",
    "builtin_scenarios",
    "expected_between",
    "play",
    "play_labelled",
    "read_scenario",
    "reread",
    "scenario_watches",
]

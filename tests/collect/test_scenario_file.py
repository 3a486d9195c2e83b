from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base.errors import InputError
from tocsin.collect.scenario import play, play_labelled, read_scenario
from tocsin.collect.scenario.clock import Lively, instant, length, moments, spread, weight
from tocsin.collect.scenario.dice import Dice
from tocsin.collect.scenario.text import fill, parse_template, sentences, speak
from tocsin.collect.scenario.values import Curve, Growth, Voice

END = datetime(2026, 5, 12, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")

GOOD = """
name = "petit"
days = 2

[brands.alba]
slug = "alba"
name = "Maison Alba"

[[watches]]
brand = "alba"
name = "Alba"
query = '"maison alba"'

[sources.x]
platform = "x"
url = "https://x.example/{author}/{id}"

[lists]
quoi = ["les sablés", "la {brioche|tarte}"]

[voices.simple]

[crowds.clients]
size = 5
names = ["Camille"]
handles = ["camille{1..999}"]
voices = { simple = 1 }

[people.alice]
platform = "x"
handle = "alice"
name = "Alice"

[templates.bien]
language = "fr"
texts = ["J'aime {quoi} de Maison Alba {ce matin|ce soir}"]

[curves.jour]
hours = [1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]

[[phases]]
name = "calme"
since = "-2d 00:00"

[chatter.bien]
templates = { bien = 1 }
sources = { x = 1 }
crowd = "clients"
per_day = 30
curve = "jour"

[affairs.une]
title = "Une affaire"
kind = "rumour"

[[affairs.une.steps]]
name = "debut"
at = "-3h"
count = 2
at_least = 2
templates = { bien = 1 }
sources = { x = 1 }
by = ["alice"]

[[affairs.une.steps]]
name = "suite"
kind = "share"
on = "debut"
at = "-2h"
over = "1h"
count = 4
sources = { x = 1 }
crowd = "clients"

[[expected]]
affair = "une"
ring = "watch"
since = "-3h"
until = "end"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "petit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_file_plays(tmp_path: Path) -> None:
    scenario = read_scenario(written(tmp_path, GOOD))
    posts = list(play(scenario, 1, END))
    assert len(posts) > 20
    assert {post.platform for post in posts} == {"x"}


def test_a_folder_is_read_as_one_file(tmp_path: Path) -> None:
    head, cut, tail = GOOD.partition("[affairs.une]")
    whole = read_scenario(written(tmp_path, GOOD))
    folder = tmp_path / "petit"
    folder.mkdir()
    (folder / "1.toml").write_text(head, encoding="utf-8")
    (folder / "2.toml").write_text(cut + tail, encoding="utf-8")
    assert read_scenario(folder) == whole


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = "petit"', "name = petit", "petit.toml is not TOML"),
        ("size = 5", 'size = "five"', "crowds"),
        ("size = 5", "size = 5\ncolour = 3", "colour"),
        ("size = 5", "size = 0", "crowds.clients.size is 0"),
        ("{quoi}", "{quoix}", r"templates.bien.texts\[1\] names 'quoix'"),
        ("{ce matin|ce soir}", "{ce matin|ce soir", r"texts\[1\] has a '\{' at character 30 that is never closed"),
        ("{ce matin|ce soir}", "ce soir}", "that closes nothing"),
        ("{brioche|tarte}", "{quoi}", "uses itself"),
        ("{brioche|tarte}", "{9..2}", "runs backwards"),
        ("{brioche|tarte}", "{Une Brioche}", "neither a list, a number nor alternatives"),
        ("per_day = 30", 'per_day = 30\non = "bien"', "either 'per_day' or 'on'"),
        ("per_day = 30", "per_day = 99999", "from 0 to 5000"),
        ('curve = "jour"', 'curve = "nuit"', "chatter.bien.curve names 'nuit'"),
        ("hours = [1, 0,", "hours = [1,", "curves.jour.hours must be 24 numbers"),
        ('at = "-3h"', 'at = "3h"', r"affairs.une.steps\[1\].at '3h' is not an instant"),
        ('at = "-3h"', 'at = "-3d 25:00"', "names an hour that no clock shows"),
        ('over = "1h"', 'over = "an hour"', r"steps\[2\].over 'an hour' is not a length"),
        ('on = "debut"', 'on = "fin"', r"affairs.une.steps\[2\].on names 'une.fin'"),
        ('name = "suite"', 'name = "debut"', "another step of the affair already has"),
        ('by = ["alice"]', 'by = ["bruno"]', "names 'bruno'"),
        ('by = ["alice"]', "", "needs either 'by' or 'crowd'"),
        ('platform = "x"\nhandle', 'platform = "y"\nhandle', r"people.alice.platform names 'y'"),
        ('kind = "share"', 'kind = "shout"', "shout"),
        ("/{id}", "/{number}", r"sources.x.url may hold \{author\} and \{id\}"),
        ("days = 2", "days = 0", "days is 0"),
        ("days = 2", 'days = 2\ntime_zone = "Mars/Olympus"', "no IANA time zone"),
        ('until = "end"', 'until = "-4h"', r"expected\[1\].until comes before its 'since'"),
        ('ring = "watch"', 'ring = "gong"', "gong"),
        ('slug = "alba"', 'slug = "beta"', "must be the name of its table"),
        ('texts = ["J\'aime {quoi} de Maison Alba {ce matin|ce soir}"]', "texts = []", "templates.bien.texts is empty"),
        ('language = "fr"\ntexts', 'language = "en"\ntexts', "not in the language of its crowd"),
        ("sources = { x = 1 }\ncrowd", "sources = { x = 0 }\ncrowd", "must be above 0"),
    ],
)
def test_a_bad_file_gets_one_sentence_with_the_place(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(InputError, match=said) as told:
        read_scenario(written(tmp_path, GOOD.replace(before, after, 1)))
    assert "petit" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_name_defined_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "2.toml").write_text("[curves.jour]\nhours = [1]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"2\.toml: curves\.jour is already defined"):
        read_scenario(tmp_path)


def test_a_missing_path_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scenario at"):
        read_scenario(tmp_path / "nowhere.toml")
    with pytest.raises(InputError, match="holds no TOML file"):
        read_scenario(tmp_path)


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "petit.toml"
    path.write_bytes(GOOD.encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_scenario(path)


def test_the_named_speak_in_turn_and_their_words_are_shared(tmp_path: Path) -> None:
    played = play_labelled(read_scenario(written(tmp_path, GOOD)), 1, END)
    begun = [one.post for one in played if one.track == "une.debut"]
    shared = [one.post for one in played if one.track == "une.suite"]
    assert {post.author.handle for post in begun if post.author} == {"alice"}
    assert {post.text for post in shared} <= {post.text for post in begun}


def test_the_same_mark_says_the_same_thing_again() -> None:
    lists = {"mot": [str(number) for number in range(1000)]}
    said: dict[str, str] = {}
    title, text = (fill("{mot#a}", Dice("1"), lists, said), fill("{mot#a} {mot#b}", Dice("2"), lists, said))
    assert text.split()[0] == title
    assert text.split()[1] != title


def test_a_backslash_keeps_a_brace() -> None:
    assert fill(r"\{a\|b\}", Dice("x"), {}, {}) == "{a|b}"


def test_alternatives_nest_and_may_be_empty() -> None:
    texts = {fill("a{|b{c|d}}", Dice(str(number)), {}, {}) for number in range(60)}
    assert texts == {"a", "abc", "abd"}


@given(st.text(alphabet="ab{}|\\#. 12", max_size=30))
def test_any_text_is_either_a_template_or_refused_with_a_sentence(text: str) -> None:
    try:
        parse_template(text)
    except ValueError as error:
        assert str(error).startswith("has ")


def test_a_sentence_begins_with_a_capital_and_ends_once() -> None:
    assert sentences("ça va ?. oui... non. élan , si") == "Ça va ? Oui... non. Élan, si"


def test_a_voice_changes_words_and_keeps_capitals() -> None:
    voice = Voice(replace={"je ne": "je", "il y a": "y a"}, replace_p=1.0)
    assert speak("Je ne vois rien, il y a du vent", voice, Dice("x"), {}, {}) == "Je vois rien, y a du vent"


@given(st.integers(min_value=0), st.sampled_from(list(Growth)))
def test_a_post_falls_inside_its_step(seed: int, growth: Growth) -> None:
    assert 0.0 <= spread(Dice(str(seed)), growth) <= 1.0


def test_a_rise_is_denser_at_its_end() -> None:
    long = timedelta(hours=1)
    times = moments(Dice("x"), 400, Growth.RISING, (END, long), Lively(None, PARIS))
    assert sum(at > END + long / 2 for at in times) > 300
    assert times == sorted(times)


def test_instants_follow_the_local_clock_through_the_change_of_hour() -> None:
    end = datetime(2026, 3, 29, 12, tzinfo=PARIS)  # the clock jumped that night
    assert instant("-1d 09:00", end, PARIS) == datetime(2026, 3, 28, 8, tzinfo=UTC)
    assert instant("-0d 09:00", end, PARIS) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert instant("-1h 30min", end, PARIS) == datetime(2026, 3, 29, 8, 30, tzinfo=UTC)
    assert length("2d 3h") == timedelta(hours=51)


def test_a_curve_averages_to_one() -> None:
    curve = Curve(hours=tuple(float(hour) for hour in range(24)), weekdays=(1, 2, 3, 4, 5, 6, 7))
    week = [weight(curve, END + timedelta(hours=hour), PARIS) for hour in range(168)]
    assert sum(week) / 168 == pytest.approx(1.0)

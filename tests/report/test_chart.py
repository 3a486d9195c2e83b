"""Charts: what they draw is what they were given, readable, and never a shrunken drawing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.report.chart import level_chart, spark, spread_map, story_chart, volume_bars
from tocsin.report.media import medium_of
from tocsin.report.paint import DARK, LIGHT, axis_labels, resolve, steps
from tocsin.report.render import png, svg
from tocsin.report.spread import shortened
from tocsin.report.values import (
    Bar,
    Bars,
    Bubble,
    Curve,
    CurveWords,
    Figure,
    Flag,
    FlagShape,
    MapWords,
    Medium,
    Night,
    Point,
    SpreadMap,
    Tick,
)

START = 29_000_000
WORDS = CurveWords(
    title="Mentions an hour",
    sentence="212 mentions in an hour; 1 to 7 are usual.",
    columns=("Hour", "Seen", "Usual"),
    usual="usual: 1 to 7",
)
NAMES = {medium: medium.value for medium in Medium}
MAP_WORDS = MapWords(
    title="Map",
    sentence="Began at 9.",
    lanes=NAMES,
    short_lanes=NAMES,
    columns=("When",),
    origin="origin 9:00",
    press="into the press, 10:00",
    night="night",
    none_yet="not yet",
)


def curve(seen: list[int], **changes: Any) -> Curve:
    points = tuple(
        Point(minute=START + 20 * at, label=f"{at}", seen=count, low=1, high=7) for at, count in enumerate(seen)
    )
    ticks = tuple(Tick(minute=START + 60 * at, label=f"{at} h") for at in range(len(seen) // 3))
    return msgspec.structs.replace(Curve(id="now", words=WORDS, points=points, ticks=ticks), **changes)


def surge() -> Curve:
    flags = (
        Flag(minute=START + 400, label="watch 7:58", short="7:58", shape=FlagShape.WATCH),
        Flag(minute=START + 410, label="alarm 8:06", short="alarm 8:06", shape=FlagShape.ALARM),
        Flag(minute=START + 40, label="first post", short="first"),
    )
    return curve([3] * 20 + [40, 120, 190, 212], flags=flags, hot_from=START + 400, narrow_from=START + 200)


def bubble(minute: int, medium: Medium = Medium.NETWORKS, reach: int = 100, **more: Any) -> Bubble:
    return Bubble(minute=START + minute, medium=medium, reach=reach, label=f"at {minute}", row=(str(minute),), **more)


def spread() -> SpreadMap:
    bubbles = (
        bubble(0, main=True),
        bubble(30, reach=84_000, cause=0, main=True),
        bubble(40, Medium.FORUMS, cause=1),
        bubble(600, Medium.LOCAL_PRESS, 0, cause=1, main=True),
    )
    ticks = tuple(Tick(minute=START + 60 * at, label=f"{at} h") for at in range(11))
    night = Night(start=START + 100, end=START + 500)
    return SpreadMap(id="s", words=MAP_WORDS, bubbles=bubbles, ticks=ticks, nights=(night,), press_at=START + 600)


def figures() -> list[Figure]:
    bars = tuple(
        Bar(label=f"{at} h", posts=at, negative=at // 2, tick=f"{at} h" if at % 6 == 0 else "") for at in range(24)
    )
    words = ("Hour", "Posts", "Negative")
    return [
        level_chart(surge()),
        story_chart(curve([0, 0, 1])),
        spread_map(spread()),
        volume_bars(Bars(id="v", title="Volume", sentence="276 posts.", columns=words, bars=bars)),
    ]


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for value in part.values():
            yield from strings(value)
    elif isinstance(part, list):
        for value in part:
            yield from strings(value)
    elif isinstance(part, str):
        yield part


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: figure.kind)
def test_a_figure_has_title_sentence_table_and_two_drawings(figure: Figure) -> None:
    assert figure.title and figure.sentence and figure.rows
    assert all(len(row) == len(figure.columns) for row in figure.rows)
    assert figure.wide != figure.narrow
    assert figure.wide["usermeta"]["width_px"] > 560 > figure.narrow["usermeta"]["width_px"]
    assert figure.wide["description"] == figure.sentence


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: figure.kind)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_has_a_value_in_both_themes(figure: Figure, colours: dict[str, str]) -> None:
    for spec in (figure.wide, figure.narrow):
        assert [text for text in strings(resolve(spec, colours)) if text.startswith("$")] == []
        json.dumps(spec)


def test_a_name_that_looks_like_a_colour_stays_as_it_is() -> None:
    assert resolve({"text": "$alice", "color": "$ink"}) == {"text": "$alice", "color": LIGHT["ink"]}


def test_the_axis_begins_at_zero_and_holds_the_highest() -> None:
    wide = level_chart(surge()).wide
    y = wide["layer"][0]["encoding"]["y"]
    assert y["axis"]["values"][0] == 0
    assert y["axis"]["values"][-1] >= 212
    assert y["scale"]["domain"][0] == 0


def test_a_thin_band_under_a_tall_surge_is_drawn_and_says_its_figures() -> None:
    figure = level_chart(curve([2] * 10 + [50_000], hot_from=START))
    spec = figure.wide
    area = spec["layer"][0]
    top = area["encoding"]["y"]["scale"]["domain"][1]
    px = spec["height"] / top
    assert all((value["h"] - value["l"]) * px >= 1.99 for value in area["data"]["values"])
    assert WORDS.usual in list(strings(spec))


def test_a_wide_band_needs_no_figures_beside_it() -> None:
    assert WORDS.usual not in list(strings(level_chart(curve([3, 5, 6, 4])).wide))


def test_only_what_stands_over_the_usual_since_it_rang_is_hot() -> None:
    def hot(figure: Figure) -> list[int]:
        layers = [
            one
            for one in figure.wide["layer"]
            if one["mark"].get("color") == "$surge" and one["mark"]["type"] == "line"
        ]
        return [value["s"] for layer in layers for value in layer["data"]["values"]]

    seen = [3, 50, 3, 60, 70]
    assert hot(level_chart(curve(seen))) == []
    assert hot(level_chart(curve(seen, hot_from=START + 60))) == [3, 60, 70]
    assert hot(level_chart(curve(seen, hot_from=START))) == [3, 50, 3, 60, 70]


def test_flags_hide_one_another_never() -> None:
    flags = tuple(Flag(minute=START + 200 + at, label=f"label {at}", short=f"{at}") for at in range(3))
    texts = [
        layer["data"]["values"][0]
        for layer in level_chart(curve([3] * 30, flags=flags)).wide["layer"]
        if layer["mark"]["type"] == "text" and layer["mark"].get("fontWeight") == 600 and "stroke" not in layer["mark"]
    ]
    assert len(texts) == 3
    assert len({(value["y"]) for value in texts}) >= 2


def test_the_narrow_drawing_begins_later() -> None:
    figure = level_chart(surge())
    assert figure.narrow["layer"][0]["encoding"]["x"]["scale"]["domain"] == [START + 200, START + 460]
    assert figure.wide["layer"][0]["encoding"]["x"]["scale"]["domain"] == [START, START + 460]


def test_the_table_holds_one_row_in_so_many_and_the_last() -> None:
    rows = level_chart(curve([1, 2, 3, 4, 5], every=3)).rows
    assert [row[1] for row in rows] == ["2", "5"]
    assert rows[-1][2] == "1–7"


def test_a_curve_of_one_point_is_refused() -> None:
    with pytest.raises(ValueError, match="two points"):
        level_chart(curve([1]))


def test_quiet_stretches_are_short_on_the_map() -> None:
    place = shortened([0, 30, 60, 660, 690])
    assert place(0) == 0
    assert place(690) == pytest.approx(1000)
    assert place(660) - place(60) == pytest.approx(60)
    assert place(30) - place(0) > 200


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=60))
def test_time_never_runs_back_on_the_map(minutes: list[int]) -> None:
    place = shortened(minutes)
    places = [place(minute) for minute in sorted(minutes)]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= 1000.001


def test_the_map_has_a_rule_of_the_press_and_says_when_it_is_not_national() -> None:
    said = list(strings(spread_map(spread()).wide))
    assert MAP_WORDS.press in said and MAP_WORDS.none_yet in said and MAP_WORDS.origin in said
    calm = spread_map(msgspec.structs.replace(spread(), press_at=None))
    assert MAP_WORDS.press not in list(strings(calm.wide))


def test_the_narrow_map_lets_time_run_down() -> None:
    figure = spread_map(spread())
    assert figure.narrow["layer"][0]["encoding"]["y"]["scale"]["domain"][0] > 1000
    assert figure.narrow["height"] > figure.narrow["usermeta"]["width_px"]


@given(st.floats(0, 1e7), st.integers(2, 6))
def test_steps_are_whole_and_reach_the_highest(most: float, wanted: int) -> None:
    values = steps(most, wanted)
    assert values[0] == 0 and values[-1] >= most and len(values) <= wanted + 3
    assert all(value == round(value) for value in values)


def test_labels_of_axes_cannot_break_out_of_their_expression() -> None:
    assert axis_labels({3.0: "l'heure \\ "}) == "datum.value == 3 ? 'l\\'heure \\\\ ' : ''"


@given(st.lists(st.floats(0, 1e6), max_size=30), st.one_of(st.none(), st.tuples(st.floats(0, 10), st.floats(10, 50))))
def test_a_spark_stays_in_its_box(points: list[float], band: tuple[float, float] | None) -> None:
    drawn = spark(points, band)
    numbers = [float(part) for part in drawn.seen[1:].replace("L", " ").split()]
    assert all(0 <= number <= 84 for number in numbers)
    assert (drawn.band_y is None) is (band is None)


@pytest.mark.parametrize(
    ("platform", "kind", "url", "medium"),
    [
        ("mastodon", "post", None, Medium.NETWORKS),
        ("forum", "reply", None, Medium.FORUMS),
        ("web", "comment", "https://example.org/a#c1", Medium.FORUMS),
        ("google", "review", None, Medium.REVIEWS),
        ("web", "article", "https://courrier.example/a", Medium.LOCAL_PRESS),
        ("web", "article", "https://www.lemonde.fr/a", Medium.NATIONAL_PRESS),
        ("web", "article", "https://notlemonde.fr/a", Medium.LOCAL_PRESS),
        ("web", "article", "https://[broken", Medium.LOCAL_PRESS),
        ("mail", "message", None, Medium.OTHER),
        ("import:mine", "post", None, Medium.OTHER),
    ],
)
def test_a_post_has_one_medium(platform: str, kind: str, url: str | None, medium: Medium) -> None:
    assert medium_of(platform, kind, url) is medium


def test_pictures_are_drawn_for_mails() -> None:
    figure = level_chart(surge())
    drawn = svg(figure.wide)
    assert drawn.startswith("<svg") and LIGHT["surge"] in drawn and "alarm 8:06" in drawn
    assert png(figure.narrow, scale=1).startswith(b"\x89PNG")

"""Fit, keep, read again, and tell: the whole way of a forecast."""

from __future__ import annotations

import io

import msgspec
import numpy as np
import pytest

from tests.spread.forecast.cascades import faded
from tocsin.base.errors import InputError
from tocsin.spread.forecast import model as files
from tocsin.spread.forecast.fit import fit
from tocsin.spread.forecast.lines import read_pasts, tell_lines
from tocsin.spread.forecast.model import Model, read_model, shipped_model, write_model
from tocsin.spread.forecast.predict import Moment, forecast
from tocsin.spread.forecast.values import FIGURES_AT_S, Card, ForecastReason, Past

CARD = Card(trained_on="made up", licence="none", made="2026-11-22", cascades=0, least=50)


@pytest.fixture(scope="module")
def fitted() -> Model:
    return fit(faded(160), CARD, seed=1)


@pytest.fixture(scope="module")
def others() -> list[Past]:
    return [past for past in faded(120, seed=8) if len(past.times) >= 50]


def _moments(pasts: list[Past], after_s: float = 3_600.0) -> list[Moment]:
    return [Moment(times=past.times, after_s=after_s, scene=past.scene) for past in pasts]


def test_sizes_are_less_wrong_than_one_guess_for_all(fitted: Model, others: list[Past]) -> None:
    told = forecast(fitted, _moments(others))
    final = np.array([len(past.times) for past in others])
    said = np.array([one.size for one in told])
    constant = min(np.median(np.abs(guess / final - 1)) for guess in final)
    assert np.median(np.abs(said / final - 1)) < 0.7 * constant


def test_the_range_holds_what_it_says_and_the_size_lies_in_it(fitted: Model, others: list[Past]) -> None:
    told = forecast(fitted, _moments(others))
    held = [one.low <= len(past.times) <= one.high for one, past in zip(told, others, strict=True)]  # type: ignore[operator]
    assert 0.65 <= np.mean(held) <= 0.95
    for one in told:
        assert one.low is not None and one.size is not None and one.high is not None
        assert max(one.seen, one.least) <= one.low <= one.size <= one.high


def test_nothing_after_the_moment_is_looked_at(fitted: Model, others: list[Past]) -> None:
    cut = [msgspec.structs.replace(past, times=past.times[past.times <= 3_600]) for past in others]
    assert forecast(fitted, _moments(others)) == forecast(fitted, _moments(cut))


def test_what_is_told_of_one_does_not_depend_on_the_others(fitted: Model, others: list[Past]) -> None:
    together = forecast(fitted, _moments(others[:20]))
    assert together == [forecast(fitted, [moment])[0] for moment in _moments(others[:20])]


def test_four_posts_are_too_few(fitted: Model) -> None:
    (told,) = forecast(fitted, [Moment(times=np.array([1.0, 2.0, 3.0, 4.0, 9_999.0]), after_s=3_600.0)])
    assert (told.reason, told.seen, told.size, told.double_p) == (ForecastReason.TOO_FEW, 4, None, None)


@pytest.mark.parametrize("after_s", [0.0, -1.0, 599.0, 90_000.0, float("nan"), float("inf")])
def test_a_moment_out_of_what_was_learnt_is_refused(fitted: Model, after_s: float) -> None:
    with pytest.raises(InputError, match="out of what was learnt"):
        forecast(fitted, [Moment(times=np.arange(9.0), after_s=after_s)])


def test_too_few_cascades_are_not_learnt_from() -> None:
    with pytest.raises(InputError, match="a fit takes 40"):
        fit(faded(20), CARD, seed=1)
    with pytest.raises(InputError, match="There are 0 cascades"):
        fit([], CARD, seed=1)


def test_a_model_read_again_says_the_same(fitted: Model, others: list[Past]) -> None:
    kept = io.BytesIO()
    write_model(fitted, kept)
    again = read_model(kept.getvalue(), "kept")
    assert again.card == fitted.card
    near = [
        (one.size, other.size)
        for one, other in zip(forecast(again, _moments(others)), forecast(fitted, _moments(others)), strict=True)
    ]
    assert all(abs(one - other) <= 2 + 0.02 * other for one, other in near if one is not None and other is not None)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"PK\x03\x04" + bytes(90)])
def test_what_is_no_model_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(InputError, match="is not a model"):
        read_model(content, "m.npz")


def test_a_model_of_another_version_is_refused(fitted: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = io.BytesIO()
    monkeypatch.setattr(files, "VERSION", 99)
    write_model(fitted, kept)
    monkeypatch.undo()
    with pytest.raises(InputError, match="version 99"):
        read_model(kept.getvalue(), "m.npz")


def test_a_damaged_model_is_refused(fitted: Model) -> None:
    kept = io.BytesIO()
    heads = {head: trees[:1] if head is files.Head.LOW else trees for head, trees in fitted.heads.items()}
    write_model(msgspec.structs.replace(fitted, heads=heads, edges=fitted.edges[:5]), kept)
    with pytest.raises(InputError, match="damaged"):
        read_model(kept.getvalue(), "m.npz")


def test_the_shipped_model_is_small_and_says_what_it_comes_from() -> None:
    card = shipped_model().card
    assert "UPFD" in card.trained_on and card.licence == "Apache-2.0"
    assert [one.after_s for one in card.figures] == list(FIGURES_AT_S)
    assert all(one.skill > -0.1 and 0.7 < one.covered_p < 0.9 for one in card.figures)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[1, 2]", "not a JSON object"),
        (b'{"x": 1}', 'no "t"'),
        (b'{"t": [1, "2"]}', "not a cascade"),
        (b'{"t": [true]}', "not a cascade"),
        (b'{"t": [NaN]}', "not a JSON object"),
        (b'{"t": [-1, 2]}', "before the beginning"),
        (b'{"t": [5, 2]}', "ascending"),
        (b'{"t": [1], "t0": 1e300}', "seconds since 1970"),
        (b'{"t": [1], "root_followers": -5}', "followers"),
        (b"\xff\xfe", "not a JSON object"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_told(fitted: Model, line: bytes, said: str) -> None:
    good = b'{"t": [1, 2, 3, 4, 5], "id": "a"}'
    first, second = tell_lines([good, b"\n", line], fitted, 3_600.0)
    assert first.error is None
    assert msgspec.json.decode(first.line)["id"] == "a"
    assert "Line 3" in str(second.error) and said in str(second.error)
    with pytest.raises(InputError, match="Line 1"):
        list(read_pasts([line]))

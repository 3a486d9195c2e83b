"""Back-test a series of counts that was collected elsewhere: no store, no brand of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.base.brand import AlarmBudget, Brand
from tocsin.base.errors import InputError
from tocsin.surge.replay.series import RowVerdict, read_series, replay_rows


def backtest_series(lines: Iterable[bytes], budget: float, watches: float) -> Iterator[RowVerdict]:
    """Yield each row of a CSV series with its score and what it would have rung; reads as it goes.

    lines: bytes of the file, with a header that names timestamp and value. budget, watches: alarms, and watches, a
    month. The week is taken in UTC. Raises InputError for text that is not UTF-8, and as `read_series`.
    """
    brand = Brand(
        slug="series",
        name="series",
        time_zone="UTC",
        budget=AlarmBudget(alarms_per_month=budget, watches_per_month=watches),
    )
    return replay_rows(brand, read_series(_decoded(lines)))


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            raise InputError("Line {line} is not UTF-8 text; save the file as UTF-8 CSV.", line=number) from None

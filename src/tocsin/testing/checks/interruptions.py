"""The contract in bad weather: replays, kills, disorder, faults, wrong clocks, removals out of turn."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tocsin.collect.adapter import Delete, Frames, Upsert
from tocsin.testing.checks.rig import Rig, same_rows
from tocsin.testing.hostile import shuffled
from tocsin.testing.play import Rows, Way, killed

_SKEWS = (timedelta(hours=-26), timedelta(minutes=-7), timedelta(minutes=7), timedelta(hours=26))


def replayed_gives_the_same_rows(rig: Rig) -> None:
    """Played again, or with each page kept twice, the rows are the same."""
    assert rig.play(Way()).rows.said() == rig.run.rows.said(), "played again, it gave other rows"
    same_rows(rig, rig.play(Way(twice=True)), "with each page kept twice")


def killed_anywhere_gives_the_same_rows(rig: Rig) -> None:
    """Killed after any page, before or after its rows were kept, and made anew: the rows are the same."""
    count = len(rig.run.steps)
    steps = sorted({round(1 + place * (count - 1) / max(1, rig.kills - 1)) for place in range(min(count, rig.kills))})
    for number in steps:
        for keeps in (True, False):
            run = killed(type(rig.adapter)(), rig.script, rig.run, number, keeps=keeps)
            same_rows(rig, run, f"killed after page {number}, {'with' if keeps else 'without'} its rows")


def shuffled_and_repeated_loses_nothing(rig: Rig) -> None:
    """With each list in another order and each entry twice, nothing is lost and nothing strange comes."""
    if rig.script.order_matters:
        return
    for seed, twice in (("a", True), ("b", False), ("c", True)):
        run = rig.play(Way(bend=partial(shuffled, seed=seed, twice=twice)))
        strange = {key[1] for key in run.rows.posts} - set(rig.ids())
        assert not strange, f"shuffled, it gave strange ids: {sorted(strange)[:5]}"
        lost = rig.lasting() - {key[1] for key in run.rows.posts}
        assert not lost, f"shuffled, it lost {sorted(lost)[:5]}"


def a_server_that_fails_costs_nothing(rig: Rig) -> None:
    """With every third question unanswered, the rows are the same."""
    for first in (1, 2):
        run = rig.play(Way(faults=frozenset(range(first, 5_000, 3))))
        same_rows(rig, run, "with every third question unanswered")


def wrong_clocks_lose_nothing(rig: Rig) -> None:
    """With the server's clock behind or ahead, the same posts are read, and none is of the future."""
    for skew in _SKEWS:
        run = rig.play(Way(skew=skew))
        how = f"with the server's clock {skew} off"
        lost = rig.lasting() - {key[1] for key in run.rows.posts}
        assert not lost, f"{how}: lost {sorted(lost)[:5]}"
        for step in run.steps:
            for post in step.page.posts:
                assert post.created_at <= post.seen_at, f"{how}: {post.native_id} is of the future"


def a_removal_before_its_post_holds(rig: Rig) -> None:
    """Where removals are told, one that comes before its post names the same row, so that the post stays away."""
    removals = [item for step in rig.run.steps for item in step.page.items if isinstance(item, Delete)]
    posts = [item for step in rig.run.steps for item in step.page.items if isinstance(item, Upsert)]
    rows = Rows()
    rows.apply([*removals, *posts])
    gone = {(item.platform, item.native_id) for item in removals}
    assert not gone & rows.posts.keys()
    known = set(rig.ids())
    strange = {name for _, name in gone} - known
    assert not strange, f"removals of ids that no post of the script has: {sorted(strange)[:5]}"
    # The replies alone, the last first: whatever the cursor, a removal is told of the same row.
    for step in reversed(rig.run.steps):
        if isinstance(step.reply, Frames):
            page = rig.adapter.parse(rig.script.source, "", step.reply, step.now)
            assert {item.native_id for item in page.items if isinstance(item, Delete)} <= known
    if rig.script.sees_deletes:
        assert removals, "the script says that removals are seen, and none was"

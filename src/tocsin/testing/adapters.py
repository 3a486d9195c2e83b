"""Hold an adapter against what every source must bear: `check_adapter(adapter, script)`, or one test a check.

In the tests of your own package, with pytest:

    import pytest
    from tocsin.testing.adapters import CHECKS, Rig

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_the_adapter_keeps_the_contract(check):
        check(Rig(MyAdapter(), SCRIPT))

A script (`tocsin.testing.script.Script`) tells a small story by an imagined server; most adapters need twenty lines for
it, since the story ships with the kit: a function `serve` that writes the posts that stand as the platform writes them,
and a function `native_id` that says which id each must get. In the project itself one file in
`tests/conformance/scripts/` that holds a `SCRIPT` is enough; it is found by its adapter's name.
"""

from __future__ import annotations

from collections.abc import Callable

from tocsin.collect.adapter import Adapter
from tocsin.testing.checks import contract, hostility, interruptions
from tocsin.testing.checks.rig import Rig
from tocsin.testing.script import Script

Check = Callable[[Rig], None]

CHECKS: tuple[Check, ...] = (
    contract.says_what_it_is,
    contract.opens_nothing_and_reads_no_clock,
    contract.plans_and_parses_the_same_again,
    contract.keeps_a_small_cursor,
    contract.sends_secrets_where_they_belong,
    contract.shows_no_secret,
    contract.reads_the_whole_story,
    contract.gives_posts_that_can_be_kept,
    contract.tells_a_first_read,
    contract.reads_the_past,
    contract.checks_single_posts,
    interruptions.replayed_gives_the_same_rows,
    interruptions.killed_anywhere_gives_the_same_rows,
    interruptions.shuffled_and_repeated_loses_nothing,
    interruptions.a_server_that_fails_costs_nothing,
    interruptions.wrong_clocks_lose_nothing,
    interruptions.a_removal_before_its_post_holds,
    hostility.bent_replies_raise_source_errors_alone,
    hostility.a_page_in_its_place_removes_nothing,
    hostility.strange_cursors_are_borne,
    hostility.strange_options_are_told,
    hostility.junk_is_counted,
)


class NonconformanceError(AssertionError):
    """An adapter that does not keep the contract, with all that was found."""


def check_adapter(adapter: Adapter, script: Script) -> None:
    """Run every check. Raises NonconformanceError that lists those that failed, each with its reason."""
    rig = Rig(adapter, script)
    found = []
    for check in CHECKS:
        try:
            check(rig)
        except AssertionError as error:
            found.append(f"{check.__name__}: {error}")
        except Exception as error:  # noqa: BLE001  whatever the code of somebody else raises is told
            found.append(f"{check.__name__}: {type(error).__name__}: {error}")
    if found:
        raise NonconformanceError(f"{adapter.name} does not keep the contract:\n- " + "\n- ".join(found))

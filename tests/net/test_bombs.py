"""The bombs of `python -m eval.bombs`, each thrown once: refused, with its reason, for little memory."""

from __future__ import annotations

import pytest

from eval.bombs.__main__ import EXTRA_MB
from eval.bombs.addresses import INNER, OUTER, OUTER_TRIED, WIRES, tried
from eval.bombs.bomb import Bomb, Refusal, thrown
from eval.bombs.documents import document_refusals
from eval.bombs.mail import mail_bombs
from eval.bombs.web import web_bombs


def _check(refusal: Refusal) -> None:
    assert refusal.is_good, refusal.name
    assert refusal.extra_mb is None or refusal.extra_mb < EXTRA_MB, (refusal.name, refusal.extra_mb)


@pytest.mark.parametrize("bomb", [*web_bombs(), *mail_bombs()], ids=lambda bomb: bomb.name)
def test_a_bomb_is_refused_with_its_reason(bomb: Bomb) -> None:
    refusal = thrown(bomb)
    _check(refusal)
    assert "127.0.0.1" in refusal.why and len(refusal.why) < 500 and refusal.why.isprintable()


def test_documents_that_explode_or_nest_are_read_for_nothing_or_refused() -> None:
    refusals = list(document_refusals(limit_s=0.7))
    assert len(refusals) > 5
    for refusal in refusals:
        _check(refusal)


def test_no_way_to_write_an_inner_address_is_connected_to_over_any_wire() -> None:
    found = tried(INNER + OUTER)
    if found is None:
        pytest.skip("this machine does not let a test make a network namespace (unshare -rn)")
    # A name whose second answer leads inside was connected to after the first alone.
    assert found == dict.fromkeys(WIRES, OUTER_TRIED)

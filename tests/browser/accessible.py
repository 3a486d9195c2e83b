"""What axe-core finds on a page that people with a reader or a keyboard cannot use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """
  axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 140)}`)))
"""


def faults(page: Any) -> list[str]:
    """Return the faults of a page as it stands, `rule: element` each; skip where axe-core is not installed."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make front")
    session = page.context.new_cdp_session(page)  # the tool is let in past the policy, which stays for the page
    session.send("Page.setBypassCSP", {"enabled": True})
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found: list[str] = page.evaluate(_RUN)
    session.send("Page.setBypassCSP", {"enabled": False})
    session.detach()
    return found

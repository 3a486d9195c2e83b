"""Sentences of the templates that show up in the wrong language."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tests.helpers import ROOT

_PLAIN = re.compile(r"""{%\s*translate\s+("([^"]+)"|'([^']+)')""")
_TEXTS = """
  (() => {
    const theirs = ".quote, .quote-s, .said, .said-title, .clip-2, .clip-3, .story-title, .m-item p, [data-foreign]";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set();
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest(`script, style, ${theirs}`)) continue;
      found.add(node.textContent.trim().replace(/\\s+/g, " "));
    }
    document.querySelectorAll("[aria-label], [placeholder], [title]").forEach((one) =>
      ["aria-label", "placeholder", "title"].forEach((name) => found.add((one.getAttribute(name) ?? "").trim())));
    return [...found];
  })()
"""


def foreign_sentences(page: Any) -> list[str]:
    """Return the English sentences of templates that stand on a French page as they are."""
    return sorted(set(page.evaluate(_TEXTS)) & _english())


@cache
def _english() -> frozenset[str]:
    """Return the plain sentences of all templates whose French is another one, or is missing."""
    from django.utils import translation
    from django.utils.translation import gettext

    found = set()
    with translation.override("fr"):
        for template in (ROOT / "src/tocsin/web/templates").rglob("*.html"):
            for match in _PLAIN.finditer(template.read_text(encoding="utf-8")):
                english = match[2] or match[3]
                if gettext(english) != english or " " in english:
                    found.add(english)
    return frozenset(found)

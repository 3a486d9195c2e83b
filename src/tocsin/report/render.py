"""Turn a specification into a picture, for mails, documents and pages without script."""

from __future__ import annotations

from collections.abc import Mapping

import vl_convert

from tocsin.report.paint import LIGHT, resolve
from tocsin.report.values import Spec

VEGA_LITE = "6.4"


def svg(spec: Spec, colours: Mapping[str, str] = LIGHT) -> str:
    """Return the picture as SVG, at the width the specification was designed for; some 50 ms, 0.8 s the first time."""
    drawn: str = vl_convert.vegalite_to_svg(_fixed(spec, colours), vl_version=VEGA_LITE)
    return drawn


def png(spec: Spec, scale: float = 2.0, colours: Mapping[str, str] = LIGHT) -> bytes:
    """Return the picture as PNG on the colour of the sheet; `scale` pixels a point, 2 for fine screens."""
    drawn: bytes = vl_convert.vegalite_to_png(
        {**_fixed(spec, colours), "background": colours["sheet"]}, vl_version=VEGA_LITE, scale=scale
    )
    return drawn


def _fixed(spec: Spec, colours: Mapping[str, str]) -> Spec:
    """The specification with its own width in place of that of a page, and with its colours."""
    painted = resolve(spec, colours)
    return {**painted, "width": spec["usermeta"]["width_px"]}

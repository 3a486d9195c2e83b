"""Draw the curve of a letter; a letter whose curve cannot be drawn leaves without it."""

from __future__ import annotations

import logging

from tocsin.net.send import Inline
from tocsin.report.letter.page import NARROW_PX, WIDE_PX
from tocsin.report.letter.sheet import Picture
from tocsin.report.paint import DARK, LIGHT
from tocsin.report.values import Figure, Spec

_WIDE_SCALE = 1.6  # fine enough on the screens of desks, a third lighter than 2
_log = logging.getLogger(__name__)


def draw(figure: Figure, message: str) -> tuple[Picture, tuple[Inline, ...]]:
    """Return the picture of a figure for a letter, with its four drawings: wide and narrow, for light and dark paper.

    message: what names the letter in the Content-IDs, letters and digits. Without the drawing library, or when it
    refuses, the picture has its words alone.
    """
    try:
        from tocsin.report.render import png

        wide, narrow = _of_width(figure.wide, WIDE_PX), _of_width(figure.narrow, NARROW_PX)
        drawings = [
            Inline(cid=f"{name}.{message}@tocsin.invalid", kind="png", content=png(spec, scale, colours))
            for name, spec, scale, colours in (
                ("wide", wide, _WIDE_SCALE, LIGHT),
                ("wide-dark", wide, _WIDE_SCALE, DARK),
                ("narrow", narrow, 2.0, LIGHT),
                ("narrow-dark", narrow, 2.0, DARK),
            )
        ]
    except (ImportError, KeyError, OSError, RuntimeError, TypeError, ValueError) as error:
        _log.warning("letter=%s picture=none error=%s", message, type(error).__name__)
        return Picture(alt=figure.sentence), ()
    first, second, third, fourth = (one.cid for one in drawings)
    return Picture(alt=figure.sentence, wide=(first, second), narrow=(third, fourth)), tuple(drawings)


def _of_width(spec: Spec, width: int) -> Spec:
    return {**spec, "usermeta": {**spec["usermeta"], "width_px": width}}

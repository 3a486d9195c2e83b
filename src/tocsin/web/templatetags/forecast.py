"""How far a story may go is said: the chance in a word, and a bar from what was seen to the end of the range."""

from __future__ import annotations

import msgspec
from django import template
from django.utils.translation import gettext as _

from tocsin.spread.forecast.values import Forecast

register = template.Library()
_WIDTH = 100.0
_TICK = 0.8


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A bar of a hundred: what was seen, the range, the size; numbers as SVG writes them."""

    seen: str
    low: str
    span: str
    size: str
    tick: str = f"{_TICK}"


@register.filter
def likelihood(chance: float) -> str:
    """Return a chance of 0 to 1 in a word."""
    if chance >= 0.8:
        return _("very likely")
    if chance >= 0.6:
        return _("likely")
    if chance > 0.4:
        return _("as likely as not")
    return _("unlikely") if chance > 0.2 else _("very unlikely")


@register.filter
def forecast_bar(told: Forecast) -> Bar:
    """Return where the parts of the bar of a forecast stand, in hundredths of its width."""
    low, size, high = (float(value or told.seen) for value in (told.low, told.size, told.high))
    unit = _WIDTH / max(high, told.seen, 1)
    return Bar(
        seen=f"{told.seen * unit:.2f}",
        low=f"{low * unit:.2f}",
        span=f"{(high - low) * unit:.2f}",
        size=f"{min(size * unit, _WIDTH - _TICK):.2f}",
    )

"""Charts on a page: the drawings as data, a still picture without script, and the same figures as a table."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from tocsin.report.spark import Spark
from tocsin.report.values import Figure

register = template.Library()


@register.inclusion_tag("charts/figure.html", takes_context=True)
def chart(context: Any, figure: Figure) -> dict[str, Any]:
    """Draw a figure. static/js/charts.js draws the wide or the narrow one, and again when the place changes."""
    request = context["request"]
    still = reverse("today:chart", kwargs={"brand": request.brand_now.slug, "kind": figure.kind, "number": figure.id})
    return {
        "figure": figure,
        "key": f"chart-{figure.kind}-{figure.id}",
        "specs": {"wide": figure.wide, "narrow": figure.narrow},
        "still": still,
    }


@register.inclusion_tag("charts/spark.html")
def spark(drawn: Spark, label: str, tone: str = "") -> dict[str, Any]:
    """Draw a small curve. label: what it says, for those who do not see it. tone: hot for what rises in an alarm."""
    return {"drawn": drawn, "label": label, "tone": tone}


@register.inclusion_tag("charts/gauge.html")
def gauge(share: float, low: float | None, high: float | None, label: str) -> dict[str, Any]:
    """Draw a share of 0..1 as a cursor over the band of the usual. label: the same in words."""
    return {
        "at": f"{100 * share:.1f}",
        "low": None if low is None else f"{100 * low:.1f}",
        "width": None if low is None or high is None else f"{max(1.0, 100 * (high - low)):.1f}",
        "hot": "hot" if high is not None and share > high else "",
        "label": label,
    }


@register.filter
def share_x(parts: Any) -> list[tuple[Any, str, str]]:
    """Return parts with a `share` as (part, x, width) of a bar 100 wide, in their order."""
    placed, x = [], 0.0
    for part in parts:
        width = 100 * part.share
        placed.append((part, f"{x:.2f}", f"{width:.2f}"))
        x += width
    return placed

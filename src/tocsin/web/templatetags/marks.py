"""The drawn marks of level and severity; a shape never stands for a word alone."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

# Under each score the step above begins; the words are those of the alert letters.
_STEPS = (30, 55, 75)

LEVELS: dict[str, SafeString] = {
    "alarm": mark_safe(
        '<svg class="oct" viewBox="0 0 16 16" aria-hidden="true"><path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z"'
        ' fill="currentColor"/><path class="cut" d="M8 4v5" stroke-width="1.8" stroke-linecap="round"/>'
        '<circle class="cut-dot" cx="8" cy="11.7" r="1.05"/></svg>'
    ),
    "watch": mark_safe(
        '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1.8 15 14H1z" fill="none" stroke="currentColor"'
        ' stroke-width="1.7" stroke-linejoin="round"/><path d="M8 6.3v3.6" stroke="currentColor" stroke-width="1.6"'
        ' stroke-linecap="round"/><circle cx="8" cy="11.8" r=".9" fill="currentColor"/></svg>'
    ),
    "calm": mark_safe(
        '<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor"'
        ' stroke-width="1.7"/></svg>'
    ),
}

SEVERITY_STEPS: tuple[SafeString, ...] = tuple(
    mark_safe(
        '<svg viewBox="0 0 16 12" aria-hidden="true">'
        + "".join(
            f'<rect class="{"on" if index < on else "off"}" x="{index * 4.2:.1f}" y="{8 - index * 2.6:.1f}" width="3.2"'
            f' height="{4 + index * 2.6:.1f}"/>'
            for index in range(4)
        )
        + "</svg>"
    )
    for on in range(1, 5)
)


def severity_step(score: int) -> int:
    """Return the step of a severity of 0..100: 1 weak, 2 middling, 3 strong, 4 critical."""
    return 1 + sum(score >= start for start in _STEPS)

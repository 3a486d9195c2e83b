"""How dossiers write their values."""

from __future__ import annotations

from urllib.parse import urlsplit

from django import template

register = template.Library()


@register.filter
def address(url: str) -> str:
    """Return an address as one reads it: host and path, without the scheme and without www."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    shown = f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}"
    return f"{shown}?{parts.query}" if parts.query else shown or url

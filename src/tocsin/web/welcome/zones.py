"""Time zones and countries offered in the first steps; others are typed."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

_REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
ZONES = tuple(sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS)))
COUNTRIES = (
    ("FR", _("France")),
    ("BE", _("Belgium")),
    ("CH", _("Switzerland")),
    ("LU", _("Luxembourg")),
    ("CA", _("Canada")),
    ("GB", _("United Kingdom")),
    ("IE", _("Ireland")),
    ("US", _("United States")),
    ("DE", _("Germany")),
    ("ES", _("Spain")),
    ("IT", _("Italy")),
    ("NL", _("Netherlands")),
    ("PT", _("Portugal")),
    ("MA", _("Morocco")),
    ("SN", _("Senegal")),
    ("CI", _("Ivory Coast")),
    ("TN", _("Tunisia")),
)

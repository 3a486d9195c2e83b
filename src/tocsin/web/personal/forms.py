"""The forms of personal data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tocsin.base.personal import FEWEST_DAYS, MOST_DAYS
from tocsin.web.enter.forms import Form


class FindForm(forms.Form):
    """Whom to look for: a handle or a name, on one platform or all."""

    use_required_attribute = False

    q = forms.CharField(label=_("Handle or name"), max_length=200, required=False)
    platform = forms.ChoiceField(label=_("Platform"), required=False)

    def __init__(self, *args: Any, platforms: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("all")), *((name, name) for name in platforms)]
        self.fields["platform"].choices = choices  # type: ignore[attr-defined]


class EraseForm(Form):
    """The handle, typed once more."""

    typed = forms.CharField(
        label=_("Write the handle to confirm"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )


class ObjectForm(Form):
    """What was asked, for whoever reads it later."""

    note = forms.CharField(
        label=_("What was asked, and when"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class KeepForm(forms.Form):
    """How many days; empty for no end."""

    days = forms.IntegerField(min_value=FEWEST_DAYS, max_value=MOST_DAYS, required=False)

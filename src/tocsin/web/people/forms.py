"""The forms of the people of a brand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tocsin.base.person import Role
from tocsin.web.enter.forms import LANGUAGES, Form

_ROLES = (
    (Role.MANAGER, _("community manager: watches, stories, alerts, answers")),
    (Role.AGENT, _("agent: answers customers")),
    (Role.COUNSEL, _("counsel: evidence and personal data")),
    (Role.READER, _("reader: looks, changes nothing")),
    (Role.OWNER, _("owner of this brand: everything, people included")),
)


class InviteForm(Form):
    """Whom to invite, as what. may_own: an owner of everything may make another."""

    email = forms.CharField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=_ROLES, initial=Role.MANAGER)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    is_owner = forms.BooleanField(label=_("Owner of every brand, those to come included"), required=False)

    def __init__(self, *args: Any, may_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_own:
            del self.fields["is_owner"]


class RoleForm(forms.Form):
    """A role, or none."""

    role = forms.ChoiceField(choices=[("", ""), *_ROLES], required=False)

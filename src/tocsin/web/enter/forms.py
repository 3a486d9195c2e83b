"""The forms of the door and of one's own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tocsin.base.person import Rhythm, Theme
from tocsin.store.secret.password import LONGEST, SHORTEST

LANGUAGES = (("fr", "Français"), ("en", "English"))
_PASSWORD = _("Password")


class Form(forms.Form):
    """A form whose faults stand in words beside the field; the browser's own bubbles are left out."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


def new_password(label: Any = _PASSWORD) -> forms.CharField:
    """Return the field of a password that is chosen; its strength is judged by the flow."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": SHORTEST}),
        help_text=_("12 characters or more; a few words that nobody links are best."),
    )


def known_password(label: Any = _PASSWORD) -> forms.CharField:
    """Return the field of a password that is there already."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=10_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignInForm(Form):
    """Who, and the proof."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )
    password = known_password()
    stay = forms.BooleanField(label=_("Stay signed in on this machine, which is mine"), required=False)


class CodeForm(Form):
    """The second factor."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
        ),
        help_text=_("The six digits of your application, or one of your recovery codes."),
    )


class JoinForm(Form):
    """What somebody says of themselves when they join."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As your colleagues call you."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    password = new_password()


class ForgotForm(Form):
    """Whose password."""

    email = forms.CharField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class NewPasswordForm(Form):
    """A new password, by a link."""

    password = new_password(_("New password"))


class ChangePasswordForm(Form):
    """A new password, by the present one."""

    present = known_password(_("Present password"))
    password = new_password(_("New password"))


class ChangeAddressForm(Form):
    """A new mail address, by the present password."""

    email = forms.CharField(
        label=_("New mail address"),
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )
    present = known_password(_("Present password"))


class WishesForm(Form):
    """What a person sets for themselves."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("All hours on the pages are those of this zone."),
    )
    theme = forms.ChoiceField(
        label=_("Look"),
        choices=((Theme.AUTO, _("As my machine")), (Theme.LIGHT, _("Light")), (Theme.DARK, _("Dark"))),
    )
    night_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    night_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    digest = forms.ChoiceField(
        label=_("Summary by mail"),
        choices=((Rhythm.OFF, _("None")), (Rhythm.DAILY, _("Every day at 8")), (Rhythm.WEEKLY, _("On Mondays at 8"))),
        help_text=_("Level, stories, alerts and what was done, for each of your brands."),
    )
    digest_empty = forms.BooleanField(label=_("Send it even when nothing was said"), required=False)


class OfferForm(Form):
    """The first code of a second factor, and the password that allows setting it."""

    present = known_password(_("Present password"))
    code = forms.CharField(
        label=_("The six digits that the application shows"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class ProofForm(Form):
    """The password, before a secret is changed."""

    present = known_password(_("Present password"))

"""What a person sets for themselves; and, for the owner, what is set for all, shown with where to change it."""

from __future__ import annotations

from datetime import time
from zoneinfo import available_timezones

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import InputError, TocsinError
from tocsin.base.person import Person, Rhythm, Theme
from tocsin.flows.capture_means import capture_means
from tocsin.flows.people import own
from tocsin.flows.people.address import NewAddress, ask_new_address
from tocsin.flows.people.enter import Answer
from tocsin.flows.people.installation import settings_shown
from tocsin.flows.people.letters import send_test
from tocsin.flows.people.links import can_mail
from tocsin.web.enter.backend import PersonBackend
from tocsin.web.enter.forms import ChangeAddressForm, ChangePasswordForm, WishesForm
from tocsin.web.enter.session import SessionStore
from tocsin.web.enter.sign_in import client_address, said_wait
from tocsin.web.request import WebRequest


@require_http_methods(["GET", "POST"])
def me(request: WebRequest) -> HttpResponse:
    """Show and keep one's own settings."""
    form = WishesForm(request.POST or None, initial=_present(request.reader))
    if form.is_valid():
        given = form.cleaned_data
        wishes = own.Wishes(
            name=given["name"],
            language=given["language"],
            time_zone=given["time_zone"],
            theme=Theme(given["theme"]),
            night_from=_minute(given["night_from"]),
            night_until=_minute(given["night_until"]),
            digest=Rhythm(given["digest"]),
            digest_empty=given["digest_empty"],
        )
        try:
            own.save_wishes(request.engine, request.reader, wishes)
        except InputError as error:
            form.add_error(None, request.t.error(error))
        else:
            messages.success(request, _("Your settings are kept."))
            return HttpResponseRedirect(reverse("enter:me"))
    people = request.engine.store.people
    shown = {
        "form": form,
        "zones": sorted(available_timezones()),
        "sessions": people.sessions_of(request.reader.id, request.now),
        "here": _key(request),
        "can_mail": can_mail(request.engine.settings),
        "codes_left": people.codes_left(request.reader.id),
    }
    return render(request, "enter/me.html", shown)


@sensitive_post_parameters("present", "password")
@require_http_methods(["GET", "POST"])
def password(request: WebRequest) -> HttpResponse:
    """Change one's password; other sessions end."""
    form = ChangePasswordForm(request.POST or None)
    if form.is_valid():
        change = own.Change(
            present=form.cleaned_data["present"],
            new=form.cleaned_data["password"],
            address=client_address(request),
            session=_key(request),
        )
        try:
            proved = own.change_password(request.engine, request.reader, change, request.now)
        except InputError as error:
            form.add_error("password", request.t.error(error))
        else:
            if proved.answer is Answer.IN:
                update_session_auth_hash(request, PersonBackend().get_user(request.reader.id))
                messages.success(request, _("Your password is changed. Your other sessions have ended."))
                return HttpResponseRedirect(reverse("enter:me"))
            form.add_error("present", said_wait(proved) or _("This is not your present password."))
    return render(request, "enter/me_password.html", {"form": form})


@sensitive_post_parameters("present")
@require_http_methods(["GET", "POST"])
def address(request: WebRequest) -> HttpResponse:
    """Ask that one's account uses another mail address; it changes once the link sent there is opened."""
    form = ChangeAddressForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        asked = NewAddress(email=given["email"], password=given["present"], asked_from=client_address(request))
        try:
            proved = ask_new_address(request.engine, request.reader, asked, request.now)
        except InputError as error:
            form.add_error("email", request.t.error(error))
        else:
            if proved.answer is Answer.IN:
                said = _("If no other account uses %(email)s, a link leaves for it. Open it within two hours.")
                messages.success(request, said % {"email": given["email"].strip()})
                return HttpResponseRedirect(reverse("enter:me"))
            form.add_error("present", said_wait(proved) or _("This is not your present password."))
    return render(request, "enter/me_address.html", {"form": form, "can_mail": can_mail(request.engine.settings)})


@require_POST
def test_mail(request: WebRequest) -> HttpResponse:
    """Send a mail to oneself, and say at once whether it left."""
    try:
        send_test(request.engine, request.reader.email, request.reader.language, request.now)
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, _("The mail has left for %(email)s.") % {"email": request.reader.email})
    return HttpResponseRedirect(reverse("enter:me"))


@require_POST
def sessions(request: WebRequest) -> HttpResponse:
    """End one of one's sessions, or all the others."""
    key = request.POST.get("key", "")
    if key and key != _key(request):
        own.end_session(request.engine, request.reader, key, request.now)
    elif not key:
        own.end_other_sessions(request.engine, request.reader, _key(request), request.now)
    messages.success(request, _("Ended: the next page asked there leads to sign-in."))
    return HttpResponseRedirect(reverse("enter:me"))


@require_GET
def installation(request: WebRequest) -> HttpResponse:
    """Show what is set for everybody, and where each value is changed."""
    settings = request.engine.settings
    shown = {
        "rows": settings_shown(settings, request.t),
        "folder": settings.data_dir,
        "means": capture_means(settings),
    }
    return render(request, "enter/installation.html", shown)


def _key(request: WebRequest) -> str:
    return request.session.kept_key if isinstance(request.session, SessionStore) else ""


def _present(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "language": person.language,
        "time_zone": person.time_zone,
        "theme": person.theme.value,
        "night_from": _time(person.night_from),
        "night_until": _time(person.night_until),
        "digest": person.digest.value,
        "digest_empty": person.digest_empty,
    }


def _time(minute: int | None) -> time | None:
    return None if minute is None else time(minute // 60, minute % 60)


def _minute(at: time | None) -> int | None:
    return None if at is None else at.hour * 60 + at.minute

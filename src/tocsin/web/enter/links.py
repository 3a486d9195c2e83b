"""Pages behind one-time links: join, ask for a new password, choose it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.flows.people import links
from tocsin.flows.people.address import address_link_of, take_new_address
from tocsin.web.enter.forms import ForgotForm, JoinForm, NewPasswordForm
from tocsin.web.enter.sign_in import client_address, let_in
from tocsin.web.request import WebRequest


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: WebRequest, token: str) -> HttpResponse:
    """Make the account that an invitation promises, and let its person in."""
    link = links.invitation_of(request.engine, token, request.now)
    if link is None:
        return _over(request)
    form = JoinForm(request.POST or None, initial={"name": link.wish.name, "language": link.wish.language})
    if form.is_valid():
        given = form.cleaned_data
        theirs = [brand for brand in request.engine.store.brands() if brand.slug in link.wish.roles]
        joining = links.Joining(
            name=given["name"],
            password=given["password"],
            language=given["language"],
            time_zone=theirs[0].time_zone if theirs else "Europe/Paris",
        )
        try:
            person = links.join(request.engine, token, joining, request.now)
        except InputError as error:
            form.add_error("password" if given["name"].strip() else "name", request.t.error(error))
        except NotFoundError:
            return _over(request)
        else:
            let_in(request, person, stay=False)
            return HttpResponseRedirect(reverse("home"))
    brands = {brand.slug: brand.name for brand in request.engine.store.brands()}
    roles = [(brands[slug], role) for slug, role in sorted(link.wish.roles.items()) if slug in brands]
    return render(request, "enter/join.html", {"form": form, "link": link, "roles": roles})


@never_cache
@require_http_methods(["GET", "POST"])
def forgot(request: WebRequest) -> HttpResponse:
    """Ask for a link to a new password; the answer is the same for every address."""
    can_mail = links.can_mail(request.engine.settings)
    form = ForgotForm(request.POST or None)
    if can_mail and form.is_valid():
        email = form.cleaned_data["email"]
        wait_s = links.ask_new_password(request.engine, email, client_address(request), request.now)
        shown = {"email": email, "wait_min": -(-wait_s // 60)}
        return render(request, "enter/asked.html", shown, status=429 if wait_s else 200)
    return render(request, "enter/forgot.html", {"form": form, "can_mail": can_mail})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def password(request: WebRequest, token: str) -> HttpResponse:
    """Choose a new password by a link."""
    if links.password_link_of(request.engine, token, request.now) is None:
        return _over(request)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            links.renew_password(request.engine, token, form.cleaned_data["password"], request.now)
        except InputError as error:
            form.add_error("password", request.t.error(error))
        except NotFoundError:
            return _over(request)
        else:
            messages.success(request, _("Your new password is set. Sign in with it."))
            return HttpResponseRedirect(reverse("enter:sign_in"))
    return render(request, "enter/password.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def address(request: WebRequest, token: str) -> HttpResponse:
    """Confirm a new mail address by a link; a mere visit, such as that of a mail filter, changes nothing."""
    link = address_link_of(request.engine, token, request.now)
    if link is None:
        return _over(request)
    shown = {"email": link.email}
    if request.method == "GET":
        return render(request, "enter/address.html", shown)
    try:
        take_new_address(request.engine, token, request.now)
    except NotFoundError:
        return _over(request)
    except ConflictError as error:
        return render(request, "enter/address.html", shown | {"refused": request.t.error(error)}, status=409)
    messages.success(request, _("Your account uses %(email)s from now on.") % shown)
    return HttpResponseRedirect(reverse("enter:me" if request.person is not None else "enter:sign_in"))


def _over(request: WebRequest) -> HttpResponse:
    return render(request, "enter/over.html", status=410)

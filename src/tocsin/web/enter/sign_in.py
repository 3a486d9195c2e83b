"""Sign in, by password and by second factor where there is one; sign out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import login, logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.base.errors import StoreError
from tocsin.base.person import Person
from tocsin.flows.people.audit import note
from tocsin.flows.people.enter import Answer, Entered, enter, enter_code
from tocsin.web.enter.backend import BACKEND, PersonBackend
from tocsin.web.enter.device import device_name
from tocsin.web.enter.forms import CodeForm, Form, SignInForm
from tocsin.web.enter.session import DEVICE, LONGEST, MADE, STAY
from tocsin.web.request import WebRequest

_ENTERING = "entering"
_CODE_WITHIN = timedelta(minutes=5)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: WebRequest) -> HttpResponse:
    """Ask for name and password, and lead on."""
    onward = safe_next(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.method == "GET":
        if request.person is not None:
            return HttpResponseRedirect(onward)
        return render(request, "enter/sign_in.html", {"form": SignInForm(), "next": onward})
    form = SignInForm(request.POST)
    if not form.is_valid():
        return render(request, "enter/sign_in.html", {"form": form, "next": onward})
    given = form.cleaned_data
    entered = enter(request.engine, given["email"], given["password"], client_address(request), request.now)
    if entered.person is not None and entered.answer is Answer.CODE:
        request.session.cycle_key()
        request.session[_ENTERING] = {
            "person": entered.person.id,
            "at": request.now.isoformat(),
            STAY: given["stay"],
            "next": onward,
        }
        return HttpResponseRedirect(reverse("enter:code"))
    if entered.person is not None and entered.answer is Answer.IN:
        let_in(request, entered.person, stay=given["stay"])
        return HttpResponseRedirect(onward)
    return _refused(request, form, entered, onward)


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: WebRequest) -> HttpResponse:
    """Ask for the second factor of somebody whose password was right a moment ago."""
    entering = request.session.get(_ENTERING)
    if entering is None or request.now - datetime.fromisoformat(entering["at"]) > _CODE_WITHIN:
        return HttpResponseRedirect(reverse("enter:sign_in"))
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "enter/code.html", {"form": form})
    given = form.cleaned_data["code"]
    try:
        entered = enter_code(request.engine, entering["person"], given, client_address(request), request.outside_now)
    except StoreError:
        # The key that opens the secret is lost or another; where it lies is not for the sign-in page.
        form.add_error(None, _("The second step cannot be checked now. Ask an owner to take it away."))
        return render(request, "enter/code.html", {"form": form})
    if entered.person is not None and entered.answer is Answer.IN:
        del request.session[_ENTERING]
        let_in(request, entered.person, stay=entering[STAY])
        return HttpResponseRedirect(entering["next"])
    form.add_error("code", said_wait(entered) or _("This code is not right, or was used. Wait for the next one."))
    return _answer(request, "enter/code.html", {"form": form}, entered)


@require_POST
def sign_out(request: WebRequest) -> HttpResponse:
    """End this session."""
    if request.person is not None:
        note(request.engine, request.person.mark, "sign_out", request.person.mark, request.now)
    logout(request)
    return HttpResponseRedirect(reverse("enter:sign_in"))


def let_in(request: WebRequest, person: Person, *, stay: bool) -> None:
    """Sign a person in under a fresh session key; the old one, which others may know, ends."""
    account = PersonBackend().get_user(person.id)
    if account is None:
        raise AssertionError("the account was judged good a moment ago")
    request.session.clear_expired()
    login(request, account, backend=BACKEND)
    request.session.pop(MADE, None)
    request.session[STAY] = stay
    request.session[DEVICE] = device_name(request.headers.get("User-Agent", ""))
    request.session.set_expiry(int(LONGEST.total_seconds()) if stay else 0)


def safe_next(request: WebRequest, wanted: str) -> str:
    """Return an address of these pages to go on to; the first page for any other."""
    is_path = wanted.startswith("/") and not wanted.startswith("//")
    is_ours = is_path and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else "/"


def client_address(request: WebRequest) -> str:
    """Return the IP address that asks; the server in front of us has put the true one in."""
    return str(request.META.get("REMOTE_ADDR") or "")


def said_wait(entered: Entered) -> str:
    """Return how long to wait, "" when a try may follow at once."""
    if entered.answer is not Answer.WAIT:
        return ""
    minutes = -(-entered.wait_s // 60)
    if entered.wait_s < 60:
        return _("Too many tries in a row. Wait %(count)s seconds, then try again.") % {"count": entered.wait_s}
    return _("Too many tries in a row. Wait %(count)s min, then try again.") % {"count": minutes}


def _refused(request: WebRequest, form: Form, entered: Entered, onward: str) -> HttpResponse:
    form.add_error(None, said_wait(entered) or _("This e-mail and this password do not go together."))
    return _answer(request, "enter/sign_in.html", {"form": form, "next": onward}, entered)


def _answer(request: WebRequest, template: str, shown: dict[str, object], entered: Entered) -> HttpResponse:
    answer = render(request, template, shown, status=429 if entered.answer is Answer.WAIT else 200)
    if entered.wait_s:
        answer["Retry-After"] = str(entered.wait_s)
    return answer

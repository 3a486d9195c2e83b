"""Who is there for a brand, as what; invite, change a role, take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import TocsinError
from tocsin.base.person import Role
from tocsin.flows.people import links, manage
from tocsin.store.people.rows import LinkPurpose, LinkRow
from tocsin.web.people.forms import InviteForm, RoleForm
from tocsin.web.request import WebRequest

_TAKEN, _TAKEN_KEPT = "roles_taken", 20


@require_GET
def listing(request: WebRequest, brand: str) -> HttpResponse:
    """Show the people of a brand, who is invited, and to the owner of everything all accounts."""
    people = request.engine.store.people
    members = people.members(brand)
    here = {member.person.id for member in members}
    others = [person for person in people.everybody() if person.id not in here] if request.reader.is_owner else []
    shown = {
        "members": members,
        "others": others,
        "invitations": [link for link in people.invitations(request.now) if _concerns(request, link, brand)],
        "roles": list(Role),
        "owners": sum(member.person.is_owner for member in members),
    }
    return render(request, "people/list.html", shown)


@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: WebRequest, brand: str) -> HttpResponse:
    """Invite somebody, and show the link to hand over: this once."""
    initial = {"language": request.reader.language, "role": Role.MANAGER}
    form = InviteForm(request.POST or None, initial=initial, may_own=request.reader.is_owner)
    if form.is_valid():
        given = form.cleaned_data
        wish = links.Invitation(
            email=given["email"],
            name=given["name"],
            language=given["language"],
            is_owner=bool(given.get("is_owner")),
            roles={brand: Role(given["role"])},
        )
        try:
            invited = links.invite(request.engine, wish, request.reader.mark, request.now)
        except TocsinError as error:
            form.add_error("email", request.t.error(error))
        else:
            if not invited.token:
                messages.success(request, _("%(email)s had an account: the role is given.") % {"email": wish.email})
                return HttpResponseRedirect(_list(brand))
            shown = {
                "link": link_for(request, LinkPurpose.JOIN, invited.token),
                "email": wish.email,
                "is_mailed": invited.is_mailed,
                "days": links.INVITED_FOR.days,
            }
            return render(request, "people/link.html", shown)
    can_mail = links.can_mail(request.engine.settings)
    return render(request, "people/invite.html", {"form": form, "can_mail": can_mail})


@require_POST
def take_back(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Take an invitation back."""
    waiting = request.engine.store.people.invitations(request.now)
    if not any(link.id == number and _concerns(request, link, brand) for link in waiting):
        raise Http404
    links.take_back(request.engine, number, request.reader.mark, request.now)
    messages.success(request, _("The invitation is taken back: its link no longer opens."))
    return HttpResponseRedirect(_list(brand))


@require_POST
def role(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Give another role, or take it back; the message holds the way back."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Http404
    return _set_role(request, brand, number, form.cleaned_data["role"])


@require_POST
def role_again(request: WebRequest, brand: str, number: int, role: str) -> HttpResponse:
    """Give the role back that was there before."""
    if role not in {*Role}:
        raise Http404
    return _set_role(request, brand, number, role)


def link_for(request: WebRequest, purpose: LinkPurpose, token: str) -> str:
    """Return the whole address of a one-time link: under the address that is set, or the one the reader came by."""
    if request.engine.settings.web_address:
        return links.link_address(request.engine.settings, purpose, token)
    name = "enter:join" if purpose is LinkPurpose.JOIN else "enter:password"
    return str(request.build_absolute_uri(reverse(name, args=(token,))))


def _set_role(request: WebRequest, brand: str, number: int, wanted: str) -> HttpResponse:
    people = request.engine.store.people
    before = people.roles(number).get(brand)
    if before is None and not request.reader.is_owner and not _took(request, brand, number):
        raise Http404
    try:
        manage.set_role(
            request.engine, number, brand, Role(wanted) if wanted else None, by=request.reader.mark, now=request.now
        )
    except TocsinError as error:
        messages.error(request, request.t.error(error))
        return HttpResponseRedirect(_list(brand))
    if before and not wanted:
        request.session[_TAKEN] = [*request.session.get(_TAKEN, []), [brand, number]][-_TAKEN_KEPT:]
    undo = reverse("people:role_again", args=(brand, number, before.value)) if before else ""
    said = _("The role is changed.") if wanted else _("The role is taken back: this brand is closed to them.")
    messages.success(request, said, extra_tags=undo)
    if request.reader.id == number and Role(wanted or Role.READER) is not Role.OWNER and not request.reader.is_owner:
        return HttpResponseRedirect(reverse("home"))
    return HttpResponseRedirect(_list(brand))


def _took(request: WebRequest, brand: str, number: int) -> bool:
    """Whether the reader took this role back in this session: the undo is theirs, other accounts are not."""
    return [brand, number] in request.session.get(_TAKEN, [])


def _concerns(request: WebRequest, link: LinkRow, brand: str) -> bool:
    return brand in link.wish.roles or (link.wish.is_owner and request.reader.is_owner)


def _list(brand: str) -> str:
    return reverse("people:list", args=(brand,))

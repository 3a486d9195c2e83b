"""`tocsin people`: list and invite people, hand over links to a new password, disable accounts."""

from __future__ import annotations

import argparse
import getpass

from tocsin.base.person import Role
from tocsin.cli.context import Context
from tocsin.cli.output import Column
from tocsin.flows.i18n import N_, Translator

_ROLES = [role.value for role in Role]


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=t.text(N_("ACTION")))
    actions.add_parser("list", help=t.text(N_("list everybody and their roles")))
    invite = actions.add_parser("invite", help=t.text(N_("print a link to join, good once, for seven days")))
    invite.add_argument("email", help=t.text(N_("mail address of the person")))
    invite.add_argument("--name", default="", help=t.text(N_("name of the person")))
    invite.add_argument("--brand", help=t.text(N_("name or short name of the brand")))
    invite.add_argument("--role", choices=_ROLES, default=Role.READER.value, help=t.text(N_("role for that brand")))
    invite.add_argument("--owner", action="store_true", help=t.text(N_("owner of every brand")))
    password = actions.add_parser("password", help=t.text(N_("print a link to a new password, good once, for a day")))
    password.add_argument("email", help=t.text(N_("mail address of the person")))
    password.add_argument(
        "--without-second-step",
        action="store_true",
        help=t.text(N_("take the second step away: the telephone is lost")),
    )
    disable = actions.add_parser("disable", help=t.text(N_("end somebody's access; what they did stays")))
    disable.add_argument("email", help=t.text(N_("mail address of the person")))
    disable.add_argument("--forget", action="store_true", help=t.text(N_("forget name and address too, for good")))
    enable = actions.add_parser("enable", help=t.text(N_("give a disabled account its access back")))
    enable.add_argument("email", help=t.text(N_("mail address of the person")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Do what the action says."""
    actions = {"list": _list, "invite": _invite, "password": _password, "disable": _disable, "enable": _enable}
    return actions[args.action](args, context)


def _list(args: argparse.Namespace, context: Context) -> int:
    t, people = context.t, context.engine().store.people
    rows = [
        {
            "email": person.email,
            "name": person.name,
            "roles": [f"{slug}: {role.value}" for slug, role in people.roles(person.id).items()],
            "owner": person.is_owner,
            "active": person.active,
            "second_step": person.has_second_factor,
        }
        for person in people.everybody()
    ]
    columns = [
        Column("email", t.text(N_("E-mail"))),
        Column("name", t.text(N_("Name"))),
        Column("roles", t.text(N_("Roles"))),
        Column("active", t.text(N_("Active"))),
    ]
    context.out.rows(rows, columns, t.text(N_("Nobody yet: `tocsin init --owner alice@example.org` makes the owner.")))
    return 0


def _invite(args: argparse.Namespace, context: Context) -> int:
    from tocsin.base.errors import InputError
    from tocsin.flows.people.links import Invitation, invite, link_address
    from tocsin.flows.set_up import find_brand
    from tocsin.store.people.rows import LinkPurpose

    engine, t = context.engine(), context.t
    if not args.brand and not args.owner:
        raise InputError("Say for which brand with --brand, or --owner for all of them.")
    roles = {find_brand(engine, args.brand).slug: Role(args.role)} if args.brand else {}
    wish = Invitation(email=args.email, name=args.name, language=t.language, is_owner=args.owner, roles=roles)
    invited = invite(engine, wish, getpass.getuser(), context.now())
    if invited.token:
        context.out.text(link_address(context.settings, LinkPurpose.JOIN, invited.token))
    else:
        context.out.say(t.text(N_("{email} had an account: the role is given."), email=args.email))
    return 0


def _password(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.people import manage, second_factor
    from tocsin.flows.people.links import link_address, password_link
    from tocsin.store.people.rows import LinkPurpose

    engine, by, now = context.engine(), getpass.getuser(), context.now()
    person = manage.find_by_email(engine, args.email)
    token = password_link(engine, person, by, now)
    if args.without_second_step:
        second_factor.take_away(engine, person, by, now)
    context.out.text(link_address(context.settings, LinkPurpose.PASSWORD, token))
    return 0


def _disable(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.people import manage

    engine, by, now = context.engine(), getpass.getuser(), context.now()
    person = manage.find_by_email(engine, args.email)
    if person.active:
        manage.disable(engine, person.id, by=by, now=now)
    if args.forget:
        manage.forget(engine, person.id, by=by, now=now)
    context.out.say(context.t.text(N_("{email} no longer has access."), email=args.email))
    return 0


def _enable(args: argparse.Namespace, context: Context) -> int:
    from tocsin.flows.people import manage

    engine = context.engine()
    person = manage.find_by_email(engine, args.email)
    manage.enable(engine, person.id, by=getpass.getuser(), now=context.now())
    context.out.say(context.t.text(N_("{email} has access again."), email=args.email))
    return 0

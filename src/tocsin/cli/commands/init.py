"""`tocsin init`: prepare this machine."""

from __future__ import annotations

import argparse
import getpass

from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--brand", metavar="NAME", help=t.text(N_("name of the brand to watch over")))
    parser.add_argument(
        "--owner", metavar="EMAIL", help=t.text(N_("who owns this installation; prints a link to join"))
    )
    parser.add_argument("--name", default="", help=t.text(N_("the owner's name")))
    parser.add_argument(
        "--migrate", action="store_true", help=t.text(N_("bring the database of an earlier version up to date"))
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Create the data folder and the database, and say what to do next."""
    from tocsin.flows.set_up import set_up

    done = set_up(context.settings, brand=args.brand, migrate=args.migrate)
    t, out = context.t, context.out
    out.text(t.text(N_("The data stand in {folder}."), folder=context.settings.data_dir))
    if done.brand:
        out.text(t.text(N_("Brand {name} is there, under the short name {slug}."), name=done.brand, slug=done.slug))
    if context.settings.keep_unmatched:
        out.text(
            t.text(
                N_(
                    "Of posts that no watch wants, a few are kept for {hours} hours to preview new watches; "
                    "TOCSIN_KEEP_UNMATCHED=false keeps none."
                ),
                hours=context.settings.unmatched_hours,
            )
        )
    if args.owner:
        _make_owner(args, context)
        return 0
    name = done.brand or t.text(N_("NAME"))
    out.text(t.text(N_("Next, say what to look for:")))
    out.text(f'  tocsin watch add --brand "{name}" --query \'"{name}"\'')
    out.text(t.text(N_("then where to look, or bring in what you already have:")))
    out.text("  tocsin source add https://example.org/feed.xml\n  tocsin import posts.csv --preview")
    out.text(t.text(N_("and let it run:")))
    out.text("  tocsin serve")
    return 0


def _make_owner(args: argparse.Namespace, context: Context) -> None:
    """Print the link with which the owner joins, or say that they are there already."""
    from tocsin.flows.people.links import FIRST_OWNER_FOR, Invitation, invite, link_address
    from tocsin.store.people.rows import LinkPurpose

    t, out, now = context.t, context.out, context.now()
    wish = Invitation(email=args.owner, name=args.name, language=t.language, is_owner=True)
    invited = invite(context.engine(), wish, getpass.getuser(), now, good_for=FIRST_OWNER_FOR, mail=False)
    if not invited.token:
        out.text(t.text(N_("{email} has an account and owns this installation."), email=args.owner))
        return
    out.text(t.text(N_("{email} joins by this link, good once, for 48 hours:"), email=args.owner))
    out.text(f"  {link_address(context.settings, LinkPurpose.JOIN, invited.token)}")
    out.text(t.text(N_("Let tocsin run, then open that link in a browser; the pages lead you through the rest:")))
    out.text("  tocsin serve")

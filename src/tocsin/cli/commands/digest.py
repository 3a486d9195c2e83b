"""`tocsin digest`: print the day or the week of a brand, as the summary by mail tells it."""

from __future__ import annotations

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.person import Rhythm
from tocsin.cli.commands.listing import brand_slug
from tocsin.cli.context import Context
from tocsin.flows.i18n import N_, Translator


def configure(parser: argparse.ArgumentParser, t: Translator) -> None:
    """Declare the arguments."""
    parser.add_argument("--brand", help=t.text(N_("the brand; needed when there are several")))
    parser.add_argument("--week", action="store_true", help=t.text(N_("the last seven days instead of the last day")))
    parser.add_argument("--html", type=Path, metavar="FILE", help=t.text(N_("write the page of the mail too")))


def run(args: argparse.Namespace, context: Context) -> int:
    """Print the text; with --html, write the page with its pictures inside."""
    from tocsin.flows.letters.digest import write_digest
    from tocsin.flows.letters.digest_facts import digest_facts
    from tocsin.flows.letters.letter import Recipient, whole_page

    engine, now = context.engine(), context.now()
    brand = engine.store.brand(brand_slug(args, context) or _only_brand(context))
    facts = digest_facts(engine, brand, now, Rhythm.WEEKLY if args.week else Rhythm.DAILY)
    to = Recipient(address="", language=context.t.language, zone=ZoneInfo(brand.time_zone))
    letter = write_digest(engine, facts, to, f"print:{brand.slug}:{now.isoformat()}")
    if args.html is not None:
        try:
            args.html.write_text(whole_page(letter), encoding="utf-8")
        except OSError as error:
            raise InputError(
                "{path} cannot be written ({error}); name a file in a folder that is yours.",
                path=args.html,
                error=error.strerror,
            ) from None
    if context.out.as_json:
        context.out.line(msgspec.json.encode({"subject": letter.subject, "text": letter.text}))
    else:
        context.out.text(f"{letter.subject}\n\n{letter.text}")
    return 0


def _only_brand(context: Context) -> str:
    brands = context.engine().store.brands()
    if len(brands) != 1:
        raise InputError("There are {count} brands; name one with --brand.", count=len(brands))
    return brands[0].slug

"""Letters to people about their access: an invitation, a link to a new password, a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.base.ids import stable_id
from tocsin.flows.collecting.endings import LETTER, ending_letter
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.log import LETTER as CHECKPOINT
from tocsin.flows.evidence.log import checkpoint_letter
from tocsin.flows.i18n import N_, translator
from tocsin.flows.law.clock_alarms import LETTER as CLOCK
from tocsin.flows.law.clock_alarms import clock_letter
from tocsin.flows.people.links import PASSWORD_FOR, invitation_of, link_address, password_link
from tocsin.net.send import Mail, send_mail
from tocsin.store.people.rows import LinkPurpose
from tocsin.store.secret.seal import Seal


def send_letter(engine: Engine, letter: str, body: Mapping[str, str], event: str, now: datetime) -> None:
    """Send what the outbox asks for; nothing for a person who is not known, or an invitation taken back meanwhile.

    letter: `join`, `password`, `email`, `email_told`, `email_changed` or `secret_ends`. event: of the outbox row, which
    names the mail. Raises as `send_mail`.
    """
    mail = _LETTERS[letter](engine, body, event, now)
    if mail is not None:
        send_mail(engine.settings, mail)


def send_test(engine: Engine, to: str, language: str, now: datetime) -> None:
    """Send a mail that says only that mails arrive. Raises SettingsError or SourceError when it cannot leave."""
    t = translator(language)
    mail = Mail(
        message_id=f"<test.{stable_id(to, now.isoformat())}@tocsin.invalid>",
        to=(to,),
        subject=t.text(N_("[tocsin] This is a test: mails arrive")),
        text=t.text(
            N_(
                "You asked for this mail in your settings. The alerts of your brands will come from the same address:"
                " let it through if your mailbox sorts it elsewhere."
            )
        )
        + "\n",
        at=now,
    )
    send_mail(engine.settings, mail)


def _join(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    token = Seal(engine.settings.data_dir).open(body["sealed"], "letter")
    link = invitation_of(engine, token, now)
    if link is None:
        return None
    t = translator(link.wish.language)
    theirs = [brand for brand in engine.store.brands() if brand.slug in link.wish.roles]
    brands = ", ".join(brand.name for brand in theirs) or "tocsin"
    zone = ZoneInfo(theirs[0].time_zone if theirs else "Europe/Paris")
    lines = [
        t.text(N_("Hello {name},"), name=link.wish.name) if link.wish.name else t.text(N_("Hello,")),
        "",
        t.text(N_("You are invited to follow what is said of {brands}. Choose your password here:"), brands=brands),
        "",
        f"  {link_address(engine.settings, LinkPurpose.JOIN, token)}",
        "",
        t.text(N_("This link is good once, until {at}."), at=link.ends_at.astimezone(zone).strftime("%d/%m/%Y %H:%M")),
        t.text(N_("If you expected nothing of the kind, leave it: nothing will happen.")),
    ]
    subject = t.text(N_("[tocsin] You are invited to follow {brands}"), brands=brands)
    return _mail(event, body["to"], subject, lines, now)


def _password(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    person = engine.store.people.by_email(body["to"])
    if person is None or not person.active:
        return None
    t = translator(person.language)
    token = password_link(engine, person, "", now, good_for=PASSWORD_FOR)
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(N_("Somebody, you we hope, asked for a new password for your account. Choose it here:")),
        "",
        f"  {link_address(engine.settings, LinkPurpose.PASSWORD, token)}",
        "",
        t.text(N_("This link is good once, for two hours. Your present password stays good until then.")),
        t.text(N_("If it was not you, leave it: nothing will happen.")),
    ]
    return _mail(event, person.email, t.text(N_("[tocsin] Choose a new password")), lines, now)


def _email(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    """To the new address; nothing when it has an account already."""
    token = Seal(engine.settings.data_dir).open(body["sealed"], "letter")
    link = engine.store.people.open_link(token, LinkPurpose.EMAIL, now)
    person = engine.store.people.person(link.person) if link is not None and link.person is not None else None
    if person is None or not person.active or engine.store.people.by_email(body["to"]) is not None:
        return None
    t = translator(person.language)
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(N_("You asked that your account uses this address from now on. Confirm it here:")),
        "",
        f"  {link_address(engine.settings, LinkPurpose.EMAIL, token)}",
        "",
        t.text(N_("This link is good once, for two hours. Until then your account keeps its present address.")),
        t.text(N_("If it was not you, leave it: nothing will happen.")),
    ]
    return _mail(event, body["to"], t.text(N_("[tocsin] Confirm your new address")), lines, now)


def _email_told(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    """To the present address: somebody who took the account over cannot move it in silence."""
    person = engine.store.people.by_email(body["to"])
    if person is None or not person.active:
        return None
    t = translator(person.language)
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(N_("With your password, it was asked that your account uses {email} from now on."), email=body["new"]),
        t.text(N_("It changes once the link sent there is opened, within two hours.")),
        t.text(N_("If it was not you, change your password at once and tell an owner.")),
    ]
    return _mail(event, person.email, t.text(N_("[tocsin] A new address was asked for your account")), lines, now)


def _email_changed(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    """To the former address, once it changed."""
    person = engine.store.people.person(int(body["number"]))
    if person is None:
        return None
    t = translator(person.language)
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(N_("Your account no longer uses this address. Alerts and links go to the new one.")),
        t.text(N_("If it was not you, tell an owner at once.")),
    ]
    return _mail(event, body["to"], t.text(N_("[tocsin] The address of your account has changed")), lines, now)


_LETTERS = {
    "join": _join,
    "password": _password,
    "email": _email,
    "email_told": _email_told,
    "email_changed": _email_changed,
    LETTER: ending_letter,
    CHECKPOINT: checkpoint_letter,
    CLOCK: clock_letter,
}


def _mail(event: str, to: str, subject: str, lines: list[str], now: datetime) -> Mail:
    text = "\n".join(lines) + "\n"
    return Mail(message_id=f"<{event}@tocsin.invalid>", to=(to,), subject=subject, text=text, at=now)

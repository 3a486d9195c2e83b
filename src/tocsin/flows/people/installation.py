"""What is set for the whole installation, as an owner sees it: never a secret, always where to change it."""

from __future__ import annotations

import msgspec

from tocsin.base.settings import PREFIX, Settings
from tocsin.flows.i18n import N_, Translator

_SECRETS = frozenset({"database_url", "smtp_password", "notify_urls"})
_ABOUT = {
    "data_dir": N_("folder of the database and of the keys"),
    "database_url": N_("PostgreSQL in place of the file of the data folder"),
    "language": N_("language of the command line and of mails to nobody in particular"),
    "contact": N_("address shown to the servers that are read"),
    "web_address": N_("address of these pages, which mails link to"),
    "web_hosts": N_("other names under which these pages are asked for"),
    "allow_hosts": N_("hosts of your own network that may be read"),
    "smtp_host": N_("mail server"),
    "smtp_port": N_("port of the mail server"),
    "smtp_user": N_("account at the mail server"),
    "smtp_password": N_("password at the mail server"),
    "smtp_tls": N_("whether mail leaves encrypted"),
    "mail_from": N_("sender of the mails"),
    "mail_to": N_("who is told of every alert, besides owners and community managers"),
    "notify_urls": N_("other services that are told, such as a chat"),
    "checkpoint_peers": N_("where the signed heads of the log of captures are posted, out of the house"),
    "keep_unmatched": N_("whether posts that no watch wants are kept for a while, for previews"),
    "unmatched_posts": N_("how many of them"),
    "unmatched_hours": N_("for how many hours"),
    "unpacked_mb": N_("how many megabytes a compressed file may unpack to"),
    "unpacked_ratio": N_("how many times its size a compressed file may unpack to"),
    "capture_browser": N_("file of the browser that captures pages"),
    "capture_clocks": N_("time servers asked before and after a capture"),
    "capture_echo": N_("page that tells this installation its public address, for the record of a capture"),
}


class SettingShown(msgspec.Struct, frozen=True, kw_only=True):
    """A setting: what it is, its value in words, the variable that changes it."""

    name: str
    about: str
    value: str
    variable: str


def settings_shown(settings: Settings, t: Translator) -> list[SettingShown]:
    """Return all settings in the order of their documentation."""
    return [
        SettingShown(
            name=name,
            about=t.text(_ABOUT.get(name, "")),
            value=_value(name, getattr(settings, name), t),
            variable=f"{PREFIX}{name.upper()}",
        )
        for name in settings.__struct_fields__
    ]


def _value(name: str, value: object, t: Translator) -> str:
    if value in ("", ()):
        return t.text(N_("not set"))
    if name in _SECRETS:
        return t.text(N_("set, not shown"))
    if isinstance(value, bool):
        return t.text(N_("yes")) if value else t.text(N_("no"))
    return ", ".join(value) if isinstance(value, tuple) else str(value)

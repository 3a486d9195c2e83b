"""Send mail by SMTP, and notifications to the hundred services that apprise knows."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import apprise
import msgspec

from tocsin.base.address import Refusal, check_url, refusal
from tocsin.base.errors import AddressError, SettingsError, SourceError
from tocsin.base.settings import Settings

_TIMEOUT_S = 30.0
_LOCAL_SCHEMES = frozenset({"dbus", "file", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})


class Inline(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that the HTML of a mail shows by `cid:`. kind: png. Nothing is fetched from elsewhere to see it."""

    cid: str
    kind: str
    content: bytes


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail. message_id: stable, `<event.action@host>`, so that one sent twice is shown once. html: "" for none.

    thread: Message-IDs of earlier mails on the same affair, oldest first, under which mailboxes fold this one.
    list_id: names this kind of mail, `alerts.maison-alba.tocsin.invalid`. preferences: page to change or end it.
    """

    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    html: str = ""
    thread: tuple[str, ...] = ()
    list_id: str = ""
    preferences: str = ""
    is_urgent: bool = False
    inline: tuple[Inline, ...] = ()


def build_mail(mail_from: str, mail: Mail) -> EmailMessage:
    """Return the message to send. Raises SettingsError for an address that is none."""
    message = EmailMessage()
    try:
        message["From"] = mail_from
        message["To"] = ", ".join(mail.to)
        if not message["From"].addresses or not message["To"].addresses:
            raise ValueError("no address")
        for address in (*message["From"].addresses, *message["To"].addresses):
            _check_mailbox(address)
    except (ValueError, IndexError) as error:
        raise SettingsError(
            "The mail addresses {mail_from!r} and {to!r} cannot be used ({error}); correct mail_from and mail_to.",
            mail_from=mail_from,
            to=", ".join(mail.to),
            error=error,
        ) from None
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    _add_headers(message, mail)
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
        for picture in mail.inline:
            body: EmailMessage = message.get_payload()[1]  # type: ignore[index,assignment]
            body.add_related(
                picture.content,
                "image",
                picture.kind,
                cid=f"<{picture.cid}>",
                disposition="inline",
                filename=f"{picture.cid.partition('.')[0]}.{picture.kind}",
            )
    return message


def _add_headers(message: EmailMessage, mail: Mail) -> None:
    message["X-Auto-Response-Suppress"] = "All"  # the same as Auto-Submitted, for Exchange
    if mail.thread:
        message["In-Reply-To"] = mail.thread[-1]
        message["References"] = " ".join(mail.thread)
    if mail.list_id:
        message["List-Id"] = f"<{mail.list_id}>"
    if mail.preferences:
        message["List-Unsubscribe"] = f"<{mail.preferences}>"
    if mail.is_urgent:
        message["Importance"] = "high"


def _one_line(text: str) -> str:
    """Without line breaks, control characters, signs that turn the reading order: a subject may quote a stranger."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def send_mail(settings: Settings, mail: Mail) -> None:
    """Send one mail by the server of the settings.

    Raises SettingsError when no server is set or it refuses the account, and SourceError when it cannot be reached or
    refuses the mail (permanent for a refusal in 5xx).
    """
    if not settings.smtp_host or not settings.mail_from:
        raise SettingsError("No mail can be sent: set smtp_host and mail_from.")
    message = build_mail(settings.mail_from, mail)
    try:
        with _connected(settings) as server:
            server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise SettingsError(
            "The mail server {host} refuses the account {user!r} (code {code}); correct smtp_user and smtp_password.",
            host=settings.smtp_host,
            user=settings.smtp_user,
            code=error.smtp_code,
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise SourceError(
            "The mail server {host} refuses the recipients {to}; correct mail_to.",
            permanent=all(code >= 500 for code, _ in error.recipients.values()),
            host=settings.smtp_host,
            to=", ".join(sorted(error.recipients)),
        ) from None
    except smtplib.SMTPResponseException as error:
        raise SourceError(
            "The mail server {host} refused the mail (code {code}).",
            permanent=error.smtp_code >= 500,
            host=settings.smtp_host,
            code=error.smtp_code,
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise SourceError(
            "The mail server {host} cannot be used ({error}); the mail will be tried again.",
            permanent=False,
            host=settings.smtp_host,
            error=str(error) or type(error).__name__,
        ) from None


def send_apprise(urls: Sequence[str], title: str, body: str, *, allow_hosts: Sequence[str] = ()) -> None:
    """Send one notification to every address.

    Raises SettingsError for an address that apprise does not know or that acts on this machine, AddressError for a host
    that lies in a network not public (unless in `allow_hosts`), SourceError naming the services that did not take it.
    Addresses hold secrets: messages show only their scheme.
    """
    # Apprise writes whole addresses, with their secrets, into its log.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    services = [_service(url, allow_hosts) for url in urls]
    failed = [scheme for scheme, service in services if not service.notify(title=title, body=body)]
    if failed:
        raise SourceError(
            "The notification was not taken by {services}; check their addresses.",
            permanent=False,
            services=", ".join(sorted(failed)),
        )


def check_apprise(url: str, *, allow_hosts: Sequence[str] = ()) -> str:
    """Return the scheme of an address by which notifications can be sent. Raises as `send_apprise`; sends nothing."""
    return _service(url, allow_hosts)[0]


def _service(url: str, allow_hosts: Sequence[str]) -> tuple[str, apprise.NotifyBase]:
    scheme = url.partition("://")[0].strip().lower() if "://" in url else ""
    if scheme in _LOCAL_SCHEMES:
        raise SettingsError(
            "The notification address {scheme}:// acts on this machine and is not taken; use another.", scheme=scheme
        )
    service = apprise.Apprise.instantiate(url)
    if service is None:
        raise SettingsError(
            "The notification address {scheme}://… is not one that apprise can read; correct it.", scheme=scheme
        )
    templates: tuple[str, ...] = service.templates  # they tell which services live on a host that the owner names
    if service.host and any("{host" in template for template in templates):
        _check_host(scheme, str(service.host), service.port, allow_hosts)
    return scheme, service


def _check_host(scheme: str, host: str, port: int | None, allow_hosts: Sequence[str]) -> None:
    """Raise AddressError if the host is an inner address or a name that leads to one.

    Only this first answer of the name is checked: apprise opens its sockets itself and follows redirects, so that a
    name which changes its answer, and a server that redirects inside, cannot be stopped here. Its ports are the
    owner's choice, since services other than the web have their own.
    """
    shown = f"[{host}]" if ":" in host else host
    try:
        target = check_url(f"http://{shown}/", (*allow_hosts, *_without_port(shown, port, allow_hosts)))
        reason = None if target.is_exempt else next(filter(None, map(refusal, _addresses(target.host))), None)
    except AddressError:
        reason = Refusal.NOT_AN_ADDRESS
    if reason is not None:
        raise AddressError(
            "The notification address {scheme}://{host} does not lead to the public network; add {host} to allow_hosts "
            "if it is yours.",
            scheme=scheme,
            host=host,
        )


def _without_port(shown: str, port: int | None, allow_hosts: Sequence[str]) -> tuple[str, ...]:
    return (shown,) if f"{shown}:{port}".lower() in allow_hosts else ()


def _addresses(host: str) -> list[str]:
    """Return the IP addresses of a name, none for one that is not known (some services write a topic in its place)."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError:
        return []


def _connected(settings: Settings) -> smtplib.SMTP:
    """Return a connection, encrypted if asked for: at once on port 465, by STARTTLS elsewhere, never in clear then."""
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.smtp_tls and settings.smtp_port == 465:
        server = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_S)
    try:
        if settings.smtp_tls and settings.smtp_port != 465:
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _check_mailbox(address: Address) -> None:
    if not address.username or not address.domain:
        raise ValueError(f"{address.addr_spec!r} is no address")

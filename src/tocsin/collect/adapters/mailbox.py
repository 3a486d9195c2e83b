"""A mailbox: letters of customers, alerts that Google mails, and notices that platforms send to the owner of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.post import Post
from tocsin.base.time import from_ms, to_ms
from tocsin.collect.about import About, Checked, Choice, Field, Input, Terms
from tocsin.collect.adapter import (
    Answer,
    Done,
    Letter,
    Letters,
    Page,
    PageItem,
    ReadMail,
    Reject,
    Reply,
    Request,
    Source,
    Upsert,
    secret_ref,
)
from tocsin.collect.mail.cursor import MailCursor, dump_cursor, dump_seen, id_mark, load_cursor, load_seen
from tocsin.collect.mail.letter import FAULTS, LetterRead, read_letter
from tocsin.collect.mail.nature import Nature, nature_of
from tocsin.collect.mail.post import MailPlace, letter_id, message_post, whole_post
from tocsin.collect.mail.proof import SERVICES, proven_domains
from tocsin.collect.mail.senders.alerts import alert_posts
from tocsin.collect.mail.senders.notices import notice_post, read_notice, without_marks
from tocsin.collect.mail.senders.table import ALERTS, Sender, sender_of
from tocsin.collect.mail.senders.wordpress import comment_post, is_comment_notice
from tocsin.collect.mail.senders.wordpress import is_proven as is_site_proven
from tocsin.collect.web_api.session import SESSION, OAuth, is_session, read_renewal, read_session, session_request
from tocsin.collect.zones import zone_of

_OPTIONS = ("checked_by", "crisis", "days", "every_minutes", "folder", "port", "security", "server", "sign_in", "user")
# Who gives sessions for mailboxes (documents of Google and Microsoft on IMAP with OAuth, read 2026-11).
_SESSIONS = {
    "google": OAuth.refreshed("https://oauth2.googleapis.com/token"),
    "microsoft": OAuth.refreshed("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
}
_DEFAULT_DAYS = 7
_DEFAULT_MINUTES = 5
_CRISIS = timedelta(minutes=2)
# Letters are found by the day on which the server took them, in its own zone, and some arrive days late.
_OVERLAP = timedelta(days=3)


class MailOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner set for a mailbox.

    checked_by: name under which the server signs its verdicts, "" if not known. oauth: who gives the session with which
    to sign in, None for a password.
    """

    server: str
    user: str
    folder: str = "INBOX"
    port: int = 993
    starttls: bool = False
    checked_by: str = ""
    days: int = _DEFAULT_DAYS
    every: timedelta = timedelta(minutes=_DEFAULT_MINUTES)
    oauth: OAuth | None = None

    @property
    def place(self) -> str:
        """What names this folder: other numbers mean other letters elsewhere."""
        return f"{self.user}@{self.server}:{self.port}/{self.folder}"

    @property
    def address(self) -> str:
        """The address of the mailbox: most servers take it for the name of the user."""
        return self.user if "@" in self.user else ""


def mail_options(source: Source) -> MailOptions:
    """Return the options of a source, checked. Raises SourceError, permanent, that names the wrong one."""
    given = {name: value.strip() for name, value in source.options.items()}
    unknown = sorted(set(given) - set(_OPTIONS))
    if unknown:
        raise SourceError(
            "The source {source} has an option {name!r} that mailboxes do not know; remove it.",
            permanent=True,
            source=source.name,
            name=unknown[0],
        )
    server = given.get("server", "").lower().strip(".")
    user = given.get("user", "")
    if not server or not user or any(mark in server for mark in "/@: "):
        raise SourceError(
            "The source {source} needs the name of its mail server, such as imap.example.org, and of its user: "
            "server={server!r}, user={user!r}.",
            permanent=True,
            source=source.name,
            server=server,
            user=user,
        )
    security = given.get("security", "") or "tls"
    minutes = _number(source, "every_minutes", str(_DEFAULT_MINUTES), 1, 1440)
    is_crisis = given.get("crisis", "") == "yes"
    if security not in ("tls", "starttls"):
        raise SourceError(
            "The source {source} has security={security!r}; write tls or starttls: letters are never read in the open.",
            permanent=True,
            source=source.name,
            security=security,
        )
    sign_in = given.get("sign_in", "") or "password"
    if sign_in not in ("password", *_SESSIONS):
        raise SourceError(
            "The source {source} has sign_in={sign_in!r}; write password, google or microsoft.",
            permanent=True,
            source=source.name,
            sign_in=sign_in,
        )
    return MailOptions(
        oauth=_SESSIONS.get(sign_in),
        server=server,
        user=user,
        folder=given.get("folder", "") or "INBOX",
        port=_number(source, "port", "143" if security == "starttls" else "993", 1, 65_535),
        starttls=security == "starttls",
        checked_by=given.get("checked_by", "").lower() or SERVICES.get(server, ""),
        days=_number(source, "days", str(_DEFAULT_DAYS), 0, 3650),
        every=min(timedelta(minutes=minutes), _CRISIS) if is_crisis else timedelta(minutes=minutes),
    )


class MailboxAdapter:
    """Reads one folder by IMAP and changes nothing in it; options as in `MailOptions`, the password a secret."""

    name = "mailbox"
    version = "1"
    about = About(
        title="A mailbox",
        what="Letters of customers, Google Alerts, and the notices that review sites and networks mail only to the "
        "owner of a page. Nothing in the mailbox is changed or marked as read.",
        setup="Make a mailbox of its own, or a folder, and have notices and alerts sent or forwarded to it. With "
        "two-step sign-in, make an app password at your mail service and give that one. Letters of platforms count "
        "as notices only when your own mail server vouches for their sender: for a server other than those of Gmail, "
        "Outlook, Fastmail or iCloud, open any letter there as source, find the line Authentication-Results, and "
        "give its first word.",
        icon="mail",
        fields=(
            Field(name="server", label="Mail server (IMAP)", required=True, example="imap.example.org"),
            Field(name="user", label="User name", required=True, example="alerts@example.org"),
            Field(
                name="sign_in",
                label="How to sign in",
                input=Input.CHOICE,
                default="password",
                choices=(
                    Choice(value="password", label="By a password or an app password"),
                    Choice(value="google", label="By OAuth at Google"),
                    Choice(value="microsoft", label="By OAuth at Microsoft"),
                ),
            ),
            Field(
                name="password",
                label="Password or app password",
                input=Input.SECRET,
                help="Left empty when the mailbox is opened by OAuth.",
            ),
            Field(
                name="client_id",
                label="Identifier of the OAuth client",
                input=Input.SECRET,
                help="Only when the mailbox is opened by OAuth.",
            ),
            Field(
                name="client_secret",
                label="Secret of the OAuth client",
                input=Input.SECRET,
                help="Only when the mailbox is opened by OAuth.",
            ),
            Field(
                name="refresh_token",
                label="Refresh token",
                input=Input.SECRET,
                help="Only when the mailbox is opened by OAuth.",
            ),
            Field(name="folder", label="Folder", default="INBOX", help="Left empty, the inbox is read."),
            Field(
                name="security",
                label="Encryption",
                input=Input.CHOICE,
                default="tls",
                choices=(
                    Choice(value="tls", label="TLS from the first byte (usual, port 993)"),
                    Choice(value="starttls", label="STARTTLS (port 143)"),
                ),
            ),
            Field(name="port", label="Port", input=Input.NUMBER, help="Left empty, the usual one."),
            Field(
                name="checked_by",
                label="Name under which your mail server vouches for senders",
                help="The first word of the line Authentication-Results of any letter. Without it, notices of "
                "platforms are kept as ordinary messages, since anybody could have written them.",
                example="mx.example.org",
            ),
            Field(
                name="days",
                label="Days to read back at first",
                input=Input.NUMBER,
                default=str(_DEFAULT_DAYS),
            ),
            Field(
                name="every_minutes",
                label="Minutes between two reads",
                input=Input.NUMBER,
                default=str(_DEFAULT_MINUTES),
            ),
        ),
        terms=Terms(hosts=("login.microsoftonline.com", "oauth2.googleapis.com")),
        checked=Checked.SERVER,
        reads_past=True,
    )

    def plan(self, source: Source, cursor: str, now: datetime) -> ReadMail | Request | Done:
        """Return the next look into the folder, or the question that opens a session for it.

        `Done` for good when a past was read to its end.
        """
        options = mail_options(source)
        memory = load_cursor(cursor, options.place)
        if source.past is not None and memory.done:
            return Done()
        if options.oauth is not None and memory.session_until <= to_ms(now):
            return session_request(options.oauth)
        since = from_ms(memory.since) if memory.since else source.past or now - timedelta(days=options.days)
        return ReadMail(
            host=options.server,
            user=options.user,
            password=secret_ref(SESSION if options.oauth is not None else "password"),
            by_token=options.oauth is not None,
            folder=options.folder,
            port=options.port,
            starttls=options.starttls,
            validity=memory.validity,
            after=memory.last,
            since=since,
        )

    def parse(self, source: Source, cursor: str, reply: Reply, now: datetime) -> Page:
        """Return the posts of the letters that came. Raises SourceError for options that cannot be."""
        options = mail_options(source)
        memory = load_cursor(cursor, options.place)
        if isinstance(reply, Answer) and is_session(options.oauth, reply):
            return _session_page(memory, reply)
        if not isinstance(reply, Letters):
            raise TypeError(f"letters are parsed here, not {type(reply).__name__}")
        is_renumbered = bool(memory.validity) and memory.validity != reply.validity
        harvest = _Harvest(options=options, zone=zone_of(source), seen_at=reply.at)
        seen = load_seen(memory.seen)
        known = frozenset(seen)
        for letter in reply.letters:
            native_id = harvest.take(letter, known)
            if native_id:
                seen.append(native_id)
        if is_renumbered:
            harvest.notes["folder_renumbered"] += 1
        harvest.notes["letter_too_large"] += len(reply.skipped)
        return _page(source, memory, reply, harvest, dump_seen(seen))


@dataclass(slots=True)
class _Harvest:
    """What one look gave."""

    options: MailOptions
    zone: ZoneInfo
    seen_at: datetime
    items: list[PageItem] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def take(self, letter: Letter, known: frozenset[bytes]) -> bytes:
        """Put what a letter says into the harvest; return the mark of its id, b"" when it cannot be read."""
        read = read_letter(letter.raw)
        if read is None:
            raw = letter.raw[:200].decode("ascii", "replace")
            self.items.append(Reject(line=letter.number, why="The letter cannot be read.", raw=raw))
            return b""
        name = id_mark(letter_id(read))
        if name in known:
            self.notes["letter_known"] += 1
            return name
        self.notes.update(read.notes)
        place = MailPlace(taken_at=letter.at, seen_at=self.seen_at, zone=self.zone)
        try:
            posts = self._posts(read, place)
        except FAULTS as error:
            why = "The letter cannot be read: {error}."
            params = {"error": type(error).__name__}
            self.items.append(Reject(line=letter.number, why=why, params=params, raw=read.subject[:200]))
            return name
        self.items.extend(Upsert(post=post) for post in posts)
        return name

    def _posts(self, letter: LetterRead, place: MailPlace) -> Sequence[Post]:
        nature = nature_of(letter, self.options.address)
        proven = proven_domains(letter, self.options.checked_by)
        sender = sender_of(letter)
        if nature is Nature.REPORT:  # platforms send those too
            self.notes[nature.value] += 1
            return []
        if sender is not None:
            if not sender.is_proven(proven):
                self.notes["notice_unproven"] += 1
                return [without_marks(whole_post(letter, place))]
            return self._told(letter, sender, place)
        if is_comment_notice(letter):
            if not is_site_proven(letter, proven):
                self.notes["notice_unproven"] += 1
                return [without_marks(whole_post(letter, place))]
            comment = comment_post(letter, place)
            if comment is not None:
                return [comment]
            self.notes["notice_not_understood"] += 1
            return [without_marks(whole_post(letter, place))]
        if nature is not Nature.PERSONAL:
            self.notes[nature.value] += 1
            return []
        return [message_post(letter, place)]

    def _told(self, letter: LetterRead, sender: Sender, place: MailPlace) -> Sequence[Post]:
        """Return what a letter of a proven sender tells; whole when it announces something and cannot be read."""
        if sender.name == ALERTS:
            posts = alert_posts(letter, place)
            if posts:
                return posts
            is_announced = True
        else:
            notice = read_notice(letter, sender)
            if notice.is_understood(sender.kind):
                return [notice_post(letter, notice, sender, place)]
            is_announced = notice.is_announced
        if not is_announced and nature_of(letter, self.options.address) is not Nature.PERSONAL:
            self.notes["platform_letter_other"] += 1
            return []
        self.notes["notice_not_understood"] += 1
        return [without_marks(whole_post(letter, place))]


def _session_page(memory: MailCursor, answer: Answer) -> Page:
    """Return the session, to be looked with at once. Raises SourceError, permanent when the keys are refused."""
    token, until_ms = read_session(answer, to_ms(answer.at))
    kept = msgspec.structs.replace(memory, session_until=until_ms)
    secrets = {SESSION: token, **read_renewal(answer)}
    return Page(items=(), next_cursor=dump_cursor(kept), more=True, secrets=secrets, first_read=memory.is_first)


def _page(source: Source, memory: MailCursor, reply: Letters, harvest: _Harvest, seen: str) -> Page:
    """Return the page with the memory for the next look."""
    is_same = memory.validity == reply.validity
    numbers = [letter.number for letter in reply.letters] + list(reply.skipped)
    options = harvest.options
    first_since = memory.since or to_ms(source.past or reply.at - timedelta(days=options.days))
    next_memory = MailCursor(
        place=options.place,
        validity=reply.validity,
        last=max([memory.last if is_same else 0, *numbers]),
        since=first_since if reply.more else to_ms(reply.at - _OVERLAP),
        is_first=memory.is_first and reply.more,
        done=source.past is not None and not reply.more,
        seen=seen,
        session_until=memory.session_until,
    )
    return Page(
        items=tuple(harvest.items),
        next_cursor=dump_cursor(next_memory),
        more=reply.more,
        next_at=None if reply.more else reply.at + options.every,
        notes={name: count for name, count in sorted(harvest.notes.items()) if count},
        first_read=memory.is_first,
    )


def _number(source: Source, name: str, default: str, least: int, most: int) -> int:
    written = source.options.get(name, "").strip() or default
    if not (written.isascii() and written.isdigit()) or len(written) > 6 or not least <= int(written) <= most:
        raise SourceError(
            "The source {source} has {name}={value!r}; write a whole number from {least} to {most}.",
            permanent=True,
            source=source.name,
            name=name,
            value=written,
            least=least,
            most=most,
        )
    return int(written)

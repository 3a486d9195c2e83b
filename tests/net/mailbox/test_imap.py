from __future__ import annotations

import base64
import logging
import socket
import ssl
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.pretty import pretty_repr

from tests.net.mailbox.server import MailServer, look, serving, signed_for
from tocsin.base.errors import AddressError, SourceError, TocsinError
from tocsin.net.imap import MailLook, read_mailbox
from tocsin.net.mailbox.talk import MailLimits

LETTER = b"Subject: Avis\r\n\r\nVotre commande\r\n"
BOX = {
    3: ("01-Mar-2026 08:00:00 +0100", LETTER),
    5: (" 3-Mar-2026 08:00:00 +0100", b"x" * 3_000),
    9: ("17-Mar-2026 23:30:00 -0700", b")\r\nt1 OK {5}\r\n"),
}
CHANGING = (b"SELECT", b"STORE", b"EXPUNGE", b"COPY", b"MOVE", b"APPEND", b"CLOSE", b"DELETE", b"BODY[")


def test_letters_come_whole_oldest_first_with_the_instant_at_which_they_were_taken() -> None:
    with serving(MailServer(BOX)) as server:
        found = look(server)
    assert [(letter.number, letter.raw) for letter in found.letters] == [(n, raw) for n, (_, raw) in BOX.items()]
    assert found.letters[2].at == datetime(2026, 3, 18, 6, 30, tzinfo=UTC)
    assert (found.validity, found.more, found.skipped) == (7, False, ()) and found.at.tzinfo is not None
    number, raw, at = found.letters[0]
    assert (number, raw, at.hour) == (3, LETTER, 7)


def test_nothing_in_the_mailbox_is_changed() -> None:
    with serving(MailServer(BOX)) as server:
        look(server)
    asked = b"\n".join(server.asked).upper()
    assert b"EXAMINE" in asked and b"BODY.PEEK[]" in asked
    assert not any(word in asked for word in CHANGING)


def test_only_letters_above_the_last_are_read_again() -> None:
    with serving(MailServer(BOX)) as server:
        assert [letter.number for letter in look(server, validity=7, after=3).letters] == [5, 9]
        assert look(server, validity=7, after=9).letters == ()


def test_a_few_at_once_and_the_rest_at_the_next_look() -> None:
    with serving(MailServer(BOX)) as server:
        first = look(server, most=2)
        second = look(server, most=2, validity=first.validity, after=first.letters[-1].number)
    assert [letter.number for letter in first.letters] == [3, 5] and first.more
    assert [letter.number for letter in second.letters] == [9] and not second.more


def test_numbers_that_were_given_anew_are_read_by_date() -> None:
    since = datetime(2026, 3, 5, 12, tzinfo=UTC)
    with serving(MailServer(BOX)) as server:
        assert len(look(server, validity=6, after=100, since=since).letters) == 1
        assert len(look(server, validity=6, after=100).letters) == 3
        assert len(look(server, validity=7, after=3, since=since).letters) == 2
    searches = [line for line in server.asked if b"SEARCH" in line]
    assert searches == [b"UID SEARCH UID 1:* SINCE 4-Mar-2026", b"UID SEARCH UID 1:*", b"UID SEARCH UID 4:*"]


def test_a_letter_that_is_too_large_is_skipped_told_and_never_fetched() -> None:
    with serving(MailServer(BOX)) as server:
        found = look(server, MailLimits(total_s=5, letter_bytes=1_000))
    assert [letter.number for letter in found.letters] == [3, 9] and found.skipped == (5,)
    assert b"UID FETCH 5 (UID BODY.PEEK[])" not in server.asked


def test_a_look_ends_when_it_holds_enough() -> None:
    with serving(MailServer(BOX)) as server:
        found = look(server, MailLimits(total_s=5, all_bytes=1_000))
    assert [letter.number for letter in found.letters] == [3] and found.more


def test_a_letter_that_was_deleted_meanwhile_is_left_out() -> None:
    def say(server: MailServer, _tag: bytes, command: str) -> bytes | None:
        if "BODY" in command:
            server.box.pop(5, None)
        return None

    with serving(MailServer(BOX, say)) as server:
        assert [letter.number for letter in look(server).letters] == [3, 9]


def test_what_was_read_is_kept_when_the_time_is_up() -> None:
    def say(_server: MailServer, tag: bytes, command: str) -> bytes | None:
        return b"* 1 FETCH (" if "FETCH 5 (UID BODY" in command else None

    with serving(MailServer(BOX, say)) as server:
        found = look(server, MailLimits(total_s=3.0, connect_s=2.0))
    assert [letter.number for letter in found.letters] == [3] and found.more


def test_a_server_that_lists_letters_and_gives_none_is_not_asked_for_ever() -> None:
    def say(_server: MailServer, tag: bytes, command: str) -> bytes | None:
        return tag + b" OK nothing\r\n" if "FETCH" in command else None

    with serving(MailServer(BOX, say)) as server, pytest.raises(SourceError, match="gives none") as caught:
        look(server, most=2)
    assert not caught.value.permanent


def test_an_empty_mailbox_has_no_letters() -> None:
    with serving(MailServer({})) as server:
        assert look(server).letters == ()


@pytest.mark.parametrize("capabilities", [b"IMAP4rev1 AUTH=PLAIN", b"IMAP4rev1", b"IMAP4rev2 auth=plain LOGINDISABLED"])
def test_any_password_signs_in_by_what_the_server_knows(capabilities: bytes) -> None:
    for password in ("secret", 'a "b\\c {5}', "mot de passe à l’été"):
        with serving(MailServer(BOX, capabilities=capabilities, password=password)) as server:
            assert len(look(server, password=password).letters) == 3


@pytest.mark.parametrize(
    ("capabilities", "name", "said"),
    [
        (b"IMAP4rev1 AUTH=XOAUTH2", "XOAUTH2", b"user=alice\1auth=Bearer ya29.canary\1\1"),
        (b"IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2", "XOAUTH2", b"user=alice\1auth=Bearer ya29.canary\1\1"),
        (b"AUTH=XOAUTH2 AUTH=OAUTHBEARER", "OAUTHBEARER", b"n,a=alice,\1auth=Bearer ya29.canary\1\1"),
    ],
)
def test_a_token_signs_in_by_what_the_server_knows(capabilities: bytes, name: str, said: bytes) -> None:
    with serving(MailServer(BOX, capabilities=capabilities, token="ya29.canary")) as server:
        assert len(look(server, user="alice", password="ya29.canary", by_token=True).letters) == 3
        at = server.asked.index(f"AUTHENTICATE {name}".encode())
        assert base64.b64decode(server.asked[at + 1]) == said


@pytest.mark.parametrize("capabilities", [b"AUTH=XOAUTH2", b"AUTH=OAUTHBEARER", b"AUTH=PLAIN"])
def test_a_refused_token_is_told_without_it_and_another_is_tried_later(capabilities: bytes) -> None:
    with (
        serving(MailServer(BOX, capabilities=capabilities, token="another")) as server,
        pytest.raises(SourceError, match="refuses the OAuth session") as caught,
    ):
        look(server, user="alice", password="ya29.canary", by_token=True)
    assert not caught.value.permanent and "canary" not in str(caught.value)
    assert not [line for line in server.asked if line.startswith(b"LOGIN")]


@pytest.mark.parametrize(
    ("words", "permanent"),
    [
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials", True),
        (b"NO [ALERT] Application-specific password required", True),
        (b"BAD what", True),
        (b"NO [UNAVAILABLE] later", False),
        (b"NO [ALERT] Too many simultaneous connections", False),
        (b"NO Temporary authentication failure", False),
    ],
)
def test_a_refused_password_stops_the_source_and_a_busy_server_does_not(words: bytes, permanent: bool) -> None:
    def say(_server: MailServer, tag: bytes, command: str) -> bytes | None:
        return tag + b" " + words + b"\r\n" if command.startswith("AUTH") else None

    with serving(MailServer(BOX, say)) as server, pytest.raises(SourceError) as caught:
        look(server)
    assert caught.value.permanent is permanent
    assert ("app password" in str(caught.value)) is permanent


def test_a_folder_is_asked_for_by_its_own_name_and_a_missing_one_is_told() -> None:
    def say(_server: MailServer, tag: bytes, command: str) -> bytes | None:
        return tag + b" NO [NONEXISTENT] no such mailbox\r\n" if "ABSENT" in command else None

    with serving(MailServer(BOX, say)) as server:
        look(server, folder='Réclamations "2026"')
        with pytest.raises(SourceError, match="no folder 'Absent'") as caught:
            look(server, folder="Absent")
    assert caught.value.permanent
    assert b'EXAMINE "R&AOk-clamations \\"2026\\""' in server.asked


@pytest.mark.parametrize(
    ("step", "said", "words"),
    [
        ("CAPABILITY", b"", "broke off"),
        ("EXAMINE", b"* BYE going down\r\n", "going down"),
        ("EXAMINE", b"* OK [UIDVALIDITY 7", "broke off"),
        ("EXAMINE", b"* OK [UIDVALIDITY 0] x\r\nt3 OK\r\n", "number its letters"),
        ("EXAMINE", b"* OK [UIDVALIDITY 99999999999999999999999] x\r\nt3 OK\r\n", "number its letters"),
        ("UID SEARCH", b"t4 NO [INUSE] busy\r\n", "busy"),
        ("UID FETCH", b"* 1 FETCH (UID 3 BODY[] {10}\r\nabc", "broke off"),
        ("UID FETCH", b"t99 OK another\r\n", "does not answer as a mail server"),
        ("UID FETCH", b"\x1b[31m\xff\xfe\r\n", "does not answer as a mail server"),
        ("UID FETCH", b"+ go on\r\n", "does not answer as a mail server"),
    ],
)
def test_a_talk_that_ends_badly_is_told(step: str, said: bytes, words: str) -> None:
    def say(_server: MailServer, _tag: bytes, command: str) -> bytes | None:
        return said if command.startswith(step) else None

    with serving(MailServer(BOX, say, leaves=True)) as server, pytest.raises(SourceError, match=words) as caught:
        look(server)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["user", "password", "folder", "host"])
@pytest.mark.parametrize("text", ["", "a\r\nt9 DELETE INBOX", "a\0b", "\ud800", "x" * 2_000])
def test_what_could_be_a_command_of_its_own_is_never_sent(name: str, text: str) -> None:
    with serving(MailServer(BOX)) as server, pytest.raises(SourceError, match="cannot be sent") as caught:
        look(server, **{name: text})  # type: ignore[arg-type]
    assert caught.value.permanent and server.asked == []


def _authority(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return how the server shows itself, and how a client trusts that."""
    file = signed_for("127.0.0.1", folder)
    serve = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serve.load_cert_chain(file)
    return serve, ssl.create_default_context(cafile=file)


def test_the_talk_is_encrypted_from_the_start_or_by_starttls(tmp_path: Path) -> None:
    serve, trust = _authority(tmp_path)
    with serving(MailServer(BOX, context=serve, from_the_start=True)) as server:
        assert len(look(server, tls=True, context=trust).letters) == 3
    with serving(MailServer(BOX, context=serve)) as server:
        assert len(look(server, starttls=True, context=trust).letters) == 3
    assert server.asked[0] == b"STARTTLS"


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password(
    tmp_path: Path, from_the_start: bool
) -> None:
    serve, _ = _authority(tmp_path)
    how: dict[str, object] = {"tls": True} if from_the_start else {"starttls": True}
    with (
        serving(MailServer(BOX, context=serve, from_the_start=from_the_start)) as server,
        pytest.raises(SourceError, match="prove who it is"),
    ):
        look(server, **how)  # type: ignore[arg-type]
    assert not any(b"AUTH" in line for line in server.asked)


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    file = signed_for("autre.example.org", tmp_path)
    serve = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serve.load_cert_chain(file)
    trust = ssl.create_default_context(cafile=file)
    with (
        serving(MailServer(BOX, context=serve, from_the_start=True)) as server,
        pytest.raises(SourceError, match="prove who it is"),
    ):
        look(server, tls=True, context=trust)


@pytest.mark.parametrize(
    "how",
    [
        {"say": lambda _server, tag, command: tag + b" BAD no\r\n" if command == "STARTTLS" else None},
        {"greeting": b"* PREAUTH welcome alice\r\n"},
        {"say": lambda _server, tag, command: tag + b" OK go\r\nt2 OK in\r\n" if command == "STARTTLS" else None},
    ],
)
def test_a_server_that_stays_in_clear_never_hears_the_password(how: dict[str, object]) -> None:
    with serving(MailServer(BOX, **how)) as server, pytest.raises(SourceError):  # type: ignore[arg-type]
        look(server, starttls=True)
    assert not any(line.startswith((b"AUTH", b"LOGIN")) for line in server.asked)


@pytest.mark.parametrize(
    ("how", "allow_hosts"),
    [
        ({"host": "127.0.0.1"}, ()),
        ({"host": "127.0.0.1", "port": 143}, ("127.0.0.1:993",)),
        ({"host": "mail.example.org", "port": 1143}, ()),
        ({"host": "mail.example.org", "port": 25}, ("mail.example.org:143",)),
        ({"host": "2130706433"}, ()),
        ({"host": "0x7f.1"}, ()),
        ({"host": "::1"}, ()),
        ({"host": "[::1]"}, ()),
        ({"host": "localhost"}, ()),
        ({"host": "mail.example.org/a"}, ()),
        ({"host": "alice@mail.example.org"}, ()),
        ({"host": "mail.example.org."}, ()),
    ],
)
def test_inner_hosts_and_odd_ports_are_refused(how: dict[str, object], allow_hosts: tuple[str, ...]) -> None:
    with pytest.raises(AddressError):
        read_mailbox(
            MailLook(**{"user": "alice", "password": "secret"} | how),  # type: ignore[arg-type]
            allow_hosts=allow_hosts,
            resolve=lambda _host, _port: [],
        )


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["9.9.9.9", "10.0.0.1"], ["::1"], ["169.254.169.254"], ["fd00::1"]])
def test_a_name_that_leads_inside_is_refused_before_any_connection(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_arguments: object) -> None:
        raise AssertionError("nothing may be connected to")

    def resolve(_host: str, port: int):  # type: ignore[no-untyped-def]
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 0, "", (ip, port)) for ip in answers
        ]

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(AddressError, match=r"mail\.example\.org"):
        read_mailbox(MailLook(host="mail.example.org", user="alice", password="secret"), resolve=resolve)


def test_a_name_is_resolved_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int):  # type: ignore[no-untyped-def]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port))]

    with serving(MailServer(BOX)) as server:
        wanted = MailLook(host="mail.example.org", user="a", password="secret", port=server.port)
        found = read_mailbox(wanted, allow_hosts=(f"mail.example.org:{server.port}",), resolve=resolve)
    assert len(found.letters) == 3 and asked == ["mail.example.org"]


def test_an_unknown_name_and_a_closed_port_are_told_apart() -> None:
    def unknown(_host: str, _port: int):  # type: ignore[no-untyped-def]
        raise socket.gaierror(socket.EAI_NONAME, "no")

    with pytest.raises(SourceError, match="is not known"):
        read_mailbox(MailLook(host="mail.example.org", user="a", password="b"), resolve=unknown)
    with pytest.raises(SourceError, match="cannot be reached on port 1 "):
        read_mailbox(MailLook(host="127.0.0.1", user="a", password="b", port=1), allow_hosts=("127.0.0.1",))


def _echo(server: MailServer, tag: bytes, command: str) -> bytes | None:
    """Say back all that was told, in the clear and in base64, at the step that `server.step` names."""
    if not command.startswith(server.__dict__["step"]):
        return None
    return tag + b" NO " + b" ".join(server.__dict__["told"]) + b"\r\n"


@pytest.mark.parametrize("step", ["AUTHENTICATE", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "CAPABILITY"])
def test_the_canary_is_in_no_error_log_or_text(step: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "canari-secret-0123456789"
    told = [canary.encode(), base64.b64encode(f"\0alice\0{canary}".encode()), canary.upper().encode()]
    capabilities = b"IMAP4rev1" if step == "LOGIN" else b"IMAP4rev1 AUTH=PLAIN"
    server = MailServer(BOX, _echo, step=step, told=told, capabilities=capabilities, password=canary)
    with serving(server), pytest.raises(TocsinError) as caught:
        look(server, user="alice", password=canary)
    shown = [str(caught.value), repr(caught.value), "".join(traceback.format_exception(caught.value)), caplog.text]
    shown += [f(MailLook(host="h", user="alice", password=canary)) for f in (repr, str, pretty_repr)]
    for text in shown:
        assert "canari" not in text.lower() and told[1].decode() not in text

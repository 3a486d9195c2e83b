"""What sort of letter it is: of a person, or one of those that machines send."""

from __future__ import annotations

import re
from enum import StrEnum

from tocsin.collect.mail.forwarded import forwarded
from tocsin.collect.mail.letter import LetterRead
from tocsin.collect.mail.proof import is_within


class Nature(StrEnum):
    """Sort of a letter; its value is what skipped ones are counted under."""

    PERSONAL = "letter_personal"
    OWN = "letter_own"  # sent by the mailbox itself
    AUTOMATIC = "letter_automatic"  # away, received, do not answer (RFC 3834)
    BOUNCE = "letter_bounce"  # could not be delivered (RFC 3464)
    BULK = "letter_newsletter"  # to many at once (RFC 2369, 2919)
    REPORT = "letter_report"  # DMARC and TLS reports of other servers (RFC 7489, 8460)


_REPORT_FILE = re.compile(r"[\w.-]+![\w.-]+!\d+!\d+(?:![\w.-]+)?\.(?:xml|zip|json|gz|xml\.gz|json\.gz)", re.IGNORECASE)
_REPORT_SUBJECT = re.compile(r"\breport[ -]domain\s*:.*\b(?:submitter|report-id)\s*:", re.IGNORECASE)
_REPORT_KINDS = ("application/tlsrpt+gzip", "application/tlsrpt+json", "message/feedback-report")
_MACHINES = ("mailer-daemon", "postmaster", "mail-daemon")
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:r[eé]ponse automatique|automatic reply|auto(?:matische)?[ -]?(?:reply|response)|out of (?:the )?office|"
    r"absence du bureau|message d[’']absence|absent\(?e?\)? du bureau)\b",
    re.IGNORECASE,
)


def nature_of(letter: LetterRead, own_address: str) -> Nature:
    """Return the sort of a letter.

    own_address: of the mailbox. What comes from or through the own domain is no newsletter: the address that
    customers write to is often a group, whose letters carry the fields of a list, and forms of sites send in bulk too.
    """
    local, _, own_domain = own_address.lower().rpartition("@")
    if _is_report(letter):
        return Nature.REPORT
    if _is_bounce(letter):
        return Nature.BOUNCE
    if local and letter.sender.address == own_address.lower() and forwarded(letter) is None:
        return Nature.OWN
    if _is_automatic(letter):
        return Nature.AUTOMATIC
    if _is_bulk(letter, own_domain):
        return Nature.BULK
    return Nature.PERSONAL


def _is_report(letter: LetterRead) -> bool:
    if any(kind in letter.kinds for kind in _REPORT_KINDS):
        return True
    if _REPORT_SUBJECT.search(letter.subject) is not None:
        return True
    return any(_REPORT_FILE.fullmatch(name) is not None for name in letter.files)


def _is_bounce(letter: LetterRead) -> bool:
    if "message/delivery-status" in letter.kinds or "message/global-delivery-status" in letter.kinds:
        return True
    is_machine = letter.sender.address.partition("@")[0] in _MACHINES
    return is_machine and bool(letter.head("x-failed-recipients") or letter.head("return-path").strip() in ("<>", ""))


def _is_automatic(letter: LetterRead) -> bool:
    submitted = letter.head("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if any(letter.head(name) for name in ("x-autoreply", "x-autorespond")):
        return True
    if letter.head("precedence").strip().lower() == "auto_reply":
        return True
    return _AUTOMATIC_SUBJECT.search(letter.subject) is not None


def _is_bulk(letter: LetterRead, own_domain: str) -> bool:
    list_id = letter.head("list-id").rpartition("<")[2].strip(" >")
    if is_within(list_id, own_domain) or is_within(letter.sender.domain, own_domain):
        return False
    if list_id or letter.head("list-unsubscribe"):
        return True
    return letter.head("precedence").strip().lower() in ("bulk", "list", "junk")

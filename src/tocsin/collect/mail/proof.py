"""Whether a letter really comes from whom it says: what the owner's own mail server found (RFC 8601).

The name in From is written by whoever sends. Only the verdict of the server that took the letter counts, and only the
topmost field of its name: whatever stands below may have come with the letter.
"""

from __future__ import annotations

import re

from tocsin.collect.mail.letter import LetterRead

# The names under which large mail services sign their verdicts, by the host that is read (their own headers, 2026-11).
# Outlook writes its verdict without a name.
UNNAMED = "-"
SERVICES = {
    "imap.fastmail.com": "messagingengine.com",
    "imap.gmail.com": "mx.google.com",
    "imap.googlemail.com": "mx.google.com",
    "imap.mail.me.com": "icloud.com",
    "outlook.office365.com": UNNAMED,
}
_COMMENT = re.compile(r"\([^()]*\)")
_PASSED = re.compile(r"(?:^|;)\s*(dkim|dmarc)\s*=\s*pass\b([^;]*)", re.IGNORECASE)
_DOMAIN = {
    "dkim": re.compile(r"\bheader\.(?:d|i)\s*=\s*\"?@?(?:[^\s@;\"]*@)?([\w.-]+)", re.IGNORECASE),
    "dmarc": re.compile(r"\bheader\.from\s*=\s*\"?(?:[^\s@;\"]*@)?([\w.-]+)", re.IGNORECASE),
}


def proven_domains(letter: LetterRead, checker: str) -> frozenset[str]:
    """Return the domains that the own server found to stand behind the letter, in lower case.

    checker: the name that it signs its verdicts with (one above it counts too), `UNNAMED` when it writes none, "" when
    it is not known: nothing is proven then.
    """
    for verdict in letter.heads.get("authentication-results", ()):
        name, _, found = _uncommented(verdict).partition(";")
        words = name.split()
        if checker == UNNAMED and words and "=" in words[0]:
            found = f"{name};{found}"
        elif not checker or not words or not is_within(words[0], checker):
            continue
        return frozenset(
            domain.group(1).strip(".").lower()
            for method, rest in _PASSED.findall(found)
            if (domain := _DOMAIN[method.lower()].search(rest)) is not None
        )
    return frozenset()


def is_within(domain: str, above: str) -> bool:
    """Return whether a domain is another or lies under it.

    >>> is_within("mail.example.org", "example.org"), is_within("badexample.org", "example.org")
    (True, False)
    """
    low, high = domain.lower().strip("."), above.lower().strip(".")
    return bool(high) and (low == high or low.endswith(f".{high}"))


def _uncommented(field: str) -> str:
    text = field[:10_000]
    for _ in range(5):  # comments may stand in comments
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            break
        text = shorter
    return text

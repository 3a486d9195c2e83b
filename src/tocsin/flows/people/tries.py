"""How often somebody may try: every wrong answer makes the next wait longer, never past a quarter of an hour.

Three counts: of an account from one address (a person who mistypes), of an address (a list of accounts tried one after
another), of an account from everywhere (many addresses at once); the last is generous, so that a stranger can hardly
keep the person out. OWASP authentication cheat sheet and NIST SP 800-63B 5.2.2, read 2026-11.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from tocsin.base.time import from_ms
from tocsin.flows.engine import Engine

LONGEST_WAIT = timedelta(minutes=15)
_FREE = {"pair": 5, "address": 25, "account": 40}


class Tries:
    """The counts that one try belongs to. account: what was typed, whether it exists or not."""

    def __init__(self, engine: Engine, account: str, address: str) -> None:
        self._people = engine.store.people
        self._account = account.strip().lower()
        self._keys = _keys(self._account, network_of(address))

    def begin(self, now: datetime) -> int:
        """Count a try; return 0 if it may go on, else the seconds to wait: it is then refused unread, and uncounted."""
        before = self._people.note_tries([*self._keys], now, now - LONGEST_WAIT)
        wait = max(_wait_s(*before[key], self._keys[key], now) for key in self._keys)
        if wait:
            self._people.take_back_try([*self._keys], now)
        return wait

    def succeed(self) -> None:
        """Forget the wrong answers of this account from this address; those of the address to other accounts stay."""
        self._people.forget_tries([key for key in self._keys if not key.startswith("address:")])


def network_of(address: str) -> str:
    """Return what stands for an address: itself, or the /64 of an IPv6 one, which one household holds.

    >>> network_of("2001:db8:1:2:3::4"), network_of("198.51.100.7"), network_of("unix")
    ('2001:db8:1:2::/64', '198.51.100.7', 'unix')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        return str(known.ipv4_mapped or ipaddress.IPv6Network((known, 64), strict=False))
    return str(known)


def _keys(account: str, network: str) -> dict[str, int]:
    return {
        f"pair:{account} {network}": _FREE["pair"],
        f"address:{network}": _FREE["address"],
        f"account:{account}": _FREE["account"],
    }


def _wait_s(count: int, last_ms: int, free: int, now: datetime) -> int:
    if count < free:
        return 0
    pause = min(LONGEST_WAIT, timedelta(seconds=2.0 ** min(count - free + 1, 12)))
    return max(0, -int((now - from_ms(last_ms) - pause) // timedelta(seconds=1)))

"""Describe the machine, its network and its browser: the fields of the method, each had or missing with its reason.

The fields are those that French courts look for in a report of facts on the internet (NF Z67-147, of 11 September 2010,
as the pages of practitioners list them, read 2026-11).
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from tocsin.base.capture import Want

FIELDS = (
    "method.norm_aligned",
    "host.machine",
    "host.image",
    "host.os",
    "host.patches",
    "host.scan",
    "browser.version",
    "browser.extensions",
    "browser.clean_state",
    "net.interfaces",
    "net.route",
    "net.public_ip",
    "net.proxy",
    "dns.resolvers",
    "clock.source",
    "clock.offset",
    "steps.path",
)
_NORM = "follows the steps of NF Z67-147:2010; that a report conforms to it only an officer can say"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_DMI = ("sys_vendor", "product_name", "product_serial")
_SIOCGIFADDR = 0x8915  # linux/sockios.h

Field = tuple[str, str]


def describe_machine(environ: Mapping[str, str] = os.environ, root: Path = Path("/")) -> tuple[list[Field], list[Want]]:
    """Return the fields that the machine itself tells, and those it does not. root: where its files begin."""
    found = {
        "method.norm_aligned": _NORM,
        "host.machine": _machine(root),
        "host.image": _image(root),
        "host.os": _system(root),
        "host.patches": _patches(root),
        "net.interfaces": "; ".join(_interfaces(root)),
        "net.route": _route(root),
        "net.proxy": _proxy(environ),
    }
    fields = [(name, text) for name, text in found.items() if text]
    wants = [Want(field=name, reason="not_told_here") for name, text in found.items() if not text]
    return fields, [*wants, Want(field="host.scan", reason="not_done")]


def _machine(root: Path) -> str:
    told = [text for name in _DMI if (text := _line(root / "sys/class/dmi/id" / name))]
    identity = _line(root / "etc/machine-id")
    digest = f"machine-id sha256 {hashlib.sha256(identity.encode()).hexdigest()}" if identity else ""
    return "; ".join(part for part in (" ".join(told), digest, platform.machine()) if part)


def _image(root: Path) -> str:
    """Return what is known of the container; the digest of its image is known outside of it alone."""
    if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return "in a container; the digest of its image is known to its host alone"
    return "no container seen"


def _system(root: Path) -> str:
    lines = dict(line.partition("=")[::2] for line in _text(root / "etc/os-release").splitlines())
    name = lines.get("PRETTY_NAME", "").strip('"')
    return "; ".join(part for part in (name, f"{platform.system()} {platform.release()} {platform.machine()}") if part)


def _patches(root: Path) -> str:
    """Return the number and the digest of the installed packages with their versions, and when they last changed."""
    for place in ("var/lib/dpkg/status", "lib/apk/db/installed"):
        file = root / place
        text = _text(file)
        if text:
            names = re.findall(r"^(?:Package|P): ?(.+)$", text, re.MULTILINE)
            digest = hashlib.sha256(text.encode()).hexdigest()
            changed = _day(file.stat().st_mtime)
            return f"{len(names)} packages; list sha256 {digest}; last changed {changed}"
    return ""


def _interfaces(root: Path) -> Iterator[str]:
    v6 = [line.split() for line in _text(root / "proc/net/if_inet6").splitlines()]
    for folder in sorted((root / "sys/class/net").glob("*")):
        if folder.name == "lo":
            continue
        addresses = [_ipv4(folder.name), *(_ipv6(words[0]) for words in v6 if words[-1] == folder.name)]
        yield " ".join(part for part in (folder.name, _line(folder / "address"), *addresses) if part)


def _ipv4(name: str) -> str:
    try:
        import fcntl

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            told = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", name[:15].encode()))
    except (ImportError, OSError):
        return ""
    return socket.inet_ntoa(told[20:24])


def _ipv6(digits: str) -> str:
    return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))


def _route(root: Path) -> str:
    for line in _text(root / "proc/net/route").splitlines()[1:]:
        words = line.split()
        if len(words) > 2 and words[1] == "00000000":
            return f"default by {socket.inet_ntoa(struct.pack('<I', int(words[2], 16)))} over {words[0]}"
    return ""


def _proxy(environ: Mapping[str, str]) -> str:
    named = sorted(name for name in environ if name.lower() in _PROXIES and environ[name])
    told = f"the environment names one ({', '.join(named)}), which the browser ignores" if named else "none set"
    return f"{told}; browser started with --no-proxy-server; a hidden one of the provider cannot be excluded"


def _day(stamp: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(stamp, UTC).date().isoformat()


def _line(file: Path) -> str:
    return _text(file).partition("\n")[0].strip()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

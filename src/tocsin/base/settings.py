"""Settings of an installation, read once from `TOCSIN_*` variables and one TOML file into a frozen value."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tocsin.base.errors import SettingsError

PREFIX = "TOCSIN_"
_SECRETS = ("database_url", "smtp_password", "notify_urls")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be set. Each field is `TOCSIN_` plus its name in capitals, or its name in the TOML file.

    data_dir: folder of the database, the key file and the models of this installation.
    database_url: "" for SQLite in `data_dir`, else postgresql://user:password@host:port/name.
    language: of the command line and of mails, fr or en.
    contact: address or page shown to the servers that are read (User-Agent); asked for by several platforms.
    web_address: where people open the pages, such as https://tocsin.example.org; mails link to it; "" for none.
    web_hosts: other names under which the pages are asked for; the host of web_address is always one.
    allow_hosts: hosts exempt from the address guard, for a feed on one's own network.
    adapters: names of the kinds of source of other packages that may be used; their code runs with tocsin's rights.
    mail_to: who is told of alerts, besides what each brand says. notify_urls: apprise addresses.
    checkpoint_peers: addresses to which the signed heads of the log of captures are posted, out of the house.
    keep_unmatched, unmatched_posts, unmatched_hours: the ring of posts no watch wanted, for previews.
    unpacked_mb, unpacked_ratio: how far a compressed file may unpack: mebibytes in all, times its packed size.
    capture_browser: file of the browser that captures pages, "" for the machine's Chromium. capture_clocks: time
    servers asked before and after a capture. capture_echo: a page that answers with our public address, "" for none.
    """

    data_dir: Path
    database_url: str = ""
    language: str = "fr"
    contact: str = ""
    web_address: str = ""
    web_hosts: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: bool = True
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()
    notify_urls: tuple[str, ...] = ()
    checkpoint_peers: tuple[str, ...] = ()
    keep_unmatched: bool = True
    unmatched_posts: int = 50_000
    unmatched_hours: int = 48
    unpacked_mb: int = 20_000
    unpacked_ratio: int = 200
    capture_browser: str = ""
    capture_clocks: tuple[str, ...] = ("ptbtime1.ptb.de", "time.nist.gov")
    capture_echo: str = ""

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name not in _SECRETS)
        return f"Settings({', '.join(shown)})"


def load_settings(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
    """Return the settings: the TOML `file` (or TOCSIN_CONFIG, or tocsin.toml of the data folder), then the variables.

    A variable `NAME_FILE` holds the path of a file whose content is the value of NAME, for secrets.
    Raises SettingsError on an unknown name or a value of the wrong type.
    """
    given = _from_environ(environ)
    data_dir = Path(str(given.get("data_dir") or _default_data_dir(environ))).expanduser()
    path = file or (Path(environ["TOCSIN_CONFIG"]) if environ.get("TOCSIN_CONFIG") else data_dir / "tocsin.toml")
    values: dict[str, object] = {"data_dir": str(data_dir), "language": _language(environ)}
    values.update(_from_toml(path, must_exist=file is not None or "TOCSIN_CONFIG" in environ))
    values.update(given)
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise SettingsError("A setting has the wrong type: {error}. Mend it and start again.", error=error) from None
    return _checked(settings)


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise NotImplementedError(kind)  # msgspec asks for this of a hook that does not know the type


def _default_data_dir(environ: Mapping[str, str]) -> str:
    base = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return f"{base}/tocsin"


def _language(environ: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "en" if environ[name].startswith("en") else "fr"
    return "fr"


def _from_environ(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    known = set(Settings.__struct_fields__)
    for name, raw in environ.items():
        if not name.startswith(PREFIX) or name in ("TOCSIN_CONFIG", "TOCSIN_DEBUG"):
            continue
        field = name.removeprefix(PREFIX).lower()
        text = raw
        if field not in known and field.endswith("_file") and field.removesuffix("_file") in known:
            field = field.removesuffix("_file")
            try:
                text = Path(raw).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(
                    "{name}={path} cannot be read ({error}); give the path of a readable file.",
                    name=name,
                    path=raw,
                    error=error.strerror,
                ) from None
        if field not in known:
            raise SettingsError("{name} is not a setting; see docs/en/settings.md for the list.", name=name)
        values[field] = _split(text) if _is_list(field) else text
    return values


_LISTS = ("adapters", "allow_hosts", "capture_clocks", "checkpoint_peers", "mail_to", "notify_urls", "web_hosts")


def _is_list(field: str) -> bool:
    return field in _LISTS


def _split(text: str) -> list[str]:
    return [part for part in text.replace(",", " ").split() if part]


def _from_toml(path: Path, *, must_exist: bool) -> dict[str, object]:
    if not path.is_file():
        if must_exist:
            raise SettingsError("The settings file {path} is not there; give the path of an existing one.", path=path)
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError("{path} is not a readable TOML file: {error}.", path=path, error=error) from None
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsError("{name} in {path} is not a setting; remove it.", name=unknown[0], path=path)
    return values


def _checked(settings: Settings) -> Settings:
    if settings.language not in ("fr", "en"):
        raise SettingsError("language={value!r} is not offered; write fr or en.", value=settings.language)
    for name in ("unpacked_mb", "unpacked_ratio"):
        if getattr(settings, name) < 1:
            raise SettingsError(
                "{name}={value} lets no file in; write 1 or more.", name=name, value=getattr(settings, name)
            )
    if settings.web_address and not re.fullmatch(r"https?://[^/\s]+", settings.web_address):
        raise SettingsError(
            "web_address={value!r} is not an address without path; write https://tocsin.example.org.",
            value=settings.web_address,
        )
    if settings.database_url and not settings.database_url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            "database_url must begin with postgresql:// (or be empty for SQLite); mend TOCSIN_DATABASE_URL."
        )
    return settings

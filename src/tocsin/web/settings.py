"""What Django is told by the web door, on top of what the store tells it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from csp.constants import NONE, SELF
from django.conf import settings as django_conf

from tocsin.base.errors import SettingsError
from tocsin.base.settings import Settings
from tocsin.store.connect import django_settings
from tocsin.web.house.static_files import keeps, static_url

HERE = Path(__file__).parent
KEY_FILE = "web.key"
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}


def web_settings(settings: Settings, *, key: str) -> dict[str, Any]:
    """Return the whole of Django's settings for an installation. key: signs cookies and tokens; never in a log."""
    return {**django_settings(settings), **_parts(), **_words_and_files(), **_people(), **_safety(settings, key)}


def _parts() -> dict[str, Any]:
    return {
        "INSTALLED_APPS": [
            # Their models are needed to import what signs people in; their tables are never made.
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "django_htmx",
            "csp",
            "tocsin.store",
            "tocsin.web",
        ],
        "MIGRATION_MODULES": {"auth": None, "contenttypes": None},
        "MIDDLEWARE": [
            "tocsin.web.middleware.InstallationMiddleware",
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.gzip.GZipMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "csp.middleware.CSPMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django_htmx.middleware.HtmxMiddleware",
            "tocsin.web.middleware.PersonMiddleware",
        ],
        "ROOT_URLCONF": "tocsin.web.urls",
        "DATABASE_ROUTERS": ["tocsin.web.installation.InstallationRouter"],
        "DEBUG": False,
    }


def _words_and_files() -> dict[str, Any]:
    options = {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.messages.context_processors.messages",
            "tocsin.web.context.frame",
        ],
        "builtins": [
            "django.templatetags.i18n",
            "django.templatetags.static",
            "tocsin.web.templatetags.tocsin",
        ],
    }
    engine = "django.template.backends.django.DjangoTemplates"
    return {
        "TEMPLATES": [{"BACKEND": engine, "DIRS": [HERE / "templates"], "OPTIONS": options}],
        "STATIC_URL": static_url(),
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_IMMUTABLE_FILE_TEST": keeps,
        "LOCALE_PATHS": [HERE.parent / "locale"],
        "LANGUAGES": [("fr", "Français"), ("en", "English")],
        "USE_I18N": True,
    }


def _people() -> dict[str, Any]:
    return {
        "AUTH_USER_MODEL": "store.Person",
        "AUTHENTICATION_BACKENDS": ["tocsin.web.enter.backend.PersonBackend"],
        "LOGIN_URL": "enter:sign_in",
        "SESSION_ENGINE": "tocsin.web.enter.session",
        "SESSION_COOKIE_NAME": "tocsin_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    }


def _safety(settings: Settings, key: str) -> dict[str, Any]:
    is_https = settings.web_address.startswith("https://")
    return {
        "SECRET_KEY": key,
        "ALLOWED_HOSTS": [*_LOOPBACK, *_named_host(settings), *settings.web_hosts],
        "CSRF_TRUSTED_ORIGINS": [settings.web_address] if settings.web_address else [],
        "SESSION_COOKIE_SECURE": is_https,
        "CSRF_COOKIE_NAME": "tocsin_csrf",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SECURE": is_https,
        "CSRF_FAILURE_VIEW": "tocsin.web.house.errors.forged",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SECURE_HSTS_SECONDS": 31_536_000 if is_https else 0,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if is_https else None,
        "X_FRAME_OPTIONS": "DENY",
        "CONTENT_SECURITY_POLICY": _POLICY,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_500_000,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2_000,
        "FILE_UPLOAD_HANDLERS": ["tocsin.web.house.upload.CappedUploadHandler"],
    }


def _named_host(settings: Settings) -> list[str]:
    host = urlsplit(settings.web_address).hostname
    return [host] if host else []


def configure(settings: Settings) -> None:
    """Configure Django for the web process; to be called once, before anything of Django is used."""
    django_conf.configure(**web_settings(settings, key=_key(settings)))
    django.setup()


def _key(settings: Settings) -> str:
    """Return the key of this installation from its own file, made at first use and readable by its owner alone."""
    path = settings.data_dir / KEY_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            "The key file {path} cannot be written ({error}); give a writable data folder with TOCSIN_DATA_DIR.",
            path=path,
            error=error.strerror,
        ) from None
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key

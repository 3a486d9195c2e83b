"""Settings: from variables, from a file, and refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.base.errors import SettingsError
from tocsin.base.settings import load_settings


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text('language = "en"\nsmtp_port = 25\n', encoding="utf-8")
    settings = load_settings({"TOCSIN_DATA_DIR": str(tmp_path), "TOCSIN_SMTP_PORT": "2525"})
    assert (settings.language, settings.smtp_port, settings.data_dir) == ("en", 2525, tmp_path)


def test_a_list_is_written_with_commas_or_spaces(tmp_path: Path) -> None:
    settings = load_settings(
        {"TOCSIN_DATA_DIR": str(tmp_path), "TOCSIN_MAIL_TO": "alice@example.org, bruno@example.org"}
    )
    assert settings.mail_to == ("alice@example.org", "bruno@example.org")


def test_a_secret_may_stand_in_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n", encoding="utf-8")
    settings = load_settings(
        {"TOCSIN_DATA_DIR": str(tmp_path), "TOCSIN_SMTP_PASSWORD_FILE": str(tmp_path / "password")}
    )
    assert settings.smtp_password == "hunter2"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"TOCSIN_COLOUR": "red"}, "TOCSIN_COLOUR is not a setting"),
        ({"TOCSIN_SMTP_PORT": "many"}, "wrong type"),
        ({"TOCSIN_LANGUAGE": "de"}, "write fr or en"),
        ({"TOCSIN_DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"TOCSIN_SMTP_PASSWORD_FILE": "/nowhere/at/all"}, "cannot be read"),
        ({"TOCSIN_CONFIG": "/nowhere/at/all.toml"}, "is not there"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(tmp_path: Path, environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings({"TOCSIN_DATA_DIR": str(tmp_path), **environ})


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text('colour = "red"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="colour"):
        load_settings({"TOCSIN_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(("locale", "language"), [("fr_FR.UTF-8", "fr"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "fr")])
def test_the_language_is_the_locale_s_and_french_otherwise(tmp_path: Path, locale: str, language: str) -> None:
    assert load_settings({"TOCSIN_DATA_DIR": str(tmp_path), "LANG": locale}).language == language

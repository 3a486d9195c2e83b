"""What all tests share: a derandomised profile for the property tests, fresh translations, and no silent skip in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import django
import pytest
from django.conf import settings as django_conf
from hypothesis import HealthCheck, settings

from tocsin.base.settings import Settings
from tocsin.web.settings import web_settings

pytest_plugins = ["tests.feed_server"]

settings.register_profile(
    "tocsin", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tocsin")

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations before any worker starts, so that tests see what was last written; configure Django."""
    if not hasattr(config, "workerinput"):
        subprocess.run([sys.executable, str(ROOT / "scripts" / "compile_catalogues.py")], check=True)
    if not django_conf.configured:
        # Django is configured once a process: with the pages, so that these can be asked in any test. Its default
        # database is never opened: every store has an alias of its own.
        django_conf.configure(**web_settings(Settings(data_dir=ROOT / ".nowhere"), key="only for tests " * 4))
        django.setup()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where TESTS_REQUIRE names postgres, a test that skips because there is no PostgreSQL has failed."""
    report = yield
    required = os.environ.get("TESTS_REQUIRE", "").split()
    if report.skipped and "postgres" in required and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "postgres" in reason.lower():
            report.outcome = "failed"
            report.longrepr = f"{reason}. TESTS_REQUIRE=postgres forbids this skip: install a PostgreSQL server."
    return report

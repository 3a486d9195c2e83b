"""Examine an installation: what the store finds in itself, and what of the settings leaves people deaf or untold."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.flows.alerting.team import channels_of
from tocsin.flows.capture_means import capture_means
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.check import check_vault
from tocsin.flows.i18n import N_
from tocsin.store.upkeep.doctor import Finding

SILENT_AFTER = timedelta(days=1)


def examine(engine: Engine, now: datetime) -> list[Finding]:
    """Return the findings, grave ones first."""
    found = [*engine.store.doctor(), *check_vault(engine, now), *_setup(engine), *_sources(engine, now)]
    return sorted(found, key=lambda finding: (not finding.grave, finding.code))


def _setup(engine: Engine) -> list[Finding]:
    found: list[Finding] = []
    if not engine.store.watches():
        found.append(_finding("no_watch", N_("No watch exists: nothing is kept. Add one with `tocsin watch add`.")))
    slugs = [brand.slug for brand in engine.store.brands()]
    if not all(channels_of(engine, slug) for slug in slugs) or not (slugs or engine.settings.mail_to):
        found.append(_finding("nobody_told", N_("Nobody is told of alerts: set TOCSIN_MAIL_TO or TOCSIN_NOTIFY_URLS.")))
    if engine.settings.mail_to and not engine.settings.smtp_host:
        found.append(
            _finding("no_mail_server", N_("TOCSIN_MAIL_TO is set without TOCSIN_SMTP_HOST: no mail can leave."))
        )
    if not engine.settings.contact:
        found.append(
            _finding(
                "no_contact", N_("TOCSIN_CONTACT is empty: servers that are read cannot reach you; give an address.")
            )
        )
    means = capture_means(engine.settings)
    if means.lack is not None:
        found.append(_finding("no_browser", means.template, **means.params))
    return found


def _sources(engine: Engine, now: datetime) -> list[Finding]:
    found: list[Finding] = []
    for row in engine.store.sources():
        silent = row.last_good_at is None or now - row.last_good_at > SILENT_AFTER
        if row.enabled and silent:
            found.append(
                _finding("source_silent", N_("Source {name} has not answered for a day."), name=row.source.name)
            )
    return found


def _finding(code: str, template: str, **params: str) -> Finding:
    return Finding(code=code, grave=False, template=template, params=params)

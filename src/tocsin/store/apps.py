"""The one Django app of tocsin."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Everything that is kept: `tocsin.store`, label `store`."""

    name = "tocsin.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

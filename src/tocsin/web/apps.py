"""The web door as a Django app: its template tags and its pages."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """No models: what people store lies in the store."""

    name = "tocsin.web"
    label = "web"

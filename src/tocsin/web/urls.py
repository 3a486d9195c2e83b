"""The addresses, room by room. Who may enter stands in access.py."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import include, path

from tocsin.web.house import home
from tocsin.web.house.hub import callback

_BRAND_ROOMS = (
    "today",
    "stream",
    "stories",
    "alerts",
    "dossiers",
    "watches",
    "sources",
    "media",
    "people",
    "personal",
    "audit",
)
_ROOMS = ("enter", "welcome", "demo")


def _room(name: str) -> list[object]:
    module = f"tocsin.web.{name}.urls"
    return (
        [include((import_module(module).urlpatterns, name))]
        if find_spec(f"tocsin.web.{name}") and find_spec(module)
        else []
    )


urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", home.health, name="health"),
    path("manifest.webmanifest", home.manifest, name="manifest"),
    path("theme", home.theme, name="theme"),
    path("hub/<str:token>", callback, name="hub"),
    path("b/<slug:brand>/more", home.more, name="more"),
    *(path("", included) for name in _ROOMS for included in _room(name)),
    *(path("b/<slug:brand>/", included) for name in _BRAND_ROOMS for included in _room(name)),
]

handler400 = "tocsin.web.house.errors.bad"
handler403 = "tocsin.web.house.errors.refused"
handler404 = "tocsin.web.house.errors.missing"
handler500 = "tocsin.web.house.errors.broken"

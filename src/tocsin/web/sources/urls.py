"""Addresses of the sources."""

from django.urls import path

from tocsin.web.sources import add, one, views

urlpatterns = [
    path("sources", views.board, name="list"),
    path("sources/new", add.kinds, name="new"),
    path("sources/opml", add.opml, name="opml"),
    path("sources/new/<slug:kind>", add.kind, name="kind"),
    path("sources/act", views.act, name="act"),
    path("sources/one", one.one, name="one"),
    path("sources/one/keep", one.keep, name="keep"),
    path("sources/one/key", one.key, name="key"),
    path("sources/one/past", one.past, name="past"),
]

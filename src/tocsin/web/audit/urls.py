"""The addresses of the audit trail."""

from __future__ import annotations

from django.urls import path

from tocsin.web.audit import views

urlpatterns = [
    path("audit/", views.page, name="page"),
    path("audit.csv", views.export, name="export"),
]

"""The addresses of personal data, below a brand."""

from __future__ import annotations

from django.urls import path

from tocsin.web.personal import acts, views

urlpatterns = [
    path("personal/", views.page, name="page"),
    path("personal/authors/<int:number>", views.author, name="author"),
    path("personal/authors/<int:number>/export", acts.export, name="export"),
    path("personal/authors/<int:number>/erase", acts.erase, name="erase"),
    path("personal/authors/<int:number>/object", acts.object_to, name="object"),
    path("personal/objections/<int:number>/lift", acts.lift, name="lift"),
    path("personal/keep/<slug:purpose>", acts.keep, name="keep"),
    path("personal/drafts/<slug:kind>.<slug:ending>", views.draft, name="draft"),
]

"""Addresses of the watches."""

from django.urls import path

from tocsin.web.watches import names, record, views

urlpatterns = [
    path("watches", views.listing, name="list"),
    path("watches/new", views.new, name="new"),
    path("watches/preview", views.preview, name="preview"),
    path("watches/alone", views.alone, name="alone"),
    path("watches/record", record.page, name="record"),
    path("watches/record/budget", record.keep_budget, name="budget"),
    path("watches/record/judge", record.judge, name="judge"),
    path("watches/<int:number>", views.edit, name="edit"),
    path("watches/<int:number>/name", names.rename_watch, name="rename"),
    path("name", names.rename_brand, name="rename_brand"),
    path("watches/<int:number>/rings", views.rings, name="rings"),
    path("watches/<int:number>/off", views.switch_off, name="delete"),
    path("watches/<int:number>/on", views.switch_on, name="restore"),
]

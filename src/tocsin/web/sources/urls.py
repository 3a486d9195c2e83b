"""Addresses of the sources."""

from django.urls import path

from tocsin.web.sources import views

urlpatterns = [
    path("sources", views.board, name="list"),
    path("sources/new", views.new, name="new"),
    path("sources/add", views.add, name="add"),
    path("sources/act", views.act, name="act"),
]

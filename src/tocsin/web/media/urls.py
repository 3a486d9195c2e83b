"""Addresses of the titles of the press."""

from django.urls import path

from tocsin.web.media import views

urlpatterns = [
    path("media", views.board, name="list"),
    path("media/file", views.file, name="file"),
    path("media/say", views.say, name="say"),
    path("media/act", views.act, name="act"),
    path("media/read", views.read, name="read"),
]

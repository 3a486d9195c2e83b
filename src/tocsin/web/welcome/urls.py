"""Addresses of the first steps."""

from django.urls import path

from tocsin.web.welcome import files, views

urlpatterns = [
    path("welcome", views.start, name="start"),
    path("welcome/words", views.words, name="words"),
    path("welcome/look", views.look, name="look"),
    path("welcome/<slug:brand>/sources", views.sources, name="sources"),
    path("files/new", files.new, name="file"),
    path("files/<str:token>", files.plan, name="plan"),
    path("files/<str:token>/import", files.run, name="run"),
    path("files/<str:token>/progress", files.progress, name="progress"),
]

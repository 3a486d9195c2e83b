"""Addresses of the demonstration."""

from django.urls import path

from tocsin.web.demo import views

urlpatterns = [
    path("demo/enter/<str:token>", views.enter, name="enter"),
    path("demo/speed", views.speed, name="speed"),
    path("demo/site/<slug:page>", views.site, name="site"),
]

"""Addresses of today."""

from django.urls import path

from tocsin.web.today import views

urlpatterns = [
    path("", views.page, name="page"),
    path("board", views.board, name="board"),
    path("chart/<slug:kind>/<slug:number>.svg", views.chart, name="chart"),
]

"""Addresses of the alerts."""

from django.urls import path

from tocsin.web.alerts import views

urlpatterns = [
    path("alerts/", views.show_list, name="list"),
    path("alerts/<slug:number>/", views.page, name="page"),
    path("alerts/<slug:number>/act", views.act, name="act"),
    path("alerts/<slug:number>/reopen", views.reopen, name="reopen"),
    path("alerts/<slug:number>/confirm/<slug:wanted>", views.confirm, name="confirm"),
]

"""Addresses of the alerts."""

from django.urls import path

from tocsin.web.alerts import views, who

urlpatterns = [
    path("alerts/", views.show_list, name="list"),
    path("alerts/who/", who.who, name="who"),
    path("alerts/who/change", who.change, name="change"),
    path("alerts/who/channel", who.channel, name="channel"),
    path("alerts/<slug:number>/", views.page, name="page"),
    path("alerts/<slug:number>/act", views.act, name="act"),
    path("alerts/<slug:number>/reopen", views.reopen, name="reopen"),
    path("alerts/<slug:number>/confirm/<slug:wanted>", views.confirm, name="confirm"),
]

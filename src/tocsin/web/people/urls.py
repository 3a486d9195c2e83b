"""The addresses of the people of a brand."""

from __future__ import annotations

from django.urls import path

from tocsin.web.people import account, views

urlpatterns = [
    path("people/", views.listing, name="list"),
    path("people/invite", views.invite, name="invite"),
    path("people/invitations/<int:number>/take-back", views.take_back, name="take_back"),
    path("people/<int:number>/role", views.role, name="role"),
    path("people/<int:number>/role/<str:role>", views.role_again, name="role_again"),
    path("people/<int:number>/", account.page, name="account"),
    path("people/<int:number>/act", account.act, name="act"),
]

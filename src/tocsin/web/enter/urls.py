"""The addresses of the door, and of one's own settings."""

from __future__ import annotations

from django.urls import path

from tocsin.web.enter import links, me, second_factor, sign_in

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/code", sign_in.code, name="code"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("join/<str:token>", links.join, name="join"),
    path("password", links.forgot, name="forgot"),
    path("password/<str:token>", links.password, name="password"),
    path("address/<str:token>", links.address, name="address"),
    path("me", me.me, name="me"),
    path("me/address", me.address, name="me_address"),
    path("me/password", me.password, name="me_password"),
    path("me/test-mail", me.test_mail, name="test_mail"),
    path("me/sessions", me.sessions, name="sessions"),
    path("me/second-factor", second_factor.second_factor, name="second_factor"),
    path("me/second-factor/codes", second_factor.codes, name="recovery_codes"),
    path("me/second-factor/off", second_factor.off, name="second_factor_off"),
    path("installation", me.installation, name="installation"),
]

"""The addresses of the stream, below a brand."""

from __future__ import annotations

from django.urls import path

from tocsin.web.stream import acts, views

urlpatterns = [
    path("stream/", views.show_list, name="list"),
    path("stream/since", views.since, name="since"),
    path("stream/act", acts.act_on_many, name="act"),
    path("stream/undo/<int:number>", acts.undo, name="undo"),
    path("stream/views", acts.keep_view, name="keep_view"),
    path("stream/views/<int:number>", acts.change_view, name="change_view"),
    path("stream/<int:row>", views.show_mention, name="mention"),
    path("stream/<int:row>/similar", views.show_similar, name="similar"),
    path("stream/<int:row>/act", acts.act_on_one, name="act_on_one"),
    path("stream/<int:row>/here", acts.note_here, name="here"),
]

"""Addresses of stories and surges."""

from django.urls import path

from tocsin.web.stories import change, together, views

urlpatterns = [
    path("stories/", views.show_list, name="list"),
    path("stories/<slug:number>/", views.page, name="page"),
    path("stories/<slug:number>/rename", change.rename, name="rename"),
    path("stories/<slug:number>/merge", change.merge, name="merge"),
    path("stories/<slug:number>/merge/do", change.do_merge, name="do_merge"),
    path("stories/<slug:number>/split", change.split, name="split"),
    path("stories/<slug:number>/split/do", change.do_split, name="do_split"),
    path("stories/moves/<int:move>/undo", change.undo, name="undo"),
    path("together", together.across, name="together"),
    path("surges/<slug:number>/", views.surge, name="surge"),
]

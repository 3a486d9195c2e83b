"""Addresses of dossiers and captures."""

from django.urls import path

from tocsin.web.dossiers import captures, views

urlpatterns = [
    path("dossiers/", views.show_list, name="list"),
    path("dossiers/new", views.new, name="new"),
    path("dossiers/<slug:number>/", views.page, name="page"),
    path("dossiers/<slug:number>/note", views.note, name="note"),
    path("dossiers/<slug:number>/change", views.change, name="change"),
    path("dossiers/<slug:number>/close", views.close, name="close"),
    path("dossiers/<slug:number>/reopen", views.reopen, name="reopen"),
    path("dossiers/<slug:number>/take", captures.take, name="take"),
    path("dossiers/<slug:number>/attach", captures.attach, name="attach"),
    path("captures/new", captures.take_loose, name="take_loose"),
    path("captures/<slug:capture>/", captures.page, name="capture"),
    path("captures/<slug:capture>/again", captures.again, name="again"),
    path("captures/<slug:capture>/put", captures.put, name="put"),
    path("captures/<slug:capture>/erase", captures.erase, name="erase"),
    path("captures/<slug:capture>/files/<str:name>", captures.file, name="file"),
]

"""Addresses of dossiers and captures."""

from django.urls import path

from tocsin.web.dossiers import captures, export, law, letters, views

urlpatterns = [
    path("dossiers/", views.show_list, name="list"),
    path("dossiers/new", views.new, name="new"),
    path("dossiers/calendar", law.calendar, name="calendar"),
    path("dossiers/calendar.ics", law.calendar_file, name="calendar_file"),
    path("dossiers/<slug:number>/", views.page, name="page"),
    path("dossiers/<slug:number>/note", views.note, name="note"),
    path("dossiers/<slug:number>/change", views.change, name="change"),
    path("dossiers/<slug:number>/close", views.close, name="close"),
    path("dossiers/<slug:number>/reopen", views.reopen, name="reopen"),
    path("dossiers/<slug:number>/take", captures.take, name="take"),
    path("dossiers/<slug:number>/attach", captures.attach, name="attach"),
    path("dossiers/<slug:number>/grounds", law.grounds, name="grounds"),
    path("dossiers/<slug:number>/grounds/choose", law.choose, name="choose"),
    path("dossiers/<slug:number>/grounds/tick", law.tick, name="tick"),
    path("dossiers/<slug:number>/clocks", law.clocks, name="clocks"),
    path("dossiers/<slug:number>/clocks/start", law.start, name="start"),
    path("dossiers/<slug:number>/clocks/<int:clock>", law.act, name="act"),
    path("dossiers/<slug:number>/letters", letters.kinds, name="letters"),
    path("dossiers/<slug:number>/letters/new/<slug:kind>", letters.write, name="write"),
    path("dossiers/<slug:number>/letters/<int:letter>", letters.page, name="letter"),
    path("dossiers/<slug:number>/letters/<int:letter>/act", letters.act, name="letter_act"),
    path("dossiers/<slug:number>/letters/<int:letter>.<slug:ending>", letters.file, name="letter_file"),
    path("dossiers/<slug:number>/export", export.page, name="export"),
    path("dossiers/<slug:number>/export.zip", export.file, name="export_file"),
    path("captures/new", captures.take_loose, name="take_loose"),
    path("captures/<slug:capture>/", captures.page, name="capture"),
    path("captures/<slug:capture>/again", captures.again, name="again"),
    path("captures/<slug:capture>/put", captures.put, name="put"),
    path("captures/<slug:capture>/erase", captures.erase, name="erase"),
    path("captures/<slug:capture>/files/<str:name>", captures.file, name="file"),
]

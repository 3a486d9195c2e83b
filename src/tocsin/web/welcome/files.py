"""Bring a file in: send it, see how it would be read, put its columns right, watch it come in."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import InputError
from tocsin.collect.file import Field
from tocsin.flows.import_file import import_file, plan_import
from tocsin.store.rows import AuditEntry
from tocsin.web.house.upload import LIMIT_BYTES
from tocsin.web.request import WebRequest
from tocsin.web.watches.jobs import JOBS, PATIENCE_S, Job
from tocsin.web.welcome.state import read_state, write_state
from tocsin.web.welcome.uploads import Upload, find_upload, forget_file, keep_upload, with_overrides

_REJECTS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: WebRequest) -> HttpResponse:
    """Take a file, and lead to how it would be read."""
    limit = LIMIT_BYTES >> 20
    if request.method != "POST":
        return render(request, "welcome/file.html", {"limit_mb": limit, "state": read_state(request)})
    given = request.FILES.get("file")
    if given is None or not given.size:
        said = _("No file was sent, or it is empty; choose one and send it again.")
        return render(request, "welcome/file.html", {"limit_mb": limit, "error": said}, status=400)
    upload = keep_upload(request.engine.settings.data_dir, given, request.now)
    return HttpResponseRedirect(reverse("welcome:plan", kwargs={"token": upload.token}))


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: WebRequest, token: str) -> HttpResponse:
    """Show how the file would be read; take corrections of its columns."""
    upload = _find(request, token)
    if request.method == "POST":
        upload = with_overrides(upload, _overrides(request.POST))
        if "use" in request.POST:
            return _use(request, upload)
    shown: dict[str, Any] = {"upload": upload, "fields": _fields(), "is_first_run": read_state(request).is_begun}
    try:
        found = plan_import(request.engine, upload.path, None, upload.about.overrides, request.now)
    except InputError as error:
        return render(request, "welcome/plan.html", shown | {"error": request.t.error(error)}, status=400)
    shown |= {
        "plan": found,
        "remarks": [request.t.text(remark.template, **remark.params) for remark in found.warnings],
        "rejects": [
            (reject.line, request.t.text(reject.why, **reject.params), reject.raw) for reject in found.rejects[:5]
        ],
        "has_watch": bool(request.engine.store.watches()),
    }
    return render(request, "welcome/plan.html", shown)


@require_POST
def run(request: WebRequest, token: str) -> HttpResponse:
    """Begin the import and lead to its progress."""
    upload = _find(request, token)
    begin_import(request, upload)
    return HttpResponseRedirect(reverse("welcome:progress", kwargs={"token": token}))


@require_GET
def progress(request: WebRequest, token: str) -> HttpResponse:
    """Show how far an import is, and what came of it."""
    upload = _find(request, token)
    job = JOBS.find(("import", token))
    if job is not None and request.htmx:
        job.wait(PATIENCE_S)
    shown = {"upload": upload, "job": job, "rejects": _read_rejects(upload) if job and job.is_over else []}
    if job is not None and job.error is not None:
        shown["error"] = request.t.error(job.error)
    return render(request, "welcome/progress_part.html" if request.htmx else "welcome/progress.html", shown)


def begin_import(request: WebRequest, upload: Upload) -> Job:
    """Begin to import a file that was sent, once; return the work."""
    engine, now = request.engine, request.now

    def work(note: Any) -> object:
        found = plan_import(engine, upload.path, None, upload.about.overrides, now)
        done = import_file(
            engine, upload.path, found, now, rejects_path=upload.rejects, progress=lambda so_far: note(so_far.read)
        )
        forget_file(upload)
        return done

    entry = AuditEntry(at=now, by=request.reader.mark, action="file.import", subject=upload.about.file)
    engine.store.note_audit(entry)
    return JOBS.ask(("import", upload.token), work, engine.store.close)


def _use(request: WebRequest, upload: Upload) -> HttpResponse:
    """In the first steps the file is looked at first, and imported with the brand; later it is imported at once."""
    state = read_state(request)
    if state.is_begun:
        write_state(request, msgspec.structs.replace(state, file=upload.token))
        return HttpResponseRedirect(reverse("welcome:look"))
    begin_import(request, upload)
    return HttpResponseRedirect(reverse("welcome:progress", kwargs={"token": upload.token}))


def _find(request: WebRequest, token: str) -> Upload:
    upload = find_upload(request.engine.settings.data_dir, token)
    if upload is None:
        raise Http404
    return upload


def _overrides(form: QueryDict) -> dict[str, str]:
    """Return field to columns from the form, which says column by column what it holds."""
    found: dict[str, list[str]] = {}
    for place in range(500):
        column, field = form.get(f"column-{place}"), form.get(f"field-{place}", "")
        if column is None:
            break
        if field in Field.__members__.values():
            found.setdefault(field, []).append(column)
    kept = {field.value: "|".join(found.get(field.value, [])) for field in Field} if found else {}
    if form.get("date_order"):
        kept["date_order"] = form["date_order"]
    return kept


def _read_rejects(upload: Upload) -> list[dict[str, Any]]:
    try:
        with upload.rejects.open(encoding="utf-8") as lines:
            return [json.loads(line) for line, _ in zip(lines, range(_REJECTS_SHOWN), strict=False)]
    except FileNotFoundError:
        return []


def _fields() -> list[tuple[str, str]]:
    return [
        (Field.TEXT.value, _("text of the post")),
        (Field.TITLE.value, _("title")),
        (Field.CREATED_AT.value, _("date")),
        (Field.CLOCK.value, _("hour")),
        (Field.URL.value, _("address")),
        (Field.ID.value, _("id")),
        (Field.AUTHOR.value, _("author's handle")),
        (Field.AUTHOR_NAME.value, _("author's name")),
        (Field.FOLLOWERS.value, _("followers")),
        (Field.PLATFORM.value, _("platform")),
        (Field.KIND.value, _("kind of post")),
        (Field.LANG.value, _("language")),
        (Field.LIKES.value, _("likes")),
        (Field.SHARES.value, _("shares")),
        (Field.REPLIES.value, _("replies")),
        (Field.VIEWS.value, _("views")),
        (Field.STARS.value, _("stars")),
        (Field.PLACE.value, _("place")),
    ]

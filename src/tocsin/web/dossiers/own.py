"""The dossier that an address names, if it is one of the brand's."""

from __future__ import annotations

from django.http import Http404

from tocsin.base.errors import NotFoundError
from tocsin.flows.evidence.dossiers import own_dossier
from tocsin.store.dossiers.rows import DossierRow
from tocsin.web.request import WebRequest


def dossier_or_404(request: WebRequest, number: str) -> DossierRow:
    """Return a dossier of the brand in the address; one of another brand is not there either."""
    try:
        return own_dossier(request.engine, request.brand.slug, number)
    except NotFoundError:
        raise Http404 from None

"""One tree of errors: each says what happened, with which value, and what to do.

A message is a template plus its parameters, never a finished sentence: the doors translate the template through their
catalogue and fill in the parameters, so that rooms hold no translated text. `str(error)` is the English sentence.
"""

from __future__ import annotations


class TocsinError(Exception):
    """Something a person can understand and mend. `template` is the catalogue key, `params` fill it."""

    code = "error"

    def __init__(self, template: str, /, **params: object) -> None:
        super().__init__(template, params)
        self.template = template
        self.params = params

    def __str__(self) -> str:
        return self.template.format(**self.params)


class QueryError(TocsinError):
    """A query that cannot be read. `position` counts code points from 0 in the query as typed."""

    code = "query"

    def __init__(self, template: str, /, *, position: int, **params: object) -> None:
        super().__init__(template, position=position, **params)
        self.position = position


class InputError(TocsinError):
    """A file, a line or a field that cannot be taken as it is."""

    code = "input"


class SettingsError(TocsinError):
    """A setting that is unknown, missing or out of range."""

    code = "settings"


class AddressError(TocsinError):
    """An address this installation refuses to talk to."""

    code = "address"


class SourceError(TocsinError):
    """A source that did not answer as it should.

    permanent: True means stop asking and tell the owner; False means try again later.
    retry_after_s: what the server asked for, in seconds, or None.
    """

    code = "source"

    def __init__(
        self, template: str, /, *, permanent: bool, retry_after_s: float | None = None, **params: object
    ) -> None:
        super().__init__(template, **params)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


class StoreError(TocsinError):
    """The database refused: locked, full, too old, too new, or out of reach."""

    code = "store"


class NotFoundError(TocsinError):
    """A thing was named that is not there."""

    code = "not_found"


class ConflictError(TocsinError):
    """Another process or person changed the same thing first."""

    code = "conflict"

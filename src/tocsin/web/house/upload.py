"""Uploads stop as soon as they pass the limit, before they fill a disk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

LIMIT_BYTES = 200 * 1024 * 1024


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Writes an upload to a temporary file, and raises RequestDataTooBig (answered with 400) beyond the limit."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take the next piece."""
        self._received += len(raw_data)
        if self._received > LIMIT_BYTES:
            raise RequestDataTooBig
        super().receive_data_chunk(raw_data, start)

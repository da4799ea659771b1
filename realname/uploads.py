"""Uploads are cut off at their limit while they arrive, so that nobody fills a disk (RELIABILITY §3.16)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

LARGEST_BODY = 20_000_000


class BoundedUpload(FileUploadHandler):
    """Stands before the other handlers and refuses (400) a request whose files grow beyond 20 MB together."""

    seen = 0

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        """A body that says itself that it is too long is not read."""
        if content_length > LARGEST_BODY:
            raise RequestDataTooBig("the body")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and pass on."""
        self.seen += len(raw_data)
        if self.seen > LARGEST_BODY:
            raise RequestDataTooBig("the files")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler makes the file."""

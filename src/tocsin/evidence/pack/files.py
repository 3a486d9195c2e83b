"""The files of a capture, from a recording."""

from __future__ import annotations

from tocsin.base.capture import Recording
from tocsin.evidence.pack.net import certificates_pem, method_json, net_json
from tocsin.evidence.pack.wacz import wacz_of
from tocsin.evidence.values import File


def files_of(recording: Recording, *, number: str = "", salt: bytes = b"") -> tuple[File, ...]:
    """Return the files of a capture: those the recording has, and no empty ones in the place of others.

    number: of the capture; salt: of its manifest. Both only give the archive's records their names, so that the same
    recording gives the same bytes. Pictures stand beside the archive, once.
    """
    files = [
        File("capture.wacz", wacz_of(recording, number=number, salt=salt)),
        *(File(_picture_path(place), one.png) for place, one in enumerate(recording.pictures, 1)),
        File("text.txt", recording.text.encode("utf-8", "replace")),
        File("dom.html", recording.dom.encode("utf-8", "replace")),
        File("page.pdf", recording.pdf or b""),
        File("page.mhtml", recording.mhtml or b""),
        File("certs.pem", certificates_pem(recording.certificates)),
        File("net.json", net_json(recording)),
        File("method.json", method_json(recording)),
    ]
    return tuple(file for file in files if file.content)


def _picture_path(place: int) -> str:
    return "page.png" if place == 1 else f"page-{place}.png"

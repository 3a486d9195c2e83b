"""Pictures of pages over sheets of paper: each slice at the width of the text, so that it can be read."""

from __future__ import annotations

from tocsin.report.dossier.capture import Block, heading
from tocsin.report.dossier.values import CapturePart
from tocsin.report.dossier.words import Words

_SLICE = 1.32  # height of a slice for its width; a sheet has room for 160 x 245 mm, with the caption
_MOST_SLICES = 10  # of a capture; the files hold the rest
_MOST_BYTES = 48 * 1024 * 1024  # of pictures in one report


class Pictures:
    """Collects the pictures that a report shows."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.files: dict[str, bytes] = {}
        self._left = _MOST_BYTES

    def blocks(self, part: CapturePart, place: int) -> list[Block]:
        """Return the slices of a capture's pictures; what is left out is told."""
        said: list[Block] = []
        left = _MOST_SLICES
        for number, file in enumerate(part.pictures, 1):
            width, height = (int.from_bytes(file.content[start : start + 4]) for start in (16, 20))
            count = self._count(file.content, width, height, left)
            name = f"c{place}-{number}.png"
            step = max(1, int(width * _SLICE))
            for top in range(0, min(height, count * step), step):
                bottom = min(height, top + step)
                caption = self._words.say("picture_said", path=file.path, top=top, bottom=bottom, height=height)
                shape = {"name": name, "top": top, "height": bottom - top, "width": width}
                said.append({"kind": "slice", "caption": caption, **shape})
                self.files[name] = file.content
            if count * step < height:
                rest = height - count * step
                said.append({"kind": "note", "text": self._words.say("picture_more", path=file.path, count=rest)})
            left -= count
        return [{"kind": "break"}, heading(self._words.say("picture"), 3), *said] if said else []

    def _count(self, content: bytes, width: int, height: int, left: int) -> int:
        """Return how many slices there is room for."""
        if not width or not height or len(content) > self._left:
            return 0
        step = max(1, int(width * _SLICE))
        count = min(left, -(-height // step))
        self._left -= len(content) if count else 0
        return count

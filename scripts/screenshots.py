"""Take the pictures of the documentation: the demonstration played out, page by page, in docs/pictures.

`python scripts/screenshots.py [FOLDER]`. Every picture shows the invented company alone. Needs the machine's Chromium.
"""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

_PIXELS = """
  async (picture) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return [image.width, image.height, btoa(text)];
  }
"""
MOST_BYTES = 150 * 1024
ROBOT_S = 120  # far beyond what three pages take


class Picture(NamedTuple):
    """One picture. room: its address below the brand, `{story}` and the like filled in from the store."""

    name: str
    room: str
    language: str = "fr"
    theme: str = "light"
    size: tuple[int, int] = (1200, 780)
    awaits: tuple[str, ...] = ()


WIDE = (1440, 900)
PICTURES = (
    Picture("today", "", size=WIDE),
    Picture("today-en", "", "en", size=WIDE),
    Picture("today-dark", "", theme="dark", size=WIDE),
    Picture("today-phone", "", size=(360, 740)),
    Picture("stream", "stream/{row}?state=all&order=gravest"),
    Picture("stream-en", "stream/{row}?state=all&order=gravest", "en", "dark"),
    Picture("story", "stories/{story}/"),
    Picture("alert", "alerts/{alert}/"),
    Picture("watch", "watches/{watch}"),
    Picture("record", "watches/record", awaits=("#would",)),
    Picture("record-en", "watches/record", "en", awaits=("#would",)),
    Picture("sources", "sources"),
    Picture("dossier", "dossiers/{dossier}/", size=WIDE),
)


def main(folder: Path) -> int:
    """Take all pictures; return 1 when one is too large to be kept."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import chromium_path
    from tests.browser.served import serve_demo

    path = chromium_path()
    if path is None:
        print("no browser here (on Debian and Ubuntu: apt install chromium)", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tocsin-pictures-") as data, sync_playwright() as play:
        served = serve_demo(Path(data))
        chromium = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            large = [file for file in _take(chromium, served, folder) if file.stat().st_size > MOST_BYTES]
        finally:
            chromium.close()
            served.stop()
    for file in large:
        print(f"{file} holds {file.stat().st_size:,} bytes, at most {MOST_BYTES:,} are kept", file=sys.stderr)
    return 1 if large else 0


def _take(chromium: Any, served: Any, folder: Path) -> Iterator[Path]:
    from tests.browser.reader import open_reader

    names = served.ask(lambda engine: _names(engine.store))
    _wait_for_the_robot(served)
    for picture in PICTURES:
        served.speak("alice", picture.language)
        reader = open_reader(chromium, served, theme=picture.theme).enter()
        reader.page.set_viewport_size({"width": picture.size[0], "height": picture.size[1]})
        reader.see(picture.room.format_map(names))
        reader.awake()
        for awaited in picture.awaits:
            reader.page.wait_for_selector(awaited)
        reader.page.evaluate("document.fonts.ready")
        file = folder / f"{picture.name}.png"
        file.write_bytes(_palette_png(reader.page, reader.page.screenshot(scale="css", animations="disabled")))
        reader.close()
        print(f"{file.name}: {file.stat().st_size // 1024} KB")
        yield file


def _wait_for_the_robot(served: Any) -> None:
    """Wait until the pages of the demonstration's dossier are captured and sealed."""
    from tests.browser.served import BRAND
    from tocsin.store.evidence.rows import CaptureScope

    until = time.monotonic() + ROBOT_S
    while time.monotonic() < until:
        rows = served.ask(lambda engine: engine.store.evidence.captures(CaptureScope(brand=BRAND)))
        if rows and all(row.sealed_at is not None for row in rows):
            return
        time.sleep(1)


def _palette_png(page: Any, picture: bytes) -> bytes:
    """Return a picture with the 256 colours that tell it best, which is a third as large and looks the same."""
    page.goto("about:blank")
    width, height, pixels = page.evaluate(_PIXELS, base64.b64encode(picture).decode())
    colours = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    codes, places, counts = np.unique(
        (colours @ [65_536, 256, 1]).astype(np.int64), return_inverse=True, return_counts=True
    )
    known = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    kept = known[np.argsort(-counts, kind="stable")[:256]]
    nearest = np.abs(known[:, None] - kept[None]).sum(axis=2).argmin(axis=1).astype(np.uint8)
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter, none
    rows[:, 1:] = nearest[places].reshape(height, width)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", kept.astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(rows.tobytes(), 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _names(store: Any) -> dict[str, str]:
    """Return what fills the addresses: the newest alarm, its story, the gravest mention, a watch, the dossier."""
    from tests.browser.served import BRAND
    from tocsin.base.seam import LIVE

    alarms = [alert for alert in store.alerts(brand=BRAND, timeline=LIVE) if alert.level == "alarm" and alert.story]
    rows = store.story_mentions(alarms[0].story, limit=100, timeline=LIVE)
    gravest = max(rows, key=lambda row: row.verdict.severity.score)
    watch = store.watching.watches(BRAND)[0].number
    return {
        "story": alarms[0].story,
        "alert": alarms[0].id,
        "row": str(gravest.row),
        "watch": str(watch),
        "dossier": store.dossiers.dossiers(BRAND)[0].number,
    }


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"))

"""Build hook: compile the translations and add the front-end files, so that wheels carry all that pages need."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
from compile_catalogues import compile_all

STATIC = "src/tocsin/web/static"


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each build."""

    PLUGIN_NAME = "catalogues"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every .po under the package to the .mo beside it; in a wheel, hold the front-end files too."""
        root = Path(self.root)
        compile_all(root / "src" / "tocsin" / "locale")
        if self.target_name != "wheel" or version == "editable":
            return
        if not (root / STATIC / "vendor" / "ready").is_file():
            subprocess.run(["sh", "scripts/front/make"], cwd=root, check=True)
        self._folder = TemporaryDirectory()
        build_data["force_include"].update(_compressed(root / STATIC, Path(self._folder.name)))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compressed for the wheel."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def _compressed(static: Path, folder: Path) -> dict[str, str]:
    """Return our styles and scripts, compressed, with their places in the wheel; a checkout keeps them plain."""
    places: dict[str, str] = {}
    for path in sorted(path for kind in ("css", "js") for path in (static / kind).rglob(f"*.{kind}")):
        place = f"tocsin/web/static/{path.relative_to(static).as_posix()}.gz"
        target = folder / place.replace("/", "-")
        target.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        places[str(target)] = place
    return places

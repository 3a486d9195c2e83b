"""Build hook: compile the translations, so that wheels and editable installs carry them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
from compile_catalogues import compile_all


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each build."""

    PLUGIN_NAME = "catalogues"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every .po under the package to the .mo beside it."""
        compile_all(Path(self.root) / "src" / "tocsin" / "locale")

"""`python -m tocsin.web HOST PORT`: the status page as a process of its own."""

from __future__ import annotations

import sys

import uvicorn

from tocsin.base.settings import load_settings
from tocsin.web.page import StatusApp


def main() -> int:
    """Serve until stopped."""
    host, port = sys.argv[1], int(sys.argv[2])
    uvicorn.run(StatusApp(load_settings()), host=host, port=port, log_level="warning", server_header=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m tocsin.web HOST PORT`: the pages as a process of its own."""

from __future__ import annotations

import sys

from tocsin.base.settings import load_settings
from tocsin.web.settings import configure


def main() -> int:
    """Serve until stopped."""
    host, port = sys.argv[1], int(sys.argv[2])
    settings = load_settings()
    configure(settings)
    # Only now: what follows asks Django's settings when it is imported.
    from tocsin.flows.engine import open_engine
    from tocsin.web.asgi import run
    from tocsin.web.installation import Installation, serve

    serve(Installation(open_engine(settings)))
    run(host, port)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

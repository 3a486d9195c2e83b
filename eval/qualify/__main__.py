"""Run `python -m eval.qualify [--misses]`."""

import sys

from eval.qualify.measure import main

raise SystemExit(main(sys.argv[1:]))

"""A small compiled fold for machines that have a C compiler: `python -m tocsin.screen.match.compiled` builds it."""

from tocsin.screen.match.compiled.kernel import Kernel, kernel

__all__ = ["Kernel", "kernel"]

"""A small compiled fold for machines that have a C compiler: `python -m tocsin.screen.match.compiled` builds it."""

from tocsin.screen.match.compiled.kernel import Kernel, KernelFold, json_texts, kernel
from tocsin.screen.match.compiled.texts import JsonTexts

__all__ = ["JsonTexts", "Kernel", "KernelFold", "json_texts", "kernel"]

"""A small compiled fold for machines that have a C compiler: `python -m tocsin.screen.match.compiled` builds it."""

from tocsin.screen.match.compiled.kernel import Kernel, KernelFold, kernel
from tocsin.screen.match.compiled.lines import FoundTexts
from tocsin.screen.match.compiled.texts import JsonTexts, TextPath

__all__ = ["FoundTexts", "JsonTexts", "Kernel", "KernelFold", "TextPath", "kernel"]

"""A small compiled index for machines that have a C compiler: `python -m tocsin.story.compiled` builds it."""

from tocsin.story.compiled.index import CompiledIndex, open_index, open_keys
from tocsin.story.compiled.kernel import kernel, source_number

__all__ = ["CompiledIndex", "kernel", "open_index", "open_keys", "source_number"]

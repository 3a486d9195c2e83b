"""`python -m tocsin.story.compiled`: build the compiled index beside its source."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tocsin.story.compiled.kernel import LIBRARY, SOURCES, source_number

# No sum may come out otherwise than in Python: a product and a sum are rounded one by one.
_AS_PYTHON = ("-O2", "-ffp-contract=off", "-fno-fast-math", "-fvisibility=hidden")


def build() -> str:
    """Build the index with the machine's C compiler; return "" or why it could not be built."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return "no C compiler is installed"
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").is_file():
        return f"the headers of Python are not installed (Python.h is not in {headers})"
    fresh = LIBRARY.with_name("_kernel.new")
    command = [compiler, *_AS_PYTHON, f"-DTOCSIN_SOURCE={source_number()}UL", f"-I{headers}", "-shared", "-fPIC"]
    if sys.platform == "darwin":
        command += ["-undefined", "dynamic_lookup"]
    command += ["-o", str(fresh), *(str(source) for source in SOURCES if source.suffix == ".c"), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"the C compiler refused: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '?'}"
    fresh.replace(LIBRARY)  # at once: a process that has the old one loaded keeps it
    return ""


if __name__ == "__main__":
    trouble = build()
    if trouble:
        sys.stderr.write(f"The compiled index is not built: {trouble}. tocsin works without it, more slowly.\n")

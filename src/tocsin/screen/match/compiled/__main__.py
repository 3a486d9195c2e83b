"""`python -m tocsin.screen.match.compiled`: build the compiled fold beside its source."""

from __future__ import annotations

import shutil
import subprocess
import sys

from tocsin.screen.match.compiled.kernel import LIBRARY, SOURCES, source_number


def build() -> str:
    """Build the kernel with the machine's C compiler; return "" or why it could not be built."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return "no C compiler is installed"
    fresh = LIBRARY.with_suffix(".new")
    named = f"-DTOCSIN_SOURCE={source_number()}LL"
    command = [compiler, "-O3", "-march=native", named, "-shared", "-fPIC", "-o", str(fresh)]
    command += [str(source) for source in SOURCES if source.suffix == ".c"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"the C compiler refused: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '?'}"
    fresh.replace(LIBRARY)  # at once: a process that has the old one loaded keeps it
    return ""


if __name__ == "__main__":
    trouble = build()
    if trouble:
        sys.stderr.write(f"The compiled fold is not built: {trouble}. tocsin works without it, more slowly.\n")

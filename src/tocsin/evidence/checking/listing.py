"""Whether every file is listed, every listed file is there, and all lists say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from tocsin.evidence.checking.tree import Tree
from tocsin.evidence.dossier.pack import LATER
from tocsin.evidence.manifest import SAFE_PATH
from tocsin.evidence.values import Finding, Status

SUMS, DOSSIER, CUSTODY = "SHA256SUMS", "dossier.json", "log/custody.json"
KEY, HEAD = "log/key.pub", "log/checkpoint"

_LINE = re.compile(rf"([0-9a-f]{{64}})  ({SAFE_PATH.pattern})", re.ASCII)
_FILE = re.compile(rb'\{"bytes":[0-9]*,"path":"([A-Za-z0-9._/-]*)","sha256":"([0-9a-f]{64})"\}')
_DOUBTS = re.compile(rb'.*"doubts":\[([a-z_",]*)\]')
_CAPTURE = re.compile(r"(captures/[^/]*)/.*")
_TOKEN = re.compile(r"(.*seal/)[a-z]*\.tsr\.([a-z0-9-]*)")
_OLD_HEAD = re.compile(r"log/checkpoint\.([1-9][0-9]*)")
_NOT_OF_CAPTURE = re.compile(r"manifest\.json|SHA256SUMS|seal/.*")


class Shape(msgspec.Struct, frozen=True):
    """What a dossier has of each kind. captures: their folders. older: sizes of the heads that left before."""

    captures: tuple[str, ...]
    older: tuple[int, ...]


def shape_of(tree: Tree) -> Shape:
    """Return which captures and older heads are there."""
    captures = {match[1] for path in tree.sums if (match := _CAPTURE.fullmatch(path))}
    older = {int(match[1]) for path in tree.sums if (match := _OLD_HEAD.fullmatch(path))}
    return Shape(tuple(sorted(captures)), tuple(sorted(older)))


def check_presence(tree: Tree, shape: Shape) -> Iterator[Finding]:
    """Yield what should not be there, what is missing, what is not listed, and each sum."""
    yield from sorted(set(tree.faults), key=lambda fault: fault.line)
    listed = read_sums(tree.read(SUMS)) if SUMS in tree.sums else None
    missing = {*(listed or ()), *_wanted(tree, shape)} - tree.sums.keys()
    if SUMS in tree.sums and listed is None:
        yield Finding(Status.FAILED, "sums-format", SUMS)
    for path in sorted(missing):
        yield Finding(Status.FAILED, "missing", path)
    if listed is None:
        return
    for path in sorted(tree.sums.keys() - listed.keys() - {SUMS}):
        yield Finding(Status.FAILED, "unlisted", path)
    for path in sorted(tree.sums.keys() & listed.keys()):
        yield _verdict("sum", path, good=tree.sums[path] == listed[path])


def check_lists(tree: Tree, shape: Shape) -> Iterator[Finding]:
    """Yield whether dossier.json, and the manifest of each capture, name all files as they are."""
    if DOSSIER in tree.sums:
        content = tree.read(DOSSIER)
        are = Counter((path, digest) for path, digest in tree.sums.items() if not LATER.fullmatch(path))
        yield from _compare("dossier", DOSSIER, "", _files_in(content), are)
        if CUSTODY in tree.sums:
            named = field(content, "custody", ',"exported_at"')
            yield _verdict("custody", CUSTODY, good=named == tree.sums[CUSTODY])
    for folder in shape.captures:
        if f"{folder}/manifest.json" in tree.sums:
            yield from _check_capture(tree, folder)


def read_sums(content: bytes) -> dict[str, str] | None:
    """Return path -> SHA-256 of a file such as `sha256sum` writes, None where it is none or names a file twice."""
    try:
        lines = content.decode("ascii").split("\n")
    except UnicodeDecodeError:
        return None
    found = [_LINE.fullmatch(line) for line in lines[:-1]]
    pairs = {match[2]: match[1] for match in found if match}
    return pairs if found and not lines[-1] and len(pairs) == len(found) else None


def field(content: bytes, key: str, after: str) -> str:
    """Return the text of a key of canonical JSON, as `verify.sh` finds it: before `after`, "" where it is not there."""
    pattern = re.compile(rb'.*"%s":"([^"]*)"%s' % (key.encode(), re.escape(after.encode())))
    matches = (pattern.match(line) for line in content.split(b"\n"))
    return "\n".join(match[1].decode("utf-8", "replace") for match in matches if match)


def tokens_in(tree: Tree, folder: str) -> list[tuple[str, str]]:
    """Return path and authority of each token in the folder of a seal."""
    found = ((path, _TOKEN.fullmatch(path)) for path in tree.sums)
    return sorted((path, match[2]) for path, match in found if match and match[1] == f"{folder}/")


def _wanted(tree: Tree, shape: Shape) -> Iterator[str]:
    """Yield what every dossier of this shape holds."""
    yield from (SUMS, DOSSIER, KEY, HEAD, CUSTODY)
    for folder in ("", *(f"{capture}/" for capture in shape.captures)):
        if folder:
            yield from (f"{folder}manifest.json", f"{folder}SHA256SUMS")
        yield from (f"{folder}seal/entry.json", f"{folder}seal/inclusion.tlog-proof")
    yield from (f"log/consistency.{size}" for size in shape.older)
    for path in tree.sums:
        if match := _TOKEN.fullmatch(path):
            yield f"{match[1]}tsa-chain.{match[2]}.pem"


def _check_capture(tree: Tree, folder: str) -> Iterator[Finding]:
    manifest, place = tree.read(f"{folder}/manifest.json"), f"{folder}/manifest.json"
    named = _files_in(manifest)
    inside = {path.removeprefix(f"{folder}/"): digest for path, digest in tree.sums.items() if _in(folder, path)}
    are = Counter(each for each in inside.items() if not _NOT_OF_CAPTURE.fullmatch(each[0]))
    yield from _compare("manifest", place, f"{folder}/", named, are)
    sums = f"{folder}/SHA256SUMS"
    if sums in tree.sums:
        lines = [*named.elements(), ("manifest.json", tree.sums[place])]
        said = "".join(f"{digest}  {path}\n" for path, digest in sorted(lines)).encode("ascii")
        yield _verdict("capture-sums", sums, good=said == tree.read(sums))
    doubts = [match[1].replace(b'"', b"") for line in manifest.split(b"\n") if (match := _DOUBTS.match(line))]
    if doubts and doubts[0]:
        yield Finding(Status.NOTE, "time-doubtful", place, doubts[0].decode("ascii"))


def _in(folder: str, path: str) -> bool:
    return path.startswith(f"{folder}/")


def _files_in(content: bytes) -> Counter[tuple[str, str]]:
    """Return the files that canonical JSON names, as (path, SHA-256)."""
    return Counter((match[1].decode("ascii"), match[2].decode("ascii")) for match in _FILE.finditer(content))


def _compare(
    code: str, place: str, prefix: str, named: Counter[tuple[str, str]], are: Counter[tuple[str, str]]
) -> Iterator[Finding]:
    differing = sorted({path for path, _ in ((named - are) + (are - named))})
    if not differing:
        yield Finding(Status.OK, code, place)
    for path in differing:
        yield Finding(Status.FAILED, code, prefix + path)


def _verdict(code: str, place: str, *, good: bool) -> Finding:
    return Finding(Status.OK if good else Status.FAILED, code, place)

"""A dossier forged whole, by somebody patient: what shell and Python refuse, and what they say stays unproven."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.evidence.authority import Authority, authorities
from tests.evidence.dossiers import FILES, SIGNER, MemoryLog, lines_of, make_dossier, run_shell
from tests.evidence.mutations import mend_sums
from tocsin.base.errors import InputError
from tocsin.evidence.canonical import canonical
from tocsin.evidence.dossier.write import write_folder, write_zip
from tocsin.evidence.log.note import Signer
from tocsin.evidence.values import File, Status
from tocsin.evidence.verify import outcome, verify

OTHER_WORDS = (*FILES[:2], File("text.txt", b"La Maison Alba ment.\n"), FILES[3])


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Authority, ...]]:
    with authorities("alpha", "beta") as made:
        yield made


@pytest.fixture(scope="module")
def whole(two: tuple[Authority, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(make_dossier(two, captures=1), tmp_path_factory.mktemp("whole") / "dossier-2026-0042")


@pytest.fixture
def dossier(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "dossier-2026-0042")
    return tmp_path / "dossier-2026-0042"


def failed(folder: Path, whole: Path) -> set[str]:
    """Return what both refuse, in the same words, by a script that comes from elsewhere."""
    status, shell = run_shell(folder, script=whole / "verify.sh")
    findings = verify(folder)
    assert lines_of(findings) == shell
    assert status == 1
    assert outcome(findings) is Status.FAILED
    return {line.partition(" ")[2] for line in shell if line.startswith("FAILED ")}


def relist(folder: Path) -> None:
    """Write the sums, the manifest and dossier.json anew over what lies there, as a forger without a key would."""
    import hashlib

    def sums(base: Path, left_out: tuple[str, ...]) -> list[dict[str, object]]:
        rows = []
        for path in sorted(base.rglob("*")):
            name = path.relative_to(base).as_posix()
            if path.is_file() and not name.startswith(left_out) and not name.endswith("inclusion.tlog-proof"):
                content = path.read_bytes()
                rows.append({"bytes": len(content), "path": name, "sha256": hashlib.sha256(content).hexdigest()})
        return sorted(rows, key=lambda row: str(row["path"]))

    capture = folder / "captures/01"
    manifest = json.loads((capture / "manifest.json").read_bytes())
    manifest["files"] = sums(capture, ("manifest.json", "SHA256SUMS", "seal/"))
    (capture / "manifest.json").write_bytes(canonical(manifest))
    mine = [(str(row["path"]), str(row["sha256"])) for row in manifest["files"]]
    mine.append(("manifest.json", hashlib.sha256(canonical(manifest)).hexdigest()))
    (capture / "SHA256SUMS").write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(mine)))
    listed = json.loads((folder / "dossier.json").read_bytes())
    listed["captures"][0]["manifest"] = mine[-1][1]
    listed["files"] = sums(folder, ("dossier.json", "SHA256SUMS", "seal/", "log/checkpoint", "log/consistency"))
    (folder / "dossier.json").write_bytes(canonical(listed))
    mend_sums(folder)


def test_a_quoted_line_changed_with_every_list_written_anew_is_refused(dossier: Path, whole: Path) -> None:
    (dossier / "captures/01/text.txt").write_text("La Maison Alba ment.\n")
    relist(dossier)
    found = failed(dossier, whole)
    assert {
        "entry captures/01/seal/entry.json",
        "token captures/01/seal/manifest.tsr.alpha",
        "entry seal/entry.json",
        "token seal/dossier.tsr.alpha",
    } <= found
    assert not any(line.startswith(("sum ", "dossier ", "manifest ")) for line in found)


def test_entries_written_anew_too_are_not_in_the_log(dossier: Path, whole: Path) -> None:
    (dossier / "captures/01/text.txt").write_text("La Maison Alba ment.\n")
    relist(dossier)
    import hashlib

    for _ in range(2):  # the entry of the capture stands in dossier.json
        for seal, of in (("captures/01/seal", "captures/01/manifest.json"), ("seal", "dossier.json")):
            entry = json.loads((dossier / seal / "entry.json").read_bytes())
            entry["digest"] = hashlib.sha256((dossier / of).read_bytes()).hexdigest()
            (dossier / seal / "entry.json").write_bytes(canonical(entry))
        relist(dossier)
    entry["digest"] = hashlib.sha256((dossier / "dossier.json").read_bytes()).hexdigest()
    (dossier / "seal/entry.json").write_bytes(canonical(entry))
    mend_sums(dossier)
    found = failed(dossier, whole)
    assert "inclusion captures/01/seal/inclusion.tlog-proof" in found
    assert "inclusion seal/inclusion.tlog-proof" in found
    assert "token captures/01/seal/manifest.tsr.alpha" in found
    assert not any(line.startswith("entry ") for line in found)


def test_a_dossier_forged_with_another_key_says_that_the_key_was_not_compared(
    two: tuple[Authority, ...], tmp_path: Path, whole: Path
) -> None:
    thief = MemoryLog(Signer(SIGNER.name, b"z" * 32), fillers=4)
    forged = write_folder(make_dossier(two, thief, 1, files=OTHER_WORDS), tmp_path / "dossier-2026-0042")
    status, shell = run_shell(forged, script=whole / "verify.sh")
    assert lines_of(verify(forged)) == shell
    assert status == 0
    assert any(line.startswith("NOTE key-uncompared log/key.pub ") for line in shell)
    assert any(line.startswith("NOTE unanchored ") for line in shell)
    status, shell = run_shell(forged, "--key", SIGNER.verifier.fingerprint, script=whole / "verify.sh")
    assert lines_of(verify(forged, key=SIGNER.verifier.fingerprint)) == shell
    assert status == 1
    assert "FAILED key log/key.pub" in shell


def test_a_key_that_was_compared_leaves_nothing_to_say(whole: Path) -> None:
    _, shell = run_shell(whole, "--key", SIGNER.verifier.fingerprint)
    assert lines_of(verify(whole, key=SIGNER.verifier.fingerprint)) == shell
    assert not any("key-uncompared" in line for line in shell)


def test_names_that_differ_by_their_case_alone_are_listed_nowhere(dossier: Path, whole: Path) -> None:
    (dossier / "captures/01/TEXT.TXT").write_text("La Maison Alba ment.\n")
    (dossier / "DOSSIER.JSON").write_text("{}")
    mend_sums(dossier)
    assert {"dossier DOSSIER.JSON", "dossier captures/01/TEXT.TXT"} <= failed(dossier, whole)


def test_links_to_anywhere_are_never_followed(dossier: Path, whole: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes((dossier / "captures/01/text.txt").read_bytes())
    (dossier / "captures/01/text.txt").unlink()
    (dossier / "captures/01/text.txt").symlink_to(tmp_path / "outside")
    (dossier / "loop").symlink_to(dossier, target_is_directory=True)
    (dossier / "passwd").symlink_to("/etc/passwd")
    assert {"link captures/01/text.txt", "link loop", "link passwd"} <= failed(dossier, whole)


def test_a_script_that_says_yes_is_refused_by_a_script_from_elsewhere(dossier: Path, whole: Path) -> None:
    (dossier / "verify.sh").write_text("#!/bin/sh\necho 'OK everything'\nexit 0\n")
    relist(dossier)
    assert "entry seal/entry.json" in failed(dossier, whole)


def _packed(files: list[tuple[str, bytes]], target: Path, mode: int = 0) -> Path:
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files:
            member = zipfile.ZipInfo("x")
            member.filename = name
            member.external_attr = mode << 16
            packed.writestr(member, content)
    return target


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("dossier-2026-0042/captures/01/manifest.json", "twice"),
        ("dossier-2026-0042/captures/01/manifest.json\0.txt", "twice"),
        ("dossier-2026-0042/captures/01/Manifest.json", "unlisted"),
        ("dossier-2026-0042/../evil", "name"),
        ("/etc/passwd", "name"),
        ("C:\\evil", "name"),
        ("dossier-2026-0042/a\nb", "name"),
        ("dossier-2026-0042//captures/01/manifest.json", "name"),
        ("dossier-2026-0042/./captures/01/manifest.json", "name"),
        ("other/captures/01/manifest.json", "missing"),
    ],
)
def test_what_is_slipped_into_a_zip_is_told(whole: Path, tmp_path: Path, name: str, code: str) -> None:
    files = [
        (f"{whole.name}/{path.relative_to(whole).as_posix()}", path.read_bytes())
        for path in sorted(whole.rglob("*"))
        if path.is_file()
    ]
    for place, order in enumerate(([*files, (name, b"{}")], [(name, b"{}"), *files])):
        found = verify(_packed(order, tmp_path / f"{place}.zip"))
        assert outcome(found) is Status.FAILED
        assert code in {finding.code for finding in found if finding.status is Status.FAILED}


def test_a_zip_cut_or_glued_is_refused_or_read_as_one(two: tuple[Authority, ...], tmp_path: Path) -> None:
    good = write_zip(make_dossier(two, captures=1), tmp_path / "dossier-2026-0042.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(good[: len(good) // 2])
    with pytest.raises(InputError):
        verify(tmp_path / "cut.zip")
    for place in range(0, len(good), max(1, len(good) // 25)):
        changed = bytearray(good)
        changed[place] ^= 0x20
        (tmp_path / "bit.zip").write_bytes(changed)
        try:
            found = verify(tmp_path / "bit.zip")
        except InputError:
            continue
        if outcome(found) is not Status.FAILED:  # a bit that carries nothing: an instant or a version in a header
            assert {(f.code, f.place) for f in found} == {(f.code, f.place) for f in verify(_again(good, tmp_path))}


def _again(content: bytes, folder: Path) -> Path:
    (folder / "again.zip").write_bytes(content)
    return folder / "again.zip"


def test_an_authority_whose_certificate_was_over_is_refused(whole: Path, two: tuple[Authority, ...]) -> None:
    """The instant of the token is what certificates are held against, not today: neither past nor future ones pass."""
    from tocsin.evidence.cms import leads_to, open_reply, read_pem

    reply = open_reply((whole / "captures/01/seal/manifest.tsr.alpha").read_bytes())
    roots = read_pem(two[0].roots_file.read_bytes())
    assert leads_to(reply.signer, reply.others, roots, reply.at)
    assert not leads_to(reply.signer, reply.others, roots, reply.at + timedelta(days=36_500))
    assert not leads_to(reply.signer, reply.others, roots, datetime(1999, 1, 1, tzinfo=UTC))

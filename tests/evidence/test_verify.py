"""What is changed in a dossier is refused with its place, by `verify.sh` and by `verify`, in the same words."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.evidence import mutations
from tests.evidence.authority import Authority, authorities
from tests.evidence.dossiers import MemoryLog, lines_of, make_dossier, run_shell
from tests.evidence.mutations import flip, mend_sums
from tocsin.base.errors import InputError
from tocsin.evidence.canonical import canonical
from tocsin.evidence.cms import read_pem
from tocsin.evidence.dossier.write import write_folder, write_zip
from tocsin.evidence.log.note import Signer
from tocsin.evidence.values import Status
from tocsin.evidence.verify import outcome, verify

Mutation = Callable[[Path], None]


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Authority, ...]]:
    with authorities("alpha", "beta") as made:
        yield made


@pytest.fixture(scope="module")
def whole(two: tuple[Authority, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(make_dossier(two), tmp_path_factory.mktemp("whole") / "dossier-2026-0042")


@pytest.fixture
def dossier(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "dossier-2026-0042")
    return tmp_path / "dossier-2026-0042"


@pytest.fixture(scope="module")
def one_capture(two: tuple[Authority, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(make_dossier(two, captures=1), tmp_path_factory.mktemp("small") / "dossier-2026-0042")


@pytest.fixture
def small(one_capture: Path, tmp_path: Path) -> Path:
    shutil.copytree(one_capture, tmp_path / "dossier-2026-0042")
    return tmp_path / "dossier-2026-0042"


def both(folder: Path, *arguments: str, **options: object) -> list[str]:
    """Return the lines of a check once shell and Python are seen to agree on every one, and on the verdict."""
    status, shell = run_shell(folder, *arguments)
    findings = verify(folder, **options)  # type: ignore[arg-type]
    assert lines_of(findings) == shell
    assert status == (1 if outcome(findings) is Status.FAILED else 0)
    return shell


def failed(lines: list[str]) -> list[str]:
    return [line.partition(" ")[2] for line in lines if line.startswith("FAILED ")]


def test_a_dossier_as_it_was_sealed_is_accepted_by_both(dossier: Path) -> None:
    lines = both(dossier)
    assert failed(lines) == []
    assert outcome(verify(dossier)) is Status.OK
    for check in (
        "sum",
        "dossier",
        "custody",
        "manifest",
        "key",
        "signature",
        "consistency",
        "entry",
        "inclusion",
        "token",
    ):
        assert any(line.startswith(f"OK {check} ") for line in lines)


def test_one_byte_in_any_file_is_refused_with_its_place(whole: Path, tmp_path: Path) -> None:
    paths = sorted(path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file())
    assert len(paths) > 35
    for number, path in enumerate(paths):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        flip(folder / path)
        found = failed(lines_of(verify(folder)))
        assert (f"sum {path}" in found) or path == "SHA256SUMS", path
        assert found
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("captures/01/page.png", ["dossier captures/01/page.png", "manifest captures/01/page.png"]),
        ("captures/02/manifest.json", ["dossier captures/02/manifest.json", "entry captures/02/seal/entry.json"]),
        ("captures/01/SHA256SUMS", ["dossier captures/01/SHA256SUMS", "capture-sums captures/01/SHA256SUMS"]),
        ("captures/01/seal/entry.json", ["inclusion captures/01/seal/inclusion.tlog-proof"]),
        ("captures/01/seal/inclusion.tlog-proof", ["inclusion captures/01/seal/inclusion.tlog-proof"]),
        ("captures/01/seal/manifest.tsr.alpha", ["token captures/01/seal/manifest.tsr.alpha"]),
        ("dossier.json", ["entry seal/entry.json", "token seal/dossier.tsr.alpha"]),
        ("seal/entry.json", ["inclusion seal/inclusion.tlog-proof"]),
        ("seal/inclusion.tlog-proof", ["inclusion seal/inclusion.tlog-proof"]),
        ("seal/dossier.tsr.beta", ["token seal/dossier.tsr.beta"]),
        ("log/checkpoint", ["signature log/checkpoint"]),
        ("log/checkpoint.11", ["signature log/checkpoint.11"]),
        ("log/consistency.11", ["consistency log/consistency.11"]),
        ("log/custody.json", ["dossier log/custody.json", "custody log/custody.json"]),
        ("log/key.pub", ["dossier log/key.pub", "key log/key.pub"]),
        ("report.pdf", ["dossier report.pdf"]),
        ("LISEZMOI.txt", ["dossier LISEZMOI.txt"]),
        ("verify.sh", ["dossier verify.sh"]),
    ],
)
def test_one_byte_is_refused_even_where_the_sums_are_written_anew(dossier: Path, path: str, places: list[str]) -> None:
    flip(dossier / path)
    mend_sums(dossier)
    found = failed(lines_of(verify(dossier)))
    assert set(places) <= set(found)
    assert not any(place.startswith("sum ") for place in found)


@pytest.mark.parametrize(
    "paths",
    [
        ("captures/01/page.png", "report.pdf", "LISEZMOI.txt", "verify.sh", "log/custody.json"),
        ("captures/01/seal/inclusion.tlog-proof", "captures/01/seal/manifest.tsr.alpha", "seal/entry.json"),
        ("captures/02/manifest.json", "captures/01/SHA256SUMS", "seal/dossier.tsr.beta", "log/consistency.11"),
        ("captures/01/seal/entry.json", "seal/inclusion.tlog-proof", "log/checkpoint.11", "seal/tsa-chain.alpha.pem"),
        ("dossier.json",),
        ("log/checkpoint",),
        ("log/key.pub",),
        ("SHA256SUMS",),
    ],
)
def test_shell_and_python_tell_changed_bytes_in_the_same_words(
    dossier: Path, whole: Path, paths: tuple[str, ...]
) -> None:
    for path in paths:
        flip(dossier / path)
    if paths != ("SHA256SUMS",):
        mend_sums(dossier)
    status, shell = run_shell(dossier, script=whole / "verify.sh")
    assert (status, shell) == (1, lines_of(verify(dossier)))


def test_each_field_of_a_manifest_is_held_by_the_seal(whole: Path, tmp_path: Path) -> None:
    fields = json.loads((whole / "captures/01/manifest.json").read_bytes())
    assert len(fields) >= 15
    for number, key in enumerate(sorted(fields)):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        changed = {**fields, key: "changed" if isinstance(fields[key], str) else ["changed"]}
        (folder / "captures/01/manifest.json").write_bytes(canonical(changed))
        mend_sums(folder)
        found = failed(lines_of(verify(folder)))
        assert "entry captures/01/seal/entry.json" in found, key
        assert "token captures/01/seal/manifest.tsr.alpha" in found, key
        shutil.rmtree(folder)


def test_tokens_swapped_between_captures_are_refused(dossier: Path) -> None:
    first, second = (dossier / f"captures/{n}/seal/manifest.tsr.alpha" for n in ("01", "02"))
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    mend_sums(dossier)
    assert {"token captures/01/seal/manifest.tsr.alpha", "token captures/02/seal/manifest.tsr.alpha"} <= set(
        failed(both(dossier))
    )


def test_a_token_of_another_dossier_is_refused(dossier: Path, two: tuple[Authority, ...], tmp_path: Path) -> None:
    other = write_folder(make_dossier(two, number="2026-0043"), tmp_path / "other")
    for name in ("dossier.tsr.alpha", "entry.json", "inclusion.tlog-proof"):
        shutil.copy(other / "seal" / name, dossier / "seal" / name)
    mend_sums(dossier)
    assert {"token seal/dossier.tsr.alpha", "entry seal/entry.json", "inclusion seal/inclusion.tlog-proof"} <= set(
        failed(both(dossier))
    )


def test_a_whole_capture_of_another_dossier_is_refused(
    dossier: Path, two: tuple[Authority, ...], tmp_path: Path
) -> None:
    other = write_folder(make_dossier(two, number="2026-0043"), tmp_path / "other")
    shutil.rmtree(dossier / "captures/02")
    shutil.copytree(other / "captures/02", dossier / "captures/02")
    mend_sums(dossier)
    found = failed(both(dossier))
    assert "inclusion captures/02/seal/inclusion.tlog-proof" in found
    assert "dossier captures/02/manifest.json" in found


def test_a_capture_taken_away_or_put_twice_is_told(dossier: Path) -> None:
    shutil.copytree(dossier / "captures/01", dossier / "captures/03")
    shutil.rmtree(dossier / "captures/02")
    mend_sums(dossier)
    found = failed(both(dossier))
    assert "dossier captures/02/page.png" in found
    assert "dossier captures/03/page.png" in found


def test_a_forked_log_is_refused_by_the_head_that_left_the_house(
    two: tuple[Authority, ...], tmp_path: Path, whole: Path
) -> None:
    """The same key signs another past: what it signs holds, but it does not go on from the head of before."""
    forked = write_folder(make_dossier(two, MemoryLog(fillers=12)), tmp_path / "dossier-2026-0042")
    for left in forked.glob("log/*.12"):
        left.unlink()
    for name in ("checkpoint.11", "consistency.11"):
        shutil.copy(whole / "log" / name, forked / "log" / name)
    text = (forked / "log/consistency.11").read_text()
    (forked / "log/consistency.11").write_text(
        text.partition("\n\n")[0] + "\n\n" + (forked / "log/checkpoint").read_text()
    )
    mend_sums(forked)
    assert failed(both(forked)) == ["consistency log/consistency.11"]


def test_a_truncated_log_is_refused_by_the_head_that_left_the_house(
    two: tuple[Authority, ...], tmp_path: Path, whole: Path
) -> None:
    short = write_folder(make_dossier(two, MemoryLog(fillers=2)), tmp_path / "dossier-2026-0042")
    shutil.copy(whole / "log/checkpoint.11", short / "log/checkpoint.11")
    (short / "log/consistency.11").write_text("old 11\n\n" + (short / "log/checkpoint").read_text())
    mend_sums(short)
    assert failed(both(short)) == ["consistency log/consistency.11"]


def test_another_key_is_told_by_its_fingerprint(two: tuple[Authority, ...], tmp_path: Path, whole: Path) -> None:
    other = MemoryLog(Signer("example.org/maison-alba/log", b"k" * 32), fillers=3)
    folder = write_folder(make_dossier(two, other), tmp_path / "dossier-2026-0042")
    known = next(line.split()[3] for line in lines_of(verify(whole)) if line.startswith("OK key"))
    assert failed(both(folder)) == []
    assert failed(both(folder, "--key", known, key=known)) == ["key log/key.pub"]


def test_a_key_put_in_its_place_signs_nothing(dossier: Path) -> None:
    (dossier / "log/key.pub").write_bytes(Signer("example.org/maison-alba/log", b"k" * 32).verifier.pem)
    mend_sums(dossier)
    found = failed(both(dossier))
    assert {"key log/key.pub", "signature log/checkpoint", "inclusion seal/inclusion.tlog-proof"} <= set(found)


@pytest.mark.parametrize(
    ("mutation", "place"),
    [
        (mutations.extra, "unlisted captures/01/note.txt"),
        (mutations.extra_listed, "dossier captures/01/note.txt"),
        (mutations.extra_listed, "manifest captures/01/note.txt"),
        (mutations.missing, "missing captures/01/page.png"),
        (mutations.missing_proof, "missing captures/01/seal/inclusion.tlog-proof"),
        (mutations.missing_chain, "missing seal/tsa-chain.alpha.pem"),
        (mutations.no_sums, "missing SHA256SUMS"),
        (mutations.no_list, "missing dossier.json"),
        (mutations.no_key, "missing log/key.pub"),
        (mutations.no_head, "missing log/checkpoint"),
        (mutations.no_older, "missing log/consistency.11"),
        (mutations.link, "link captures/01/page.png"),
        (mutations.linked_folder, "link captures/03"),
        (mutations.hostile_names, "name ."),
        (mutations.hostile_names, "name captures/01"),
        (mutations.pipe, "special captures/01/pipe"),
        (mutations.deep, "depth a/b/c/d/e/f/g/h"),
        (mutations.sums_outside, "sums-format SHA256SUMS"),
        (mutations.sums_twice, "sums-format SHA256SUMS"),
        (mutations.sums_unended, "sums-format SHA256SUMS"),
        (mutations.verdict_replaced, "dossier verify.sh"),
        (mutations.proof_of_another_index, "inclusion captures/01/seal/inclusion.tlog-proof"),
        (mutations.proof_cut, "inclusion captures/01/seal/inclusion.tlog-proof"),
        (mutations.signature_of_nobody, "signature log/checkpoint"),
        (mutations.no_token, "token seal/dossier.tsr.alpha"),
    ],
)
def test_whatever_is_done_to_a_dossier_is_told_with_its_place(dossier: Path, mutation: Mutation, place: str) -> None:
    mutation(dossier)
    assert place in failed(lines_of(verify(dossier)))


@pytest.mark.parametrize(
    "done",
    [
        (
            mutations.extra,
            mutations.missing,
            mutations.link,
            mutations.linked_folder,
            mutations.hostile_names,
            mutations.pipe,
            mutations.deep,
        ),
        (mutations.extra_listed, mutations.missing_proof, mutations.missing_chain, mutations.verdict_replaced),
        (mutations.no_sums, mutations.proof_cut),
        (mutations.no_list, mutations.no_older),
        (mutations.no_key,),
        (mutations.no_head,),
        (mutations.sums_outside,),
        (mutations.sums_twice,),
        (mutations.sums_unended, mutations.linked_folder),
        (mutations.no_token, mutations.proof_of_another_index),
        (mutations.signature_of_nobody,),
    ],
)
def test_shell_and_python_tell_whatever_is_done_in_the_same_words(
    small: Path, whole: Path, done: tuple[Mutation, ...]
) -> None:
    for mutation in done:
        mutation(small)
    status, shell = run_shell(small, script=whole / "verify.sh")
    assert (status, shell) == (1, lines_of(verify(small)))
    assert not (small / "pwned").exists()


def test_an_empty_folder_is_no_dossier(tmp_path: Path, whole: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, shell = run_shell(tmp_path / "empty", script=whole / "verify.sh")
    assert shell == lines_of(verify(tmp_path / "empty"))
    assert (status, failed(shell)[0]) == (1, "missing SHA256SUMS")


def test_a_seal_without_time_stamps_is_awaiting_and_not_refused(tmp_path: Path, two: tuple[Authority, ...]) -> None:
    folder = write_folder(make_dossier((), captures=1), tmp_path / "none")
    lines = both(folder)
    assert "AWAITING stamp captures/01/seal 0-of-2" in lines
    assert outcome(verify(folder)) is Status.AWAITING
    folder = write_folder(make_dossier(two[:1], captures=1), tmp_path / "one")
    assert "AWAITING stamp captures/01/seal 1-of-2 has=alpha" in both(folder)


def test_one_token_under_two_names_is_counted_once(small: Path) -> None:
    (small / "seal/dossier.tsr.beta").write_bytes((small / "seal/dossier.tsr.alpha").read_bytes())
    (small / "seal/tsa-chain.beta.pem").write_bytes((small / "seal/tsa-chain.alpha.pem").read_bytes())
    mend_sums(small)
    lines = both(small)
    assert "NOTE same-stamp seal/dossier.tsr.beta" in lines
    assert "AWAITING stamp seal 1-of-2 has=alpha" in lines


def test_roots_that_are_trusted_anchor_their_own_tokens_alone(small: Path, two: tuple[Authority, ...]) -> None:
    roots = two[0].roots_file
    lines = both(small, "--roots", str(roots), roots=read_pem(two[0].roots))
    assert "OK anchored seal/tsa-chain.alpha.pem" in lines
    assert "NOTE unanchored seal/tsa-chain.beta.pem" in lines


def test_a_zip_is_checked_as_its_folder_is(two: tuple[Authority, ...], tmp_path: Path) -> None:
    files = make_dossier(two, captures=1)
    folder = write_folder(files, tmp_path / "dossier-2026-0042")
    packed = write_zip(files, tmp_path / "dossier-2026-0042.zip")
    assert lines_of(verify(packed)) == both(folder)
    (tmp_path / "again").mkdir()
    again = write_zip(files, tmp_path / "again" / "dossier-2026-0042.zip")
    assert again.read_bytes() == packed.read_bytes()


def _zip(path: Path, members: dict[str, bytes], *, kind: int = stat.S_IFREG) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (kind | 0o644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, content)
    return path


def test_a_zip_that_would_write_elsewhere_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    names = ("d/../../evil", "/etc/evil", "d/..", "d\\evil", "d/a b")
    packed = _zip(tmp_path / "slip.zip", dict.fromkeys(names, b"x"))
    assert "name ." in failed(lines_of(verify(packed)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["slip.zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    packed = _zip(tmp_path / "bomb.zip", {"d/dossier.json": bytes(64 * 1024**2)})
    assert "zip-bomb ." in failed(lines_of(verify(packed)))


def test_a_link_in_a_zip_is_told(tmp_path: Path) -> None:
    packed = _zip(tmp_path / "link.zip", {"d/dossier.json": b"/etc/passwd"}, kind=stat.S_IFLNK)
    assert "link dossier.json" in failed(lines_of(verify(packed)))


def test_a_damaged_member_of_a_zip_is_told(two: tuple[Authority, ...], tmp_path: Path) -> None:
    packed = write_zip(make_dossier(two, captures=1), tmp_path / "dossier.zip")
    content = bytearray(packed.read_bytes())
    at = content.find(b"\x89PNG\r\n")
    content[at + 40] ^= 1
    packed.write_bytes(content)
    assert "zip-damaged captures/01/page.png" in failed(lines_of(verify(packed)))


def test_what_is_neither_folder_nor_zip_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("no zip")
    with pytest.raises(InputError, match="neither a folder nor a zip"):
        verify(tmp_path / "x.txt")
    with pytest.raises(InputError):
        verify(tmp_path / "absent")


def test_without_its_tools_the_script_says_so_and_exits_2(whole: Path, tmp_path: Path) -> None:
    import subprocess

    empty = tmp_path / "bin"
    empty.mkdir()
    done = subprocess.run(
        ["/bin/sh", str(whole / "verify.sh"), str(whole)], env={"PATH": str(empty)}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "UNCHECKED tool openssl" in done.stdout


def test_a_clock_that_was_off_and_a_token_that_came_late_are_told_with_both_instants(
    two: tuple[Authority, ...], tmp_path: Path
) -> None:
    """Made without a network an hour ago by a clock that was off, stamped now."""
    log = MemoryLog(fillers=3, behind=timedelta(hours=1))
    folder = write_folder(make_dossier(two, log, captures=1, recording=mutations.off_clock()), tmp_path / "late")
    lines = both(folder)
    assert "NOTE time-doubtful captures/01/manifest.json clock_off" in lines
    late = [line for line in lines if line.startswith("NOTE stamped-late captures/01/seal/manifest.tsr.alpha entered=")]
    assert len(late) == 1
    assert " stamped=" in late[0]
    ahead = MemoryLog(fillers=3, behind=timedelta(hours=-1))
    folder = write_folder(make_dossier(two, ahead, captures=1), tmp_path / "ahead")
    assert any(line.startswith("NOTE time-doubtful captures/01/seal/manifest.tsr.alpha ") for line in both(folder))

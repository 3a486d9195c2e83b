"""The log as text: entries, signed heads, proofs and the words of witnesses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.evidence.dossiers import SIGNER, MemoryLog
from tocsin.base.errors import ConflictError, InputError
from tocsin.evidence.log.checkpoint import (
    Extension,
    LogProof,
    cosign,
    cosigned_at,
    extends,
    extension_text,
    holds,
    open_checkpoint,
    read_checkpoint,
    read_extension,
    read_proof,
    sign_checkpoint,
    tlog_proof,
)
from tocsin.evidence.log.entry import decode, encode, leaf_of
from tocsin.evidence.log.note import COSIGNATURE, Signer, open_note, read_note, read_verifier, sign_note
from tocsin.evidence.log.tree import consistency, tree_hash
from tocsin.evidence.values import Checkpoint, Entry, EntryKind

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ENTRY = Entry(kind=EntryKind.NOTE, at=NOW, digest="a" * 64, number="2026-0042", who="p-2", previous="b" * 64)


@pytest.fixture
def log() -> MemoryLog:
    made = MemoryLog(fillers=9)
    made.sign()
    return made


def head_of(log: MemoryLog) -> Checkpoint:
    assert log.head is not None
    return log.head


def test_an_entry_has_one_spelling_and_reads_back() -> None:
    assert encode(ENTRY).startswith(b'{"at":"2026-11-20T09:30:00.000Z","digest":"aaaa')
    assert decode(encode(ENTRY)) == ENTRY
    for changed in (encode(ENTRY) + b"\n", encode(ENTRY).replace(b":", b": ", 1), b"{}", b"[]", b"\xff"):
        with pytest.raises(InputError):
            decode(changed)


@pytest.mark.parametrize(
    "changes", [{"digest": "A" * 64}, {"digest": "a"}, {"number": "a/b"}, {"who": 'a"b'}, {"who": ""}]
)
def test_an_entry_that_would_be_read_in_two_ways_is_refused(changes: dict[str, str]) -> None:
    fields = {"kind": EntryKind.NOTE, "at": NOW, "digest": "a" * 64, "number": "1", "who": "p", **changes}
    with pytest.raises(InputError):
        encode(Entry(**fields))  # type: ignore[arg-type]


def test_a_note_signed_by_another_program_is_read() -> None:
    # The example of Go's golang.org/x/mod/sumdb/note.
    key = read_verifier("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    assert open_note(f"{text}\n\u2014 PeterNeumann {signature}\n", key) == text
    assert read_verifier(key.text) == key


def test_a_changed_text_and_a_changed_signature_are_refused() -> None:
    note = sign_note("one\ntwo\n", SIGNER)
    for changed in (note.replace("two", "six"), note.replace(note[-10], "A", 1), note[:-1], note.replace("\n\n", "\n")):
        if changed != note:
            with pytest.raises(InputError):
                open_note(changed, SIGNER.verifier)
    with pytest.raises(InputError, match="did not sign"):
        open_note(note, Signer("example.org/other", bytes(32)).verifier)


@pytest.mark.parametrize("text", ["", "a+b", "name+00000000+AQ==", "x y+00000000+AQ=="])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_verifier(text)


def test_a_head_says_the_size_and_root_it_was_signed_for(log: MemoryLog) -> None:
    head = open_checkpoint(head_of(log).text, SIGNER.verifier)
    assert (head.origin, head.size, head.root) == (SIGNER.name, 9, tree_hash(9, log.read))
    assert head.text.startswith(f"{SIGNER.name}\n9\n")


@pytest.mark.parametrize("old", ["\n9\n", "\n09\n", "\n-9\n", "\nnine\n"])
def test_a_head_with_another_size_is_not_the_one_that_was_signed(log: MemoryLog, old: str) -> None:
    text = head_of(log).text.replace("\n9\n", old if old != "\n9\n" else "\n10\n")
    with pytest.raises(InputError):
        open_checkpoint(text, SIGNER.verifier)


def test_nothing_is_signed_that_does_not_go_on_from_the_last_head(log: MemoryLog) -> None:
    head = head_of(log)
    with pytest.raises(ConflictError, match="does not go on"):
        sign_checkpoint(5, tree_hash(5, log.read), SIGNER, after=head, proof=())
    with pytest.raises(ConflictError, match="does not go on"):
        sign_checkpoint(9, bytes(32), SIGNER, after=head, proof=())
    forked = MemoryLog(fillers=4)
    for _ in range(8):
        forked.append(ENTRY)
    proof = consistency(9, 12, forked.read)
    with pytest.raises(ConflictError, match="does not go on"):
        sign_checkpoint(12, tree_hash(12, forked.read), SIGNER, after=head, proof=proof)


def test_one_log_is_not_signed_in_the_name_of_another(log: MemoryLog) -> None:
    other = Signer("example.org/other", SIGNER.seed)
    with pytest.raises(ConflictError, match="the key signs for"):
        sign_checkpoint(9, head_of(log).root, other, after=head_of(log), proof=())


def test_a_proof_leads_from_its_entry_to_the_head_and_from_no_other(log: MemoryLog) -> None:
    text = tlog_proof(LogProof(4, log.proof(4), head_of(log).text))
    proof = read_proof(text)
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 4\n")
    assert holds(proof, leaf_of(log.entries[4]))
    assert not holds(proof, leaf_of(log.entries[5]))
    assert tlog_proof(proof) == text
    assert read_proof(text.replace("\nindex", "\nextra AAAA\nindex")) == proof


@pytest.mark.parametrize(
    "change", [("v1", "v2"), ("index 4", "index 04"), ("index", "place"), ("=\n", "\n"), ("\n\n", "\n")]
)
def test_what_is_no_proof_is_refused(log: MemoryLog, change: tuple[str, str]) -> None:
    text = tlog_proof(LogProof(4, log.proof(4), head_of(log).text)).replace(*change)
    with pytest.raises(InputError):
        holds(read_proof(text), leaf_of(log.entries[4]))


def test_a_witness_signs_a_log_that_goes_on_from_what_it_saw(log: MemoryLog) -> None:
    witness = Signer("counsel.example.org", b"w" * 32, COSIGNATURE)
    first = cosign(Extension(0, (), head_of(log).text), None, SIGNER.verifier, witness, NOW)
    seen = head_of(log)
    assert cosigned_at(seen.text + first, witness.verifier) == int(NOW.timestamp())
    assert read_checkpoint(seen.text + first).root == seen.root
    log.append(ENTRY)
    log.sign()
    proof = consistency(9, 10, log.read)
    asked = read_extension(extension_text(Extension(9, proof, head_of(log).text)))
    assert extends(seen, 10, head_of(log).root, asked.hashes)
    assert cosign(asked, seen, SIGNER.verifier, witness, NOW).startswith("\u2014 counsel.example.org ")
    with pytest.raises(ConflictError, match="does not go on"):
        cosign(Extension(9, (), head_of(log).text), seen, SIGNER.verifier, witness, NOW)
    with pytest.raises(ConflictError, match="does not go on"):
        cosign(Extension(0, (), head_of(log).text), seen, SIGNER.verifier, witness, NOW)


def test_a_word_of_a_witness_about_another_head_is_none(log: MemoryLog) -> None:
    witness = Signer("counsel.example.org", b"w" * 32, COSIGNATURE)
    line = cosign(Extension(0, (), head_of(log).text), None, SIGNER.verifier, witness, NOW)
    log.append(ENTRY)
    assert cosigned_at(log.sign().text + line, witness.verifier) is None


def test_every_line_under_a_note_is_a_signature(log: MemoryLog) -> None:
    assert len(read_note(head_of(log).text).signatures) == 1
    with pytest.raises(InputError):
        read_note(head_of(log).text + "more\n")

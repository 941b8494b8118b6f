"""A running process takes changed keys as a whole, and keeps what works."""

import fcntl
import os
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.key_ring import LOOK_EVERY, KeyRing
from idp_bridge.keys import KeyProblemError, Purpose, Slot
from tests.support.clock import FrozenClock
from tests.support.installations import new_key, write_keys
from tests.support.keys import rsa_key
from tests.support.log_lines import capture_logs

SECOND = timedelta(seconds=1)


@pytest.fixture
def ring(tmp_path: Path, clock: FrozenClock) -> KeyRing:
    write_keys(tmp_path)
    return KeyRing(tmp_path, clock)


def add(folder: Path, purpose: Purpose = Purpose.SIGNING) -> bytes:
    pair = rsa_key(f"next {purpose}")
    keys.add_key(folder, purpose, Slot.NEXT, new_key(pair))
    return pair.certificate_der


def signs(ring: KeyRing) -> bytes:
    return ring.current().keys.signing.certificate


def test_a_process_follows_a_rollover(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    old, new = signs(ring), add(tmp_path)
    clock.advance(LOOK_EVERY)
    assert ring.current().keys.certificates(Purpose.SIGNING) == (old, new)
    keys.promote(tmp_path, Purpose.SIGNING)
    clock.advance(LOOK_EVERY)
    assert signs(ring) == new
    assert ring.current().keys.certificates(Purpose.SIGNING) == (new, old)
    keys.retire(tmp_path, Purpose.SIGNING)
    clock.advance(LOOK_EVERY)
    assert ring.current().keys.certificates(Purpose.SIGNING) == (new,)


def test_keys_for_decryption_come_and_go_with_their_files(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    counts = []
    for change in (
        lambda: add(tmp_path, Purpose.ENCRYPTION),
        lambda: keys.promote(tmp_path, Purpose.ENCRYPTION),
        lambda: keys.retire(tmp_path, Purpose.ENCRYPTION),
        lambda: keys.delete_retired(tmp_path, Purpose.ENCRYPTION, None),
    ):
        change()
        clock.advance(LOOK_EVERY)
        counts.append(len(ring.current().decryption_keys))
    assert counts == [2, 2, 2, 1]


def test_the_folder_is_looked_at_every_few_seconds_only(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    before = ring.current()
    add(tmp_path)
    clock.advance(LOOK_EVERY - SECOND)
    assert ring.current() is before
    clock.advance(SECOND)
    assert ring.current() is not before


def test_a_clock_that_is_set_back_does_not_stop_the_looking(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    before = ring.current()
    add(tmp_path)
    clock.advance(-1000 * LOOK_EVERY)
    assert ring.current() is not before


def test_untouched_keys_are_not_loaded_again(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    before = ring.current()
    for file in tmp_path.iterdir():
        os.utime(file)
    clock.advance(LOOK_EVERY)
    assert ring.current() is before


def test_a_broken_set_keeps_the_old_one_and_is_told_once(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    before = ring.current()
    good = (tmp_path / "signing-current.key").read_bytes()
    (tmp_path / "signing-current.key").write_text("rubbish")
    with capture_logs() as logs:
        for _ in range(3):
            clock.advance(LOOK_EVERY)
            assert ring.current() is before
    assert [line["event"] for line in logs] == ["keys-not-taken"]
    assert "signing-current.key" in str(logs[0]["problems"])
    (tmp_path / "signing-current.key").write_bytes(good)
    new = add(tmp_path)
    clock.advance(LOOK_EVERY)
    assert new in ring.current().keys.certificates(Purpose.SIGNING)


def test_half_a_retirement_is_never_taken(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    add(tmp_path, Purpose.ENCRYPTION)
    keys.promote(tmp_path, Purpose.ENCRYPTION)
    clock.advance(LOOK_EVERY)
    before = ring.current()
    (tmp_path / "encryption-previous.key").rename(tmp_path / "encryption-retired.key")
    clock.advance(LOOK_EVERY)
    assert ring.current() is before
    keys.retire(tmp_path, Purpose.ENCRYPTION)
    clock.advance(LOOK_EVERY)
    assert ring.current() is not before
    assert set(ring.current().keys.decryption_keys) == set(before.keys.decryption_keys)


def test_a_retired_key_that_cannot_be_used_changes_nothing(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    add(tmp_path, Purpose.ENCRYPTION)
    keys.promote(tmp_path, Purpose.ENCRYPTION)
    keys.retire(tmp_path, Purpose.ENCRYPTION)
    clock.advance(LOOK_EVERY)
    before = ring.current()
    private = tmp_path / "encryption-retired.key"
    private.chmod(0o644)
    add(tmp_path, Purpose.SIGNING)
    clock.advance(LOOK_EVERY)
    assert ring.current() is before
    private.chmod(0o600)
    os.utime(private)
    clock.advance(LOOK_EVERY)
    assert ring.current() is not before


def test_a_copy_of_the_folder_that_is_not_finished_is_not_taken(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock
) -> None:
    """As on a node to which another one's folder is copied after a promotion."""
    add(tmp_path, Purpose.ENCRYPTION)
    clock.advance(LOOK_EVERY)
    before = ring.current()
    for end in ("key", "crt"):
        shutil.copy2(
            tmp_path / f"encryption-next.{end}", tmp_path / f"encryption-current.{end}"
        )
    clock.advance(LOOK_EVERY)
    assert ring.current() is before
    for file in tmp_path.glob("encryption-next.*"):
        file.unlink()
    clock.advance(LOOK_EVERY)
    assert len(ring.current().decryption_keys) == 1


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_half_a_promotion_is_never_taken(
    tmp_path: Path, ring: KeyRing, clock: FrozenClock, steps: int
) -> None:
    add(tmp_path)
    clock.advance(LOOK_EVERY)
    before = ring.current()
    moves = (
        ("signing-current.key", "signing-previous.key"),
        ("signing-current.crt", "signing-previous.crt"),
        ("signing-next.key", "signing-current.key"),
    )
    for source, target in moves[:steps]:
        (tmp_path / source).rename(tmp_path / target)
    clock.advance(LOOK_EVERY)
    assert ring.current() is before
    keys.promote(tmp_path, Purpose.SIGNING)
    clock.advance(LOOK_EVERY)
    assert signs(ring) != before.keys.signing.certificate


def test_a_folder_that_is_gone_keeps_the_keys_in_use(
    tmp_path: Path, clock: FrozenClock
) -> None:
    folder = tmp_path / "keys"
    write_keys(folder)
    ring = KeyRing(folder, clock)
    before = ring.current()
    folder.rename(tmp_path / "elsewhere")
    clock.advance(LOOK_EVERY)
    assert ring.current() is before
    (tmp_path / "elsewhere").rename(folder)
    clock.advance(LOOK_EVERY)
    assert ring.current() is before


def test_who_reads_keys_waits_until_who_changes_them_is_done(tmp_path: Path) -> None:
    write_keys(tmp_path)
    read = threading.Event()

    def read_all() -> None:
        keys.load_keys(tmp_path)
        read.set()

    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    reader = threading.Thread(target=read_all)
    reader.start()
    try:
        assert not read.wait(0.3)
    finally:
        os.close(descriptor)
    reader.join(10)
    assert read.is_set()


def test_a_process_does_not_start_without_its_keys(
    tmp_path: Path, clock: FrozenClock
) -> None:
    with pytest.raises(KeyProblemError, match="is missing"):
        KeyRing(tmp_path, clock)

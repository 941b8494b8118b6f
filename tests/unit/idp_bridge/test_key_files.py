"""The files of a key move as one, and half a move makes no key look old."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.key_files import KeyFiles
from tests.support.clock import NOW
from tests.support.installations import new_key
from tests.support.keys import rsa_key

LATER = NOW + timedelta(days=30)


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    made = KeyFiles.named(tmp_path, "encryption-previous")
    made.write(new_key(rsa_key()), NOW)
    return made


def test_a_key_that_moves_has_its_new_place_since_now(
    tmp_path: Path, files: KeyFiles
) -> None:
    target = KeyFiles.named(tmp_path, "encryption-retired")
    assert files.since == NOW
    files.move_to(target, LATER)
    assert (files.is_there, target.is_whole) == (False, True)
    assert target.since == LATER


def test_a_key_whose_move_is_interrupted_does_not_look_older_than_it_is(
    tmp_path: Path, files: KeyFiles
) -> None:
    """Whoever finishes the move by hand does not delete the key too early."""
    with pytest.raises(OSError, match="No such file"):
        files.move_to(KeyFiles.named(tmp_path / "nowhere", "retired"), LATER)
    assert files.since == LATER


def test_nothing_is_replaced_by_a_move(tmp_path: Path, files: KeyFiles) -> None:
    target = KeyFiles.named(tmp_path, "encryption-retired")
    other = new_key(rsa_key("other"))
    target.write(other, NOW)
    files.move_to(target, LATER)
    assert target.private.read_bytes() == other.private_pem
    assert files.is_whole

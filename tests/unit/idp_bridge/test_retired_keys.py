"""A retired encryption key opens messages, and nobody is told of it any more."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.keys import KeyProblemError, Purpose, Slot, StoredKey
from tests.support.clock import NOW
from tests.support.installations import new_key, write_keys
from tests.support.keys import rsa_key

ENCRYPTION = Purpose.ENCRYPTION
SIGNING = Purpose.SIGNING
SECOND = timedelta(seconds=1)


def with_previous(folder: Path, name: str = "second encryption") -> None:
    """Bring a rollover of the encryption key to where `retire` comes next."""
    if not folder.joinpath("signing-current.key").exists():
        write_keys(folder)
    keys.add_key(folder, ENCRYPTION, Slot.NEXT, new_key(rsa_key(name)), now=NOW)
    keys.promote(folder, ENCRYPTION, now=NOW)


def with_retired(folder: Path) -> StoredKey:
    with_previous(folder)
    keys.retire(folder, ENCRYPTION, now=NOW)
    found = keys.load_keys(folder).find(ENCRYPTION, Slot.RETIRED)
    assert found is not None
    return found


def test_a_retired_encryption_key_is_not_published_and_opens(tmp_path: Path) -> None:
    with_previous(tmp_path)
    before = keys.load_keys(tmp_path)
    keys.retire(tmp_path, ENCRYPTION, now=NOW + SECOND)
    after = keys.load_keys(tmp_path)
    assert after.decryption_keys == before.decryption_keys
    old, new = "installation encryption", "second encryption"
    order = (rsa_key(new).certificate_der, rsa_key(old).certificate_der)
    assert before.published(NOW).certificates(ENCRYPTION) == order
    assert after.published(NOW).certificates(ENCRYPTION) == order[:1]
    retired = after.find(ENCRYPTION, Slot.RETIRED)
    assert retired is not None
    assert retired.since == NOW + SECOND


def test_a_retired_key_is_never_replaced(tmp_path: Path) -> None:
    first = with_retired(tmp_path)
    with_previous(tmp_path, "third encryption")
    with pytest.raises(KeyProblemError, match=r"still a retired key.*keys delete"):
        keys.retire(tmp_path, ENCRYPTION)
    assert len(keys.load_keys(tmp_path).decryption_keys) == 3
    keys.delete_retired(tmp_path, ENCRYPTION, first)
    keys.retire(tmp_path, ENCRYPTION)
    second = keys.load_keys(tmp_path).find(ENCRYPTION, Slot.RETIRED)
    assert second is not None
    assert second.fingerprint != first.fingerprint


def test_only_the_retired_key_is_deleted_that_was_decided_about(tmp_path: Path) -> None:
    first = with_retired(tmp_path)
    keys.delete_retired(tmp_path, ENCRYPTION, first)
    with pytest.raises(KeyProblemError, match="no retired key"):
        keys.delete_retired(tmp_path, ENCRYPTION, first)
    with_previous(tmp_path, "third encryption")
    keys.retire(tmp_path, ENCRYPTION)
    with pytest.raises(KeyProblemError, match="meanwhile"):
        keys.delete_retired(tmp_path, ENCRYPTION, first)
    assert keys.load_keys(tmp_path).find(ENCRYPTION, Slot.RETIRED) is not None


def test_a_key_that_was_retired_again_meanwhile_is_not_deleted(tmp_path: Path) -> None:
    first = with_retired(tmp_path)
    later = (NOW + SECOND).timestamp()
    os.utime(tmp_path / "encryption-retired.crt", (later, later))
    with pytest.raises(KeyProblemError, match="meanwhile"):
        keys.delete_retired(tmp_path, ENCRYPTION, first)


def test_an_interrupted_retirement_is_finished_by_doing_it_again(
    tmp_path: Path,
) -> None:
    with_previous(tmp_path)
    before = keys.load_keys(tmp_path).decryption_keys
    (tmp_path / "encryption-previous.key").rename(tmp_path / "encryption-retired.key")
    with pytest.raises(KeyProblemError, match=r"previous.key is missing.*do it again"):
        keys.load_keys(tmp_path)
    keys.retire(tmp_path, ENCRYPTION, now=NOW + SECOND)
    found = keys.load_keys(tmp_path)
    assert found.decryption_keys == before
    retired = found.find(ENCRYPTION, Slot.RETIRED)
    assert retired is not None
    assert retired.since == NOW + SECOND


@pytest.mark.parametrize("half", ["key", "crt"])
def test_half_a_retired_key_is_told_and_never_mixed_with_another(
    tmp_path: Path, half: str
) -> None:
    with_retired(tmp_path)
    with_previous(tmp_path, "third encryption")
    (tmp_path / f"encryption-retired.{half}").unlink()
    with pytest.raises(KeyProblemError, match=f"retired.{half} is missing"):
        keys.load_keys(tmp_path)
    with pytest.raises(KeyProblemError, match="still a retired key"):
        keys.retire(tmp_path, ENCRYPTION)
    keys.delete_retired(tmp_path, ENCRYPTION, None)
    keys.retire(tmp_path, ENCRYPTION)
    assert len(keys.load_keys(tmp_path).decryption_keys) == 2


def test_a_retired_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with_retired(tmp_path)
    private = tmp_path / "encryption-retired.key"
    private.chmod(0o644)
    with pytest.raises(KeyProblemError, match=f"chmod 600 {private}"):
        keys.load_keys(tmp_path)
    private.chmod(0o600)
    keys.load_keys(tmp_path)


def test_a_key_in_two_places_is_told(tmp_path: Path) -> None:
    with_retired(tmp_path)
    for end in ("key", "crt"):
        shutil.copy2(
            tmp_path / f"encryption-retired.{end}",
            tmp_path / f"encryption-previous.{end}",
        )
    with pytest.raises(KeyProblemError, match=r"previous and the retired key .* same"):
        keys.load_keys(tmp_path)


def test_a_signing_key_is_deleted_when_it_is_retired(tmp_path: Path) -> None:
    write_keys(tmp_path)
    keys.add_key(tmp_path, SIGNING, Slot.NEXT, new_key(rsa_key("new")))
    keys.promote(tmp_path, SIGNING)
    for end in ("key", "crt"):
        shutil.copy2(
            tmp_path / f"signing-previous.{end}", tmp_path / f"signing-kept.{end}"
        )
    keys.retire(tmp_path, SIGNING)
    assert not list(tmp_path.glob("signing-retired.*"))
    keys.load_keys(tmp_path)
    for end in ("key", "crt"):  # and by hand it is refused
        (tmp_path / f"signing-kept.{end}").rename(tmp_path / f"signing-retired.{end}")
    with pytest.raises(KeyProblemError, match=r"signing-retired\.key is of no use"):
        keys.load_keys(tmp_path)

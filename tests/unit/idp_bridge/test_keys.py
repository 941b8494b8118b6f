"""Keys lie on disk, for nobody else to read, and take over from one another."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.keys import NOTICED, KeyProblemError, Purpose, Slot
from idp_bridge.new_keys import KeyKind, make_key
from metadata import names
from tests.support.clock import NOW
from tests.support.installations import new_key, write_keys
from tests.support.keys import ec_key, rsa_key

SECOND = timedelta(seconds=1)
SIGNING = Purpose.SIGNING


def _add(folder: Path, slot: Slot, name: str) -> bytes:
    pair = rsa_key(name)
    keys.add_key(folder, SIGNING, slot, new_key(pair))
    return pair.certificate_der


def test_a_new_key_signs_and_lasts_ten_years(tmp_path: Path) -> None:
    key = make_key("bridge.example.se", now=NOW, kind=KeyKind.RSA_2048)
    keys.add_key(tmp_path / "keys", SIGNING, Slot.CURRENT, key)
    keys.add_key(tmp_path / "keys", Purpose.ENCRYPTION, Slot.CURRENT, key)
    found = keys.load_keys(tmp_path / "keys")
    assert found.certificates(SIGNING) == (found.signing.certificate,)
    assert found.keys[0].not_after.year == NOW.year + 10
    assert found.decryption_keys == (key.private_pem,)


@pytest.mark.parametrize("kind", [KeyKind.EC_P256, KeyKind.EC_P384])
def test_a_new_key_may_be_elliptic_and_is_then_no_key_to_encrypt_to(
    tmp_path: Path, kind: KeyKind
) -> None:
    key = make_key("bridge.example.se", now=NOW, kind=kind)
    keys.add_key(tmp_path / "keys", Purpose.ENCRYPTION, Slot.CURRENT, key)
    rsa = make_key("bridge.example.se", now=NOW, kind=KeyKind.RSA_2048)
    keys.add_key(tmp_path / "keys", SIGNING, Slot.CURRENT, rsa)
    with pytest.raises(KeyProblemError, match="encrypt to RSA only"):
        keys.load_keys(tmp_path / "keys")
    keys.add_key(tmp_path / "good", SIGNING, Slot.CURRENT, key)
    keys.add_key(tmp_path / "good", Purpose.ENCRYPTION, Slot.CURRENT, rsa)
    signing = keys.load_keys(tmp_path / "good").signing
    assert signing.algorithm == names.SIGNATURE_ECDSA_SHA256


def test_files_of_keys_are_for_their_owner(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    write_keys(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in folder.glob("*.key"):
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o620, 0o666])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    write_keys(tmp_path)
    private = tmp_path / "signing-current.key"
    private.chmod(mode)
    with pytest.raises(KeyProblemError, match="read or changed by others") as caught:
        keys.load_keys(tmp_path)
    assert f"chmod 600 {private}" in str(caught.value)
    private.chmod(0o640)  # a group of its own, as orchestrators mount secrets
    keys.load_keys(tmp_path)


@pytest.mark.parametrize("file", ["signing-current.key", "encryption-current.crt"])
def test_a_missing_key_is_told(tmp_path: Path, file: str) -> None:
    write_keys(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(KeyProblemError, match=f"{file} is missing"):
        keys.load_keys(tmp_path)


def test_a_certificate_of_another_key_is_told(tmp_path: Path) -> None:
    write_keys(tmp_path)
    (tmp_path / "signing-current.crt").write_bytes(rsa_key("other").certificate_pem)
    with pytest.raises(KeyProblemError, match="does not fit its certificate"):
        keys.load_keys(tmp_path)


def test_a_weak_key_is_told(tmp_path: Path) -> None:
    write_keys(tmp_path)
    weak = rsa_key("weak", bits=1024)
    (tmp_path / "signing-current.key").write_bytes(weak.private_pem)
    (tmp_path / "signing-current.crt").write_bytes(weak.certificate_pem)
    with pytest.raises(KeyProblemError, match="too weak"):
        keys.load_keys(tmp_path)


@pytest.mark.parametrize("purpose", Purpose)
def test_nobody_could_encrypt_to_a_key_that_is_not_rsa(
    tmp_path: Path, purpose: Purpose
) -> None:
    write_keys(tmp_path)
    pair = ec_key()
    (tmp_path / f"{purpose}-current.key").write_bytes(pair.private_pem)
    (tmp_path / f"{purpose}-current.crt").write_bytes(pair.certificate_pem)
    _, problems = keys.inspect_keys(tmp_path)
    assert bool(problems) == (purpose is Purpose.ENCRYPTION)


def test_every_broken_key_is_told_at_once(tmp_path: Path) -> None:
    write_keys(tmp_path)
    (tmp_path / "signing-current.key").write_text("rubbish")
    (tmp_path / "encryption-current.key").chmod(0o644)
    found, problems = keys.inspect_keys(tmp_path)
    assert found == ()
    assert len(problems) == 2


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    write_keys(tmp_path)
    before = (tmp_path / "signing-current.key").read_bytes()
    with pytest.raises(KeyProblemError, match="already a current key"):
        _add(tmp_path, Slot.CURRENT, "other")
    assert (tmp_path / "signing-current.key").read_bytes() == before


def test_keys_take_over_from_one_another(tmp_path: Path) -> None:
    keys.add_key(tmp_path, Purpose.ENCRYPTION, Slot.CURRENT, new_key(rsa_key("enc")))
    old = _add(tmp_path, Slot.CURRENT, "old")
    new = _add(tmp_path, Slot.NEXT, "new")
    assert keys.load_keys(tmp_path).signing.certificate == old
    assert keys.load_keys(tmp_path).certificates(SIGNING) == (old, new)
    keys.promote(tmp_path, SIGNING)
    assert keys.load_keys(tmp_path).signing.certificate == new
    assert keys.load_keys(tmp_path).certificates(SIGNING) == (new, old)
    keys.retire(tmp_path, SIGNING)
    assert keys.load_keys(tmp_path).certificates(SIGNING) == (new,)


def test_a_rollover_out_of_order_is_refused(tmp_path: Path) -> None:
    write_keys(tmp_path)
    with pytest.raises(KeyProblemError, match="no next key"):
        keys.promote(tmp_path, SIGNING)
    with pytest.raises(KeyProblemError, match="no previous key"):
        keys.retire(tmp_path, SIGNING)
    _add(tmp_path, Slot.NEXT, "second")
    keys.promote(tmp_path, SIGNING)
    _add(tmp_path, Slot.NEXT, "third")
    with pytest.raises(KeyProblemError, match="retire it first"):
        keys.promote(tmp_path, SIGNING)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_interrupted_promotion_is_finished_by_doing_it_again(
    tmp_path: Path, steps: int
) -> None:
    keys.add_key(tmp_path, Purpose.ENCRYPTION, Slot.CURRENT, new_key(rsa_key("enc")))
    old = _add(tmp_path, Slot.CURRENT, "old")
    new = _add(tmp_path, Slot.NEXT, "new")
    moves = (
        ("signing-current.key", "signing-previous.key"),
        ("signing-current.crt", "signing-previous.crt"),
        ("signing-next.key", "signing-current.key"),
    )
    for source, target in moves[:steps]:
        (tmp_path / source).rename(tmp_path / target)
    keys.promote(tmp_path, SIGNING)
    assert keys.load_keys(tmp_path).certificates(SIGNING) == (new, old)


def test_decryption_tries_every_key_that_others_may_use(tmp_path: Path) -> None:
    write_keys(tmp_path)
    second = rsa_key("second encryption")
    keys.add_key(tmp_path, Purpose.ENCRYPTION, Slot.NEXT, new_key(second))
    keys.promote(tmp_path, Purpose.ENCRYPTION)
    found = keys.load_keys(tmp_path).decryption_keys
    assert found[0] == second.private_pem
    assert len(found) == 2


def test_the_next_encryption_key_is_published_when_every_process_has_it(
    tmp_path: Path,
) -> None:
    write_keys(tmp_path)
    for purpose in Purpose:
        pair = rsa_key(f"next {purpose}")
        keys.add_key(tmp_path, purpose, Slot.NEXT, new_key(pair), now=NOW)
    found = keys.load_keys(tmp_path)
    for moment, count in (
        (NOW - SECOND, 1),  # the clock was set back
        (NOW, 1),
        (NOW + NOTICED - SECOND, 1),
        (NOW + NOTICED, 2),
    ):
        assert len(found.published(moment).certificates(Purpose.ENCRYPTION)) == count
        assert len(found.published(moment).certificates(SIGNING)) == 2
    assert len(found.decryption_keys) == 2


def test_private_keys_do_not_show(tmp_path: Path) -> None:
    write_keys(tmp_path)
    assert "PRIVATE" not in repr(keys.load_keys(tmp_path))

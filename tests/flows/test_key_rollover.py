"""Keys are rolled over under gunicorn while people log in, and not one login fails."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import bridge
from benchmarks.bridge import Installation, Keys
from idp_bridge.key_ring import LOOK_EVERY
from idp_bridge.keys import Purpose
from metadata.errors import BadSignatureError
from tests.support.careful_partners import (
    CarefulPartners,
    LoginFailedError,
    stream_of,
)

NOTICED = LOOK_EVERY.total_seconds() + 1


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A bridge with two workers that runs through all tests of this file."""
    folder: Path = tmp_path_factory.mktemp("rollover")
    made = bridge.install(folder, {}, Keys.new(2048))
    with bridge.serving(made, workers=2):
        yield made


@pytest.fixture
def partners(installation: Installation) -> CarefulPartners:
    return CarefulPartners(installation)


def step(installation: Installation, command: str, purpose: Purpose) -> None:
    """Take a step of a rollover, and give every worker the time to notice.

    Time is what really passes here; that a step waits for partners is proved elsewhere.
    """
    option = ("--kind", "rsa-2048") if command == "new" else ("--force",)
    installation.run("keys", command, purpose, *option)
    time.sleep(NOTICED)


def wait_until_named(partners: CarefulPartners, *, encryption_keys: int) -> None:
    """Take our metadata until it names a new key, which it does after ten seconds."""
    deadline = time.monotonic() + 60
    while len(partners.take_metadata().sp.encryption_keys) < encryption_keys:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.parametrize("purpose", Purpose)
def test_no_login_fails_while_a_key_is_rolled_over(
    installation: Installation, partners: CarefulPartners, purpose: Purpose
) -> None:
    before = partners.take_metadata()
    with stream_of(partners.log_in) as stream:
        stream.wait_for(3)
        step(installation, "new", purpose)
        stream.wait_for(3)
        partners.take_metadata()
        step(installation, "promote", purpose)
        stream.wait_for(3)
        after = partners.take_metadata()
        step(installation, "retire", purpose)
        stream.wait_for(3)
        partners.take_metadata()
        stream.wait_for(3)
        if purpose is Purpose.ENCRYPTION:
            step(installation, "delete", purpose)
            stream.wait_for(3)
    assert stream.failures == []
    assert stream.done >= 15
    assert after != before


def test_what_is_encrypted_to_an_old_key_is_opened_until_it_is_deleted(
    installation: Installation, partners: CarefulPartners
) -> None:
    slow = CarefulPartners(installation)
    slow.take_metadata()  # and never again
    step(installation, "new", Purpose.ENCRYPTION)
    wait_until_named(partners, encryption_keys=2)
    for key in (0, 1):
        partners.log_in(encryption_key=key)
    step(installation, "promote", Purpose.ENCRYPTION)
    slow.log_in()
    assert len(partners.take_metadata().sp.encryption_keys) == 2
    for key in (0, 1):
        partners.log_in(encryption_key=key)
    step(installation, "retire", Purpose.ENCRYPTION)
    slow.log_in()
    assert len(partners.take_metadata().sp.encryption_keys) == 1
    partners.log_in()
    step(installation, "delete", Purpose.ENCRYPTION)
    with pytest.raises(LoginFailedError, match=r"^400: "):
        slow.log_in()
    partners.log_in()


def test_a_partner_who_was_not_waited_for_notices(
    installation: Installation, partners: CarefulPartners
) -> None:
    """The twin of the first test: partners of these tests do check signatures."""
    partners.take_metadata()
    step(installation, "new", Purpose.SIGNING)
    step(installation, "promote", Purpose.SIGNING)
    with pytest.raises(BadSignatureError):
        partners.log_in()
    partners.take_metadata()
    partners.log_in()
    step(installation, "retire", Purpose.SIGNING)


def test_broken_keys_on_disk_do_not_stop_logins(
    installation: Installation, partners: CarefulPartners
) -> None:
    partners.take_metadata()
    file = installation.folder / "keys" / "signing-current.key"
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    try:
        time.sleep(NOTICED)
        for _ in range(4):
            partners.log_in()
    finally:
        file.write_bytes(whole)
    log = (installation.folder / "serve.log").read_text()
    assert 2 <= log.count("keys-not-taken") <= 3  # once for each process

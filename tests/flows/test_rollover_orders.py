"""Both keys are rolled over, their steps mixed in every order, and nothing fails.

Each step comes at the earliest moment at which the commands allow it. All the while
there are partners with every copy of our metadata that still holds, and processes of
ours that have not noticed the last step yet. Each partner verifies what each process
signs, and each process opens what each partner encrypts, to whichever key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import combinations
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.errors import DecryptionError
from idp_bridge.key_ring import KeysInUse
from idp_bridge.keys import KeySet, Purpose, Slot, load_keys
from idp_bridge.our_metadata import OurMetadata
from idp_bridge.rollover import NOTICED, ON_THEIR_WAY, TooEarlyError, waiting
from idp_bridge.rollover import check_not_too_early as check
from idp_bridge.saml.encryption import decrypt_assertion, encrypt_assertion
from idp_bridge.settings import Settings
from metadata import names
from metadata.entities import ServiceProvider
from metadata.errors import BadSignatureError
from metadata.reader import read_service_provider
from metadata.signatures import sign_detached, verify_detached
from tests.support.clock import FrozenClock
from tests.support.installations import install, new_key, settings_of
from tests.support.keys import rsa_key

ROUND = ("new", "promote", "retire")
EARLY = ("new", "promote", "new", "retire", "promote", "retire")
"""A second rollover whose key is published while the first one still ends."""
DATA = b"<a/>"

Step = tuple[Purpose, str]


def mixed(signing: Sequence[str], encryption: Sequence[str]) -> Iterator[list[Step]]:
    """Mix two rows of steps in every order that keeps each row."""
    places = range(len(signing) + len(encryption))
    for chosen in combinations(places, len(signing)):
        rows = iter(signing), iter(encryption)
        yield [
            (Purpose.SIGNING, next(rows[0]))
            if place in chosen
            else (Purpose.ENCRYPTION, next(rows[1]))
            for place in places
        ]


@dataclass
class Process:
    """A process of ours with the keys that it has noticed."""

    keys: KeySet

    @cached_property
    def in_use(self) -> KeysInUse:
        return KeysInUse.load(self.keys)

    def signed(self) -> tuple[str, bytes]:
        return sign_detached(DATA, self.keys.signing)

    def opens(self, sp: ServiceProvider) -> None:
        """Open what is encrypted to each key that a partner may choose."""
        for key in sp.encryption_keys:
            cipher = names.ENCRYPTION_AES128_GCM
            closed = encrypt_assertion(DATA, key, default_cipher=cipher)
            decrypt_assertion(closed, self.in_use.decryption_keys, allow_cbc=False)


@dataclass
class World:
    """Our keys on disk, and the copies of our metadata that are out there."""

    folder: Path
    settings: Settings
    clock: FrozenClock
    made: int = 0
    copies: list[tuple[ServiceProvider, datetime]] = field(default_factory=list)

    @property
    def present(self) -> KeySet:
        return load_keys(self.folder)

    def publish(self) -> None:
        """Let somebody take our metadata, and never again until its end."""
        ours = OurMetadata(self.settings, lambda: self.present, self.clock)
        read = read_service_provider(ours.sp(), allow_loopback_http=True)
        assert read.valid_until is not None
        self.copies.append((read, read.valid_until))

    def wait_for(self, step: Step) -> None:
        """Wait until the commands allow a step, and not a moment longer."""
        purpose, command = step
        validity = self.settings.saml.metadata_validity
        due = waiting(self.present, purpose, validity=validity)
        if due is not None and due.command == command and due.until > self.clock():
            with pytest.raises(TooEarlyError):
                check(
                    self.present, purpose, command, validity=validity, now=self.clock()
                )
            self.publish()
            self.clock.now = due.until
        check(self.present, purpose, command, validity=validity, now=self.clock())

    def take(self, step: Step) -> None:
        """Take a step."""
        purpose, command = step
        now = self.clock()
        match command:
            case "new":
                self.made += 1
                key = new_key(rsa_key(f"made {self.made}"))
                keys.add_key(self.folder, purpose, Slot.NEXT, key, now=now)
            case "promote":
                keys.promote(self.folder, purpose, now=now)
            case _:
                keys.retire(self.folder, purpose)

    def check_everybody(self, *processes: Process) -> None:
        """Let every process speak with every partner whose copy still holds."""
        holding = {
            (sp.signing_keys, sp.encryption_keys): sp
            for sp, end in self.copies
            if self.clock() < end
        }
        assert holding
        for process in processes:
            algorithm, signature = process.signed()
            for sp in holding.values():
                verify_detached(
                    DATA,
                    algorithm=algorithm,
                    signature=signature,
                    keys=sp.signing_keys,
                )
                process.opens(sp)


@pytest.fixture
def world(tmp_path: Path) -> World:
    settings = settings_of(install(tmp_path))
    return World(settings.key_dir, settings, FrozenClock())


def run(world: World, steps: Sequence[Step]) -> None:
    world.publish()
    world.check_everybody(Process(world.present))
    for step in steps:
        world.wait_for(step)
        late = Process(world.present)
        world.publish()
        world.check_everybody(late)
        world.take(step)
        prompt = Process(world.present)
        world.check_everybody(late, prompt)
        world.clock.advance(NOTICED)
        world.publish()
        world.check_everybody(prompt)


@pytest.mark.parametrize("steps", list(mixed(ROUND, ROUND)), ids=str)
def test_nothing_fails_in_whatever_order_both_keys_are_rolled_over(
    world: World, steps: list[Step]
) -> None:
    before = {key.fingerprint for key in world.present.keys}
    run(world, steps)
    after = world.present.keys
    assert {key.slot for key in after} == {Slot.CURRENT}
    assert not before & {key.fingerprint for key in after}


@pytest.mark.parametrize("others", [(), ROUND])
def test_the_next_rollover_may_begin_before_the_last_one_has_ended(
    world: World, others: tuple[str, ...]
) -> None:
    for signing, encryption in ((EARLY, others), (others, EARLY)):
        run(world, list(mixed(signing, encryption))[-1])


def test_what_was_signed_before_a_step_is_verified_after_it(world: World) -> None:
    """A message may be on its way, and its receiver take our metadata meanwhile."""
    for command in ROUND:
        step = (Purpose.SIGNING, command)
        world.wait_for(step)
        algorithm, signature = Process(world.present).signed()
        world.take(step)
        if command == "retire":  # the command waits until nothing is on its way
            break
        world.clock.advance(ON_THEIR_WAY)
        world.publish()
        newest, _ = world.copies[-1]
        keys_of_copy = newest.signing_keys
        verify_detached(
            DATA, algorithm=algorithm, signature=signature, keys=keys_of_copy
        )


def test_whoever_is_not_waited_for_fails(world: World) -> None:
    """The twin of the tests above: without the waits they are red."""
    world.publish()
    for command in ("new", "promote"):
        world.take((Purpose.SIGNING, command))
    with pytest.raises(BadSignatureError):
        world.check_everybody(Process(world.present))
    world.take((Purpose.SIGNING, "retire"))
    world.copies.clear()
    world.publish()
    for command in ROUND:
        world.take((Purpose.ENCRYPTION, command))
    with pytest.raises(DecryptionError):
        world.check_everybody(Process(world.present))

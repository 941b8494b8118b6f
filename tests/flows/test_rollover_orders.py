"""Both keys are rolled over, their steps mixed in every order, and nothing fails.

Each step comes at the earliest moment at which the commands allow it. All the while
there are partners with every copy of our metadata that still holds, and processes of
ours that have not noticed the last step yet. Each partner verifies what each process
signs, and each process opens what each partner encrypts, to whichever key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import combinations, product
from pathlib import Path

import pytest

from idp_bridge import keys
from idp_bridge.errors import DecryptionError
from idp_bridge.key_ring import KeysInUse
from idp_bridge.keys import NOTICED, KeySet, Purpose, Slot, load_keys
from idp_bridge.our_metadata import OurMetadata
from idp_bridge.rollover import ON_THEIR_WAY, TooEarlyError, waiting
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

SIGNING = ("new", "promote", "retire")
ENCRYPTION = ("new", "promote", "retire", "delete")
EARLY_SIGNING = ("new", "promote", "new", "retire", "promote", "retire")
EARLY_ENCRYPTION = (
    *("new", "promote", "new", "retire", "promote"),
    *("delete", "retire", "new", "promote", "delete", "retire", "delete"),
)
"""A second and third rollover that begin while the one before still ends."""
DATA = b"<a/>"
MOMENT = timedelta(milliseconds=1)
BEFORE_MIDNIGHT = datetime(2026, 11, 23, 23, 59, 58, tzinfo=UTC)
"""Whoever notices a step late publishes a document of the next day without it."""
UNDERSTOOD: set[object] = set()
"""Keys of a process and of a copy that went well together: the same will go again."""
MADE: dict[object, ServiceProvider] = {}
"""Our metadata by the keys that it names and its day: the same is the same again."""

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

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Which keys it has, in order."""
        return tuple(f"{key.purpose} {key.fingerprint}" for key in self.keys.keys)

    def signed(self) -> tuple[str, bytes]:
        return sign_detached(DATA, self.keys.signing)

    def speaks_with(self, sp: ServiceProvider) -> None:
        """Sign for a partner, and open what it encrypts."""
        algorithm, signature = self.signed()
        verify_detached(
            DATA, algorithm=algorithm, signature=signature, keys=sp.signing_keys
        )
        self.opens(sp)

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

    def __post_init__(self) -> None:
        self.present = load_keys(self.folder)

    def publish(self, process: Process | None = None) -> None:
        """Let somebody take our metadata, and never again until its end."""
        given = process or Process(self.present)
        named = Process(given.keys.published(self.clock())).names
        made = named, self.clock().date()
        if made not in MADE:
            ours = OurMetadata(self.settings, lambda: given.keys, self.clock)
            MADE[made] = read_service_provider(ours.sp(), allow_loopback_http=True)
        end = MADE[made].valid_until
        assert end is not None
        self.copies.append((MADE[made], end))

    def wait_for(self, step: Step) -> None:
        """Wait until the commands allow a step, and not a moment longer."""
        purpose, command = step
        validity = self.settings.saml.metadata_validity
        for due in waiting(self.present, purpose, validity=validity):
            if due.command != command or due.until <= self.clock():
                continue
            with pytest.raises(TooEarlyError):
                check(
                    self.present, purpose, command, validity=validity, now=self.clock()
                )
            self.publish()
            self.clock.now = due.until - MOMENT
            self.publish()
            self.check_everybody(Process(self.present))
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
            case "retire":
                keys.retire(self.folder, purpose, now=now)
            case _:
                retired = self.present.find(purpose, Slot.RETIRED)
                keys.delete_retired(self.folder, purpose, retired)
        self.present = load_keys(self.folder)

    def check_everybody(self, *processes: Process) -> None:
        """Let every process speak with every partner whose copy still holds."""
        holding = {
            (sp.signing_keys, sp.encryption_keys): sp
            for sp, end in self.copies
            if self.clock() < end
        }
        assert holding
        for process, (keys_of_copy, sp) in product(processes, holding.items()):
            pair = (process.names, keys_of_copy)
            if pair not in UNDERSTOOD:
                process.speaks_with(sp)
                UNDERSTOOD.add(pair)


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
        world.publish()
        world.check_everybody(late, prompt)
        world.clock.advance(NOTICED - MOMENT)
        world.publish()
        world.publish(late)
        world.check_everybody(late, prompt)
        world.clock.advance(MOMENT)
        world.publish()
        world.check_everybody(prompt)


@pytest.mark.parametrize("steps", list(mixed(SIGNING, ENCRYPTION)), ids=str)
def test_nothing_fails_in_whatever_order_both_keys_are_rolled_over(
    world: World, steps: list[Step]
) -> None:
    before = {key.fingerprint for key in world.present.keys}
    run(world, steps)
    after = world.present.keys
    assert {key.slot for key in after} == {Slot.CURRENT}
    assert not before & {key.fingerprint for key in after}


@pytest.mark.parametrize("together", [False, True])
def test_the_next_rollover_may_begin_before_the_last_one_has_ended(
    world: World, *, together: bool
) -> None:
    for signing, encryption in (
        (EARLY_SIGNING, ENCRYPTION if together else ()),
        (SIGNING if together else (), EARLY_ENCRYPTION),
    ):
        run(world, list(mixed(signing, encryption))[-1])


def test_a_step_at_midnight_is_noticed_by_some_on_the_next_day(world: World) -> None:
    world.clock.now = BEFORE_MIDNIGHT
    run(world, next(mixed(SIGNING, ENCRYPTION)))
    world.clock.now = BEFORE_MIDNIGHT + timedelta(days=100)
    world.copies.clear()
    run(world, list(mixed(SIGNING, ENCRYPTION))[-1])


def test_what_was_encrypted_before_a_copy_ended_is_opened_when_it_arrives(
    world: World,
) -> None:
    world.clock.now = BEFORE_MIDNIGHT + timedelta(seconds=2)  # a copy holds longest
    world.publish()
    for command in ("new", "promote", "retire"):
        step = (Purpose.ENCRYPTION, command)
        world.wait_for(step)
        world.take(step)
    copy, end = world.copies[0]
    world.publish()
    world.clock.now = end + ON_THEIR_WAY - MOMENT
    with pytest.raises(TooEarlyError):
        check(
            world.present,
            Purpose.ENCRYPTION,
            "delete",
            validity=world.settings.saml.metadata_validity,
            now=world.clock(),
        )
    Process(world.present).opens(copy)


def test_what_was_signed_before_a_step_is_verified_after_it(world: World) -> None:
    """A message may be on its way, and its receiver take our metadata meanwhile."""
    for command in SIGNING:
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
    for command in ENCRYPTION:
        world.check_everybody(Process(world.present))
        world.take((Purpose.ENCRYPTION, command))
    with pytest.raises(DecryptionError):
        world.check_everybody(Process(world.present))


def test_a_key_that_was_published_at_once_would_come_too_early(world: World) -> None:
    """The twin of the waiting before a key is named: it is red at once."""
    late = Process(world.present)
    world.take((Purpose.ENCRYPTION, "new"))
    world.publish()
    world.check_everybody(late)
    world.clock.advance(NOTICED)
    world.publish()
    with pytest.raises(DecryptionError):
        world.check_everybody(late)

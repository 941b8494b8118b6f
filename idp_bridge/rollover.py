"""How long must each step of a key rollover wait, so that no login fails?

A signing key may only sign when every partner has it; a retired encryption key may only
be deleted when no partner encrypts to it any more. Both wait until every copy of our
metadata that was taken before has ended. The other steps are quick. Every wait begins
when the last process has noticed the last step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from idp_bridge.errors import SetupError
from idp_bridge.keys import NOTICED, KeySet, Purpose, Slot, StoredKey
from idp_bridge.our_metadata import VALIDITY_STEP

ON_THEIR_WAY: Final = timedelta(minutes=10)
"""How long what somebody signed or encrypted may be on its way to its receiver."""
_AT_ONCE: Final = timedelta(0)


class TooEarlyError(SetupError):
    """Partners cannot have taken the last step of a rollover yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Until when the next step of a rollover should wait."""

    purpose: Purpose
    command: str
    until: datetime
    """When everybody who reads our metadata by themselves has seen the last step."""
    why: str
    needs_partners: bool
    """Whether those who take metadata by hand must have taken it, too."""

    def is_before(self, command: str) -> bool:
        """Tell whether a command is this step, or has to come after it.

        A retired key is in the way of the next one.
        """
        return command == self.command or (self.command, command) == (
            "delete",
            "retire",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How long one step waits, and why."""

    command: str
    why: str
    extra: timedelta = _AT_ONCE
    """How long after every process has noticed the last step."""
    needs_copies_to_end: bool = False
    """Whether every copy of our metadata from before must have ended."""


_RULES: Final[Mapping[tuple[Purpose, Slot], _Rule]] = MappingProxyType(
    {
        (Purpose.SIGNING, Slot.NEXT): _Rule(
            command="promote",
            why="partners may not have the next key yet",
            needs_copies_to_end=True,
        ),
        (Purpose.SIGNING, Slot.PREVIOUS): _Rule(
            command="retire",
            why="what it signed may still be on its way",
            extra=ON_THEIR_WAY,
        ),
        (Purpose.ENCRYPTION, Slot.NEXT): _Rule(
            command="promote", why="not every process may have taken the next key yet"
        ),
        (Purpose.ENCRYPTION, Slot.PREVIOUS): _Rule(
            command="retire", why="not every process may have taken the new key yet"
        ),
        (Purpose.ENCRYPTION, Slot.RETIRED): _Rule(
            command="delete",
            why="partners may still encrypt to the retired key",
            extra=ON_THEIR_WAY,
            needs_copies_to_end=True,
        ),
    }
)
"""What comes next for a key in each place."""


def waiting(
    keys: KeySet, purpose: Purpose, *, validity: timedelta
) -> tuple[Waiting, ...]:
    """Say which steps of a rollover come next, and until when each should wait.

    Args:
        keys: Our keys.
        purpose: Which of them.
        validity: How long our metadata is valid at least.

    Returns:
        The steps, the earliest first; nothing when no rollover is going on.
    """
    steps = (_step(key, validity) for key in _movable(keys, purpose))
    return tuple(sorted(steps, key=lambda step: step.until))


def check_not_too_early(
    keys: KeySet, purpose: Purpose, command: str, *, validity: timedelta, now: datetime
) -> None:
    """Refuse a step that would make logins fail.

    Raises:
        TooEarlyError: It has to wait.
    """
    for step in waiting(keys, purpose, validity=validity):
        if step.is_before(command) and now < step.until:
            raise TooEarlyError(
                f"Too early: {step.why}. Wait until {in_words(step.until)}, or add"
                f" --force to `keys {step.command} {purpose}` if you know that every"
                " partner is ready."
            )


def in_words(moment: datetime) -> str:
    """Write a moment for operators."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _movable(keys: KeySet, purpose: Purpose) -> Iterator[StoredKey]:
    """Find the keys that may leave their places: each needs the place after it free."""
    for slot, in_the_way in (
        (Slot.RETIRED, None),
        (Slot.PREVIOUS, Slot.RETIRED),
        (Slot.NEXT, Slot.PREVIOUS),
    ):
        key = keys.find(purpose, slot)
        if key and not (in_the_way and keys.find(purpose, in_the_way)):
            yield key


def _step(key: StoredKey, validity: timedelta) -> Waiting:
    rule = _RULES[key.purpose, key.slot]
    copies = validity + VALIDITY_STEP if rule.needs_copies_to_end else _AT_ONCE
    return Waiting(
        purpose=key.purpose,
        command=rule.command,
        until=key.since + NOTICED + copies + rule.extra,
        why=rule.why,
        needs_partners=rule.needs_copies_to_end,
    )

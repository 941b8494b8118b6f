"""How long must each step of a key rollover wait, so that no login fails?

A signing key may only sign when every partner has it; a previous encryption key may
only go when no partner encrypts to it any more. Both wait until every copy of our
metadata that was taken before has ended. The other two steps are quick.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from idp_bridge.errors import SetupError
from idp_bridge.keys import KeySet, Purpose, Slot, StoredKey
from idp_bridge.our_metadata import VALIDITY_STEP

ON_THEIR_WAY: Final = timedelta(minutes=10)
"""How long something that we signed may be on its way to whoever verifies it."""
NOTICED: Final = timedelta(seconds=10)
"""How long it takes until every process of this machine has taken a new key."""


class TooEarlyError(SetupError):
    """Partners cannot have taken the last step of a rollover yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Until when the next step of a rollover should wait."""

    purpose: Purpose
    command: str
    until: datetime
    """When everybody who reads our metadata by themselves has seen the last step."""
    why: str

    @property
    def needs_partners(self) -> bool:
        """Tell whether those who take metadata by hand must have taken it, too."""
        return (self.purpose, self.command) in _FOR_PARTNERS


_FOR_PARTNERS: Final = {
    (Purpose.SIGNING, "promote"),
    (Purpose.ENCRYPTION, "retire"),
}
_WHY: Final = {
    (Purpose.SIGNING, "promote"): "partners may not have the next key yet",
    (Purpose.SIGNING, "retire"): "what it signed may still be on its way",
    (Purpose.ENCRYPTION, "promote"): "not every process may have taken the key yet",
    (Purpose.ENCRYPTION, "retire"): "partners may still encrypt to the previous key",
}


def waiting(keys: KeySet, purpose: Purpose, *, validity: timedelta) -> Waiting | None:
    """Say what the next step of a rollover is, and until when it should wait.

    Args:
        keys: Our keys.
        purpose: Which of them.
        validity: How long our metadata is valid at least.

    Returns:
        The step, or ``None`` when no rollover is going on.
    """
    previous = keys.find(purpose, Slot.PREVIOUS)
    if previous is not None:
        return _step(previous, "retire", validity)
    following = keys.find(purpose, Slot.NEXT)
    return None if following is None else _step(following, "promote", validity)


def check_not_too_early(
    keys: KeySet, purpose: Purpose, command: str, *, validity: timedelta, now: datetime
) -> None:
    """Refuse a step that would make logins fail.

    Raises:
        TooEarlyError: It has to wait.
    """
    step = waiting(keys, purpose, validity=validity)
    if step is not None and step.command == command and now < step.until:
        raise TooEarlyError(
            f"Too early: {step.why}. Wait until {in_words(step.until)}, or add --force"
            " if you know that every partner is ready."
        )


def in_words(moment: datetime) -> str:
    """Write a moment for operators."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _step(key: StoredKey, command: str, validity: timedelta) -> Waiting:
    name = (key.purpose, command)
    brief = ON_THEIR_WAY if command == "retire" else NOTICED
    long = validity + VALIDITY_STEP
    wait = long if name in _FOR_PARTNERS else brief
    return Waiting(key.purpose, command, key.since + wait, _WHY[name])

"""Has somebody used the ID of this message before? Asked of every kind that asks us."""

from hashlib import sha256
from typing import Final

from idp_bridge.errors import ReplayedError
from idp_bridge.login.parts import Parts
from idp_bridge.saml.times import MAX_AGE

_SKEWS: Final = 3
"""How many skews an ID is remembered beyond its age: both clocks and a margin."""


def check_not_replayed(
    kind: str, *, sender: str, message_id: str, parts: Parts
) -> None:
    """Refuse a message whose ID its sender has used before (core 1.3.4).

    Args:
        kind: ``request``, ``logout-request`` or ``query``: each has IDs of its own.
        sender: Who sent it, authenticated as far as the message can be.
        message_id: Its ID.
        parts: What is outside.

    Raises:
        ReplayedError: The ID has been used.
        StoreUnavailableError: Nobody can say.
    """
    name = f"{sender}\n{message_id}".encode()
    ttl = MAX_AGE + _SKEWS * parts.settings.saml.clock_skew
    if not parts.state.add_once(f"{kind}:{sha256(name).hexdigest()}", ttl):
        raise ReplayedError(f"the ID of this {kind} has been used")

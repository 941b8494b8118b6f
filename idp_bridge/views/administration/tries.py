"""How often may an organisation ask for HSA-ids that it cannot use?

The answer does not say why an HSA-id cannot be used, but somebody who tries many could
guess. So only some are answered in an hour, per organisation, on all nodes together.
"""

import math
from datetime import timedelta
from typing import Final

from authz.administration.errors import AdministrationError, ElsewhereError
from idp_bridge.services import services

MOST: Final = 10
"""Refused HSA-ids in an hour; a mistake now and then is far below."""
_HOUR: Final = timedelta(hours=1)


def seconds_to_wait(organisation_id: int) -> int:
    """Say how long an organisation must wait that has tried too many; 0 if none.

    Raises:
        StoreUnavailableError: Nobody can say.
    """
    is_full = services().state.get(_key(organisation_id, _hour(), MOST)) is not None
    return _seconds_left() if is_full else 0


def note(organisation_id: int) -> None:
    """Count an HSA-id that could not be used.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    state, hour = services().state, _hour()
    for number in range(1, MOST + 1):
        if state.add_once(_key(organisation_id, hour, number), _HOUR):
            return


def note_if_elsewhere(error: AdministrationError, organisation_id: int) -> None:
    """Count the refusals that tell something about others."""
    if isinstance(error, ElsewhereError):
        note(organisation_id)


def _hour() -> int:
    return int(services().clock().timestamp() // _HOUR.total_seconds())


def _seconds_left() -> int:
    hour = _HOUR.total_seconds()
    return math.ceil(hour - services().clock().timestamp() % hour)


def _key(organisation_id: int, hour: int, number: int) -> str:
    return f"elsewhere:{organisation_id}:{hour}:{number}"

"""Is this browser sent back and forth between us and an e-tjänst?

An e-tjänst that does not take our answer asks again, and where nobody has to press
anything that goes on for ever. How often we have answered for which e-tjänst lately
stands in a sealed cookie of a few minutes, so that no store is asked. Only answers
count: a foreign page can begin logins in a browser, but not finish them.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from idp_bridge.errors import LoopError

MOST: Final = 8
"""How often one e-tjänst is answered in a while."""
WHILE: Final = timedelta(minutes=2)
_MAX_SERVICES: Final = 4
"""How many e-tjänster one browser's cookie tells apart; the oldest is forgotten."""
_SALT: Final = "rounds"
_DIGITS: Final = 12

Counted = dict[str, list[int]]
"""Since when, and how often, by e-tjänst."""


class Rounds:
    """Counts the answers for each e-tjänst in one browser.

    Args:
        secret: The key of the seals.
    """

    def __init__(self, secret: str) -> None:
        self._sealed = URLSafeSerializer(
            secret, salt=_SALT, signer_kwargs={"digest_method": sha256}
        )

    def check_no_loop(
        self, kept: str | None, *, sp_entity_id: str, now: datetime
    ) -> None:
        """Refuse to begin one more round.

        Args:
            kept: What the browser's cookie says, if it has one.
            sp_entity_id: Who asks.
            now: What time it is.

        Raises:
            LoopError: This e-tjänst was answered very often just now.
        """
        _, times = self._counted(kept, now).get(_name_of(sp_entity_id), (0, 0))
        if times >= MOST:
            raise LoopError(f"{times} answers within {WHILE}")

    def one_more(self, kept: str | None, *, sp_entity_id: str, now: datetime) -> str:
        """Count an answer.

        Args:
            kept: What the browser's cookie says, if it has one.
            sp_entity_id: Who is answered.
            now: What time it is.

        Returns:
            What its cookie must say from now on.
        """
        counted = self._counted(kept, now)
        since, times = counted.pop(_name_of(sp_entity_id), (int(now.timestamp()), 0))
        latest = list(counted.items())[-_MAX_SERVICES + 1 :]
        one_more = (_name_of(sp_entity_id), [since, times + 1])
        return self._sealed.dumps(dict([*latest, one_more]))

    def _counted(self, kept: str | None, now: datetime) -> dict[str, Any]:
        """Read what still counts; a seal that is not ours says nothing."""
        try:
            counted: Counted = self._sealed.loads(kept) if kept else {}
        except BadData:
            return {}
        oldest = int((now - WHILE).timestamp())
        return {name: each for name, each in counted.items() if each[0] > oldest}


def _name_of(sp_entity_id: str) -> str:
    return sha256(sp_entity_id.encode()).hexdigest()[:_DIGITS]

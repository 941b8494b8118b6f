"""Which sessions of people are there? They live on the server, a browser has a number.

A session is two entries of the state store: what it is, kept for as long as a session
may last at most, and that somebody used it lately, kept for as long as somebody may be
idle. It lives while both are there. Using it writes only the second one, so a session
that was ended meanwhile stays ended.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from idp_bridge.login.pending import Area
from idp_bridge.settings import WebSettings
from idp_bridge.state.port import StateStore

_RANDOM_BYTES: Final = 32
_SEEN_LATELY: Final = timedelta(seconds=30)
"""Two clicks within this time count as one, so that not every click writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSession:
    """Somebody who has logged in at our own pages."""

    area: Area
    person: int
    """The number in the permission store; the role is read there at every request."""
    form_token: str
    """What our forms must bring back."""
    began: datetime


class PeopleSessions:
    """The sessions of all people.

    Every method raises :class:`idp_bridge.errors.StoreUnavailableError` when the store
    does not answer.

    Args:
        state: Where they are kept.
        clock: Says what time it is.
        limits: How long they live.
    """

    def __init__(
        self, state: StateStore, clock: Callable[[], datetime], limits: WebSettings
    ) -> None:
        self._state = state
        self._clock = clock
        self._limits = limits

    def begin(self, area: Area, person: int, *, login: str | None = None) -> str:
        """Begin a session with a number of its own, which only the browser gets.

        Args:
            area: At which pages.
            person: Their number in the permission store.
            login: The login session that it belongs to, and ends with.
        """
        session_id = secrets.token_urlsafe(_RANDOM_BYTES)
        facts = {
            "area": area,
            "person": person,
            "form_token": secrets.token_hex(_RANDOM_BYTES),
            "began": self._clock().isoformat(),
        }
        key = _key_of(session_id)
        self._state.put(key, json.dumps(facts).encode(), self._limits.lifetime)
        self._see(key, self._clock())
        if login is not None:
            self._state.put(_belongs_to(login), key.encode(), self._limits.lifetime)
        return session_id

    def find(self, session_id: str) -> PersonSession | None:
        """Find the session of a browser and note that it is in use.

        Returns:
            ``None`` when there is none, or when it is over.
        """
        key, now = _key_of(session_id), self._clock()
        seen, data = self._state.get(_seen(key)), self._state.get(key)
        if seen is None or data is None:
            return None
        session, seen_at = _read(data), datetime.fromisoformat(seen.decode())
        if now >= min(
            session.began + self._limits.lifetime, seen_at + self._limits.idle
        ):
            return None
        if now - seen_at > _SEEN_LATELY:
            self._see(key, now)
        return session

    def end(self, session_id: str) -> None:
        """End a session, if there is one."""
        self._end(_key_of(session_id))

    def end_of_login(self, login: str) -> None:
        """End the session that belongs to a login session, if there is one."""
        key = self._state.take(_belongs_to(login))
        if key is not None:
            self._end(key.decode())

    def _end(self, key: str) -> None:
        self._state.take(key)
        self._state.take(_seen(key))

    def _see(self, key: str, now: datetime) -> None:
        self._state.put(_seen(key), now.isoformat().encode(), self._limits.idle)


def _read(data: bytes) -> PersonSession:
    facts = json.loads(data)
    return PersonSession(
        area=Area(facts["area"]),
        person=facts["person"],
        form_token=facts["form_token"],
        began=datetime.fromisoformat(facts["began"]),
    )


def _key_of(session_id: str) -> str:
    """Name the entry; whoever reads the store cannot use what is in it."""
    return f"session:{sha256(session_id.encode()).hexdigest()}"


def _belongs_to(login: str) -> str:
    return f"session-of-login:{login}"


def _seen(key: str) -> str:
    return f"{key}:seen"

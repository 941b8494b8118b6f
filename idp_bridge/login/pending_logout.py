"""A logout in progress: who is told, who has answered, and who waits for our answer.

Our own session has ended before one of these is made. It is kept in the state store and
bound to one browser, as a login in progress is: its identifier is in the ID of every
request that we send for it, and the browser holds a secret of which we keep the hash.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from idp_bridge.errors import LogoutLostError
from idp_bridge.login.pending import Area
from idp_bridge.saml.messages import NameID
from metadata.entities import Role

LIFETIME: Final = timedelta(minutes=30)
"""How long somebody may take to log out everywhere."""
_REQUEST_ID: Final = re.compile(r"_([0-9a-f]{40})[0-9a-f]{16}", re.ASCII)
LOGOUT_ID: Final = re.compile(r"[0-9a-f]{40}", re.ASCII)
"""What a logout's identifier looks like: 8 hex digits of time, 32 random ones."""


class Progress(StrEnum):
    """How far we have come with one party."""

    WAITING = "waiting"
    """It will be told, or has not answered yet."""
    DONE = "done"
    """It says that the session is over."""
    FAILED = "failed"
    """It cannot be told, says that it failed, or never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherParty:
    """A party that must end its session, and what it calls the person."""

    entity_id: str
    role: Role
    """The role in which it speaks: an e-tjänst, or the identity provider."""
    name_id: NameID
    session_indexes: tuple[str, ...]
    """Which of its sessions; none for all of that person."""
    progress: Progress = Progress.WAITING
    request_id: str | None = None
    """Of the request that we sent with the browser; ``None`` until then."""

    def sent(self, request_id: str) -> "OtherParty":
        """Remember what we have sent."""
        return replace(self, request_id=request_id)

    def ended(self, progress: Progress) -> "OtherParty":
        """Note how it ended."""
        return replace(self, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The party that asked for the logout and waits for our answer."""

    entity_id: str
    role: Role
    request_id: str
    binding: str
    relay_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogout:
    """A logout that has begun: our own session is over already."""

    logout_id: str
    secret_hash: str
    parties: tuple[OtherParty, ...]
    """In the order in which they are told: e-tjänster first, then upstream."""
    asker: Asker | None = None
    """Nobody when it began on a page of ours."""
    area: Area | None = None
    """Which of our own pages it began on, for the way back in."""
    is_cancelled: bool = False
    """Whether the person did not want to wait for the rest."""
    is_partial: bool = False
    """Whether there may be sessions that we know nothing about any more."""

    @property
    def key(self) -> str:
        """Under which key it is kept."""
        return key_of(self.logout_id)

    @property
    def began(self) -> datetime:
        """When it began, to the second."""
        return datetime.fromtimestamp(int(self.logout_id[:8], 16), tz=UTC)

    @property
    def next(self) -> int | None:
        """Whose turn it is: the place of the first party that has not ended."""
        for place, party in enumerate(self.parties):
            if party.progress is Progress.WAITING:
                return place
        return None

    @property
    def failed(self) -> tuple[OtherParty, ...]:
        """Who may still have a session."""
        return tuple(each for each in self.parties if each.progress is Progress.FAILED)

    @property
    def is_complete(self) -> bool:
        """Tell whether everybody has ended the session."""
        others = all(each.progress is Progress.DONE for each in self.parties)
        return others and not self.is_partial

    def check_browser(self, secret: str | None) -> None:
        """Refuse another browser than the one in which the logout began.

        Raises:
            LogoutLostError: The secret is missing or another one.
        """
        if secret is None or not compare_digest(_hash(secret), self.secret_hash):
            raise LogoutLostError("another browser")

    def place_of(self, request_id: str) -> int:
        """Find the party to which we sent a request.

        Raises:
            LogoutLostError: None; somebody tried again meanwhile.
        """
        for place, party in enumerate(self.parties):
            if party.request_id == request_id:
                return place
        raise LogoutLostError("a request that is no longer open")

    def with_party(self, place: int, party: OtherParty) -> "PendingLogout":
        """Put what is known about a party now in its place."""
        parties = list(self.parties)
        parties[place] = party
        return replace(self, parties=tuple(parties))

    def to_bytes(self) -> bytes:
        """Write it for the store."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "PendingLogout":
        """Read it from the store."""
        raw: dict[str, Any] = json.loads(data)
        read = {
            "parties": tuple(_party_of(each) for each in raw["parties"]),
            "asker": raw["asker"] and _asker_of(raw["asker"]),
            "area": raw["area"] and Area(raw["area"]),
        }
        return cls(**{**raw, **read})


def _party_of(raw: dict[str, Any]) -> OtherParty:
    read = {
        "role": Role(raw["role"]),
        "name_id": NameID(**raw["name_id"]),
        "session_indexes": tuple(raw["session_indexes"]),
        "progress": Progress(raw["progress"]),
    }
    return OtherParty(**{**raw, **read})


def _asker_of(raw: dict[str, Any]) -> Asker:
    return Asker(**{**raw, "role": Role(raw["role"])})


def key_of(logout_id: str) -> str:
    """Say under which key a logout is kept."""
    return f"logout:{logout_id}"


def logout_id_of(request_id: str) -> str:
    """Find the logout in the ID of a request of ours.

    Raises:
        LogoutLostError: Not an ID that we make.
    """
    found = _REQUEST_ID.fullmatch(request_id)
    if found is None:
        raise LogoutLostError("not an ID of ours")
    return found[1]


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

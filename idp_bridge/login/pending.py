"""A login in progress: kept in the state store, bound to one browser.

The identifier of a login is in the ID of every request that we send for it, so that
the answer finds it again on any node. The browser holds a secret of which the store
knows only the hash.
"""

import json
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from idp_bridge.errors import LoginLostError
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.plain_values import to_json
from idp_bridge.saml.messages import (
    AuthnRequest,
    Comparison,
    MatchValue,
    Scoping,
)
from idp_bridge.tracing.steps import Step, TraceStep

_REQUEST_ID: Final = re.compile(r"_([0-9a-f]{40})[0-9a-f]{16}", re.ASCII)
LOGIN_ID: Final = re.compile(r"[0-9a-f]{40}", re.ASCII)
"""What a login's identifier looks like: 8 hex digits of time, 32 random ones."""
MAX_STEPS: Final = 20
"""How many steps a login remembers; the first ones, because they say how it began."""
MAX_SENT: Final = 5
"""How many requests of one login may be open, when somebody goes back and forth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRequest:
    """A request that we sent upstream for a login."""

    request_id: str
    method: str
    sent_at: datetime
    afresh: bool = False
    """Whether it asks for a new login because the person wants to be somebody else."""


class Area(StrEnum):
    """Pages of ours that only people who have logged in may see."""

    OPERATOR = "operator"
    ADMIN = "admin"
    """Administrators of kommuner and regioner, also under ``/o/``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPages:
    """A login that ends with a session of ours, not with an answer to an e-tjänst."""

    area: Area
    return_path: str
    """Where the person was going: a path of ours, checked when the login began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A login that has begun and not ended."""

    login_id: str
    secret_hash: str
    request: AuthnRequest
    """What the e-tjänst asked for, or what we ask of ourselves for our own pages."""
    sent: tuple[SentRequest, ...] = ()
    own_pages: OwnPages | None = None
    """What the login is for when no e-tjänst asked."""
    authentication: Authentication | None = None
    """Who has logged in and is looking at what will be sent."""
    steps: tuple[TraceStep, ...] = ()
    """How it came so far, for support; what was sent stands in ``sent``."""

    @property
    def key(self) -> str:
        """Under which key it is kept."""
        return key_of(self.login_id)

    @property
    def began(self) -> datetime:
        """When it began, to the second."""
        return datetime.fromtimestamp(int(self.login_id[:8], 16), tz=UTC)

    def check_browser(self, secret: str | None) -> None:
        """Refuse another browser than the one in which the login began.

        Raises:
            LoginLostError: The secret is missing or another one.
        """
        if secret is None or not compare_digest(_hash(secret), self.secret_hash):
            raise LoginLostError("another browser")

    def request_sent(self, request_id: str) -> SentRequest:
        """Find the request that an answer claims to answer.

        Raises:
            LoginLostError: We did not send it, or it was pushed out by later ones.
        """
        for sent in self.sent:
            if sent.request_id == request_id:
                return sent
        raise LoginLostError("a request that is no longer open")

    def with_sent(self, sent: SentRequest) -> "PendingLogin":
        """Remember one more request; the oldest are forgotten."""
        return replace(self, sent=(*self.sent, sent)[-MAX_SENT:])

    def with_step(self, step: Step, at: datetime, detail: str = "") -> "PendingLogin":
        """Remember one more step on the way."""
        taken = TraceStep(step=step, at=at, detail=detail)
        return replace(self, steps=(*self.steps, taken)[:MAX_STEPS])

    @property
    def story(self) -> tuple[TraceStep, ...]:
        """Everything that happened so far, the earliest first."""
        sent = (
            TraceStep(step=Step.SENT_UPSTREAM, at=each.sent_at, detail=each.method)
            for each in self.sent
        )
        return tuple(sorted((*self.steps, *sent), key=lambda one: one.at))

    def to_bytes(self) -> bytes:
        """Write it for the store."""
        return to_json(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "PendingLogin":
        """Read it from the store."""
        raw: dict[str, Any] = json.loads(data)
        return cls(
            login_id=raw["login_id"],
            secret_hash=raw["secret_hash"],
            request=_request_of(raw["request"]),
            sent=tuple(_sent_of(each) for each in raw["sent"]),
            own_pages=_own_pages_of(raw.get("own_pages")),
            authentication=raw.get("authentication")
            and Authentication.from_plain(raw["authentication"]),
            steps=tuple(_step_of(each) for each in raw.get("steps", ())),
        )


def _request_of(raw: dict[str, Any]) -> AuthnRequest:
    scoping = raw["scoping"]
    read = {
        "levels": tuple(raw["levels"]),
        "comparison": Comparison(raw["comparison"]),
        "scoping": Scoping(
            proxy_count=scoping["proxy_count"],
            idp_list=tuple(scoping["idp_list"]),
            requester_ids=tuple(scoping["requester_ids"]),
        ),
        "principal": tuple(MatchValue(**each) for each in raw.get("principal", ())),
    }
    return AuthnRequest(**{**raw, **read})


def _sent_of(raw: dict[str, Any]) -> SentRequest:
    sent_at = datetime.fromisoformat(raw["sent_at"])
    return SentRequest(
        request_id=raw["request_id"],
        method=raw["method"],
        sent_at=sent_at,
        afresh=raw["afresh"],
    )


def _step_of(raw: dict[str, Any]) -> TraceStep:
    at = datetime.fromisoformat(raw["at"])
    return TraceStep(step=raw["step"], at=at, detail=raw["detail"])


def _own_pages_of(raw: dict[str, str] | None) -> OwnPages | None:
    if raw is None:
        return None
    return OwnPages(area=Area(raw["area"]), return_path=raw["return_path"])


def key_of(login_id: str) -> str:
    """Say under which key a login is kept."""
    return f"login:{login_id}"


def new_login_id(now: datetime) -> str:
    """Make an identifier that begins with the time, so that cookies can be aged."""
    return f"{int(now.timestamp()):08x}{secrets.token_hex(16)}"


def new_secret() -> tuple[str, str]:
    """Make a secret for the browser, and its hash for the store."""
    secret = secrets.token_urlsafe(24)
    return secret, _hash(secret)


def new_request_id(login_id: str) -> str:
    """Make the ID of a request upstream, from which the login can be found."""
    return f"_{login_id}{secrets.token_hex(8)}"


def login_id_of(request_id: str) -> str:
    """Find the login in the ID of a request of ours.

    Raises:
        LoginLostError: Not an ID that we make.
    """
    found = _REQUEST_ID.fullmatch(request_id)
    if found is None:
        raise LoginLostError("not an ID of ours")
    return found[1]


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

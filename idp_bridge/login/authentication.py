"""What has an identity provider told us about somebody, verified and not yet used?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.messages import NameID, ProxyLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Somebody has shown who they are. What they may do is decided at every issue."""

    identity: Identity
    upstream_entity_id: str
    """Which identity provider says so."""
    method: str
    """The login method under which it was asked."""
    authn_instant: datetime
    """When the person showed it, as the identity provider says."""
    level: str
    """The level that was asserted, in the words of the identity provider."""
    proxy_limit: ProxyLimit
    """To whom and how far it may be passed on; asked again for every e-tjänst."""
    assertion_id: str = ""
    """In which assertion it says so; what happened there can be found by it."""
    authorities: tuple[str, ...] = ()
    """Who authenticated the person before that identity provider, earliest first."""
    name_id: NameID | None = None
    """What the identity provider calls the person; only for logging out there."""
    session_index: str | None = None
    session_not_on_or_after: datetime | None = None
    """When the session at the identity provider ends, if it says."""
    one_time_use: bool = False
    """Whether it is for now only: no e-tjänst is told of it later."""

    @classmethod
    def from_plain(cls, raw: dict[str, Any]) -> "Authentication":
        """Read it from what :mod:`idp_bridge.login.plain_values` wrote."""
        end = raw["session_not_on_or_after"]
        read = {
            "identity": _identity_of(raw["identity"]),
            "authn_instant": datetime.fromisoformat(raw["authn_instant"]),
            "authorities": tuple(raw["authorities"]),
            "proxy_limit": _limit_of(raw["proxy_limit"]),
            "name_id": raw["name_id"] and NameID(**raw["name_id"]),
            "session_not_on_or_after": end and datetime.fromisoformat(end),
        }
        return cls(**{**raw, **read})


def _identity_of(raw: dict[str, Any]) -> Identity:
    numbers = tuple(raw["organisation_numbers"])
    return Identity(**{**raw, "organisation_numbers": numbers})


def _limit_of(raw: dict[str, Any]) -> ProxyLimit:
    audiences = raw["audiences"]
    return ProxyLimit(
        count=raw["count"], audiences=None if audiences is None else tuple(audiences)
    )

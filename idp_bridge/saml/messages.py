"""Messages as plain immutable values; made only by the code that checked them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Comparison(StrEnum):
    """How requested levels are compared (SAML core 3.3.2.2.1)."""

    EXACT = "exact"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    BETTER = "better"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoping:
    """What a request says about asking other identity providers (core 3.4.1.2)."""

    proxy_count: int | None = None
    idp_list: tuple[str, ...] = ()
    requester_ids: tuple[str, ...] = ()


NO_SCOPING = Scoping()
"""A request without ``Scoping``: no limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchValue:
    """One thing that an e-tjänst knows about the person whom it wants."""

    name: str
    """The name of an attribute."""
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthnRequest:
    """An AuthnRequest of an e-tjänst that passed the gate and every check."""

    id: str
    sp_entity_id: str
    acs_url: str
    """Where the answer goes: an address out of the SP's metadata."""
    relay_state: str | None
    binding: str
    """The binding in which the request came; we ask upstream in the same way."""
    force_authn: bool = False
    is_passive: bool = False
    levels: tuple[str, ...] = ()
    """The levels that would be a fitting answer, literally as the SP wrote them."""
    comparison: Comparison = Comparison.EXACT
    name_id_format: str | None = None
    attribute_index: int | None = None
    scoping: Scoping = NO_SCOPING
    principal: tuple[MatchValue, ...] = ()
    """Whom the SP wants, if it says so (``psc:PrincipalSelection``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameID:
    """A name identifier with its qualifiers, never interpreted."""

    value: str
    format: str | None = None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyLimit:
    """How far and to whom an assertion may be passed on (core 2.5.1.6)."""

    count: int | None = None
    """Through how many hands; ``None`` for any number."""
    audiences: tuple[str, ...] | None = None
    """To whom; ``None`` for anybody."""

    def after_us(self) -> "ProxyLimit":
        """Say what an assertion of ours that is based on it must say."""
        return self if self.count is None else replace(self, count=self.count - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAttribute:
    """An attribute that an AttributeQuery names (core 3.3.2.3)."""

    name: str
    name_format: str
    values: tuple[str, ...] = ()
    """Only these values are wanted; all when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an AttributeQuery asks that passed the gate and every check."""

    name_id: NameID
    """Whom it is about, exactly as it was written."""
    attributes: tuple[AskedAttribute, ...]
    """What is asked for; everything when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAssertion:
    """What the identity provider said, read only from verified bytes."""

    id: str
    issuer: str
    name_id: NameID | None
    authn_instant: datetime
    authn_context: str
    session_index: str | None
    session_not_on_or_after: datetime | None
    remember_until: datetime
    """Until when the ID must be remembered against replay."""
    authenticating_authorities: tuple[str, ...]
    proxy_limit: ProxyLimit
    """To whom and how far this may be passed on."""
    attributes: Mapping[str, tuple[str, ...]]
    one_time_use: bool = False
    """Whether it is for now and not for later (core 2.5.1.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedAttribute:
    """An attribute that we issue: each name once, values sorted and different."""

    name: str
    friendly_name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Everything that a Response to an e-tjänst says about a person."""

    name_id: NameID
    authn_instant: datetime
    authn_context: str
    session_index: str | None
    session_not_on_or_after: datetime | None
    authenticating_authorities: tuple[str, ...]
    proxy_limit: ProxyLimit
    """To whom and how far the e-tjänst may pass this on."""
    attributes: tuple[IssuedAttribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A SAML status with at most two levels (core 3.2.2.1)."""

    top: str
    second: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """A LogoutRequest that passed the gate and every check on its authenticity.

    Whether we know the session that it means is not known here.
    """

    id: str
    issuer: str
    name_id: NameID
    session_indexes: tuple[str, ...]
    """Empty when it means every session of that person at the sender."""
    binding: str
    relay_state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutResponse:
    """A LogoutResponse that passed the gate and every check."""

    issuer: str
    in_response_to: str
    status: Status

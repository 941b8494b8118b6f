"""On which side of us does a party stand, and how do we speak with it about logout?

E-tjänster speak with our identity provider, identity providers with our service
provider: each side has its own address, its own name of ours and its own metadata.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from idp_bridge.errors import BridgeError, UnknownPartnerError
from idp_bridge.login import answer
from idp_bridge.login.parts import Parts
from idp_bridge.saml.logout_checks import Party
from idp_bridge.saml.logout_messages import LogoutContext
from metadata import names
from metadata.entities import Endpoint, IdentityProvider, Role

BY_BROWSER: Final = (names.BINDING_REDIRECT, names.BINDING_POST)
"""Bindings in which a browser carries messages, the simpler one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of us."""

    role: Role
    """The role in which the others speak."""
    our_entity_id: str
    slo_url: str
    find: Callable[[str], Party]
    """Looks a party up; raises when it may not speak here now."""


def side_of(role: Role, parts: Parts) -> Side:
    """Say how we speak with parties of a role."""
    saml, base_url = parts.settings.saml, parts.settings.base_url
    if role is Role.SP:
        return Side(
            role=role,
            our_entity_id=saml.idp_entity_id,
            slo_url=f"{base_url}/saml/idp/slo",
            find=parts.find_sp,
        )
    return Side(
        role=role,
        our_entity_id=saml.sp_entity_id,
        slo_url=f"{base_url}/saml/sp/slo",
        find=lambda entity_id: _upstream(entity_id, parts),
    )


def context_of(side: Side, parts: Parts) -> LogoutContext:
    """Say what messages on a side are checked against."""
    return LogoutContext(
        find_sender=side.find, endpoint_url=side.slo_url, moment=parts.moment()
    )


def endpoint(party: Party, *bindings: str) -> Endpoint | None:
    """Find where a party is told of logouts, in the first binding that it has."""
    for binding in bindings:
        for each in party.slo_endpoints:
            if each.binding == binding:
                return each
    return None


def name_of(entity_id: str, role: Role, parts: Parts) -> str:
    """Say what people call a party; its entityID when nothing is known of it now."""
    try:
        party = side_of(role, parts).find(entity_id)
    except BridgeError:
        return entity_id
    if isinstance(party, IdentityProvider):
        return _title_of(party, parts)
    return answer.display_name(party)


def _title_of(idp: IdentityProvider, parts: Parts) -> str:
    titles = [
        each.title
        for each in parts.settings.upstream
        if each.entity_id == idp.entity_id
    ]
    return titles[0] if titles else idp.entity_id


def _upstream(entity_id: str, parts: Parts) -> IdentityProvider:
    """Look up an identity provider that we ask; others have nothing to say here.

    Raises:
        UnknownPartnerError: It is none of ours.
        UnavailableIdpError: Its metadata is missing or has expired.
        StoreUnavailableError: The metadata cannot be read.
    """
    if all(each.entity_id != entity_id for each in parts.settings.upstream):
        raise UnknownPartnerError("an identity provider that we never ask")
    return parts.find_idp(entity_id)

"""The form that brings our Response, good or bad, to the e-tjänst."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from idp_bridge.errors import BridgeError, UnknownAcsError
from idp_bridge.login.parts import Parts
from idp_bridge.saml import bindings, downstream_response
from idp_bridge.saml.downstream_response import Envelope
from idp_bridge.saml.messages import AuthnRequest, Status
from metadata import names
from metadata.entities import ServiceProvider

_LANGUAGES: Final = ("sv", "en", "und")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signed Response on its way to an e-tjänst."""

    acs_url: str
    fields: tuple[tuple[str, str], ...]
    sp_name: str


def to_sp(xml: bytes, request: AuthnRequest, sp: ServiceProvider) -> Answer:
    """Address a Response; RelayState goes back as it came (bindings 3.5.3)."""
    fields = [("SAMLResponse", bindings.encode_post(xml))]
    if request.relay_state is not None:
        fields.append(("RelayState", request.relay_state))
    return Answer(
        acs_url=request.acs_url, fields=tuple(fields), sp_name=display_name(sp)
    )


def error_to_sp(error: BridgeError, request: AuthnRequest, parts: Parts) -> Answer:
    """Make the signed error Response that tells an e-tjänst why (core 3.2.2.2).

    Raises:
        BridgeError: The e-tjänst may not be answered any more.
    """
    sp = sp_that_may_be_answered(request, parts)
    status = Status(top=error.status, second=error.second_status)
    xml = downstream_response.make_error(
        envelope(request, parts), status, parts.signing_key
    )
    return to_sp(xml, request, sp)


def envelope(request: AuthnRequest, parts: Parts) -> Envelope:
    """Say to whom a Response goes and what it answers.

    Raises:
        UnknownPartnerError: It is no longer trusted.
        StoreUnavailableError: The metadata cannot be read.
    """
    return Envelope(
        our_entity_id=parts.settings.saml.idp_entity_id,
        sp_entity_id=request.sp_entity_id,
        acs_url=request.acs_url,
        in_response_to=request.id,
        issued=parts.clock(),
        verifies=parts.find_sp(request.sp_entity_id).verifies,
    )


def sp_that_may_be_answered(request: AuthnRequest, parts: Parts) -> ServiceProvider:
    """Look up the e-tjänst anew: its metadata may have changed during the login.

    Raises:
        UnknownPartnerError: It is no longer trusted.
        UnknownAcsError: The address is no longer in its metadata.
    """
    sp = parts.find_sp(request.sp_entity_id)
    addresses = {
        end.location for end in sp.acs_endpoints if end.binding == names.BINDING_POST
    }
    if request.acs_url not in addresses:
        raise UnknownAcsError("the address has left the metadata")
    return sp


def display_name(sp: ServiceProvider) -> str:
    """Say what people call an e-tjänst: the name in its metadata, Swedish first."""
    return localised(sp.display.names) or sp.entity_id


def localised(texts: Mapping[str, str]) -> str | None:
    """Choose the Swedish text, else the English, else one without language."""
    return next((texts[each] for each in _LANGUAGES if texts.get(each)), None)

"""Our signed AuthnRequest to the identity provider, by Redirect or POST."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from idp_bridge.errors import UnavailableIdpError
from idp_bridge.saml import bindings, principal_selection
from idp_bridge.saml.messages import MatchValue
from idp_bridge.saml.times import write_instant
from idp_bridge.saml.writing import SAML, SAMLP, add, root, to_bytes
from metadata import names, signatures
from metadata.entities import IdentityProvider
from metadata.signatures import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamQuestion:
    """What we ask an identity provider."""

    request_id: str
    idp: IdentityProvider
    binding: str
    """The binding that we would like to use."""
    our_entity_id: str
    acs_url: str
    issued: datetime
    levels: tuple[str, ...]
    force_authn: bool
    is_passive: bool
    proxy_count: int | None
    requester_ids: tuple[str, ...] = ()
    """For whom we ask, nearest last (core 3.4.1.2); empty to keep it to ourselves."""
    attribute_index: int | None
    principal: tuple[MatchValue, ...] = ()
    """Whom we want, under the names of this identity provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """A request on its way: an address to go to, or a form to post there."""

    url: str
    fields: tuple[tuple[str, str], ...] = ()
    """Empty for Redirect; the fields of the form for POST."""


def new_id() -> str:
    """Make an ID: an underscore and 160 random bits (core 1.3.4)."""
    return "_" + secrets.token_hex(20)


def make(question: UpstreamQuestion, key: SigningKey) -> OutboundRequest:
    """Write and sign a request.

    Inera says ``WantAuthnRequestsSigned="false"``; we sign anyway, so that a request
    cannot be changed on its way.

    Raises:
        UnavailableIdpError: The metadata has no address in a binding that we speak.
    """
    binding, location = _endpoint(question.idp, wanted=question.binding)
    tree = _message(question, location=location)
    ours = key.signing_for(question.idp.verifies)
    if binding == names.BINDING_REDIRECT:
        xml = to_bytes(tree)
        return OutboundRequest(
            url=bindings.encode_redirect(location, xml, relay_state=None, key=ours)
        )
    signatures.sign_enveloped(tree, ours)
    return OutboundRequest(
        url=location,
        fields=(("SAMLRequest", bindings.encode_post(to_bytes(tree))),),
    )


def _endpoint(idp: IdentityProvider, *, wanted: str) -> tuple[str, str]:
    """Find an address in the binding we want, else in the other one."""
    spoken = (names.BINDING_REDIRECT, names.BINDING_POST)
    for binding in (wanted, *spoken):
        for endpoint in idp.sso_endpoints:
            if endpoint.binding == binding and binding in spoken:
                return binding, endpoint.location
    raise UnavailableIdpError("no address for Redirect or POST")


def _message(question: UpstreamQuestion, *, location: str) -> etree._Element:
    index = question.attribute_index
    request = root(
        SAMLP + "AuthnRequest",
        ID=question.request_id,
        Version="2.0",
        IssueInstant=write_instant(question.issued),
        Destination=location,
        ForceAuthn="true" if question.force_authn else "false",
        IsPassive="true" if question.is_passive else None,
        AssertionConsumerServiceURL=question.acs_url,
        ProtocolBinding=names.BINDING_POST,
        AttributeConsumingServiceIndex=None if index is None else str(index),
    )
    add(request, SAML + "Issuer", question.our_entity_id)
    principal_selection.add_principal(request, question.principal)
    _add_authn_context(request, question.levels)
    _add_scoping(request, question)
    return request


def _add_authn_context(request: etree._Element, levels: Sequence[str]) -> None:
    """List every level that would do; Inera understands only ``exact``."""
    if not levels:
        return
    context = add(request, SAMLP + "RequestedAuthnContext", Comparison="exact")
    for level in levels:
        add(context, SAML + "AuthnContextClassRef", level)


def _add_scoping(request: etree._Element, question: UpstreamQuestion) -> None:
    """Pass on how far the request may go and for whom it is (core 3.4.1.2)."""
    count = question.proxy_count
    if count is None and not question.requester_ids:
        return
    scoping = add(
        request, SAMLP + "Scoping", ProxyCount=None if count is None else str(count)
    )
    for requester in question.requester_ids:
        add(scoping, SAMLP + "RequesterID", requester)

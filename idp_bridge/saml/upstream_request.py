"""Our signed AuthnRequest to the identity provider, by Redirect or POST."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from saml2 import saml, samlp

from idp_bridge.errors import UnavailableIdpError
from idp_bridge.saml import bindings
from idp_bridge.saml.model import to_bytes, to_tree
from idp_bridge.saml.times import write_instant
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
    tree = to_tree(_message(question, location=location))
    if binding == names.BINDING_REDIRECT:
        xml = to_bytes(tree)
        return OutboundRequest(
            url=bindings.encode_redirect(location, xml, relay_state=None, key=key)
        )
    signatures.sign_enveloped(tree, key)
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


def _message(question: UpstreamQuestion, *, location: str) -> samlp.AuthnRequest:
    return samlp.AuthnRequest(
        id=question.request_id,
        version="2.0",
        issue_instant=write_instant(question.issued),
        destination=location,
        force_authn="true" if question.force_authn else "false",
        is_passive="true" if question.is_passive else None,
        assertion_consumer_service_url=question.acs_url,
        protocol_binding=names.BINDING_POST,
        attribute_consuming_service_index=None
        if question.attribute_index is None
        else str(question.attribute_index),
        issuer=saml.Issuer(text=question.our_entity_id),
        requested_authn_context=_authn_context(question.levels),
        scoping=_scoping(question),
    )


def _scoping(question: UpstreamQuestion) -> samlp.Scoping | None:
    """Pass on how far the request may go and for whom it is (core 3.4.1.2)."""
    count = question.proxy_count
    if count is None and not question.requester_ids:
        return None
    return samlp.Scoping(
        proxy_count=None if count is None else str(count),
        requester_id=[samlp.RequesterID(text=each) for each in question.requester_ids],
    )


def _authn_context(levels: Sequence[str]) -> samlp.RequestedAuthnContext | None:
    """List every level that would do; Inera understands only ``exact``."""
    if not levels:
        return None
    return samlp.RequestedAuthnContext(
        comparison="exact",
        authn_context_class_ref=[saml.AuthnContextClassRef(text=uri) for uri in levels],
    )

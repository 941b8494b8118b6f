"""The checks on an AuthnRequest of an e-tjänst, one each, in the order they run."""

from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from idp_bridge.errors import (
    BadSignatureError,
    LongRelayStateError,
    NameIdPolicyError,
    ProxyCountError,
    UnknownAcsError,
    UnsupportedIdpError,
    UnsupportedRequestError,
    WrongDestinationError,
)
from idp_bridge.saml import gate
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.messages import AuthnRequest, Scoping
from metadata import names
from metadata.entities import Endpoint, ServiceProvider

MAX_RELAY_STATE_BYTES: Final = 80
"""Bindings 3.4.3 and 3.5.3."""

_KNOWN_NAME_ID_FORMATS: Final = frozenset(
    {None, names.NAMEID_UNSPECIFIED, names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT}
)
_SIGN_MESSAGE: Final = etree.XPath("boolean(//*[local-name() = 'SignMessage'])")


# --- before we know whom to answer ----------------------------------------------------


def check_request_signature(
    message: InboundMessage,
    root: etree._Element,
    sp: ServiceProvider,
    *,
    required: bool,
) -> etree._Element:
    """Verify every signature that is there, and that there is one when needed.

    Core 5.2, bindings 3.4.4.1; metadata 2.4.4 (``AuthnRequestsSigned``).

    Args:
        message: The message as it came.
        root: Its root, as the sender wrote it.
        sp: The service provider that it says it comes from.
        required: Whether our policy demands a signature of everybody.

    Returns:
        The tree that may be read: re-parsed from verified bytes when the XML is signed.

    Raises:
        BadSignatureError: A signature does not verify, or a needed one is missing.
        WeakAlgorithmError: A signature uses an algorithm that we refuse.
    """
    detached, enveloped = message.signature is not None, gate.is_signed(root)
    if (required or sp.signs_requests) and not (detached or enveloped):
        raise BadSignatureError("this SP signs its requests, and this one is not")
    if detached:
        gate.check_detached_signature(message, sp.signing_keys)
    if enveloped:
        return gate.verified(root, sp.signing_keys)
    return gate.without_comments(root)


def check_destination(
    destination: str | None, *, endpoint_url: str, signed: bool
) -> None:
    """Refuse a request sent to another endpoint (core 3.2.1, bindings 3.4.5.2).

    Raises:
        WrongDestinationError: Another address, or none although the message is signed.
    """
    if destination is None and not signed:
        return
    if destination != endpoint_url:
        raise WrongDestinationError("the request is addressed to another endpoint")


def check_relay_state(relay_state: str | None) -> None:
    """Refuse a RelayState longer than bindings 3.4.3 allow.

    Raises:
        LongRelayStateError: Longer than 80 bytes.
    """
    if len((relay_state or "").encode()) > MAX_RELAY_STATE_BYTES:
        raise LongRelayStateError("RelayState longer than 80 bytes")


def choose_acs(
    sp: ServiceProvider, *, url: str | None, index: str | None, binding: str | None
) -> str:
    """Find where the answer goes, among the addresses in the metadata (core 3.4.1).

    Raises:
        UnknownAcsError: An address or index that the metadata does not have, both at
            once, another binding than HTTP-POST, or no address at all.
    """
    posts = [end for end in sp.acs_endpoints if end.binding == names.BINDING_POST]
    if index is not None and (url is not None or binding is not None):
        raise UnknownAcsError("both an index and an address")
    if binding not in {None, names.BINDING_POST}:
        raise UnknownAcsError("an answer in another binding than HTTP-POST")
    if url is not None:
        fitting = [end for end in posts if end.location == url]
    elif index is not None:
        indexed = [end for end in posts if end.index is not None]
        fitting = [end for end in indexed if str(end.index) == index]
    else:
        fitting = sorted(posts, key=_default_first)
    if not fitting:
        raise UnknownAcsError("the answer would go to an address not in the metadata")
    return fitting[0].location


def _default_first(endpoint: Endpoint) -> int:
    return 0 if endpoint.is_default else 1


# --- when we can answer the SP --------------------------------------------------------


def check_supported(request: AuthnRequest, *, unsupported: Sequence[str]) -> None:
    """Refuse what we would otherwise have to ignore (core 3.4.1.4).

    Raises:
        UnsupportedRequestError: The request names a Subject, Conditions, declared
            contexts, or a message to sign.
    """
    if unsupported:
        raise UnsupportedRequestError(
            f"request of {request.sp_entity_id} has {', '.join(unsupported)}"
        )


def unsupported_parts(model: Any, root: etree._Element) -> tuple[str, ...]:
    """Name the parts of a request that ask for something we do not do."""
    context = model.requested_authn_context
    found = {
        "Subject": model.subject is not None,
        "Conditions": model.conditions is not None,
        "AuthnContextDeclRef": bool(context and context.authn_context_decl_ref),
        "SignMessage": bool(_SIGN_MESSAGE(root)),
    }
    return tuple(name for name, present in found.items() if present)


def check_name_id_policy(
    name_id_format: str | None, sp_name_qualifier: str | None, *, sp_entity_id: str
) -> None:
    """Refuse a name identifier that we do not issue (core 3.4.1.1).

    Raises:
        NameIdPolicyError: A format other than persistent, transient or unspecified, or
            a qualifier that is not the SP's own.
    """
    if name_id_format not in _KNOWN_NAME_ID_FORMATS:
        raise NameIdPolicyError("an unknown NameID format")
    if sp_name_qualifier not in {None, sp_entity_id}:
        raise NameIdPolicyError("the SPNameQualifier of somebody else")


def check_proxy_count(scoping: Scoping) -> None:
    """Refuse when the SP forbids us to ask another IdP (core 3.4.1.5.1).

    Raises:
        ProxyCountError: ``ProxyCount`` is 0.
    """
    if scoping.proxy_count is not None and scoping.proxy_count < 1:
        raise ProxyCountError("ProxyCount is 0")


def check_idp_list(scoping: Scoping, *, known: Sequence[str]) -> tuple[str, ...]:
    """Keep the identity providers that the SP's IDPList leaves (core 3.4.1.3).

    Args:
        scoping: What the request says.
        known: The identity providers that we can ask.

    Returns:
        Those of ``known`` that may be asked.

    Raises:
        UnsupportedIdpError: The list names none that we can ask.
    """
    if not scoping.idp_list:
        return tuple(known)
    allowed = tuple(entity_id for entity_id in known if entity_id in scoping.idp_list)
    if not allowed:
        raise UnsupportedIdpError("IDPList names none that we can ask")
    return allowed
